# pip install django mozilla-django-oidc; the redirect URI is https://YOUR-APP/oidc/callback/.
# urls.py: path("oidc/", include("mozilla_django_oidc.urls")); a page with @login_required leads to the sign-in.
# settings.py:
import os

INSTALLED_APPS += ["mozilla_django_oidc"]
AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]
OIDC_RP_CLIENT_ID = "{client_id}"
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_OP_AUTHORIZATION_ENDPOINT = "{issuer}/protocol/openid-connect/auth"
OIDC_OP_TOKEN_ENDPOINT = "{issuer}/protocol/openid-connect/token"
OIDC_OP_USER_ENDPOINT = "{issuer}/protocol/openid-connect/userinfo"
OIDC_OP_JWKS_ENDPOINT = "{issuer}/protocol/openid-connect/certs"
LOGIN_URL = "oidc_authentication_init"
LOGIN_REDIRECT_URL = "/"
