"""PyPI python-keycloak: everything of KeycloakOpenID that an application uses."""

from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from jwcrypto.jwk import JWK
from keycloak import KeycloakOpenID
from keycloak.exceptions import KeycloakAuthenticationError, KeycloakPostError

from checks import SETUP, refused, run, test
from tiny_browser import Browser

CALLBACK = SETUP["callback"]
USER = (SETUP["username"], SETUP["password"])


def client(name="direct"):
    """A KeycloakOpenID of one confidential client."""
    return KeycloakOpenID(
        server_url=SETUP["base"] + "/",
        realm_name=SETUP["realm"],
        client_id=name,
        client_secret_key=SETUP["secret"],
    )


@test
def well_known():
    """well_known names the issuer."""
    assert client().well_known()["issuer"] == SETUP["issuer"]


@test
def password_grant():
    """token gives tokens for a user name and a password."""
    token = client().token(*USER)
    assert token["token_type"] == "Bearer" and token["access_token"] and token["refresh_token"], token
    assert token["expires_in"] > 0 and token["refresh_expires_in"] > 0, token


@test
def wrong_password():
    """token refuses a wrong password as an invalid grant."""
    error = refused(lambda: client().token(USER[0], "wrong"), KeycloakAuthenticationError, KeycloakPostError)
    assert b"invalid_grant" in error.response_body, error


@test
def not_allowed():
    """token refuses the password grant to a client that does not have it."""
    error = refused(lambda: client("web").token(*USER), KeycloakAuthenticationError, KeycloakPostError)
    assert b"unauthorized_client" in error.response_body, error


@test
def service_account():
    """token gives a service account its token."""
    assert client("machine").token(grant_type="client_credentials")["access_token"]


@test
def refresh():
    """refresh_token gives new tokens."""
    keycloak = client()
    token = keycloak.token(*USER)
    after = keycloak.refresh_token(token["refresh_token"])
    assert after["access_token"] != token["access_token"]
    assert after["session_state"] == token["session_state"], after


@test
def userinfo():
    """userinfo answers for the user."""
    keycloak = client()
    info = keycloak.userinfo(keycloak.token(*USER)["access_token"])
    assert info["preferred_username"] == USER[0], info


@test
def bad_token():
    """userinfo refuses nonsense with 401."""
    error = refused(lambda: client().userinfo("nonsense"), KeycloakAuthenticationError)
    assert error.response_code == 401, error


@test
def introspect():
    """introspect tells the API that a token is active, and what it says."""
    about = client("api").introspect(client().token(*USER)["access_token"])
    assert about["active"] is True and about["username"] == USER[0], about
    assert about["client_id"] == "direct" and about["realm_access"]["roles"], about


@test
def logout():
    """logout ends the session and its tokens."""
    keycloak = client()
    token = keycloak.token(*USER)
    keycloak.logout(token["refresh_token"])
    error = refused(lambda: keycloak.refresh_token(token["refresh_token"]), KeycloakPostError)
    assert error.response_code == 400 and b"invalid_grant" in error.response_body, error
    assert client("api").introspect(token["access_token"]) == {"active": False}


@test
def public_key():
    """public_key is the key that verifies an access token."""
    keycloak = client()
    pem = f"-----BEGIN PUBLIC KEY-----\n{keycloak.public_key()}\n-----END PUBLIC KEY-----"
    key = JWK.from_pem(pem.encode())
    claims = keycloak.decode_token(keycloak.token(*USER)["access_token"], key=key)
    assert claims["azp"] == "direct", claims


@test
def certs():
    """certs lists the signing and the encryption key of a new realm."""
    keys = client().certs()["keys"]
    assert len(keys) == 2, keys
    assert sorted((key["alg"], key["use"]) for key in keys) == [("RS256", "sig"), ("RSA-OAEP", "enc")], keys
    assert all(key["x5c"] and key["x5t"] and key["x5t#S256"] for key in keys), keys


@test
def decode_token():
    """decode_token accepts a token of this realm."""
    keycloak = client()
    claims = keycloak.decode_token(keycloak.token(*USER)["access_token"])
    assert claims["iss"] == SETUP["issuer"] and claims["typ"] == "Bearer", claims


@test
def code_flow():
    """auth_url leads to a code that token redeems."""
    keycloak = client("web")
    verifier = "a-verifier-of-at-least-forty-three-characters-of-length"
    url = keycloak.auth_url(
        redirect_uri=CALLBACK,
        scope="openid email",
        state="state-1",
        nonce="nonce-1",
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    answer = parse_qs(urlsplit(Browser(CALLBACK).sign_in(url, *USER)).query)
    assert answer["state"] == ["state-1"] and answer["iss"] == [SETUP["issuer"]], answer
    token = keycloak.token(
        grant_type="authorization_code", code=answer["code"][0], redirect_uri=CALLBACK, code_verifier=verifier
    )
    assert keycloak.decode_token(token["id_token"])["nonce"] == "nonce-1"


run()
