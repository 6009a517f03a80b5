-- The limit that is always on: how often one source tried to sign in one user, known or not.
CREATE TABLE login_limits (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The id of the user, or a digest of the name that nobody has.
  subject TEXT NOT NULL,
  -- The address, or the network of an IPv6 address.
  source TEXT NOT NULL,
  failures BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  last_attempt BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  PRIMARY KEY (realm_id, subject, source)
);
CREATE INDEX login_limits_by_age ON login_limits (last_attempt);
