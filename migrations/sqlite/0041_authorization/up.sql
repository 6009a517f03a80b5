-- Authorization services: what clients protect, and who may do what with it.

CREATE TABLE resource_servers (
  client_uuid TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  settings TEXT NOT NULL
);
CREATE INDEX resource_servers_by_realm ON resource_servers (realm_id);

CREATE TABLE authz_scopes (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  display_name TEXT,
  icon_uri TEXT,
  UNIQUE (client_uuid, name)
);
CREATE INDEX authz_scopes_by_realm ON authz_scopes (realm_id);

CREATE TABLE authz_resources (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  -- A user or the client itself.
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (client_uuid, owner, name)
);
CREATE INDEX authz_resources_by_realm ON authz_resources (realm_id);
CREATE INDEX authz_resources_by_owner ON authz_resources (owner);

CREATE TABLE authz_policies (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (client_uuid, name)
);
CREATE INDEX authz_policies_by_realm ON authz_policies (realm_id);
