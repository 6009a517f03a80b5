//! Setting up a security key or a passkey: the page on which the browser makes it, and what it brings.

use cloakroom_login::flow::{self, note};
use cloakroom_login::further::webauthn::register::{self, Brought};
use cloakroom_login::further::webauthn::{Ceremony, Makers, Rejection, take_challenge};
use cloakroom_login::required::{self, Action, SKIP};
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::credential::{self, PASSKEY};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, Field, Layout, RegisterKeyPage};

use super::fields::Problems;
use super::key;
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// The field that is blamed where something is wrong with the key: nobody types anything into it.
const FIELD: &str = "attestationObject";

/// The page of the action cannot be shown yet: the challenge has still to be made.
pub(super) fn is_unprepared(attempt: &Attempt, action: Action) -> bool {
    let kind = action.key_kind();
    kind.is_some_and(|kind| register::challenge_of(attempt, kind).is_none())
}

/// Ends the action of the request where it is for people without a key alone, and this person has one.
pub(crate) fn skip(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<(), Fault> {
    let asked = flow::text(attempt, note::ACTION);
    let is_skipped = asked.split_once(':').is_some_and(|(_, how)| how == SKIP);
    let kind = Action::of_request(asked).and_then(Action::key_kind);
    let (true, Some(kind), Stage::Act { .. }, Some(user)) =
        (is_skipped, kind, &attempt.stage, &attempt.user)
    else {
        return Ok(());
    };
    if !credential::list(cx, user, Some(kind))?.is_empty() {
        flow::end_action(attempt, "success");
        attempt::advance(cx, attempt)?;
    }
    Ok(())
}

/// Takes the key that the browser has made; the names of the fields are Keycloak's.
pub(super) fn finish(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    about: (&str, &str, &Makers),
    (form, identity, ip): (&Form, Option<&str>, &str),
) -> Result<Problems, Fault> {
    let (kind, base_url, _) = about;
    let field = |name: &str| form.get(name).unwrap_or_default();
    let client_id = sign_in::request_of(attempt)?.client_id;
    let place = (client_id.as_str(), ip);
    let (client_data, attestation) = (field("clientDataJSON"), field(FIELD));
    let error = field("error");
    if error.is_empty() && client_data.is_empty() && attestation.is_empty() {
        return Ok(problems(form, Notice::KeyMissing));
    }
    let refused = if error.is_empty() {
        let brought = Brought {
            client_data,
            attestation,
            id: field("publicKeyCredentialId"),
            attachment: field("authenticatorAttachment"),
            transports: field("transports"),
            label: field("authenticatorLabel"),
        };
        match register::finish(cx, attempt, user, about, &brought)? {
            Ok(registered) => {
                if form.get("logout-sessions").is_some() {
                    let keep = identity.and_then(|cookie| cookie.split_once('.'));
                    required::end_other_sessions(cx, &user.id, keep.map(|(id, _)| id))?;
                }
                register::report(cx, user, kind, Ok(&registered), place)?;
                return Ok(Problems::default());
            }
            Err(rejection) => (rejection, rejection.why.to_owned(), Notice::KeyNotTaken),
        }
    } else {
        take_challenge(attempt, (Ceremony::Create, kind), Some(&user.id));
        let said = error.chars().filter(|c| !c.is_control()).take(200);
        (Rejection::no_key(), said.collect(), Notice::KeyMissing)
    };
    let (rejection, detail, notice) = refused;
    register::report(cx, user, kind, Err((&rejection, &detail)), place)?;
    register::renew(cx, attempt, (kind, base_url))?;
    attempt::advance(cx, attempt)?;
    Ok(problems(form, notice))
}

fn problems(form: &Form, notice: Notice) -> Problems {
    let mut problems = Problems::default();
    problems.fields.insert(FIELD.to_owned(), notice);
    let label = form.get("authenticatorLabel").unwrap_or_default();
    let label = label.chars().take(255).collect();
    problems
        .typed
        .insert("authenticatorLabel".to_owned(), label);
    problems
}

/// The page; `None` while there is no challenge.
pub(super) fn page(
    visit: &Visit,
    (attempt, user, kind): (&Attempt, &User, &str),
    (layout, action): (Layout, String),
    (problems, can_cancel): (&Problems, bool),
) -> Option<RegisterKeyPage> {
    let base_url = visit.app.provider.base_url(&visit.realm);
    let settings = &visit.realm.settings;
    let wanted = register::wanted(settings, attempt, user, (kind, base_url))?;
    let policy = wanted.policy;
    let algorithms = policy.algorithms.iter().map(ToString::to_string);
    let algorithms = algorithms.collect::<Vec<_>>().join(",");
    let typed = problems.typed.get("authenticatorLabel");
    let is_demanded = flow::is_demanded(attempt);
    Some(RegisterKeyPage {
        layout,
        action,
        alert: match problems.fields.get(FIELD) {
            Some(notice) => Some(Alert::error(notice.clone())),
            None => is_demanded.then(|| Alert::info(Notice::SetUpKey)),
        },
        username: user.username.clone(),
        user_id: wanted.user_handle,
        request: key::request(&policy, &wanted.challenge),
        is_passkey: kind == PASSKEY,
        rp_name: policy.rp_name,
        algorithms,
        attestation: policy.attestation.unwrap_or_default(),
        attachment: policy.attachment.unwrap_or_default(),
        resident_key: match policy.resident_key {
            Some(true) => "required".to_owned(),
            Some(false) => "discouraged".to_owned(),
            // A passkey is to say whose it is, where its authenticator can.
            None if kind == PASSKEY => "preferred".to_owned(),
            None => String::new(),
        },
        exclude: wanted.exclude.join(","),
        key_name: Field::new(typed.map_or("", String::as_str)),
        can_cancel,
    })
}
