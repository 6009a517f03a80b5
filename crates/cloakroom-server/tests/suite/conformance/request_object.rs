//! Modules about request objects (OpenID Connect Core 1.0 §6): they are read, or refused as such, and never ignored.

use serde_json::{Map, Value};

use super::Module;
use super::party::{Asked, Party};
use crate::browser::{Callback, Place};
use crate::jwt;
use crate::realm::CALLBACK;

pub(super) const MODULES: &[Module] = &[
    (
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        request_uri_unsigned,
    ),
    (
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        unsigned_request_object,
    ),
    (
        "oidcc-ensure-request-object-with-redirect-uri",
        request_object_with_redirect_uri,
    ),
];

/// The request as an unsigned object, and what OAuth 2.0 wants to see beside it.
fn as_object(party: &Party, asked: &Asked) -> (String, Asked) {
    let parameters = asked.0.iter();
    let mut claims: Map<String, Value> = parameters
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    claims.insert("aud".to_owned(), party.realm.issuer().into());
    claims.insert("iss".to_owned(), party.client.id.as_str().into());
    let mut outside = asked.clone();
    // `state` and `nonce` stand inside alone: whoever ignores the object loses them.
    outside
        .0
        .retain(|(name, _)| name != "state" && name != "nonce");
    (jwt::unsigned(&Value::Object(claims)), outside)
}

/// Either the flow ends with the values of the object, or the refusal says what is not supported.
fn processed_or_refused(party: &Party, sent: &Asked, meant: &Asked, errors: &[&str]) {
    let place = party.browser().answer(&party.target(sent), &party.person);
    match place {
        Place::Page(page) => assert!(page.is_error(), "{}", page.answer.body),
        Place::Client(callback) if callback.get("error").is_empty() => {
            let callback: Callback = party.called_back(Place::Client(callback), meant);
            party.obtain(&callback, meant);
        }
        Place::Client(callback) => {
            assert!(callback.address.starts_with(CALLBACK), "{callback:?}");
            assert!(errors.contains(&callback.get("error")), "{callback:?}");
            assert_eq!(callback.get("code"), "");
        }
    }
}

fn request_uri_unsigned(party: &Party) {
    let asked = party.asks();
    let sent = as_object(party, &asked)
        .1
        .with("request_uri", "https://rp.test/request.jwt");

    let errors = ["request_uri_not_supported", "invalid_request_uri"];
    processed_or_refused(party, &sent, &asked, &errors);
}

fn unsigned_request_object(party: &Party) {
    let asked = party.asks();
    let (object, outside) = as_object(party, &asked);

    let errors = ["request_not_supported", "invalid_request_object"];
    processed_or_refused(party, &outside.with("request", &object), &asked, &errors);
}

fn request_object_with_redirect_uri(party: &Party) {
    let asked = party.asks();
    let (object, outside) = as_object(party, &asked);
    let elsewhere = format!("{CALLBACK}/elsewhere");
    let sent = outside
        .with("redirect_uri", &elsewhere)
        .with("request", &object);

    processed_or_refused(party, &sent, &asked, &["request_not_supported"]);
}
