-- When each key of a realm began to be active, passive or disabled: how long applications have been able to fetch it,
-- and how long tokens have not been signed with it any more.
CREATE TABLE key_steps (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  component_id TEXT NOT NULL REFERENCES components (id) ON DELETE CASCADE,
  -- `active`, `passive` or `disabled`.
  status TEXT NOT NULL,
  began_at BIGINT NOT NULL
);
CREATE INDEX key_steps_by_realm ON key_steps (realm_id, began_at);
CREATE INDEX key_steps_by_component ON key_steps (component_id, began_at);
