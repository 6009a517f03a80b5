-- Who fetched a realm's public keys, and when they last did: whoever waits with a new key sees that it has arrived.
CREATE TABLE key_fetches (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- Where the request came from.
  address TEXT NOT NULL,
  -- What the program says it is.
  agent TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (realm_id, address, agent)
);
CREATE INDEX key_fetches_by_age ON key_fetches (last_at);
CREATE INDEX key_fetches_by_realm ON key_fetches (realm_id, last_at);
