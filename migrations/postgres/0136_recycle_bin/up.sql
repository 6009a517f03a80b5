-- What administrators deleted and may want back. The content holds the rows that went, sealed together.
CREATE TABLE recycle_bin (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- `user`, `client`, `group`, `realm-role`, `client-role` or `client-scope`.
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  name TEXT NOT NULL,
  deleted_by TEXT NOT NULL,
  deleted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content BYTEA NOT NULL
);
CREATE INDEX recycle_bin_by_realm ON recycle_bin (realm_id, deleted_at);
CREATE INDEX recycle_bin_by_end ON recycle_bin (expires_at);
