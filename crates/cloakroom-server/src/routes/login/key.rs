//! Security keys and passkeys: what of a form is an answer to the question for one, and what its page shows.

use cloakroom_login::flow::note;
use cloakroom_login::further::{self, webauthn};
use cloakroom_login::proof::{Denied, Refusal};
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::credential::{PASSKEY, SECURITY_KEY};
use cloakroom_model::lap::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::page::{KeyLine, KeyRequest, Moment};
use serde_json::json;
use webauthn::{Assertion, Ceremony, KeyShown, Policy, Proof};

/// The kind of credential is one of keys.
pub(super) fn is_one(kind: &str) -> bool {
    [SECURITY_KEY, PASSKEY].contains(&kind)
}

/// The execution that the address of a form names.
pub(super) fn execution(kind: &str) -> &'static str {
    match kind {
        PASSKEY => "webauthn-authenticator-passwordless",
        _ => "webauthn-authenticator",
    }
}

/// What a form brings.
pub(super) enum Taken<'a> {
    /// Nothing of a key.
    Nothing,
    /// The browser has got no key; with the code of the event that says why.
    Missing(String),
    /// What a key has signed, and the challenge that it was to sign.
    Brought(Option<String>, Assertion<'a>),
}

/// Takes the answer to the question for a key out of a form, and the challenge out of the attempt: whatever comes of the answer,
/// nobody gives another one to the same challenge.
pub(super) fn take<'a>(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: Option<&User>,
    (kind, form, place): (&str, &'a Form, (&str, &str)),
) -> Result<Taken<'a>, Fault> {
    if !is_one(kind) {
        return Ok(Taken::Nothing);
    }
    let field = |name: &str| form.get(name).unwrap_or_default();
    let assertion = Assertion {
        id: field("credentialId"),
        client_data: field("clientDataJSON"),
        authenticator_data: field("authenticatorData"),
        signature: field("signature"),
        user_handle: field("userHandle"),
    };
    let all = [
        assertion.id,
        assertion.client_data,
        assertion.authenticator_data,
        assertion.signature,
    ];
    let error = field("error");
    let is_whole = !all.contains(&"");
    if error.is_empty() && all.iter().all(|one| one.is_empty()) {
        return Ok(Taken::Nothing);
    }
    let about = (Ceremony::Get, kind);
    let challenge = webauthn::take_challenge(attempt, about, user.map(|user| &user.id));
    attempt::advance(cx, attempt)?;
    if is_whole && error.is_empty() {
        return Ok(Taken::Brought(challenge, assertion));
    }
    // Nobody has guessed anything.
    let why = match error {
        "" => "Missing compulsory webauthn parameters".to_owned(),
        error => error
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect(),
    };
    let denied = Denied {
        refusal: Refusal::InvalidCredentials,
        reason: "not_allowed",
        user: user.map(|user| user.id.clone()),
        why: None,
        typed: None,
    };
    let detail = |name: &str, value: String| (name.to_owned(), value);
    let details = vec![
        detail(
            "web_authn_authentication_error",
            "webauthn-error-api-get".to_owned(),
        ),
        detail("web_authn_authentication_error_detail", why),
    ];
    cx.lap(Step::Further);
    let code = further::report_with(cx, &denied, kind, (place, details))?;
    Ok(Taken::Missing(code.to_string()))
}

/// Remembers for the event of the sign-in which key it was.
pub(super) fn remember(attempt: &mut Attempt, kind: &str, proof: &Proof) {
    let details = json!({
        "credential_type": kind,
        "public_key_credential_id": proof.id,
        "web_authn_authenticator_user_verification_checked": proof.is_verified.to_string(),
    });
    attempt.notes.insert(note::DETAILS.to_owned(), details);
}

/// What the browser is asked for.
pub(super) fn request(policy: &Policy, challenge: &str) -> KeyRequest {
    KeyRequest {
        challenge: challenge.to_owned(),
        rp_id: policy.rp_id.clone(),
        user_verification: policy.user_verification.clone().unwrap_or_default(),
        timeout: policy.timeout.to_string(),
    }
}

/// The keys that will do, as the page names them.
pub(super) fn lines(keys: Vec<KeyShown>) -> Vec<KeyLine> {
    let lines = keys.into_iter().map(|key| KeyLine {
        id: key.id,
        label: key.label,
        created: Moment::from_unix_seconds(key.created_at.seconds()),
        transports: key.transports.join(","),
    });
    lines.collect()
}
