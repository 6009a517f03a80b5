-- Texts that an administrator puts in place of the built-in messages.
CREATE TABLE localization_texts (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  locale TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (realm_id, locale, name)
);
