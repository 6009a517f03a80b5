-- What goes with a user or a client is found by it: without an index, the removal of one looked at every row of these
-- tables.
CREATE INDEX known_devices_by_user ON known_devices (user_id);
CREATE INDEX device_codes_by_client ON device_codes (client_uuid);
CREATE INDEX pushed_requests_by_client ON pushed_requests (client_uuid);
