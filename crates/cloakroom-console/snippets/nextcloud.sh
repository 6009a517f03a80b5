# The redirect URI is https://YOUR-NEXTCLOUD/apps/user_oidc/code.
php occ app:install user_oidc
php occ user_oidc:provider cloakroom --clientid='{client_id}' --clientsecret="$CLIENT_SECRET" \
  --discoveryuri='{issuer}/.well-known/openid-configuration' --scope='openid email profile'
