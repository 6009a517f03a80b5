-- Identity providers that people may sign in with, and what is taken over from them.

CREATE TABLE identity_providers (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  settings TEXT NOT NULL,
  config TEXT NOT NULL,
  secrets BLOB,
  UNIQUE (realm_id, alias)
);

CREATE TABLE identity_provider_mappers (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  provider TEXT NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  mapper TEXT NOT NULL,
  config TEXT NOT NULL,
  UNIQUE (provider, name)
);
CREATE INDEX identity_provider_mappers_by_realm ON identity_provider_mappers (realm_id);
