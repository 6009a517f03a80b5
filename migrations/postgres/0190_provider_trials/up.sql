-- A sign-in that an administrator tries at an identity provider: what came of it, for them alone and for a while.
CREATE TABLE provider_trials (
  -- The digest of the key in the administrator's browser.
  key BYTEA NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  provider TEXT NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
  -- Who tries it, and the realm that they administer from: both as ids.
  owner TEXT NOT NULL,
  home TEXT NOT NULL,
  -- What came of it, sealed: claims are private.
  outcome BYTEA,
  began_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX provider_trials_of_owner ON provider_trials (provider, home, owner);
CREATE INDEX provider_trials_by_end ON provider_trials (expires_at);
