//! The crate openidconnect, unmodified, against a running server: `tests/clients/run.mjs --only rust` sets it up.
#![expect(
    clippy::expect_used,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

#[path = "clients/rust/browser.rs"]
mod browser;
#[path = "clients/rust/setup.rs"]
mod setup;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};

use browser::Browser;
use setup::{Setup, send};

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A client that discovered the issuer, as the documentation of the crate makes it.
async fn discovered(setup: &Setup, client_id: &str) -> Client {
    let issuer = IssuerUrl::new(setup.issuer.clone()).expect("the issuer is a URL");
    let metadata = CoreProviderMetadata::discover_async(issuer, &send)
        .await
        .expect("discovery succeeds");
    let secret = ClientSecret::new(setup.secret.clone());
    CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), Some(secret))
        .set_redirect_uri(RedirectUrl::new(setup.callback.clone()).expect("the callback is a URL"))
}

/// What came back from the login: the code, and what the redemption and the ID token are checked against.
struct Answer {
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

/// Signs the user in with a browser and checks state and issuer of the answer.
async fn sign_in(setup: &Setup, client: &Client) -> Answer {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();

    let landed = Browser::new(&setup.callback)
        .sign_in(url, &setup.username, &setup.password)
        .await;

    let parameter = |name: &str| {
        landed
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(
        parameter("state").as_ref(),
        Some(state.secret()),
        "{landed}"
    );
    assert_eq!(parameter("iss"), Some(setup.issuer.clone()), "{landed}");
    let code = AuthorizationCode::new(parameter("code").expect("the answer has a code"));
    Answer {
        code,
        verifier,
        nonce,
    }
}

/// Checks the ID token's signature and claims, and that it belongs to the access token.
fn verified_claims(
    client: &Client,
    tokens: &CoreTokenResponse,
    nonce: &Nonce,
) -> CoreIdTokenClaims {
    let id_token = tokens.id_token().expect("there is an ID token");
    let verifier = client.id_token_verifier();
    let claims = id_token
        .claims(&verifier, nonce)
        .expect("the ID token is valid");
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().expect("the ID token is signed");
        let key = id_token
            .signing_key(&verifier)
            .expect("the signing key is published");
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
            .expect("the algorithm has a hash");
        assert_eq!(&actual, expected);
    }
    claims.clone()
}

#[tokio::test]
#[ignore = "needs a running server: node tests/clients/run.mjs --only rust"]
async fn a_code_with_pkce_gives_tokens_userinfo_and_a_refresh() {
    let setup = Setup::read();
    let client = discovered(&setup, "web").await;

    let answer = sign_in(&setup, &client).await;
    let tokens = client
        .exchange_code(answer.code)
        .expect("there is a token endpoint")
        .set_pkce_verifier(answer.verifier)
        .request_async(&send)
        .await
        .expect("the code is redeemed");
    let claims = verified_claims(&client, &tokens, &answer.nonce);
    let info: CoreUserInfoClaims = client
        .user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .expect("there is a userinfo endpoint")
        .request_async(&send)
        .await
        .expect("userinfo answers");
    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().expect("there is a refresh token"))
        .expect("there is a token endpoint")
        .request_async(&send)
        .await
        .expect("the refresh token is redeemed");

    assert_eq!(
        claims.preferred_username().map(|name| name.as_str()),
        Some(setup.username.as_str())
    );
    assert_eq!(
        info.email().map(|email| email.as_str()),
        Some(format!("{}@example.org", setup.username).as_str())
    );
    assert_ne!(
        refreshed.access_token().secret(),
        tokens.access_token().secret()
    );
}

#[tokio::test]
#[ignore = "needs a running server: node tests/clients/run.mjs --only rust"]
async fn an_id_token_with_another_nonce_is_not_accepted() {
    let setup = Setup::read();
    let client = discovered(&setup, "web").await;

    let answer = sign_in(&setup, &client).await;
    let tokens = client
        .exchange_code(answer.code)
        .expect("there is a token endpoint")
        .set_pkce_verifier(answer.verifier)
        .request_async(&send)
        .await
        .expect("the code is redeemed");

    let id_token = tokens.id_token().expect("there is an ID token");
    assert!(
        id_token
            .claims(&client.id_token_verifier(), &answer.nonce)
            .is_ok()
    );
    assert!(
        id_token
            .claims(&client.id_token_verifier(), &Nonce::new_random())
            .is_err()
    );
}

#[tokio::test]
#[ignore = "needs a running server: node tests/clients/run.mjs --only rust"]
async fn a_code_without_its_verifier_is_an_invalid_grant() {
    let setup = Setup::read();
    let client = discovered(&setup, "web").await;

    let answer = sign_in(&setup, &client).await;
    let (_, another) = PkceCodeChallenge::new_random_sha256();
    let refused = client
        .exchange_code(answer.code)
        .expect("there is a token endpoint")
        .set_pkce_verifier(another)
        .request_async(&send)
        .await;

    let Err(RequestTokenError::ServerResponse(error)) = refused else {
        unreachable!("the server answers with an OAuth error, not {refused:?}");
    };
    assert_eq!(error.error().as_ref(), "invalid_grant");
}

#[tokio::test]
#[ignore = "needs a running server: node tests/clients/run.mjs --only rust"]
async fn a_service_account_gets_a_token_by_client_credentials() {
    let setup = Setup::read();
    let client = discovered(&setup, "machine").await;

    let tokens = client
        .exchange_client_credentials()
        .expect("there is a token endpoint")
        .request_async(&send)
        .await
        .expect("the client gets a token");

    assert!(!tokens.access_token().secret().is_empty());
    assert!(tokens.refresh_token().is_none());
    assert!(
        tokens
            .expires_in()
            .is_some_and(|lifetime| !lifetime.is_zero())
    );
}
