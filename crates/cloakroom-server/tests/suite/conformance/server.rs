//! Modules about the flow as such: the happy paths, and requests that have a little less or more than most.

use serde_json::json;

use super::Module;
use super::party::{Asked, Party, fresh};
use crate::http::Request;
use crate::jwt;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-server", server),
    ("oidcc-response-type-missing", response_type_missing),
    ("oidcc-idtoken-signature", idtoken_signature),
    ("oidcc-idtoken-unsigned", idtoken_unsigned),
    (
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        request_without_nonce,
    ),
    (
        "oidcc-ensure-request-without-nonce-fails",
        request_without_nonce_fails,
    ),
    ("oidcc-alternate-happy-flow", alternate_happy_flow),
    (
        "oidcc-ensure-request-with-unknown-parameter-succeeds",
        unknown_parameter,
    ),
    ("oidcc-ensure-post-request-succeeds", post_request),
    ("oidcc-server-client-secret-post", client_secret_post),
    ("oidcc-ensure-request-with-valid-pkce-succeeds", valid_pkce),
    (
        "oidcc-ensure-registered-redirect-uri",
        registered_redirect_uri,
    ),
];

fn server(party: &Party) {
    let mut browser = party.browser();

    let tokens = party.sign_in(&mut browser, &party.asks());
    let claims = party.userinfo(&tokens);

    assert_eq!(browser.asked, ["kc-form-login"]);
    assert_eq!(claims["sub"], party.person.id);
}

fn response_type_missing(party: &Party) {
    let asked = party.asks().without("response_type");

    let place = party.browser().open(&party.target(&asked));
    let callback = party.delivered(place, &asked);

    let allowed = ["invalid_request", "unsupported_response_type"];
    assert!(allowed.contains(&callback.get("error")), "{callback:?}");
    assert_eq!(callback.get("code"), "");
}

fn idtoken_signature(party: &Party) {
    let tokens = party.sign_in(&mut party.browser(), &party.asks());

    assert_eq!(tokens.header["alg"], "RS256");
}

/// The module applies to providers that list `none`. This one does not, so a client that is registered for it is
/// refused or gets a signature all the same.
fn idtoken_unsigned(party: &Party) {
    assert!(!party.lists("id_token_signing_alg_values_supported", "none"));
    let client = json!({
        "clientId": "unsigned", "secret": "a-secret-of-its-own-1234567", "publicClient": false,
        "redirectUris": [crate::realm::CALLBACK], "attributes": {"id.token.signed.response.alg": "none"},
    });

    let registered = party.realm.call("POST", "/clients", &client);

    if registered.status == 400 {
        return;
    }
    assert_eq!(registered.status, 201, "{}", registered.body);
    let client = crate::realm::Client {
        id: "unsigned".to_owned(),
        secret: "a-secret-of-its-own-1234567".to_owned(),
    };
    let asked = party.asks_as(&client);
    let callback = party.authorize(&mut party.browser(), &asked);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", crate::realm::CALLBACK),
    ];
    let answer = party.post_token(&client, &fields);
    party.tokens(&answer, &asked);
}

fn request_without_nonce(party: &Party) {
    let tokens = party.sign_in(&mut party.browser(), &party.asks().without("nonce"));

    assert!(tokens.claims.get("nonce").is_none());
}

/// OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.11: without a nonce somebody else's ID token could be put in its place.
fn request_without_nonce_fails(party: &Party) {
    let asked = party.asks().without("nonce");

    let place = party.browser().open(&party.target(&asked));
    let callback = party.delivered(place, &asked);

    assert_eq!(callback.get("error"), "invalid_request");
    assert!(callback.get("error_description").contains("nonce"));
    assert_eq!((callback.get("code"), callback.get("id_token")), ("", ""));
}

fn alternate_happy_flow(party: &Party) {
    let mut asked = party
        .asks()
        .with("scope", "phone email profile address openid");
    asked.0.reverse();

    let tokens = party.sign_in(&mut party.browser(), &asked);

    assert_eq!(party.userinfo(&tokens)["email"], "ada@example.org");
}

fn unknown_parameter(party: &Party) {
    let asked = party.asks().with("extra", "foobar");

    party.sign_in(&mut party.browser(), &asked);
}

fn post_request(party: &Party) {
    let (mut browser, asked) = (party.browser(), party.asks());

    let first = browser.follow(Request::form(&party.realm.path("auth"), &asked.0));
    let place = browser.go_on(first, &party.person);
    let callback = party.called_back(place, &asked);

    party.obtain(&callback, &asked);
}

fn client_secret_post(party: &Party) {
    let asked = party.asks();
    let callback = party.authorize(&mut party.browser(), &asked);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", crate::realm::CALLBACK),
        ("client_id", &party.client.id),
        ("client_secret", &party.client.secret),
    ];

    let answer = party
        .server()
        .send(&Request::form(&party.realm.path("token"), &fields));

    party.userinfo(&party.tokens(&answer, &asked));
}

fn valid_pkce(party: &Party) {
    let verifier = format!("{}{}", fresh(), fresh());
    let asked: Asked = party
        .asks()
        .with("code_challenge", &jwt::challenge(&verifier))
        .with("code_challenge_method", "S256");
    let callback = party.authorize(&mut party.browser(), &asked);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", crate::realm::CALLBACK),
        ("code_verifier", &verifier),
    ];

    party.tokens(&party.post_token(&party.client, &fields), &asked);
}

fn registered_redirect_uri(party: &Party) {
    let unregistered = format!("{}/{}", crate::realm::CALLBACK, fresh());
    let asked = party.asks().with("redirect_uri", &unregistered);

    let page = party.browser().open(&party.target(&asked)).page();

    assert_eq!(page.answer.status, 400);
    assert!(page.is_error(), "{}", page.answer.body);
    assert!(
        page.answer.body.to_lowercase().contains("redirect"),
        "the page does not say what is wrong"
    );
    assert!(page.answer.location().is_none());
}
