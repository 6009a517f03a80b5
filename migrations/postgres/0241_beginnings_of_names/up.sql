-- Who has a name that begins with a word is read from indexes, not from the names of everybody. They compare bytes: in the order of a
-- language, what begins with a word need not stand together.
CREATE INDEX users_by_username_part ON users (realm_id, (username COLLATE "C")) INCLUDE (id);
CREATE INDEX users_by_email_part ON users (realm_id, (email COLLATE "C")) INCLUDE (id);
CREATE INDEX users_by_first_name ON users (realm_id, (left(split_part(search, chr(10), 4), 40) COLLATE "C")) INCLUDE (id);
CREATE INDEX users_by_last_name ON users (realm_id, (left(split_part(search, chr(10), 5), 40) COLLATE "C")) INCLUDE (id);
