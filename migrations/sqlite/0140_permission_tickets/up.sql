-- What people ask the owners of resources for, and what these have granted.
CREATE TABLE authz_tickets (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The resource server.
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  resource_id TEXT NOT NULL REFERENCES authz_resources (id) ON DELETE CASCADE,
  -- Empty for the resource as a whole.
  scope_id TEXT NOT NULL,
  -- A user or the client itself.
  owner TEXT NOT NULL,
  requester TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The permission that the grant made; none while it is asked for.
  policy_id TEXT,
  created_at BIGINT NOT NULL,
  granted_at BIGINT,
  UNIQUE (resource_id, scope_id, requester)
);
CREATE INDEX authz_tickets_by_server ON authz_tickets (client_uuid, created_at);
CREATE INDEX authz_tickets_by_requester ON authz_tickets (requester);
CREATE INDEX authz_tickets_by_realm ON authz_tickets (realm_id);
