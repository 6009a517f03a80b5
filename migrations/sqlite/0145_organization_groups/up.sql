-- Groups of an organization: they are no groups of the realm, and what they give is said of the organization alone.

CREATE TABLE organization_groups (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  -- Empty at the top.
  parent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  attributes TEXT NOT NULL,
  UNIQUE (organization_id, parent_id, name)
);
CREATE INDEX organization_groups_by_realm ON organization_groups (realm_id);

CREATE TABLE organization_group_roles (
  group_id TEXT NOT NULL REFERENCES organization_groups (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, role_id)
);
CREATE INDEX organization_group_roles_by_role ON organization_group_roles (role_id);
CREATE INDEX organization_group_roles_by_realm ON organization_group_roles (realm_id);

CREATE TABLE organization_group_members (
  group_id TEXT NOT NULL REFERENCES organization_groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  organization_id TEXT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id),
  -- Whoever leaves the organization leaves its groups.
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX organization_group_members_by_member ON organization_group_members (organization_id, user_id);
CREATE INDEX organization_group_members_by_user ON organization_group_members (user_id);
CREATE INDEX organization_group_members_by_realm ON organization_group_members (realm_id);
