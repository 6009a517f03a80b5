//! What is typed into the forms of a sign-in, and what is wrong with it.

use std::collections::BTreeMap;

use cloakroom_federation::directory::{self, write};
use cloakroom_login::flow;
use cloakroom_login::policy::Violation;
use cloakroom_login::profile::{is_address_fixed, is_name_asked};
use cloakroom_login::required::{self, NewPassword};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::{Cx, Fault, Realm};
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Field;

use super::elsewhere::Pending;
use super::profile;

/// What is wrong with a form, by the name of its field, and what was typed.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) fields: BTreeMap<String, Notice>,
    pub(crate) typed: BTreeMap<String, String>,
    /// Nothing is wrong, and the form is wanted again.
    is_wanted: bool,
}

impl Problems {
    /// What is wrong with what is stored; nothing was typed.
    pub(crate) fn of(fields: BTreeMap<String, Notice>) -> Self {
        Self {
            fields,
            ..Self::default()
        }
    }

    /// The person wants to see the form again.
    pub(crate) fn asked_again() -> Self {
        Self {
            is_wanted: true,
            ..Self::default()
        }
    }

    /// Somebody else has the name or the address.
    pub(crate) fn taken() -> Self {
        let fields = [
            ("username", Notice::UsernameUnavailable),
            ("email", Notice::EmailUnavailable),
        ];
        let fields = fields.map(|(name, notice)| (name.to_owned(), notice));
        Self::of(fields.into_iter().collect())
    }

    /// The form has to be shown.
    pub(crate) fn is_any(&self) -> bool {
        self.is_wanted || !self.fields.is_empty()
    }

    /// The field with what was typed, else what is stored.
    pub(crate) fn field(&self, name: &str, stored: &str) -> Field {
        let typed = self.typed.get(name).map_or(stored, String::as_str);
        let field = Field::new(typed);
        match self.fields.get(name) {
            Some(notice) => field.with_error(notice.clone()),
            None => field,
        }
    }
}

/// Holds a new password against the realm's rules; `None` if a directory takes it and has rules of its own, unless its
/// settings want ours as well (`validatePasswordPolicy`).
pub(super) fn check_password(
    cx: &mut Cx<'_>,
    user: &User,
    form: &Form,
) -> Result<Result<Option<NewPassword>, Problems>, Fault> {
    let mut problems = Problems::default();
    let password = form.get("password-new").unwrap_or_default();
    if password.is_empty() {
        problems
            .fields
            .insert("password-new".to_owned(), Notice::FieldRequired);
        return Ok(Err(problems));
    }
    if form.get("password-confirm") != Some(password) {
        problems
            .fields
            .insert("password-confirm".to_owned(), Notice::PasswordsDiffer);
        return Ok(Err(problems));
    }
    let home = directory::home(cx, user)?;
    if home.is_some_and(|(home, _)| write::judges_passwords(&home)) {
        return Ok(Ok(None));
    }
    let (name, email) = (&user.username, user.email.as_deref());
    let checked = required::prepare_password(cx, name, email, Some(&user.id), password)?;
    Ok(checked
        .map(Some)
        .map_err(|violations| password_problems(&violations)))
}

pub(super) fn password_problems(violations: &[Violation]) -> Problems {
    let mut problems = Problems::default();
    problems
        .fields
        .insert("password-new".to_owned(), notice_of(violations));
    problems
}

/// The first rule that is broken, as the page says it.
pub(super) fn notice_of(violations: &[Violation]) -> Notice {
    let Some(first) = violations.first() else {
        return Notice::PasswordTooLong(1024);
    };
    let number = first
        .parameters
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    match first.key {
        "invalidPasswordMinLengthMessage" => Notice::PasswordTooShort(number),
        "invalidPasswordMaxLengthMessage" => Notice::PasswordTooLong(number),
        "invalidPasswordMinDigitsMessage" => Notice::PasswordNeedsDigits(number),
        "invalidPasswordMinLowerCaseCharsMessage" => Notice::PasswordNeedsLowerCase(number),
        "invalidPasswordMinUpperCaseCharsMessage" => Notice::PasswordNeedsUpperCase(number),
        "invalidPasswordMinSpecialCharsMessage" => Notice::PasswordNeedsSpecial(number),
        "invalidPasswordHistoryMessage" => Notice::PasswordUsedBefore(number),
        "invalidPasswordNotUsernameMessage" | "invalidPasswordNotContainsUsernameMessage" => {
            Notice::PasswordHoldsUsername
        }
        "invalidPasswordNotEmailMessage" => Notice::PasswordHoldsEmail,
        "invalidPasswordBlacklistedMessage" => Notice::PasswordTooCommon,
        _ => Notice::PasswordPatternMismatch,
    }
}

/// Changes somebody as a form says, or says what is wrong with it. What a directory has to be told first is told outside
/// of the transaction; the form is taken once more when that is done.
pub(super) fn update_profile(
    cx: &mut Cx<'_>,
    user: &User,
    scopes: &[String],
    (form, is_written): (&Form, bool),
) -> Result<(Problems, Option<Pending>), Fault> {
    let mut problems = Problems::default();
    let mut changed = user.clone();
    for name in ["username", "email", "firstName", "lastName"] {
        // A field that the form has not is not changed.
        let Some(value) = form.get(name).map(|value| value.trim().to_owned()) else {
            continue;
        };
        problems.typed.insert(name.to_owned(), value.clone());
        match name {
            "username" if !is_name_asked(cx.realm) => {}
            "username" => changed.username = value,
            "email" => changed.email = Some(value),
            "firstName" => changed.first_name = Some(value),
            _ => changed.last_name = Some(value),
        }
    }
    problems
        .typed
        .extend(profile::take(cx.realm, scopes, form, &mut changed));
    problems.fields = profile::check(cx.realm, scopes, Some(user), &mut changed);
    let home = directory::home(cx, user)?;
    if let Err(notice) = rename(cx.realm, user, (&mut changed, home.is_some())) {
        problems.fields.insert("email".to_owned(), notice);
    }
    overlook(cx, (user, &changed), scopes, &mut problems)?;
    // A new address has not been proved; one that the profile has put back is not new.
    changed.email_verified &= changed.email.as_deref().map(user::fold) == user.email;
    if let Some((home, link)) = home {
        if let Some(member) = write::kept(&home, user, &changed) {
            let notice = Notice::KeptElsewhere(home.name.clone());
            problems.fields.insert(member, notice);
        }
        let is_sound = problems.fields.is_empty() && !is_taken(cx, user, &changed)?;
        if is_sound && !is_written {
            let pending = Pending::of(home, link, user, &changed);
            if pending.is_some() {
                return Ok((problems, pending));
            }
        }
    }
    if problems.fields.is_empty()
        && (takes_a_name(cx, user, &changed)?
            || user::update_profile(cx, &changed)? == Stored::Taken)
    {
        problems
            .fields
            .insert("email".to_owned(), Notice::EmailUnavailable);
    }
    Ok((problems, None))
}

/// Where the address is the name, both change together or not at all; what is wrong with a new address. What a directory calls
/// its people is its own to change.
fn rename(
    realm: &Realm,
    user: &User,
    (changed, is_of_directory): (&mut User, bool),
) -> Result<(), Notice> {
    let email = changed.email.as_deref().map(user::fold);
    if !realm.settings.registration_email_as_username || email == user.email {
        return Ok(());
    }
    if is_address_fixed(realm, user) {
        return Err(Notice::InvalidValue);
    }
    if let Some(email) = email
        && realm.settings.edit_username_allowed
        && !is_of_directory
    {
        changed.username = email;
    }
    Ok(())
}

/// Takes out what was wrong before and is not theirs to mend, or nobody of whom that is so would come past the form.
fn overlook(
    cx: &mut Cx<'_>,
    (user, changed): (&User, &User),
    scopes: &[String],
    problems: &mut Problems,
) -> Result<(), Fault> {
    let is_kept = |name: &str| match name {
        "username" => user.username == changed.username,
        "email" => user.email == changed.email,
        "firstName" => user.first_name == changed.first_name,
        "lastName" => user.last_name == changed.last_name,
        _ => user.attributes.get(name) == changed.attributes.get(name),
    };
    let as_before: Vec<String> = problems
        .fields
        .keys()
        .filter(|name| is_kept(name))
        .cloned()
        .collect();
    if as_before.is_empty() {
        return Ok(());
    }
    let mendable = required::mendable(cx, user, scopes, as_before.clone())?;
    problems
        .fields
        .retain(|name, _| mendable.contains(name) || !as_before.contains(name));
    Ok(())
}

/// Somebody else has the name or the address, so that nothing may be written elsewhere.
fn is_taken(cx: &mut Cx<'_>, user: &User, changed: &User) -> Result<bool, Fault> {
    let named = user::find_by_username(cx, &changed.username)?;
    let addressed = match &changed.email {
        Some(email) => user::find_by_email(cx, email)?,
        None => None,
    };
    let mut others = named.into_iter().chain(addressed);
    Ok(others.any(|other| other.id != user.id) || takes_a_name(cx, user, changed)?)
}

/// Somebody else signs in by the name or the address that is new. What was there before is an administrator's doing.
fn takes_a_name(cx: &mut Cx<'_>, user: &User, changed: &User) -> Result<bool, Fault> {
    let is_new = changed.username != user.username || changed.email != user.email;
    Ok(is_new && user::shares_a_name(cx, changed)?)
}

/// Puts what a form says into somebody who has no account yet, and says what is wrong with it.
pub(crate) fn fold_in(cx: &Cx<'_>, attempt: &Attempt, form: &Form, user: &mut User) -> Problems {
    let mut problems = Problems::default();
    let by_email = cx.realm.settings.registration_email_as_username;
    for name in ["username", "email", "firstName", "lastName"] {
        let Some(value) = form.get(name) else {
            continue;
        };
        let value: String = value.trim().chars().take(1000).collect();
        problems.typed.insert(name.to_owned(), value.clone());
        match name {
            "username" if by_email => {}
            "username" => user.username = value,
            "email" => {
                if by_email {
                    user.username.clone_from(&value);
                }
                user.email = Some(value);
            }
            "firstName" => user.first_name = Some(value),
            _ => user.last_name = Some(value),
        }
    }
    let scopes = flow::profile_scopes(attempt);
    problems
        .typed
        .extend(profile::take(cx.realm, &scopes, form, user));
    problems.fields = wrong(cx, attempt, user);
    problems
}

/// What is wrong with somebody who has no account yet, by the name of the field.
pub(crate) fn wrong(cx: &Cx<'_>, attempt: &Attempt, user: &mut User) -> BTreeMap<String, Notice> {
    profile::check(cx.realm, &flow::profile_scopes(attempt), None, user)
}

/// What every field of a profile has to be.
pub(super) fn check_field(name: &str, value: &str) -> Option<Notice> {
    let has_control = value.chars().any(char::is_control);
    match name {
        _ if value.is_empty() => Some(Notice::FieldRequired),
        _ if value.chars().count() > 255 => Some(Notice::TooLong(255)),
        "username" if value.chars().count() < 3 => Some(Notice::TooShort(3)),
        "username" if has_control || value.contains(['<', '>', '&', '"']) => {
            Some(Notice::InvalidUsername)
        }
        "email" if has_control || !is_email(value) => Some(Notice::InvalidEmail),
        _ if has_control || value.contains(['<', '>']) => Some(Notice::InvalidUsername),
        _ => None,
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains([' ', '@', '<', '>', '"', ',', ';', '\\']);
    is_plain(local) && is_plain(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}
