//! The plan "RP-Initiated Logout": the client sends its user to the end of the session, and gets them back only where it
//! proved that it may (OpenID Connect RP-Initiated Logout 1.0).

use serde_json::json;

use super::Module;
use super::party::{Party, Tokens, fresh};
use crate::browser::{Browser, Page, Place};
use crate::html::Form;
use crate::http::{Request, encode, text};
use crate::jwt;

pub(super) const MODULES: &[Module] = &[
    (
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        discovery,
    ),
    ("oidcc-rp-initiated-logout", logout),
    (
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        bad_redirect_uri,
    ),
    (
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        modified_hint,
    ),
    ("oidcc-rp-initiated-logout-no-id-token-hint", no_hint),
    ("oidcc-rp-initiated-logout-no-params", no_parameters),
    (
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        no_redirect_uri,
    ),
    ("oidcc-rp-initiated-logout-no-state", no_state),
    ("oidcc-rp-initiated-logout-only-state", only_state),
    (
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        query_added,
    ),
    ("oidcc-rp-initiated-logout-bad-id-token-hint", bad_hint),
];

/// Where the client wants its user back; registered when the plan begins.
pub(super) const BYE: &str = "https://rp.test/bye";

/// Registers the address for the plan's client.
pub(super) fn prepare(party: &Party) {
    let found = party
        .realm
        .call("GET", "/clients?clientId=first", &json!(null));
    let id = text(&found.json()[0], "id").to_owned();
    let attributes = json!({"attributes": {"post.logout.redirect.uris": BYE}});
    party.realm.change(&format!("/clients/{id}"), attributes);
}

/// Somebody who is signed in.
pub(super) fn signed_in(party: &Party) -> (Browser, Tokens) {
    let mut browser = party.browser();
    let tokens = party.sign_in(&mut browser, &party.asks());
    (browser, tokens)
}

pub(super) fn end_session(party: &Party, browser: &mut Browser, fields: &[(&str, &str)]) -> Place {
    let endpoint = text(&party.metadata, "end_session_endpoint");
    let path = endpoint.trim_start_matches(&party.server().base);
    match fields.is_empty() {
        true => browser.open(path),
        false => browser.open(&format!("{path}?{}", encode(fields))),
    }
}

/// The session is over, or it goes on.
pub(super) fn is_signed_in(party: &Party, browser: &mut Browser) -> bool {
    let asked = party.asks().with("prompt", "none");
    let callback = party.delivered(browser.open(&party.target(&asked)), &asked);
    match callback.get("error") {
        "" => true,
        error => {
            assert_eq!(error, "login_required");
            false
        }
    }
}

/// The user is asked, says yes, and is told that the session is over.
fn confirm(browser: &mut Browser, place: Place) -> Page {
    let page = place.page();
    let is_question = |form: &Form| {
        let mut buttons = form.buttons.iter();
        buttons.any(|(name, _)| name == "confirmLogout")
    };
    let mut forms = crate::html::forms(&page.answer.body).into_iter();
    let Some(mut form) = forms.find(is_question) else {
        return page;
    };
    form.press("confirmLogout");
    browser.submit(&page.address, &form).page()
}

/// The user stays with the provider: told that something is wrong, or asked whether to sign out. The session goes on.
fn check_kept(party: &Party, browser: &mut Browser, place: Place) {
    let page = place.page();
    let is_asked = page.answer.body.contains("confirmLogout");
    assert!(page.is_error() || is_asked, "{:?}", page.answer);
    assert!(is_signed_in(party, browser), "nobody has said yes");
}

fn discovery(party: &Party) {
    let endpoint = text(&party.metadata, "end_session_endpoint");

    assert!(endpoint.starts_with(&party.realm.issuer()), "{endpoint}");
    let path = endpoint.trim_start_matches(&party.server().base);
    // §2: both methods.
    for request in [Request::get(path), Request::form::<&str, &str>(path, &[])] {
        let answer = party.server().send(&request);
        assert!(answer.is_page() && answer.status < 500, "{answer:?}");
    }
}

fn logout(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let state = fresh();
    let fields = [
        ("id_token_hint", tokens.id.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", &state),
    ];

    let callback = end_session(party, &mut browser, &fields).client();

    assert_eq!(callback.address, format!("{BYE}?state={state}"));
    assert!(!is_signed_in(party, &mut browser));
}

fn no_state(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let fields = [
        ("id_token_hint", tokens.id.as_str()),
        ("post_logout_redirect_uri", BYE),
    ];

    let callback = end_session(party, &mut browser, &fields).client();

    assert_eq!(callback.address, BYE);
    assert!(!is_signed_in(party, &mut browser));
}

fn bad_redirect_uri(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let hint = ("id_token_hint", tokens.id.as_str());
    for address in ["https://rp.test/elsewhere", "https://evil.test/bye"] {
        let fields = [hint, ("post_logout_redirect_uri", address)];

        let place = end_session(party, &mut browser, &fields);

        check_kept(party, &mut browser, place);
    }
}

fn query_added(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let address = format!("{BYE}?foo=bar");
    let fields = [
        ("id_token_hint", tokens.id.as_str()),
        ("post_logout_redirect_uri", &address),
    ];

    let place = end_session(party, &mut browser, &fields);

    check_kept(party, &mut browser, place);
}

fn modified_hint(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let hint = jwt::unsigned(&tokens.claims);
    let fields = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", "x"),
    ];

    let place = end_session(party, &mut browser, &fields);

    check_kept(party, &mut browser, place);
}

fn bad_hint(party: &Party) {
    let (mut browser, tokens) = signed_in(party);
    let hint = jwt::hs256(
        &json!({"alg": "HS256"}),
        &tokens.claims,
        b"a secret of the test suite",
    );
    let fields = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
    ];

    let place = end_session(party, &mut browser, &fields);

    check_kept(party, &mut browser, place);
}

fn no_hint(party: &Party) {
    let (mut browser, _) = signed_in(party);
    let fields = [("post_logout_redirect_uri", BYE), ("state", "x")];

    let place = end_session(party, &mut browser, &fields);

    check_kept(party, &mut browser, place);
}

/// The client names no address, so the provider's own page is the end.
fn ends_here(party: &Party, fields: impl Fn(&Tokens) -> Vec<(&'static str, String)>) {
    let (mut browser, tokens) = signed_in(party);
    let fields = fields(&tokens);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();

    let place = end_session(party, &mut browser, &fields);
    let page = confirm(&mut browser, place);

    assert_eq!(page.answer.status, 200, "{:?}", page.answer);
    assert!(!page.is_error(), "{:?}", page.answer);
    assert!(!is_signed_in(party, &mut browser));
}

fn no_parameters(party: &Party) {
    ends_here(party, |_| Vec::new());
}

fn only_state(party: &Party) {
    ends_here(party, |_| vec![("state", fresh())]);
}

fn no_redirect_uri(party: &Party) {
    ends_here(party, |tokens| {
        vec![("id_token_hint", tokens.id.clone()), ("state", fresh())]
    });
}
