-- When a component was made or brought here, in milliseconds; 0 for those that were there before this was kept.
ALTER TABLE components ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
