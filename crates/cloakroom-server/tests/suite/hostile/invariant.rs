//! What holds after every hostile request, whatever was sent and whatever the answer should be.

use std::time::Duration;

use super::scene::Scene;
use crate::html;
use crate::http::{Answer, decode, text};
use crate::realm::CALLBACK;

/// Nothing that is refused may take longer. A busy machine may, so a slow answer gets a second and a third chance.
pub(super) const SLOWEST: Duration = Duration::from_secs(1);

/// The errors of the specifications that this server speaks, and Keycloak's words for a wrong address or method.
const ERRORS: &[&str] = &[
    "access_denied",
    "authorization_pending",
    "expired_token",
    "insufficient_scope",
    "interaction_required",
    "invalid_client",
    "invalid_client_metadata",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "login_required",
    "request_not_supported",
    "request_uri_not_supported",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "HTTP 400 Bad Request",
    "HTTP 404 Not Found",
    "HTTP 405 Method Not Allowed",
    "HTTP 413 Payload Too Large",
    "HTTP 415 Unsupported Media Type",
    "Realm does not exist",
];

/// Keycloak's words for paths that can be read as others.
const PATH_ERRORS: &[&str] = &["invalidCharacter", "missingNormalization"];

/// Keycloak's words of user-managed access, where the specifications have none, or fewer.
const UMA_ERRORS: &[&str] = &[
    "Cannot parse the JSON",
    "conflict",
    "invalid_bearer_token",
    "invalid_claim_token",
    "invalid_clientId",
    "invalid_permission",
    "invalid_permission_request",
    "invalid_resource",
    "invalid_resource_id",
    "invalid_rpt",
    "invalid_ticket",
    "not_authorised",
    "not_supported",
    "unknown_error",
];

/// Checks the answer to a request for `target`; `sent` are the values that whoever sent it chose.
pub(super) fn check(scene: &Scene, target: &str, sent: &[String], answer: &Answer) {
    assert!(scene.server().is_alive(), "the server is gone");
    let is_declared = answer.status == 503 && answer.header("retry-after").is_some();
    assert!(answer.status < 500 || is_declared, "{answer:?}");
    check_shape(target, answer);
    check_headers(answer);
    check_caching(target, answer);
    check_addresses(scene, answer);
    check_reflection(sent, answer);
    let leaks = scene.server().new_leaks();
    assert!(leaks.is_empty(), "the log holds secrets: {leaks:?}");
    scene.check_canary();
}

/// A refusal gave away nothing that lets anybody in.
pub(super) fn check_nothing_issued(answer: &Answer) {
    let query = answer.location().and_then(|to| to.split_once(['?', '#']));
    for (name, value) in decode(query.map_or("", |(_, query)| query)) {
        assert!(
            !["code", "access_token", "id_token"].contains(&name.as_str()),
            "{name}={value}"
        );
    }
    for form in html::forms(&answer.body) {
        // The forms of our own pages have a field `code` as well, which is no authorization code.
        let is_client = form.action.starts_with(CALLBACK);
        assert!(!(is_client && form.has("code")), "a code is posted");
    }
    let body = answer.json();
    for name in ["access_token", "refresh_token", "id_token"] {
        assert_eq!(text(&body, name), "", "{name} is issued");
    }
    for cookie in answer.all("set-cookie") {
        let value = cookie.strip_prefix("KEYCLOAK_IDENTITY=");
        assert!(
            value.is_none_or(|value| value.starts_with(';')),
            "somebody is signed in: {cookie}"
        );
    }
}

/// A refusal is an OAuth error, a page of ours, a challenge, or the bare answer of HTTP itself.
fn check_shape(target: &str, answer: &Answer) {
    if answer.status < 400 {
        return;
    }
    if answer.is_json() && target.starts_with("/admin/") {
        let body = answer.json();
        let says = ["error", "errorMessage", "errors"]
            .iter()
            .any(|name| body.get(name).is_some());
        assert!(
            says,
            "the administrator is not told what is wrong: {}",
            answer.body
        );
    } else if answer.is_json() {
        let error = answer.error();
        let all = [ERRORS, UMA_ERRORS, PATH_ERRORS];
        assert!(
            all.iter().any(|known| known.contains(&error.as_str())),
            "{error} is no registered error: {}",
            answer.body
        );
        assert!(!answer.body.contains("panicked") && !answer.body.contains(".rs:"));
    } else if !answer.body.is_empty() {
        assert!(answer.is_page(), "neither JSON nor a page: {answer:?}");
    }
}

fn check_headers(answer: &Answer) {
    if answer.status == 0 || (answer.body.is_empty() && [400, 408, 431].contains(&answer.status)) {
        // What is no HTTP is answered before any handler is known.
        return;
    }
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{answer:?}"
    );
    assert_eq!(
        answer.header("referrer-policy"),
        Some("no-referrer"),
        "{answer:?}"
    );
    for name in ["server", "x-powered-by"] {
        assert_eq!(answer.header(name), None, "{name} tells what runs here");
    }
    if answer.is_page() {
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("base-uri 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        let is_framed = answer.header("x-frame-options") == Some("DENY")
            || policy.contains("form-action 'none'");
        assert!(is_framed, "the page can be framed");
        let caching = answer.header("cache-control").unwrap_or_default();
        assert!(
            caching.contains("no-store") || caching.contains("no-cache"),
            "{caching}"
        );
    }
    for cookie in answer.all("set-cookie") {
        assert!(cookie.contains("SameSite="), "{cookie}");
        let (name, _) = cookie.split_once('=').unwrap();
        if ["KEYCLOAK_IDENTITY", "AUTH_SESSION_ID", "KC_RESTART"].contains(&name) {
            assert!(cookie.contains("HttpOnly"), "{cookie}");
        }
    }
}

/// No cache keeps what has secrets in it.
fn check_caching(target: &str, answer: &Answer) {
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    let issues = ["/token", "/par/request", "/auth/device"]
        .iter()
        .any(|end| path.ends_with(end));
    let registers = path.contains("/clients-registrations/");
    if answer.is_json() && [200, 201].contains(&answer.status) && (issues || registers) {
        let caching = answer.header("cache-control").unwrap_or_default();
        assert!(caching.contains("no-store"), "{path}: {caching}");
    }
}

/// Nobody is sent anywhere but to this server and to the addresses that clients have registered.
fn check_addresses(scene: &Scene, answer: &Answer) {
    let is_ours = |address: &str| {
        let local = address.starts_with('/') && !address.starts_with("//");
        let base = &scene.server().base;
        let below = |base: &str| {
            let rest = address.strip_prefix(base);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        let registered = scene.callbacks();
        let client = registered.iter().any(|uri| {
            let rest = address.strip_prefix(uri.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '&']))
        });
        local || below(base) || client
    };
    if let Some(location) = answer.location() {
        assert!(is_ours(location), "sent to {location}");
    }
    if answer.is_page() {
        for form in html::forms(&answer.body) {
            assert!(is_ours(&form.action), "a form leads to {}", form.action);
        }
        for link in answer.body.split("href=\"").skip(1) {
            let link = html::unescape(link.split('"').next().unwrap());
            assert!(is_ours(&link), "a link leads to {link}");
        }
    }
}

/// What could be markup comes back escaped, or not at all.
fn check_reflection(sent: &[String], answer: &Answer) {
    let has_markup = |value: &&String| value.contains(['<', '>', '"', '\'']) && value.len() > 3;
    for value in sent.iter().filter(has_markup) {
        if answer.is_page() {
            assert!(
                !answer.body.contains(value.as_str()),
                "{value} is reflected"
            );
        }
    }
    for (name, value) in &answer.headers {
        assert!(!value.contains(['\r', '\n', '\0']), "{name}");
        // The marker that rows split headers with.
        assert!(
            !name.eq_ignore_ascii_case("x-injected"),
            "a header was injected"
        );
    }
}
