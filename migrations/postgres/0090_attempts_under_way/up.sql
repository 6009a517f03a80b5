-- When each attempt that is under way began, in milliseconds: one that a crash cut off holds its place for a while, and
-- is no failure. `pending` says how many there are.
ALTER TABLE login_limits ADD COLUMN begun TEXT NOT NULL DEFAULT '';
