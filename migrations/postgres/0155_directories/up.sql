-- Users who come from a directory, and where they are in it. An entry of a directory is one user.
CREATE TABLE directory_users (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  component_id TEXT NOT NULL,
  external_id TEXT NOT NULL,
  dn TEXT NOT NULL,
  -- When the directory was last known to have the entry.
  seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX directory_users_by_external ON directory_users (realm_id, component_id, external_id);
CREATE INDEX directory_users_by_seen ON directory_users (realm_id, component_id, seen_at);

-- What a directory gave a user: a group or a role, which it can take away again.
CREATE TABLE directory_grants (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  target_id TEXT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The mapper that found it.
  mapper_id TEXT NOT NULL,
  PRIMARY KEY (user_id, target_id)
);

-- Groups and roles that were made because a directory has them.
CREATE TABLE directory_targets (
  target_id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  mapper_id TEXT NOT NULL
);
