-- Workflows: what happens to people and clients when something else does.

CREATE TABLE workflows (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  UNIQUE (realm_id, name)
);
