-- A page of a trail is found in its index alone, with all that narrows it: who asks for a kind of events that a million others hide
-- reads no row of them.
-- What strangers named as a client was kept whole, however long, and an entry of an index has room for 2700 bytes on PostgreSQL.
UPDATE events SET client_id = substr(client_id, 1, 255) WHERE length(client_id) > 255;
DROP INDEX events_by_time;
CREATE INDEX events_by_list ON events (realm_id, time, id, kind, client_id, ip);
DROP INDEX admin_events_by_time;
CREATE INDEX admin_events_by_list ON admin_events (realm_id, time, id, operation, resource_type);
