-- When each user last signed in: a session is gone when it ends, and this stays.
CREATE TABLE sign_ins (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_realm ON sign_ins (realm_id, at);
INSERT INTO sign_ins (user_id, realm_id, at)
SELECT user_id, realm_id, MAX(started_at) FROM sessions WHERE offline = FALSE GROUP BY user_id, realm_id;
