-- Browsers in which somebody has signed in before: strangers who guess cannot lock them out.
CREATE TABLE known_devices (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The digest of what the browser keeps.
  digest BLOB NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (realm_id, user_id, digest)
);
CREATE INDEX known_devices_by_end ON known_devices (expires_at);
