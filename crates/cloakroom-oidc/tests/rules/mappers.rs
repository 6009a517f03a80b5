//! What tokens say about a user: by scope, by mapper, and claims asked for one by one.

use crate::realm::World;

#[test]
fn claims_asked_for_one_by_one_are_given_where_they_were_asked_for() {
    let world = World::new();
    let asked =
        r#"{"id_token":{"phone_number":null},"userinfo":{"phone_number":{"essential":true}}}"#;
    let code = world.code_with("alice", "shop", &[("claims", asked)]);
    let tokens = world.trade("shop", &code).unwrap();

    let userinfo = world.userinfo(&tokens.text("access_token")).unwrap();

    assert_eq!(tokens.claims("id_token")["phone_number"], "+49 30 1234");
    assert_eq!(userinfo["phone_number"], "+49 30 1234");
    assert!(tokens.claims("access_token").get("phone_number").is_none());
    let renewed = world
        .refresh("shop", &tokens.text("refresh_token"))
        .unwrap();
    assert_eq!(renewed.claims("id_token")["phone_number"], "+49 30 1234");
}

#[test]
fn nobody_obtains_by_name_what_no_mapper_of_the_client_makes() {
    let world = World::new();
    let asked =
        r#"{"id_token":{"password":null,"phoneNumber":null,"secret_data":{"essential":true}}}"#;
    let code = world.code_with("alice", "shop", &[("claims", asked)]);

    let claims = world.trade("shop", &code).unwrap().claims("id_token");

    for name in ["password", "phoneNumber", "secret_data"] {
        assert!(claims.get(name).is_none(), "{name}");
    }
}

#[test]
fn an_essential_auth_time_and_acr_are_there() {
    let world = World::new();
    let asked =
        r#"{"id_token":{"auth_time":{"essential":true},"acr":{"essential":true,"values":["1"]}}}"#;
    let code = world.code_with("alice", "shop", &[("claims", asked)]);

    let claims = world.trade("shop", &code).unwrap().claims("id_token");

    assert_eq!(claims["auth_time"], crate::realm::NOW.seconds());
    assert_eq!(claims["acr"], "1");
}

#[test]
fn a_pairwise_subject_is_one_and_the_same_wherever_the_client_looks() {
    let world = World::new();
    let salt = &[("pairwiseSubAlgorithmSalt", "salt")];
    world.add_mapper("shop", "oidc-sha256-pairwise-sub-mapper", salt);
    let tokens = world
        .trade("shop", &world.code_for("alice", "shop"))
        .unwrap();
    let other = world
        .trade("other", &world.code_for("alice", "other"))
        .unwrap();
    let alice = world.user_id("alice").to_string();

    let sub = tokens.claims("id_token")["sub"].clone();

    assert_ne!(sub, alice);
    assert_eq!(other.claims("id_token")["sub"], alice);
    for name in ["access_token", "refresh_token"] {
        assert_eq!(tokens.claims(name)["sub"], sub, "{name}");
    }
    let userinfo = world.userinfo(&tokens.text("access_token")).unwrap();
    assert_eq!(userinfo["sub"], sub);
    // The id itself is nowhere in what the client gets.
    assert!(!tokens.claims("access_token").to_string().contains(&alice));
}

#[test]
fn each_small_mapper_adds_its_claim_to_its_tokens() {
    let world = World::new();
    let everywhere: &[(&str, &str)] = &[
        ("id.token.claim", "true"),
        ("access.token.claim", "true"),
        ("userinfo.token.claim", "true"),
        ("claim.name", "intent"),
    ];
    for kind in [
        "oidc-nonce-backwards-compatible-mapper",
        "oidc-session-state-mapper",
        "oidc-claims-param-value-idtoken-mapper",
    ] {
        world.add_mapper("shop", kind, everywhere);
    }
    let asked = r#"{"id_token":{"intent":{"essential":true,"value":"pay 7"}}}"#;
    let more = [("nonce", "n-1"), ("claims", asked)];
    let tokens = world
        .trade("shop", &world.code_with("alice", "shop", &more))
        .unwrap();

    let (access, id) = (tokens.claims("access_token"), tokens.claims("id_token"));

    assert_eq!(access["nonce"], "n-1");
    assert_eq!(access["session_state"], access["sid"]);
    assert_eq!(id["session_state"], id["sid"]);
    assert_eq!(id["intent"], "pay 7");
    assert!(access.get("intent").is_none());
}
