-- Lists are read from indexes that are in their order and hold all that narrows them: the members of a role or a
-- group, and who has an attribute, by the username that stands beside.
ALTER TABLE user_roles ADD COLUMN username TEXT;
ALTER TABLE user_groups ADD COLUMN username TEXT;
ALTER TABLE user_attributes ADD COLUMN username TEXT;
UPDATE user_roles SET username = (SELECT users.username FROM users WHERE users.id = user_roles.user_id);
UPDATE user_groups SET username = (SELECT users.username FROM users WHERE users.id = user_groups.user_id);
UPDATE user_attributes SET username = (SELECT users.username FROM users WHERE users.id = user_attributes.user_id);
DROP INDEX user_roles_by_realm;
DROP INDEX user_groups_by_realm;
DROP INDEX user_attributes_by_value;
CREATE INDEX user_roles_by_name ON user_roles (realm_id, role_id, username, user_id);
CREATE INDEX user_groups_by_name ON user_groups (realm_id, group_id, username, user_id);
CREATE INDEX user_attributes_by_name ON user_attributes (realm_id, name, value, username, user_id);
-- The lines of a search text are told apart by their place, so an absent value has an empty one.
UPDATE users SET search = char(10) || lower(replace(coalesce(username, ''), char(10), ' ')) || char(10) || lower(replace(coalesce(email, ''), char(10), ' ')) || char(10) || lower(replace(coalesce(first_name, ''), char(10), ' ')) || char(10) || lower(replace(coalesce(last_name, ''), char(10), ' ')) || char(10)
WHERE email IS NULL OR first_name IS NULL OR last_name IS NULL;
DROP INDEX users_by_search;
CREATE INDEX users_by_list ON users (realm_id, username, search, service_account_client, enabled, email_verified, created_at, id);
-- What happened to one user, among all that happened.
CREATE INDEX events_by_user ON events (realm_id, user_id, time);
