-- What kind of application a client is, beside the settings that say it: a list that is narrowed by it reads no JSON.
-- A node of an older version writes none; lists look into the settings of those.
ALTER TABLE clients ADD COLUMN kind TEXT;
UPDATE clients SET kind = CASE
  WHEN coalesce(settings::json ->> 'bearerOnly', 'false') = 'true' THEN 'api'
  WHEN NOT (coalesce(settings::json ->> 'standardFlowEnabled', 'false') = 'true')
    THEN CASE WHEN coalesce(settings::json ->> 'serviceAccountsEnabled', 'false') = 'true' THEN 'machine' ELSE 'api' END
  WHEN NOT (coalesce(settings::json ->> 'publicClient', 'false') = 'true') THEN 'web'
  WHEN EXISTS (SELECT 1 FROM json_array_elements_text(coalesce(settings::json -> 'redirectUris', '[]')) AS uri(value)
      WHERE uri.value NOT LIKE 'http%' AND uri.value NOT LIKE '/%' AND uri.value <> '*') THEN 'native'
  ELSE 'spa'
END;
CREATE INDEX clients_by_kind ON clients (realm_id, kind, client_id);
