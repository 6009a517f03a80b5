-- Authorization requests that a client pushed before it sent a browser (RFC 9126).
CREATE TABLE pushed_requests (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  -- The digest of the secret in the request_uri.
  digest BLOB NOT NULL,
  client_uuid TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  -- The parameters, encoded as a form.
  parameters TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_requests_by_end ON pushed_requests (expires_at);
