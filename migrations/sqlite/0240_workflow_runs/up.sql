-- Workflows run. One that was stored before this does not, until somebody who may do what it does stores it again.
ALTER TABLE workflows ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT FALSE;
-- Whoever stored it has every right over the realm, so that it may hand on rights and touch any account.
ALTER TABLE workflows ADD COLUMN trusted BOOLEAN NOT NULL DEFAULT FALSE;
-- When its schedule is due; empty without one.
ALTER TABLE workflows ADD COLUMN due_at BIGINT;
-- Where the schedule's walk over all has come to, and how many it may still take before it rests.
ALTER TABLE workflows ADD COLUMN walked_to TEXT NOT NULL DEFAULT '';
ALTER TABLE workflows ADD COLUMN walk_left BIGINT;
CREATE INDEX workflows_by_due ON workflows (due_at);

-- What has happened that a workflow may begin with, until a node has looked at it.
CREATE TABLE workflow_triggers (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- Keycloak's name of the event.
  kind TEXT NOT NULL,
  -- One of the two: whom it happened to.
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  client_uuid TEXT REFERENCES clients (id) ON DELETE CASCADE,
  -- The names of what it is about (a role, a group, a provider, a client), a line each.
  detail TEXT NOT NULL,
  -- How many workflows after one another have led to it.
  hops BIGINT NOT NULL
);
CREATE INDEX workflow_triggers_by_user ON workflow_triggers (user_id);
CREATE INDEX workflow_triggers_by_client ON workflow_triggers (client_uuid);

-- Workflows that are under way for somebody: at which step they are, and when it is due.
CREATE TABLE workflow_runs (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
  -- One of the two: whom it is for.
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  client_uuid TEXT REFERENCES clients (id) ON DELETE CASCADE,
  -- The step that is next.
  step_id TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  -- How often that step was tried, and why it did not work the last time.
  attempts BIGINT NOT NULL,
  problem TEXT,
  hops BIGINT NOT NULL,
  UNIQUE (workflow_id, user_id),
  UNIQUE (workflow_id, client_uuid)
);
CREATE INDEX workflow_runs_by_due ON workflow_runs (due_at);
CREATE INDEX workflow_runs_by_user ON workflow_runs (user_id);
CREATE INDEX workflow_runs_by_client ON workflow_runs (client_uuid);
CREATE INDEX workflow_runs_by_step ON workflow_runs (step_id);
