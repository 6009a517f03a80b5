//! Setting up one-time codes: the page with the picture, and the code that shows that it was scanned.

use cloakroom_login::further::otp::Policy;
use cloakroom_login::further::{self, enrol};
use cloakroom_login::required;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::Credential;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, ConfigureTotpPage, Field, Hidden, Layout};

use super::fields::Problems;
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// Takes the code that the new device shows; the names of the fields are Keycloak's, whose secret of the form counts for
/// nothing here.
pub(super) fn enrol(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    (form, identity, ip): (&Form, Option<&str>, &str),
) -> Result<Problems, Fault> {
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let mut problems = Problems::default();
    let (code, label) = (typed("totp"), typed("userLabel"));
    let made = match code.trim() {
        "" => Err(Notice::FieldRequired),
        code => enrol::finish(cx, attempt, user, (code, &label))?.ok_or(Notice::InvalidCode),
    };
    let device = match made {
        Ok(device) => device,
        Err(wrong) => {
            problems.fields.insert("totp".to_owned(), wrong);
            problems.typed.insert("userLabel".to_owned(), label);
            return Ok(problems);
        }
    };
    let kinds = ["UPDATE_TOTP", "UPDATE_CREDENTIAL"];
    close(cx, (attempt, user), (form, identity, ip), (&kinds, &device))?;
    Ok(problems)
}

/// Ends the other sessions, if that is wished, and writes down what was set up.
pub(super) fn close(
    cx: &mut Cx<'_>,
    (attempt, user): (&Attempt, &User),
    (form, identity, ip): (&Form, Option<&str>, &str),
    (kinds, set_up): (&[&str], &Credential),
) -> Result<(), Fault> {
    if form.get("logout-sessions").is_some() {
        let keep = identity.and_then(|cookie| cookie.split_once('.'));
        required::end_other_sessions(cx, &user.id, keep.map(|(id, _)| id))?;
    }
    let client_id = sign_in::request_of(attempt)?.client_id;
    further::tell(cx, user, kinds, (set_up, (&client_id, ip)))
}

/// The page; `None` while there is no secret to show.
pub(super) fn page(
    visit: &Visit,
    attempt: &Attempt,
    user: &User,
    (layout, action): (Layout, String),
    (problems, can_cancel): (&Problems, bool),
) -> Option<ConfigureTotpPage> {
    let secret = enrol::secret_of(&visit.app.vault(), attempt)?;
    let policy = Policy::of(&visit.realm.settings);
    let issuer = visit.realm.display_name();
    let address = enrol::address(&policy, (issuer, &user.username), &secret);
    let in_groups = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        let groups = letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>());
        groups.collect::<Vec<_>>().join(" ")
    };
    Some(ConfigureTotpPage {
        layout,
        action,
        alert: Some(match problems.fields.is_empty() {
            true => Alert::info(Notice::SetUpOtp),
            false => Alert::error(Notice::CheckFields),
        }),
        username: user.username.clone(),
        address: Hidden::new(&address),
        secret: Hidden::new(&in_groups(secret.expose())),
        is_by_clock: policy.is_by_clock,
        algorithm: policy.algorithm.trim_start_matches("Hmac").to_owned(),
        digits: policy.digits.to_string(),
        period: policy.period.to_string(),
        counter: policy.initial_counter.to_string(),
        code_error: problems.fields.get("totp").cloned(),
        device_name: Field::new(problems.typed.get("userLabel").map_or("", String::as_str)),
        can_cancel,
    })
}
