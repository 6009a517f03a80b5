-- The secret ones among a client's attributes and among the settings of an authenticator, sealed together.
ALTER TABLE clients ADD COLUMN secret_attributes BYTEA;
ALTER TABLE authenticator_configs ADD COLUMN secrets BYTEA;
