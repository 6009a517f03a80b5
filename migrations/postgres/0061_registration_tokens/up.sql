-- The one registration access token of a client that counts, by its jti.
ALTER TABLE clients ADD COLUMN registration_token TEXT;
