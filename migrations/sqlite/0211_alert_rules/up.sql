-- Searches of a realm's events that somebody has to look at once they find too many in a period.
CREATE TABLE alert_rules (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- What is searched for, as JSON.
  search TEXT NOT NULL,
  -- So many events within so many seconds.
  threshold BIGINT NOT NULL,
  period BIGINT NOT NULL,
  -- Grows with each change of the rule.
  revision BIGINT NOT NULL,
  -- Since when it waits for somebody to look; empty while it watches.
  fired_at BIGINT,
  -- What was before this instant has been looked at.
  cleared_at BIGINT,
  UNIQUE (realm_id, name)
);
