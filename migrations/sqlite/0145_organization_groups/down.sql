-- There is no way back: a migration only expands, and a backup is the way to an older schema.
SELECT 1;
