-- Work that takes longer than a request: its progress is written in the same transaction as what it does, so it goes on
-- after a restart where it was.
CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  -- `waiting`, `done`, `cancelled` or `refused`.
  state TEXT NOT NULL,
  -- The administrator: who, with which client, from where.
  actor TEXT NOT NULL,
  -- What is to be done, sealed; NULL when it is over.
  input BYTEA,
  total BIGINT NOT NULL,
  handled BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  -- What went wrong, the first of it: JSON.
  report TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX jobs_by_realm ON jobs (realm_id, created_at);
CREATE INDEX jobs_by_state ON jobs (state, created_at);
