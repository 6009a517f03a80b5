//! Codes are traded once, by the client that they were made for, with all that they were bound to.

use crate::realm::{VERIFIER, World, trade_of};

#[test]
fn a_code_is_worth_nothing_without_what_it_was_bound_to() {
    let world = World::new();
    // The parameter, its value (none is left out), and the paragraph that demands the refusal.
    let rows = [
        (
            "redirect_uri",
            Some("https://shop.example/other"),
            "RFC 6749 §4.1.3",
        ),
        ("redirect_uri", None, "RFC 6749 §4.1.3"),
        (
            "client_id",
            Some("other"),
            "RFC 6749 §4.1.3: ensure that the code was issued to the client",
        ),
        ("code_verifier", None, "RFC 7636 §4.6"),
        ("code_verifier", Some("short"), "RFC 7636 §4.1"),
        (
            "code_verifier",
            Some("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
            "RFC 7636 §4.6",
        ),
        ("code", Some("nonsense"), "RFC 6749 §5.2"),
    ];
    for (name, value, paragraph) in rows {
        let code = world.code_for("alice", "shop");
        let mut parameters = trade_of("shop", &code);
        parameters.retain(|(known, _)| *known != name);
        parameters.extend(value.map(|value| (name, value)));

        let refused = world.token(&parameters).unwrap_err();

        assert_eq!(
            refused.code, "invalid_grant",
            "{name}={value:?}: {paragraph}"
        );
        assert_eq!(refused.status, 400, "{name}={value:?}");
    }
}

#[test]
fn a_verifier_without_a_challenge_is_a_downgrade() {
    let world = World::new();
    let session = world.session_of("alice");
    let parameters = [
        ("client_id", "shop"),
        ("redirect_uri", crate::realm::CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    let response = world.respond(&parameters, &session);
    let code = &response
        .parameters
        .iter()
        .find(|(name, _)| *name == "code")
        .unwrap()
        .1;

    // RFC 9700 §4.8.2.
    let refused = world.trade("shop", code).unwrap_err();

    assert_eq!(refused.code, "invalid_grant");
    assert!(!VERIFIER.is_empty());
}

#[test]
fn a_code_that_comes_again_ends_what_it_began() {
    let world = World::new();
    let code = world.code_for("alice", "shop");
    let tokens = world.trade("shop", &code).unwrap();
    assert!(world.userinfo(&tokens.text("access_token")).is_ok());

    // RFC 6749 §4.1.2.
    let again = world.trade("shop", &code).unwrap_err();

    assert_eq!(again.code, "invalid_grant");
    assert_eq!(
        world
            .userinfo(&tokens.text("access_token"))
            .unwrap_err()
            .code,
        "invalid_token"
    );
    assert!(
        world
            .refresh("shop", &tokens.text("refresh_token"))
            .is_err()
    );
}

#[test]
fn a_code_of_another_client_is_spent_by_the_attempt() {
    let world = World::new();
    let code = world.code_for("alice", "shop");

    assert!(world.trade("other", &code).is_err());

    assert!(world.trade("shop", &code).is_err());
}

#[test]
fn a_code_lives_for_a_minute() {
    let world = World::new();
    let (early, late) = (
        world.code_for("alice", "shop"),
        world.code_for("alice", "shop"),
    );
    world.wait(59);
    assert!(world.trade("shop", &early).is_ok());
    world.wait(1);

    assert_eq!(
        world.trade("shop", &late).unwrap_err().description,
        "Code is expired"
    );
}

#[test]
fn an_offline_session_goes_on_beside_the_browsers() {
    let world = World::new();
    let code = world.code_with("alice", "shop", &[("scope", "openid offline_access")]);
    let tokens = world.trade("shop", &code).unwrap();
    assert_eq!(tokens.claims("refresh_token")["typ"], "Offline");
    let sid = tokens.claims("access_token")["sid"]
        .as_str()
        .unwrap()
        .to_owned();

    world.run(move |cx| {
        let id = cloakroom_model::id::SessionId::new(sid.clone());
        Ok(cloakroom_model::session::remove(cx, &id, false)?)
    });

    assert!(world.userinfo(&tokens.text("access_token")).is_ok());
    assert!(world.refresh("shop", &tokens.text("refresh_token")).is_ok());
}
