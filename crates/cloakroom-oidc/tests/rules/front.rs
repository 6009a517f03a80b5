//! Answers with tokens in them, as the rules make them: what is in each, and for whom.

use cloakroom_jose::half_hash;
use cloakroom_oidc::authorize::{Decision, Response, ResponseMode};

use crate::realm::{CALLBACK, Tokens, World, claims_of, error_of, request_of};

/// A realm that gives access tokens, and a client that may have them.
fn world() -> World {
    let world = World::giving_access();
    world.set("shop", |settings| settings.implicit_flow_enabled = true);
    world
}

fn said<'r>(response: &'r Response, name: &str) -> &'r str {
    let mut all = response.parameters.iter();
    let found = all.find(|(known, _)| *known == name);
    found.map_or("", |(_, text)| text)
}

#[test]
fn an_id_token_vouches_for_what_goes_with_it() {
    let world = world();
    let session = world.session_of("alice");
    let more = [
        ("response_type", "code id_token token"),
        ("nonce", "n-1"),
        ("state", "s-1"),
    ];

    let response = world.respond(&request_of("shop", &more), &session);

    let claims = claims_of(said(&response, "id_token"));
    let hash = |text: &str| half_hash(cloakroom_jose::Alg::RS256, text);
    assert_eq!(response.mode, ResponseMode::Fragment);
    assert_eq!(response.redirect_uri, CALLBACK);
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["at_hash"], hash(said(&response, "access_token")));
    assert_eq!(claims["c_hash"], hash(said(&response, "code")));
    assert_eq!(claims["s_hash"], hash("s-1"));
    // The code leads to tokens of its own, and they are the same person's.
    let tokens: Tokens = world.trade("shop", said(&response, "code")).unwrap();
    assert_eq!(tokens.claims("id_token")["sub"], claims["sub"]);
    assert!(tokens.claims("id_token").get("c_hash").is_none());
}

#[test]
fn a_code_that_comes_again_ends_the_tokens_that_came_with_it() {
    let world = world();
    let session = world.session_of("alice");
    let more = [("response_type", "code token")];
    let response = world.respond(&request_of("shop", &more), &session);
    let access = said(&response, "access_token");
    assert!(world.userinfo(access).is_ok());
    world.trade("shop", said(&response, "code")).unwrap();

    // RFC 6749 §4.1.2.
    world.trade("shop", said(&response, "code")).unwrap_err();

    assert!(world.userinfo(access).is_err());
}

#[test]
fn nothing_is_answered_that_was_switched_off_since_it_was_asked_for() {
    let world = world();
    let session = world.session_of("alice");
    let more = [("response_type", "id_token"), ("nonce", "n-1")];
    let Decision::Ask(request, _) = world.authorize(&request_of("shop", &more)) else {
        panic!("the request is refused");
    };
    world.set("shop", |settings| settings.implicit_flow_enabled = false);

    let response = world.answered(*request, &session);

    assert_eq!(said(&response, "error"), "unauthorized_client");
    assert_eq!(said(&response, "id_token"), "");
}

#[test]
fn access_tokens_by_the_browser_are_off_until_a_realm_has_them() {
    let world = World::new();
    world.set("shop", |settings| settings.implicit_flow_enabled = true);
    for (response_type, expected) in [
        ("id_token", None),
        ("code id_token", None),
        ("token", Some("unauthorized_client")),
        ("code token", Some("unauthorized_client")),
        ("code id_token token", Some("unauthorized_client")),
    ] {
        let more = [("response_type", response_type), ("nonce", "n-1")];

        let decision = world.authorize(&request_of("shop", &more));

        assert_eq!(error_of(&decision), expected, "{response_type}");
    }
}

#[test]
fn a_session_from_before_what_a_client_believes_gets_an_error_of_this_endpoint() {
    let world = world();
    let session = world.session_of("alice");
    world.set("shop", |settings| settings.not_before = i64::MAX);
    for response_type in ["id_token", "code id_token token"] {
        let more = [("response_type", response_type), ("nonce", "n-1")];

        let response = world.respond(&request_of("shop", &more), &session);

        assert_eq!(said(&response, "error"), "access_denied", "{response_type}");
        for part in ["code", "id_token", "access_token"] {
            assert_eq!(said(&response, part), "", "{response_type}");
        }
    }
}
