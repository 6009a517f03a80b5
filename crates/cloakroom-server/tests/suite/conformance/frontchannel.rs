//! The plan "Front-Channel Logout": the browser opens an address of the client in a frame when the session ends (OpenID Connect
//! Front-Channel Logout 1.0).

use serde_json::{Value, json};

use super::Module;
use super::logout::{self, BYE, end_session, is_signed_in, signed_in};
use super::party::{Party, fresh};
use crate::html;
use crate::http::text;
use crate::jwt;

pub(super) const MODULES: &[Module] = &[
    (
        "oidcc-frontchannel-logout-discovery-endpoint-verification",
        discovery,
    ),
    ("oidcc-frontchannel-rp-initiated-logout", tells),
    ("LOGOUT-08 what is framed is what was registered", frames),
    (
        "LOGOUT-08 nothing is framed of a client that does not want it",
        settings,
    ),
];

/// What the client wants opened.
const FRAME: &str = "https://rp.test/frontchannel?client=first";

/// Registers the addresses for the plan's client.
pub(super) fn prepare(party: &Party) {
    logout::prepare(party);
    register(party, FRAME);
}

fn register(party: &Party, address: &str) {
    let attributes = json!({"frontchannel.logout.url": address, "post.logout.redirect.uris": BYE});
    change(
        party,
        json!({"frontchannelLogout": true, "attributes": attributes}),
    );
}

fn id_of(party: &Party) -> String {
    let found = party
        .realm
        .call("GET", "/clients?clientId=first", &json!(null));
    text(&found.json()[0], "id").to_owned()
}

fn change(party: &Party, settings: Value) {
    let id = id_of(party);
    party.realm.change(&format!("/clients/{id}"), settings);
}

/// The addresses that a page frames.
fn framed(page: &str) -> Vec<String> {
    let tags = page.split("<iframe").skip(1);
    let tags = tags.filter_map(|rest| rest.split('>').next());
    tags.filter_map(|tag| html::attribute(tag, "src")).collect()
}

fn discovery(party: &Party) {
    for name in [
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ] {
        assert_eq!(party.metadata[name], json!(true), "{name}");
    }
    assert!(text(&party.metadata, "end_session_endpoint").starts_with("http"));
}

fn tells(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let state = fresh();
    let fields = [
        ("id_token_hint", tokens.id.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", &state),
    ];

    let page = end_session(party, &mut browser, &fields).page();

    let sid = text(&jwt::claims(&tokens.id), "sid").to_owned();
    let issuer = crate::http::encode(&[("iss", party.realm.issuer()), ("sid", sid)]);
    assert_eq!(framed(&page.answer.body), [format!("{FRAME}&{issuer}")]);
    let policy = page.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("; frame-src https://rp.test; "), "{policy}");
    // Without scripts, and with them, the browser goes on to the client.
    let next = format!("{BYE}?state={state}");
    let body = html::unescape(&page.answer.body);
    assert!(
        body.contains(&format!("content=\"5; url={next}\"")),
        "{body}"
    );
    assert!(body.contains(&format!("href=\"{next}\"")), "{body}");
    assert!(!is_signed_in(party, &mut browser));
}

fn frames(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let hint = ("id_token_hint", tokens.id.as_str());
    // Nothing of the request is framed, and nothing is if it ends no session.
    let fields = [hint, ("frontchannel_logout_uri", "https://evil.test/")];
    let page = end_session(party, &mut browser, &fields).page();
    assert_eq!(framed(&page.answer.body).len(), 1, "{:?}", page.answer);
    assert!(!page.answer.body.contains("evil.test"), "{:?}", page.answer);

    let page = end_session(party, &mut browser, &[hint]).page();
    assert!(framed(&page.answer.body).is_empty(), "{:?}", page.answer);
}

fn settings(party: &Party) {
    let without_session = json!({"attributes": {
        "frontchannel.logout.url": FRAME, "post.logout.redirect.uris": BYE,
        "frontchannel.logout.session.required": "false",
    }});
    let elsewhere = |address: &str| json!({"attributes": {"frontchannel.logout.url": address, "post.logout.redirect.uris": BYE}});
    let cases: [(&str, Value, &[&str]); 4] = [
        ("without its session", without_session, &[FRAME]),
        ("another way", json!({"frontchannelLogout": false}), &[]),
        ("switched off", json!({"enabled": false}), &[]),
        ("nowhere", elsewhere(""), &[]),
    ];
    for (name, settings, expected) in cases {
        let (mut browser, tokens) = signed_in(party);
        change(party, settings);
        let page = end_session(party, &mut browser, &[("id_token_hint", &tokens.id)]).page();
        let found = framed(&page.answer.body);
        change(party, json!({"enabled": true}));
        register(party, FRAME);
        assert_eq!(found, expected, "{name}: {:?}", page.answer);
    }
    // What an app's own scheme leads to is in no frame.
    let id = id_of(party);
    let refused = party.realm.call(
        "PUT",
        &format!("/clients/{id}"),
        &elsewhere("com.example.app:/logout"),
    );
    assert_eq!(refused.status, 400, "{}", refused.body);
}
