-- The languages that a realm has texts of, or had: one stays when its last text goes.
CREATE TABLE localization_locales (
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  locale TEXT NOT NULL,
  PRIMARY KEY (realm_id, locale)
);
INSERT INTO localization_locales (realm_id, locale) SELECT DISTINCT realm_id, locale FROM localization_texts;
