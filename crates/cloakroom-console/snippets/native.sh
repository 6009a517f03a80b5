# The device flow, for a terminal or a television: switch it on in the settings first.
curl -s '{issuer}/protocol/openid-connect/auth/device' -d client_id='{client_id}' -d scope=openid
# Show user_code and verification_uri, then ask every few seconds:
curl -s '{issuer}/protocol/openid-connect/token' -d client_id='{client_id}' \
  -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d device_code="$DEVICE_CODE"
