-- When a client was made, and when its own row was last changed, in milliseconds since 1970.
ALTER TABLE clients ADD COLUMN created_at BIGINT;
ALTER TABLE clients ADD COLUMN updated_at BIGINT;
