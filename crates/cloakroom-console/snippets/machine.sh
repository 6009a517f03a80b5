curl -s '{issuer}/protocol/openid-connect/token' \
  -d grant_type=client_credentials \
  -d client_id='{client_id}' \
  --data-urlencode "client_secret=$CLIENT_SECRET"
