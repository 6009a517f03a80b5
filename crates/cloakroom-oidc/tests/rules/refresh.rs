//! Refresh tokens: who may trade them, how often, and what a copy is worth.

use crate::realm::{World, claims_of};

#[test]
fn a_refresh_token_is_its_clients_alone() {
    let world = World::new();
    let tokens = world
        .trade("shop", &world.code_for("alice", "shop"))
        .unwrap();

    // RFC 6749 §10.4.
    let refused = world
        .refresh("other", &tokens.text("refresh_token"))
        .unwrap_err();

    assert_eq!(refused.code, "invalid_grant");
    assert!(world.refresh("shop", &tokens.text("refresh_token")).is_ok());
}

#[test]
fn no_other_token_passes_for_a_refresh_token() {
    let world = World::new();
    let tokens = world
        .trade("shop", &world.code_for("alice", "shop"))
        .unwrap();
    for name in ["access_token", "id_token"] {
        // RFC 8725 §3.12: one kind of token is not taken for another.
        let refused = world.refresh("shop", &tokens.text(name)).unwrap_err();

        assert_eq!(refused.code, "invalid_grant", "{name}");
    }
}

#[test]
fn a_public_clients_token_is_spent_and_a_copy_ends_the_family() {
    let world = World::new();
    let first = world.trade("app", &world.code_for("alice", "app")).unwrap();
    let second = world.refresh("app", &first.text("refresh_token")).unwrap();
    let third = world.refresh("app", &second.text("refresh_token")).unwrap();

    // RFC 9700 §4.14.2: the first token again, after its successor was used.
    let copy = world
        .refresh("app", &first.text("refresh_token"))
        .unwrap_err();

    assert_eq!(copy.code, "invalid_grant");
    assert!(world.refresh("app", &third.text("refresh_token")).is_err());
    assert!(world.userinfo(&third.text("access_token")).is_err());
}

#[test]
fn a_lost_answer_is_asked_for_again_at_once() {
    let world = World::new();
    let first = world.trade("app", &world.code_for("alice", "app")).unwrap();
    let lost = world.refresh("app", &first.text("refresh_token")).unwrap();

    let again = world.refresh("app", &first.text("refresh_token")).unwrap();

    let jti =
        |tokens: &crate::realm::Tokens| claims_of(&tokens.text("refresh_token"))["jti"].clone();
    assert_eq!(jti(&again), jti(&lost));
    world.wait(31);
    assert!(world.refresh("app", &first.text("refresh_token")).is_err());
}

#[test]
fn a_scope_parameter_can_only_take_away() {
    let world = World::new();
    let code = world.code_with("alice", "shop", &[("scope", "openid phone")]);
    let tokens = world.trade("shop", &code).unwrap();
    let token = tokens.text("refresh_token");
    // RFC 6749 §6.
    let rows = [
        ("openid", false),
        ("openid phone", true),
        ("openid address", false),
    ];
    for (asked, has_phone) in rows {
        let parameters = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            ("client_secret", crate::realm::SECRET),
            ("refresh_token", token.as_str()),
            ("scope", asked),
        ];

        let scope = world.token(&parameters).unwrap().text("scope");

        assert_eq!(scope.contains("phone"), has_phone, "{asked}");
        assert!(!scope.contains("address"), "{asked}");
    }
}
