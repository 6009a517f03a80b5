"""PyPI authlib: code flow with PKCE, ID token, refresh, revocation and client_credentials, on requests and on httpx."""

from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oauth2.rfc7523 import ClientSecretJWT
from joserfc import jwt
from joserfc.jwk import KeySet
import requests

from checks import SETUP, refused, run, test
from tiny_browser import Browser

ISSUER = SETUP["issuer"]
METADATA = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30).json()
CALLBACK = SETUP["callback"]


def session(kind=OAuth2Session, client="web", **options):
    """A client session of authlib, as its documentation shows it."""
    return kind(
        client_id=client,
        client_secret=SETUP["secret"],
        scope="openid profile email",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        **options,
    )


def sign_in(client):
    """Signs the user in and gives the tokens and the nonce that was sent."""
    verifier, nonce = generate_token(48), generate_token()
    url, state = client.create_authorization_url(
        METADATA["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    answer = Browser(CALLBACK).sign_in(url, SETUP["username"], SETUP["password"])
    token = client.fetch_token(
        METADATA["token_endpoint"], authorization_response=answer, code_verifier=verifier, state=state
    )
    return token, nonce


def claims_of(token, nonce):
    """Checks the ID token's signature and claims as an application does."""
    keys = KeySet.import_key_set(requests.get(METADATA["jwks_uri"], timeout=30).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"essential": True, "values": [ISSUER]}, "aud": {"essential": True, "values": ["web"]}},
        params={"nonce": nonce, "client_id": "web", "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    return claims


@test
def code_flow_on_requests():
    """authlib on requests signs in with PKCE and accepts the ID token."""
    token, nonce = sign_in(session())
    claims = claims_of(token, nonce)
    assert claims["preferred_username"] == SETUP["username"], claims


@test
def code_flow_on_httpx():
    """authlib on httpx signs in with PKCE and accepts the ID token."""
    token, nonce = sign_in(session(OAuth2Client))
    claims = claims_of(token, nonce)
    assert claims["email"] == f"{SETUP['username']}@example.org", claims


@test
def client_secret_post():
    """authlib signs in with client_secret_post."""
    token, nonce = sign_in(session(token_endpoint_auth_method="client_secret_post"))
    claims_of(token, nonce)


@test
def userinfo():
    """authlib reads userinfo with the token it has."""
    client = session()
    token, nonce = sign_in(client)
    info = client.get(METADATA["userinfo_endpoint"]).json()
    assert info["sub"] == claims_of(token, nonce)["sub"], info


@test
def refresh():
    """authlib refreshes its tokens."""
    client = session()
    token, _ = sign_in(client)
    before = token["access_token"]
    after = client.refresh_token(METADATA["token_endpoint"], refresh_token=token["refresh_token"])
    assert after["access_token"] != before
    assert after["refresh_token"]


@test
def revocation():
    """authlib revokes a refresh token, which then gives nothing."""
    client = session()
    token, _ = sign_in(client)
    answer = client.revoke_token(
        METADATA["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200, answer.text
    error = refused(
        lambda: client.refresh_token(METADATA["token_endpoint"], refresh_token=token["refresh_token"]), OAuthError
    )
    assert error.error == "invalid_grant", error


@test
def client_credentials():
    """authlib gets a token by client_credentials."""
    client = OAuth2Session(client_id="machine", client_secret=SETUP["secret"])
    token = client.fetch_token(METADATA["token_endpoint"], grant_type="client_credentials")
    assert token["access_token"] and "refresh_token" not in token, token


@test
def client_secret_jwt():
    """authlib gets a token with an assertion signed by its secret."""
    client = OAuth2Session(
        client_id="secret-jwt",
        client_secret=SETUP["secret"],
        token_endpoint_auth_method=ClientSecretJWT(METADATA["token_endpoint"]),
    )
    token = client.fetch_token(METADATA["token_endpoint"], grant_type="client_credentials")
    assert token["access_token"], token


@test
def wrong_secret():
    """authlib reports a wrong secret."""
    client = OAuth2Session(client_id="machine", client_secret="wrong")
    error = refused(
        lambda: client.fetch_token(METADATA["token_endpoint"], grant_type="client_credentials"), OAuthError
    )
    assert error.error in ("unauthorized_client", "invalid_client"), error


run()
