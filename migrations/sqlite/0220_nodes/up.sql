-- The servers that work on this database: each says every half minute that it is there still.
CREATE TABLE nodes (
  id TEXT NOT NULL PRIMARY KEY,
  -- The machine and the port, as people know it.
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX nodes_by_age ON nodes (seen_at);
CREATE INDEX nodes_by_name ON nodes (name);
