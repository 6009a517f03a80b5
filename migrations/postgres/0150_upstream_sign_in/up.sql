-- Browsers that were sent to an identity provider and have not come back. A row is taken once.
CREATE TABLE departures (
  -- The digest of the state that the browser brings back.
  state BYTEA NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The digest of the handle in the browser's cookie.
  browser BYTEA NOT NULL,
  provider TEXT NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
  attempt_id TEXT NOT NULL,
  -- Nonce, verifier and what else the return needs, sealed.
  secrets BYTEA NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX departures_by_end ON departures (expires_at);

-- What an identity provider issued for a user, sealed; only where its settings ask to keep it.
ALTER TABLE federated_identities ADD COLUMN tokens BYTEA;

-- An account at an identity provider belongs to one user. The first of several links stays.
DELETE FROM federated_identities WHERE EXISTS (
  SELECT 1 FROM federated_identities AS other
  WHERE other.realm_id = federated_identities.realm_id
    AND other.provider = federated_identities.provider
    AND other.external_id = federated_identities.external_id
    AND other.user_id < federated_identities.user_id
);
DROP INDEX federated_identities_by_external;
CREATE UNIQUE INDEX federated_identities_by_external ON federated_identities (realm_id, provider, external_id);

-- Which session at an identity provider a session of ours came from.
CREATE TABLE upstream_sessions (
  session_id TEXT NOT NULL,
  offline BOOLEAN NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  external_id TEXT NOT NULL,
  external_session TEXT,
  -- The ID token, which ends the session there as well; sealed.
  id_token BYTEA,
  PRIMARY KEY (session_id, offline),
  FOREIGN KEY (session_id, offline) REFERENCES sessions (id, offline) ON DELETE CASCADE
);
CREATE INDEX upstream_sessions_by_external ON upstream_sessions (realm_id, provider, external_id);
CREATE INDEX upstream_sessions_by_session ON upstream_sessions (realm_id, provider, external_session);
