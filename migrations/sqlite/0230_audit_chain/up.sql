-- Administrators' events are a chain: each has a number and a link, which is made of what it says and of the link before it with the
-- server's key. What was written before this has neither.
ALTER TABLE admin_events ADD COLUMN number BIGINT;
ALTER TABLE admin_events ADD COLUMN link BLOB;
CREATE UNIQUE INDEX admin_events_by_number ON admin_events (realm_id, number);

-- From where to where the chain of each realm goes.
CREATE TABLE audit_chains (
  realm_id TEXT NOT NULL PRIMARY KEY REFERENCES realms (id) ON DELETE CASCADE,
  -- The number of the first event that is kept, and the link of the one before it.
  first_number BIGINT NOT NULL,
  before_link BLOB NOT NULL,
  -- The number and the link of the last one.
  last_number BIGINT NOT NULL,
  last_link BLOB NOT NULL,
  began_at BIGINT NOT NULL,
  -- Made of all this with the server's key.
  seal BLOB NOT NULL
);
