-- Lists of the console that an administrator comes back to: which page, and what it is asked.
CREATE TABLE saved_views (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The administrator, who may belong to another realm.
  owner TEXT NOT NULL,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  UNIQUE (realm_id, owner, page, name)
);
