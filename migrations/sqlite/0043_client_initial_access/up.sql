-- Who may register clients, how often and until when.

CREATE TABLE client_initial_access (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  -- Seconds; 0 is forever.
  lifespan BIGINT NOT NULL,
  count BIGINT NOT NULL,
  remaining BIGINT NOT NULL,
  web_origins TEXT NOT NULL
);
CREATE INDEX client_initial_access_by_realm ON client_initial_access (realm_id);
