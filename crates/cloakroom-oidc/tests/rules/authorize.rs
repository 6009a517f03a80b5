//! Authorization requests that are refused, and to whom the refusal goes.

use cloakroom_oidc::authorize::{Decision, PageError};

use crate::realm::{World, error_of, form, request_of};

#[test]
fn a_refusal_never_leaves_for_an_address_that_is_not_the_clients() {
    let world = World::new();
    // The parameter, its hostile value, and the page that the browser stays on.
    let rows = [
        (
            "redirect_uri",
            "https://evil.example/cb",
            PageError::InvalidRedirectUri,
        ),
        (
            "redirect_uri",
            "https://shop.example/cb/../evil",
            PageError::InvalidRedirectUri,
        ),
        (
            "redirect_uri",
            "https://shop.example.evil.example/cb",
            PageError::InvalidRedirectUri,
        ),
        ("redirect_uri", "", PageError::InvalidRedirectUri),
        ("client_id", "nobody", PageError::ClientNotFound),
        ("client_id", "", PageError::MissingParameter("client_id")),
    ];
    for (name, value, expected) in rows {
        let decision = world.authorize(&request_of("shop", &[(name, value)]));

        let Decision::Page(error) = decision else {
            panic!("{name}={value}: {decision:?}");
        };
        assert_eq!(error, expected, "{name}={value}");
    }
}

/// A parameter, the error that its value leads to, and the paragraph that demands it.
const REFUSED: [(&str, &str, &str); 17] = [
    ("response_type=", "invalid_request", "RFC 6749 §4.1.2.1"),
    (
        "response_type=token",
        "unauthorized_client",
        "RFC 9700 §2.1.2",
    ),
    (
        "response_type=code token",
        "unauthorized_client",
        "RFC 9700 §2.1.2",
    ),
    (
        "response_type=foo",
        "unsupported_response_type",
        "RFC 6749 §4.1.2.1",
    ),
    (
        "response_mode=web_message",
        "invalid_request",
        "OAuth 2.0 Multiple Response Types §2.1",
    ),
    ("scope=openid unknown", "invalid_scope", "RFC 6749 §3.3"),
    ("scope=openid \"<svg>", "invalid_scope", "RFC 6749 §3.3"),
    (
        "code_challenge_method=plain",
        "invalid_request",
        "RFC 9700 §2.1.1",
    ),
    (
        "code_challenge_method=s256",
        "invalid_request",
        "RFC 7636 §4.3",
    ),
    ("code_challenge=short", "invalid_request", "RFC 7636 §4.2"),
    ("code_challenge=", "invalid_request", "RFC 7636 §4.4.1"),
    (
        "prompt=none login",
        "invalid_request",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "prompt=unknown",
        "invalid_request",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "max_age=-1",
        "invalid_request",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "max_age=99999999999999999999",
        "invalid_request",
        "OpenID Connect Core 1.0 §3.1.2.1",
    ),
    (
        "claims=[]",
        "invalid_request",
        "OpenID Connect Core 1.0 §5.5",
    ),
    (
        "claims=not json",
        "invalid_request",
        "OpenID Connect Core 1.0 §5.5",
    ),
];

#[test]
fn the_client_is_told_what_is_wrong_with_its_request() {
    let world = World::new();
    for (parameter, expected, paragraph) in REFUSED {
        let (name, value) = parameter.split_once('=').unwrap();

        let decision = world.authorize(&request_of("shop", &[(name, value), ("state", "kept")]));

        assert_eq!(
            error_of(&decision),
            Some(expected),
            "{parameter}: {paragraph}"
        );
        let Decision::Redirect(response) = decision else {
            continue;
        };
        let state = response
            .parameters
            .iter()
            .find(|(name, _)| *name == "state");
        assert_eq!(
            state.map(|(_, text)| text.as_str()),
            Some("kept"),
            "{parameter}"
        );
    }
}

#[test]
fn a_request_is_about_the_user_whom_the_client_names() {
    let world = World::new();
    let (alice, bob) = (world.user_id("alice"), world.user_id("bob"));
    let tokens = world
        .trade("shop", &world.code_for("alice", "shop"))
        .unwrap();
    let hint = tokens.text("id_token");
    let of_alice = format!(r#"{{"id_token":{{"sub":{{"value":"{alice}"}}}}}}"#);
    let of_either = format!(r#"{{"id_token":{{"sub":{{"values":["{alice}","{bob}"]}}}}}}"#);
    // Hint, claims, and whether alice and bob would do (OpenID Connect Core 1.0 §3.1.2.2, §5.5.1).
    let rows = [
        ("", "", (true, true)),
        (hint.as_str(), "", (true, false)),
        ("", of_alice.as_str(), (true, false)),
        ("", of_either.as_str(), (true, true)),
        (hint.as_str(), of_either.as_str(), (true, false)),
        (
            "",
            r#"{"id_token":{"sub":{"value":"stranger"}}}"#,
            (false, false),
        ),
        ("not.a.token", "", (true, true)),
    ];
    for (hint, claims, expected) in rows {
        let mut more = Vec::new();
        more.extend((!hint.is_empty()).then_some(("id_token_hint", hint)));
        more.extend((!claims.is_empty()).then_some(("claims", claims)));
        let Decision::Ask(request, client) = world.authorize(&request_of("shop", &more)) else {
            panic!("{hint} {claims}");
        };

        let found = (
            request.is_about(&client, &alice),
            request.is_about(&client, &bob),
        );

        assert_eq!(found, expected, "{hint} {claims}");
    }
}

#[test]
fn a_level_is_asked_for_by_name_or_number_and_told_under_the_name_that_was_asked_for() {
    let world = World::new();
    world.set("shop", |settings| {
        let map = r#"{"silver":1,"gold":"2"}"#.to_owned();
        settings.attributes.insert("acr.loa.map".to_owned(), map);
    });
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
    // What is asked, whether level 1 is out of reach of it, and the acr of a fresh password.
    let rows = [
        ("acr_values", "silver", false, "silver"),
        ("acr_values", "gold", false, "silver"),
        ("acr_values", "1", false, "1"),
        ("acr_values", "urn:unknown", false, "silver"),
        ("claims", essential, true, ""),
    ];
    for (name, value, is_out_of_reach, acr) in rows {
        let parameters = request_of("shop", &[(name, value)]);
        let Decision::Ask(request, _) = world.authorize(&parameters) else {
            panic!("{value}");
        };
        assert_eq!(request.level.is_missed_at(1), is_out_of_reach, "{value}");
        if !is_out_of_reach {
            let code = world.code_with("alice", "shop", &[(name, value)]);
            let tokens = world.trade("shop", &code).unwrap();
            assert_eq!(tokens.claims("id_token")["acr"], acr, "{value}");
        }
    }
    let unknown = r#"{"id_token":{"acr":{"essential":true,"values":["urn:unknown"]}}}"#;
    let refused = world.authorize(&request_of("shop", &[("claims", unknown)]));
    assert!(matches!(
        refused,
        Decision::Page(PageError::InvalidParameter("claims"))
    ));
}

#[test]
fn no_parameter_is_there_twice() {
    let twice = cloakroom_oidc::Form::parse(b"client_id=shop&client_id=other");

    assert!(twice.is_err());
    assert_eq!(form(&[("a", "")]).get("a"), None);
}
