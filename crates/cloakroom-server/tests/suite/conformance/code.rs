//! Modules about what a code and a refresh token are good for: once, and for their own client.

use std::time::Duration;

use super::Module;
use super::party::{Asked, Party, Tokens, seconds};
use crate::http::{Answer, Request};
use crate::realm::{CALLBACK, Client};
use crate::server::pause;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-codereuse", |party| code_reuse(party, Duration::ZERO)),
    ("oidcc-codereuse-30seconds", |party| {
        code_reuse(party, Duration::from_secs(30));
    }),
    ("oidcc-refresh-token", refresh_token),
];

fn code_reuse(party: &Party, later: Duration) {
    let asked = party.asks();
    let callback = party.authorize(&mut party.browser(), &asked);
    let tokens = party.tokens(&party.redeem(&callback, &asked), &asked);
    party.userinfo(&tokens);
    pause(later);

    let again = party.redeem(&callback, &asked);

    assert_refused(&again, "invalid_grant");
    // RFC 6749 §4.1.2: what the code gave is revoked.
    let request = Request::get(&party.realm.path("userinfo"));
    let bearer = format!("Bearer {}", tokens.access);
    let answer = party.server().send(&request.with("Authorization", &bearer));
    assert_eq!(answer.status, 401, "the access token still works");
    let refreshed = refresh(party, &party.client, &tokens.refresh, None);
    assert_refused(&refreshed, "invalid_grant");
}

fn refresh_token(party: &Party) {
    assert!(party.lists("grant_types_supported", "refresh_token"));
    assert!(party.lists("scopes_supported", "offline_access"));
    let mut last = String::new();
    for client in [&party.client, &party.second] {
        let asked = party
            .asks_as(client)
            .with("scope", "openid offline_access")
            .with("prompt", "consent");
        let first = signed_in(party, client, &asked);
        pause(Duration::from_millis(1100));

        let scope = (client.id == party.client.id).then_some("openid offline_access");
        let answer = refresh(party, client, &first.refresh, scope);
        let second = party.tokens(&answer, &refreshed_request(&asked, &answer));

        party.userinfo(&second);
        compare(&first, &second);
        last = match second.refresh.is_empty() {
            true => first.refresh,
            false => second.refresh,
        };
    }

    let foreign = refresh(party, &party.client, &last, None);

    assert_refused(&foreign, "invalid_grant");
}

fn signed_in(party: &Party, client: &Client, asked: &Asked) -> Tokens {
    let callback = party.authorize(&mut party.browser(), asked);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code")),
        ("redirect_uri", CALLBACK),
    ];
    let tokens = party.tokens(&party.post_token(client, &fields), asked);
    assert!(tokens.refresh.len() >= 22, "{}", tokens.body);
    tokens
}

fn refresh(party: &Party, client: &Client, token: &str, scope: Option<&str>) -> Answer {
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    fields.extend(scope.map(|scope| ("scope", scope)));
    party.post_token(client, &fields)
}

/// OpenID Connect Core 1.0 §12.2: the new ID token should have no nonce, and the old one if it has any.
fn refreshed_request(asked: &Asked, answer: &Answer) -> Asked {
    let claims = crate::jwt::claims(crate::http::text(&answer.json(), "id_token"));
    match claims.get("nonce") {
        Some(_) => asked.clone(),
        None => asked.clone().without("nonce"),
    }
}

/// OpenID Connect Core 1.0 §12.2: what a new ID token has in common with the first.
fn compare(first: &Tokens, second: &Tokens) {
    assert_ne!(first.access, second.access);
    for name in ["iss", "sub", "aud", "azp", "auth_time"] {
        assert_eq!(first.claims[name], second.claims[name], "{name}");
    }
    assert!(seconds(&second.claims, "iat") > seconds(&first.claims, "iat"));
}

fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (400, error),
        "{}",
        answer.body
    );
}
