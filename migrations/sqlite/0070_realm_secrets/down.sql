ALTER TABLE realms DROP COLUMN secrets;
