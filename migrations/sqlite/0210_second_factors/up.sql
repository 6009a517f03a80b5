-- Who has more than a password, counted without a look at everybody's passwords.
CREATE INDEX credentials_beside_passwords ON credentials (realm_id, user_id, kind) WHERE kind <> 'password';
