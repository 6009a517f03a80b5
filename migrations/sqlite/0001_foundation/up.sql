-- The foundation: settings, people, protocol state and the audit trail.
-- Ids are TEXT, instants are BIGINT milliseconds since 1970, JSON and enums are TEXT, digests and sealed values are BLOB.

CREATE TABLE server_state (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- Settings ---------------------------------------------------------------------------------------

CREATE TABLE realms (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  enabled BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  settings TEXT NOT NULL
);

CREATE TABLE components (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  parent_id TEXT NOT NULL,
  name TEXT,
  provider_id TEXT NOT NULL,
  provider_type TEXT NOT NULL,
  sub_type TEXT,
  config TEXT NOT NULL,
  secrets BLOB
);
CREATE INDEX components_by_realm ON components (realm_id, provider_type);

CREATE TABLE clients (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  settings TEXT NOT NULL,
  secret BLOB,
  UNIQUE (realm_id, client_id)
);

CREATE TABLE client_scopes (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  protocol TEXT NOT NULL,
  description TEXT,
  attributes TEXT NOT NULL,
  UNIQUE (realm_id, name)
);

CREATE TABLE protocol_mappers (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  protocol TEXT NOT NULL,
  mapper TEXT NOT NULL,
  config TEXT NOT NULL,
  UNIQUE (owner_id, name)
);
CREATE INDEX protocol_mappers_by_realm ON protocol_mappers (realm_id);

-- Which client scopes a client has, or a new client gets: the owner is a client or the realm.
CREATE TABLE scope_links (
  owner_id TEXT NOT NULL,
  scope_id TEXT NOT NULL REFERENCES client_scopes (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  is_default BOOLEAN NOT NULL,
  PRIMARY KEY (owner_id, scope_id)
);
CREATE INDEX scope_links_by_scope ON scope_links (scope_id);
CREATE INDEX scope_links_by_realm ON scope_links (realm_id);

CREATE TABLE roles (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  container_id TEXT NOT NULL,
  client_role BOOLEAN NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  attributes TEXT NOT NULL,
  UNIQUE (container_id, name)
);
CREATE INDEX roles_by_realm ON roles (realm_id);

CREATE TABLE role_composites (
  parent_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  child_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (parent_id, child_id)
);
CREATE INDEX role_composites_by_child ON role_composites (child_id);
CREATE INDEX role_composites_by_realm ON role_composites (realm_id);

-- The roles that a client or a client scope may put into tokens when its full scope is off.
CREATE TABLE scope_mappings (
  owner_id TEXT NOT NULL,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (owner_id, role_id)
);
CREATE INDEX scope_mappings_by_role ON scope_mappings (role_id);
CREATE INDEX scope_mappings_by_realm ON scope_mappings (realm_id);

CREATE TABLE flows (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  description TEXT,
  provider_id TEXT NOT NULL,
  top_level BOOLEAN NOT NULL,
  built_in BOOLEAN NOT NULL,
  UNIQUE (realm_id, alias)
);

CREATE TABLE executions (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  flow_id TEXT NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
  authenticator TEXT,
  child_flow_id TEXT,
  config_id TEXT,
  requirement TEXT NOT NULL,
  priority BIGINT NOT NULL
);
CREATE INDEX executions_by_flow ON executions (flow_id);
CREATE INDEX executions_by_realm ON executions (realm_id);

CREATE TABLE authenticator_configs (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  config TEXT NOT NULL
);
CREATE INDEX authenticator_configs_by_realm ON authenticator_configs (realm_id);

CREATE TABLE required_actions (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  name TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  default_action BOOLEAN NOT NULL,
  priority BIGINT NOT NULL,
  config TEXT NOT NULL,
  PRIMARY KEY (realm_id, alias)
);

-- People -----------------------------------------------------------------------------------------

CREATE TABLE groups (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  parent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  attributes TEXT NOT NULL,
  UNIQUE (realm_id, parent_id, name)
);

CREATE TABLE group_roles (
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, role_id)
);
CREATE INDEX group_roles_by_role ON group_roles (role_id);
CREATE INDEX group_roles_by_realm ON group_roles (realm_id);

CREATE TABLE default_groups (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (realm_id, group_id)
);
CREATE INDEX default_groups_by_group ON default_groups (group_id);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  username TEXT NOT NULL,
  email TEXT,
  -- The e-mail address where it must be unique in the realm, NULL where the realm allows duplicates.
  email_key TEXT,
  email_verified BOOLEAN NOT NULL,
  first_name TEXT,
  last_name TEXT,
  enabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  service_account_client TEXT,
  attributes TEXT NOT NULL,
  required_actions TEXT NOT NULL,
  -- Username, e-mail and names, folded, for searching.
  search TEXT NOT NULL,
  UNIQUE (realm_id, username),
  UNIQUE (realm_id, email_key)
);
CREATE INDEX users_by_email ON users (realm_id, email);
CREATE INDEX users_by_service_account ON users (service_account_client);

CREATE TABLE user_roles (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_by_role ON user_roles (role_id);
CREATE INDEX user_roles_by_realm ON user_roles (realm_id);

CREATE TABLE user_groups (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
);
CREATE INDEX user_groups_by_group ON user_groups (group_id);
CREATE INDEX user_groups_by_realm ON user_groups (realm_id);

CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  label TEXT,
  created_at BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  credential_data TEXT NOT NULL,
  secret_data BLOB NOT NULL
);
CREATE INDEX credentials_by_user ON credentials (user_id);
CREATE INDEX credentials_by_realm ON credentials (realm_id);

CREATE TABLE consents (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, client_uuid)
);
CREATE INDEX consents_by_client ON consents (client_uuid);
CREATE INDEX consents_by_realm ON consents (realm_id);

-- Failed sign-ins, counted before the password is hashed.
CREATE TABLE login_failures (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  failures BIGINT NOT NULL,
  last_failure BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  lockouts BIGINT NOT NULL,
  last_ip TEXT NOT NULL,
  PRIMARY KEY (user_id)
);
CREATE INDEX login_failures_by_realm ON login_failures (realm_id);

-- Protocol state -----------------------------------------------------------------------------------

CREATE TABLE attempts (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The digest of the handle that the browser's cookie holds.
  browser BLOB NOT NULL,
  tab_id TEXT NOT NULL,
  client_uuid TEXT NOT NULL,
  request TEXT NOT NULL,
  user_id TEXT,
  stage TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX attempts_by_browser ON attempts (realm_id, browser);
CREATE INDEX attempts_by_expiry ON attempts (expires_at);

CREATE TABLE sessions (
  id TEXT NOT NULL,
  offline BOOLEAN NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The digest of the identity cookie; NULL for sessions that no browser holds.
  cookie BLOB,
  started_at BIGINT NOT NULL,
  last_access BIGINT NOT NULL,
  auth_time BIGINT NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  remember_me BOOLEAN NOT NULL,
  notes TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id, offline)
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_realm ON sessions (realm_id, last_access);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE client_sessions (
  session_id TEXT NOT NULL,
  offline BOOLEAN NOT NULL,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  started_at BIGINT NOT NULL,
  last_access BIGINT NOT NULL,
  scope TEXT NOT NULL,
  notes TEXT NOT NULL,
  PRIMARY KEY (session_id, offline, client_uuid),
  FOREIGN KEY (session_id, offline) REFERENCES sessions (id, offline) ON DELETE CASCADE
);
CREATE INDEX client_sessions_by_client ON client_sessions (client_uuid);
CREATE INDEX client_sessions_by_realm ON client_sessions (realm_id);

CREATE TABLE codes (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  digest BLOB NOT NULL,
  client_uuid TEXT NOT NULL,
  session_id TEXT NOT NULL,
  grant_data TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT
);
CREATE INDEX codes_by_expiry ON codes (expires_at);

CREATE TABLE refresh_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  family TEXT NOT NULL,
  session_id TEXT NOT NULL,
  offline BOOLEAN NOT NULL,
  client_uuid TEXT NOT NULL,
  scope TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  uses BIGINT NOT NULL,
  spent_at BIGINT,
  child TEXT
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE opaque_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  digest BLOB NOT NULL,
  claims TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX opaque_tokens_by_expiry ON opaque_tokens (expires_at);

-- What may be used once: the kind is part of the key, so one kind never spends another's.
CREATE TABLE replays (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  digest BLOB NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (realm_id, kind, digest)
);
CREATE INDEX replays_by_expiry ON replays (expires_at);

-- The audit trail, work to be done, and which node does it -----------------------------------------

CREATE TABLE events (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  time BIGINT NOT NULL,
  kind TEXT NOT NULL,
  client_id TEXT,
  user_id TEXT,
  session_id TEXT,
  ip TEXT NOT NULL,
  error TEXT,
  code TEXT,
  details TEXT NOT NULL
);
CREATE INDEX events_by_time ON events (realm_id, time);
CREATE INDEX events_by_code ON events (code);

CREATE TABLE admin_events (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  time BIGINT NOT NULL,
  operation TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_path TEXT NOT NULL,
  auth TEXT NOT NULL,
  representation TEXT,
  error TEXT
);
CREATE INDEX admin_events_by_time ON admin_events (realm_id, time);

CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL
);
CREATE INDEX outbox_by_due ON outbox (due_at);

CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
