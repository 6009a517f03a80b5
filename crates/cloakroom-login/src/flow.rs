//! The way of an attempt from its first page to a session.

mod binding;
mod level;
mod limit;
mod passkey;
mod second;
mod standing;
mod whole;

use cloakroom_model::attempt::{Attempt, First, Proved, Stage};
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, Organization};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result, client};
use serde_json::Value;

use crate::consent;
use crate::required::{self, Action};

pub use binding::{bind, is_bound_to};
pub(crate) use level::{ends_in, note_levels};
pub use level::{
    level_of_attempt, levels_behind, levels_of, prove_by_session, reach, reached_level,
};
pub use limit::{limit, limits_of};
pub use passkey::prove_by_passkey;
pub(crate) use second::let_go_of_key;
pub(crate) use second::{SECOND, has_second, settle_second};
pub use second::{demand, is_demanded, stand_on_key};
pub(crate) use standing::{has_got, note_lacking};
pub use standing::{hold, hold_here, is_out_of_reach, password_of, stand, stand_on};
pub use whole::{ask_more, prove_whole};

/// What comes next in an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nobody is proved yet.
    AskPassword,
    /// The first proof is given, and the flow asks for more.
    AskFurther,
    /// The user has something to do first.
    Act(Action),
    /// The user is of several organizations, and has to say for which one this is.
    ChooseOrganization,
    /// The user has to be asked what the client may have.
    Consent,
    /// The session can be opened.
    Done,
}

/// The notes of a session that say which provider its user came from, and as whom; the names are Keycloak's.
pub const PROVIDER_NOTES: [&str; 2] = ["identity_provider", "identity_provider_identity"];

/// What an attempt remembers between its pages, by name.
pub mod note {
    /// The digest of the code in the form's address, against forged posts.
    pub const SESSION_CODE: &str = "session_code";
    /// The digest of what the browser keeps in which somebody was proved.
    pub const PROOF: &str = "proof";
    /// What the client is called, for people.
    pub const CLIENT: &str = "client";
    /// The name that was typed, shown again.
    pub const USERNAME: &str = "username";
    /// A session of the browser spoke for the user; nobody was proved.
    pub const RECOGNIZED: &str = "recognized";
    /// The name was given, and is not asked for again.
    pub const NAMED: &str = "named";
    /// The organization whose domain the name has.
    pub const HOME: &str = "home";
    /// The organization that the request names.
    pub const FOR: &str = "for_organization";
    /// The request is for one organization, and does not say which.
    pub const CHOOSES: &str = "chooses_organization";
    /// The organization that the user has chosen, by alias.
    pub const CHOSEN: &str = "chosen_organization";
    /// The scopes to be allowed, as text.
    pub const SCOPE: &str = "scope";
    /// The scopes by which the user profile chooses what it demands, as text.
    pub const PROFILE_SCOPES: &str = "profile_scopes";
    /// The request insists on the question (`prompt=consent`).
    pub const ASK_CONSENT: &str = "ask_consent";
    /// The user is asked in any case, whatever the client's settings say: nobody knows who holds
    /// the device that asks (RFC 8628 §5.4).
    pub const CONFIRM: &str = "confirm";
    /// The user was asked in this attempt.
    pub const CONSENTED: &str = "consented";
    /// An action that the request asks for (`kc_action`).
    pub const ACTION: &str = "kc_action";
    /// The action of the request that has ended, without what it was about.
    pub const ACTION_ENDED: &str = "kc_action_ended";
    /// How it ended: `success`, `cancelled` or `error`.
    pub const ACTION_STATUS: &str = "kc_action_status";
    /// What people call the provider whose account is to be linked.
    pub const LINK_NAME: &str = "link_name";
    /// What a provider upstream said of somebody who is nobody here yet; sealed.
    pub const UPSTREAM: &str = "upstream";
    /// The account that is linked to it as soon as its owner is proved here.
    pub const LINK_TO: &str = "link_to";
    /// The provider that the session comes from; sealed, because an ID token is in it.
    pub const ORIGIN: &str = "upstream_session";
    /// The provider that the realm sends its people to without a question.
    pub const DEFAULT_PROVIDER: &str = "default_provider";
    /// The flow sends nobody to a provider: it has no step for that.
    pub const STAYS: &str = "stays";
    /// The flow asks browsers for a ticket of Kerberos.
    pub const NEGOTIATES: &str = "negotiates";
    /// Why the flow asks nobody for a password.
    pub const BARRED: &str = "barred";
    /// The flow asks for the name alone, before anything else.
    pub const NAMES_FIRST: &str = "names_first";
    /// The id of the session that the attempt goes on from, or that is enough for it.
    pub const RISEN_FROM: &str = "risen_from";
    /// The level of authentication that was reached, and which of them anew.
    pub const REACHED: &str = "reached";
    /// The limits of sessions that were met.
    pub const LIMITS: &str = "session_limits";
    /// The flow takes a passkey in place of a name and a password.
    pub const PASSKEYS: &str = "passkeys";
    /// The flow takes nothing else.
    pub const PASSKEYS_ALONE: &str = "passkeys_alone";
    /// One-time codes have to be set up, because the flow demands them.
    pub const SET_UP_OTP: &str = "set_up_otp";
    /// A security key has to be set up, because the flow demands it.
    pub const SET_UP_KEY: &str = "set_up_key";
    /// The same of a passkey.
    pub const SET_UP_PASSKEY: &str = "set_up_passkey";
    /// The secret of a device that is being set up; sealed.
    pub const NEW_OTP: &str = "new_otp";
    /// The codes on paper that are being set up; sealed.
    pub const NEW_CODES: &str = "new_codes";
    /// The id of the credential that is being set up.
    pub const NEW_ID: &str = "new_credential";
    /// The kind of the credential that is to be removed.
    pub const REMOVED_KIND: &str = "removed_kind";
    /// What its owner calls it.
    pub const REMOVED_NAME: &str = "removed_name";
    /// The kinds of second factors that the person did not have when they were proved, and could not be asked for.
    pub const LACKED: &str = "lacked";
    /// What a security key or a passkey has to sign, and for what.
    pub const CHALLENGE: &str = "key_challenge";
    /// What the event of the sign-in says beside.
    pub const DETAILS: &str = "login_details";
    /// The credentials of the keys that were proved: each has to be there still.
    pub const KEYS: &str = "keys";
    /// The digest of what was stored of the password when somebody was proved who has still something to do.
    pub const STANDS_ON: &str = "stands_on";
    /// The kinds of credentials that were proved beside the first proof.
    pub const PROVED: &str = "proved_kinds";
    /// What the session's notes will be.
    pub const SESSION: &str = "session_notes";
}

/// Tells whether a note is set.
pub fn has(attempt: &Attempt, name: &str) -> bool {
    attempt.notes.get(name) == Some(&Value::Bool(true))
}

/// Sets a note.
pub fn mark(attempt: &mut Attempt, name: &str) {
    attempt.notes.insert(name.to_owned(), Value::Bool(true));
}

/// A note's text.
pub fn text<'a>(attempt: &'a Attempt, name: &str) -> &'a str {
    attempt
        .notes
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The scopes by which the user profile chooses what it demands in this sign-in.
pub fn profile_scopes(attempt: &Attempt) -> Vec<String> {
    let scopes = text(attempt, note::PROFILE_SCOPES).split(' ');
    let named = scopes.filter(|scope| !scope.is_empty());
    named.map(str::to_owned).collect()
}

/// Remembers the provider that the realm sends its people to without a question, if there is one.
pub fn lead_to(attempt: &mut Attempt, provider: Option<String>) {
    if let Some(alias) = provider {
        let alias = Value::String(alias);
        attempt
            .notes
            .insert(note::DEFAULT_PROVIDER.to_owned(), alias);
    }
}

/// The status of an action that nobody could be asked for, or that failed.
const FAILED: &str = "error";

/// Ends the action that the request asks for; the application is told how it ended.
pub fn end_action(attempt: &mut Attempt, status: &str) {
    let Some(Value::String(action)) = attempt.notes.remove(note::ACTION) else {
        return;
    };
    let name = action.split(':').next().unwrap_or_default();
    let text = |text: &str| Value::String(text.to_owned());
    attempt
        .notes
        .insert(note::ACTION_ENDED.to_owned(), text(name));
    attempt
        .notes
        .insert(note::ACTION_STATUS.to_owned(), text(status));
}

/// Takes nothing as proved any more: the attempt asks from its beginning, for this user where it is known who is meant.
pub fn begin_again(attempt: &mut Attempt, user: Option<UserId>) {
    attempt.stage = Stage::Prove;
    attempt.user = user;
    forget_answers(attempt);
}

/// What was proved and answered so far was of one person, and holds for nobody else.
fn forget_answers(attempt: &mut Attempt) {
    for name in [
        note::RECOGNIZED,
        note::SESSION,
        note::ORIGIN,
        note::SET_UP_OTP,
        note::NEW_OTP,
        note::NEW_CODES,
        note::NEW_ID,
        note::LACKED,
        note::REMOVED_KIND,
        note::REMOVED_NAME,
        note::SET_UP_KEY,
        note::SET_UP_PASSKEY,
        note::CHALLENGE,
        note::KEYS,
        note::DETAILS,
        note::STANDS_ON,
        note::PROVED,
        note::RISEN_FROM,
        note::REACHED,
        note::LIMITS,
        note::CHOSEN,
        note::CONSENTED,
    ] {
        attempt.notes.remove(name);
    }
    // What could not be asked of one person is not asked of the next one either, and the application is told.
    if text(attempt, note::ACTION_STATUS) != FAILED {
        attempt.notes.remove(note::ACTION_ENDED);
        attempt.notes.remove(note::ACTION_STATUS);
    }
}

/// Takes the user as proved now, by password.
///
/// What a provider said of somebody who is nobody here yet waits for the owner of one account, and for nobody else.
pub fn prove(cx: &mut Cx<'_>, attempt: &mut Attempt, user: &User, remember_me: bool) {
    bind(cx, attempt);
    attempt.user = Some(user.id.clone());
    attempt.stage = Stage::Act {
        auth_time: cx.now,
        amr: vec!["pwd".to_owned()],
        remember_me: remember_me && cx.realm.settings.remember_me,
    };
    forget_answers(attempt);
    if text(attempt, note::LINK_TO) != user.id.as_str() {
        attempt.notes.remove(note::UPSTREAM);
        attempt.notes.remove(note::LINK_TO);
    }
}

/// Takes the first of several proofs as given; nothing is opened before the others are as well.
pub fn prove_in_part(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    (by, remember_me): (First, bool),
) {
    prove(cx, attempt, user, remember_me);
    let amr = match by {
        First::Password(_) => vec!["pwd".to_owned()],
        First::Passkey | First::Ticket | First::Session(_) | First::Provider(_) => Vec::new(),
    };
    attempt.stage = Stage::Further {
        proved: Proved {
            at: cx.now,
            amr,
            by,
            kinds: Vec::new(),
            declined: Vec::new(),
        },
        remember_me: remember_me && cx.realm.settings.remember_me,
    };
}

/// Takes the user as proved now, by a provider's word.
pub fn prove_upstream(cx: &mut Cx<'_>, attempt: &mut Attempt, user: &User) {
    prove(cx, attempt, user, false);
    if let Stage::Act { amr, .. } = &mut attempt.stage {
        // How the user was proved is the provider's to say.
        amr.clear();
    }
}

/// What comes next, and for whom.
pub fn next(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<(Next, Option<User>)> {
    next_of(cx, attempt, None)
}

/// The same where somebody was read just now, who may be the one that the attempt is of.
pub fn next_of(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    known: Option<&User>,
) -> Result<(Next, Option<User>)> {
    let (Stage::Act { .. } | Stage::Further { .. }, Some(id)) = (&attempt.stage, &attempt.user)
    else {
        return Ok((Next::AskPassword, None));
    };
    let user = match known.filter(|known| known.id == *id) {
        Some(known) => Some(known.clone()),
        None => user::find(cx, id)?,
    };
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok((Next::AskPassword, None));
    };
    if matches!(attempt.stage, Stage::Further { .. }) {
        return Ok((Next::AskFurther, Some(user)));
    }
    if let Some(demanded) = SECOND.iter().find(|one| has(attempt, one.set_up)) {
        return Ok((Next::Act(demanded.action), Some(user)));
    }
    let wished = Action::of_request(text(attempt, note::ACTION));
    let open = required::list_open(cx, &user, &profile_scopes(attempt))?;
    if let Some(action) = open.into_iter().next().or(wished) {
        return Ok((Next::Act(action), Some(user)));
    }
    if !choices(cx, attempt, &user)?.is_empty() {
        return Ok((Next::ChooseOrganization, Some(user)));
    }
    let Some(client) = client::find_by_id(cx, &attempt.client)? else {
        return Ok((Next::AskPassword, None));
    };
    let wanted = consent::wanted(cx.realm, &client, text(attempt, note::SCOPE));
    let insists = client.settings.consent_required && has(attempt, note::ASK_CONSENT);
    let insists = insists || has(attempt, note::CONFIRM);
    let is_asked = has(attempt, note::CONSENTED);
    if !is_asked && (insists || consent::is_missing(cx, &user.id, &client, &wanted)?) {
        return Ok((Next::Consent, Some(user)));
    }
    Ok((Next::Done, Some(user)))
}

/// The organizations that the user has to choose from; none if there is no question.
pub fn choices(cx: &mut Cx<'_>, attempt: &Attempt, user: &User) -> Result<Vec<Organization>> {
    if !has(attempt, note::CHOOSES) || !text(attempt, note::CHOSEN).is_empty() {
        return Ok(Vec::new());
    }
    let mine = organization::list_open_to(cx, &user.id)?;
    Ok(if mine.len() > 1 { mine } else { Vec::new() })
}
