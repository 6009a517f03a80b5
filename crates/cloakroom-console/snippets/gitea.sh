# The name of the source stands in the redirect URI: https://YOUR-GITEA/user/oauth2/cloakroom/callback.
gitea admin auth add-oauth --name cloakroom --provider openidConnect \
  --key '{client_id}' --secret "$CLIENT_SECRET" \
  --auto-discover-url '{issuer}/.well-known/openid-configuration' \
  --scopes 'openid profile email'
