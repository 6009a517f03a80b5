-- How often each client took tokens on each day, and when it last did.
CREATE TABLE client_uses (
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  -- Whole days since 1970, in UTC.
  day BIGINT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  count BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (client_uuid, day)
);
CREATE INDEX client_uses_by_realm ON client_uses (realm_id);
