-- The scopes of many clients are read from the index alone: ten thousand clients have a hundred thousand links.
CREATE INDEX scope_links_of_owner ON scope_links (owner_id, scope_id, is_default, realm_id);
