//! Modules about the ways to ask the userinfo endpoint, and about single claims that a request asks for.

use serde_json::json;

use super::Module;
use super::party::Party;
use crate::http::Request;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-userinfo-get", userinfo_get),
    ("oidcc-userinfo-post-header", userinfo_post_header),
    ("oidcc-userinfo-post-body", userinfo_post_body),
    ("oidcc-claims-essential", claims_essential),
];

fn userinfo_get(party: &Party) {
    let tokens = party.sign_in(&mut party.browser(), &party.asks());

    party.userinfo(&tokens);
}

fn userinfo_post_header(party: &Party) {
    let tokens = party.sign_in(&mut party.browser(), &party.asks());
    let request = Request::new("POST", &party.realm.path("userinfo"));
    let bearer = format!("Bearer {}", tokens.access);

    let answer = party.server().send(&request.with("Authorization", &bearer));

    party.checked_userinfo(&answer, &tokens);
}

fn userinfo_post_body(party: &Party) {
    let tokens = party.sign_in(&mut party.browser(), &party.asks());
    let fields = [("access_token", &tokens.access)];

    let answer = party
        .server()
        .send(&Request::form(&party.realm.path("userinfo"), &fields));

    party.checked_userinfo(&answer, &tokens);
}

fn claims_essential(party: &Party) {
    let claims = json!({"userinfo": {"name": {"essential": true}}});
    let asked = party.asks().with("claims", &claims.to_string());

    let tokens = party.sign_in(&mut party.browser(), &asked);

    assert_eq!(party.userinfo(&tokens)["name"], "Ada Lovelace");
}
