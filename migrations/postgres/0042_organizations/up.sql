-- Organizations: firms whose people are users of the realm.

CREATE TABLE organizations (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (realm_id, name),
  UNIQUE (realm_id, alias)
);

CREATE TABLE organization_domains (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  details TEXT NOT NULL,
  PRIMARY KEY (realm_id, name)
);
CREATE INDEX organization_domains_by_organization ON organization_domains (organization_id);

CREATE TABLE organization_members (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The member came with the organization and goes with it.
  managed BOOLEAN NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_by_user ON organization_members (user_id);
CREATE INDEX organization_members_by_realm ON organization_members (realm_id);

CREATE TABLE organization_invitations (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  first_name TEXT,
  last_name TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (organization_id, email)
);
CREATE INDEX organization_invitations_by_realm ON organization_invitations (realm_id);
