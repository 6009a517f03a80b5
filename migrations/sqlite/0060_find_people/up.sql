-- The values of attributes, for searching: the first 255 characters of each.
CREATE TABLE user_attributes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, name, value)
);
CREATE INDEX user_attributes_by_value ON user_attributes (realm_id, name, value);
INSERT OR IGNORE INTO user_attributes (user_id, name, value, realm_id)
SELECT users.id, attribute.key, substr(entry.value, 1, 255), users.realm_id
FROM users, json_each(users.attributes) AS attribute, json_each(attribute.value) AS entry;

-- By which id an identity provider knows a user.
CREATE TABLE federated_identities (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  external_id TEXT NOT NULL,
  external_name TEXT,
  PRIMARY KEY (user_id, provider)
);
CREATE INDEX federated_identities_by_external ON federated_identities (realm_id, provider, external_id);
