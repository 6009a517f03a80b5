-- What kind of application a client is, beside the settings that say it: a list that is narrowed by it reads no JSON.
-- A node of an older version writes none; lists look into the settings of those.
ALTER TABLE clients ADD COLUMN kind TEXT;
UPDATE clients SET kind = CASE
  WHEN coalesce(json_extract(settings, '$.bearerOnly'), 0) = 1 THEN 'api'
  WHEN NOT (coalesce(json_extract(settings, '$.standardFlowEnabled'), 0) = 1)
    THEN CASE WHEN coalesce(json_extract(settings, '$.serviceAccountsEnabled'), 0) = 1 THEN 'machine' ELSE 'api' END
  WHEN NOT (coalesce(json_extract(settings, '$.publicClient'), 0) = 1) THEN 'web'
  WHEN EXISTS (SELECT 1 FROM json_each(clients.settings, '$.redirectUris') AS uri
      WHERE uri.value NOT LIKE 'http%' AND uri.value NOT LIKE '/%' AND uri.value <> '*') THEN 'native'
  ELSE 'spa'
END;
CREATE INDEX clients_by_kind ON clients (realm_id, kind, client_id);
