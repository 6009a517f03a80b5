-- What the steps of a flow were at a time, sealed: settings of steps may hold keys to other services.
CREATE TABLE flow_versions (
  flow_id TEXT NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- Empty where the steps were found as they are, and nobody published them.
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (flow_id, number)
);
CREATE INDEX flow_versions_by_realm ON flow_versions (realm_id);

-- The one draft that a flow may have: what it began with, and what it is now, sealed together.
CREATE TABLE flow_drafts (
  flow_id TEXT NOT NULL PRIMARY KEY REFERENCES flows (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- Counts the changes, so that of two editors the second is told.
  revision BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  content BYTEA NOT NULL
);
CREATE INDEX flow_drafts_by_realm ON flow_drafts (realm_id);
