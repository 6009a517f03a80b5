-- Browsers in which an administrator uses the console: each belongs to a session of the provider, and ends with it.
CREATE TABLE console_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The digest of the secret in the cookie.
  digest BYTEA NOT NULL,
  -- The provider's session, by which the administrator signed in.
  session_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_by_end ON console_sessions (expires_at);
