-- The secret ones among a realm's settings, sealed together.
ALTER TABLE realms ADD COLUMN secrets BLOB;
