-- A search looks at each line of this index in the order of the list, and at no other part of a user before it matches.
CREATE INDEX users_by_search ON users (realm_id, username, search, service_account_client);
