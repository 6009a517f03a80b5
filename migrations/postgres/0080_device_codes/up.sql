-- Device authorizations (RFC 8628): asked for by a device, decided in somebody's browser, traded once.
CREATE TABLE device_codes (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The digest of the device's secret.
  digest BYTEA NOT NULL,
  -- The digest of the code that a person types.
  user_digest BYTEA NOT NULL,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  -- What was asked for, as the protocol wrote it.
  grant_data TEXT NOT NULL,
  -- pending, approved, denied
  decision TEXT NOT NULL,
  session_id TEXT,
  next_poll_at BIGINT NOT NULL,
  spent_at BIGINT,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX device_codes_by_user_digest ON device_codes (realm_id, user_digest);
CREATE INDEX device_codes_by_end ON device_codes (expires_at);
