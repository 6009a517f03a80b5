//! The user profile on the pages of a sign-in: the attributes that a form asks for, and what is wrong
//! with them.

use std::collections::BTreeMap;

use cloakroom_login::flow;
use cloakroom_login::profile::{self, Occasion, Violation};
use cloakroom_model::Realm;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_model::user_profile::Side;
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Field, ProfileField};

use super::fields::{Problems, check_field};

/// The longest value that is read of a field, in characters.
const LONGEST: usize = 4000;

/// The occasion of a form in such a sign-in.
fn occasion(scopes: &[String]) -> Occasion<'_> {
    Occasion {
        side: Side::User,
        scopes: Some(scopes),
    }
}

/// The fields for attributes, with what was typed or is stored and what is wrong with it.
///
/// One with several values is left alone: a field for one would lose the others. So is one of somebody who is there that
/// has to have several.
pub(crate) fn fields(
    realm: &Realm,
    attempt: &Attempt,
    stored: Option<&User>,
    (typed, problems): (&BTreeMap<String, String>, &BTreeMap<String, Notice>),
    resolve: impl Fn(&str) -> String,
) -> Vec<ProfileField> {
    let scopes = flow::profile_scopes(attempt);
    let asked = profile::asked(&realm.profile, occasion(&scopes)).filter(|attribute| {
        let name = attribute.name.as_str();
        stored.is_none_or(|user| profile::has_field(realm, occasion(&scopes), user, name))
    });
    let stored = |name: &str| stored.and_then(|user| user.attributes.get(name));
    let field = |attribute: &cloakroom_model::user_profile::Attribute| {
        let name = attribute.name.as_str();
        let before = stored(name).and_then(|values| values.first());
        let value = typed
            .get(name)
            .or(before)
            .or(attribute.default_value.as_ref());
        let field = Field::new(value.map_or("", String::as_str));
        let label = attribute.display_name.as_deref();
        ProfileField {
            name: name.to_owned(),
            label: label.map_or_else(|| name.to_owned(), &resolve),
            field: match problems.get(name) {
                Some(notice) => field.with_error(notice.clone()),
                None => field,
            },
        }
    };
    asked.map(field).collect()
}

/// Puts what a form says of attributes into a person; says what was typed.
pub(super) fn take(
    realm: &Realm,
    scopes: &[String],
    form: &Form,
    user: &mut User,
) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    for attribute in profile::asked(&realm.profile, occasion(scopes)) {
        let name = attribute.name.as_str();
        let is_single = user
            .attributes
            .get(name)
            .is_none_or(|values| values.len() < 2);
        let Some(value) = form.get(name).filter(|_| is_single) else {
            continue;
        };
        let value: String = value.trim().chars().take(LONGEST).collect();
        user.attributes.insert(name.to_owned(), vec![value.clone()]);
        typed.insert(name.to_owned(), value);
    }
    typed
}

/// Holds a person against the profile; what is wrong, by the name of the field.
pub(super) fn check(
    realm: &Realm,
    scopes: &[String],
    before: Option<&User>,
    user: &mut User,
) -> BTreeMap<String, Notice> {
    let mut problems: BTreeMap<String, Notice> = BTreeMap::new();
    let members = [
        ("email", user.email.clone()),
        ("firstName", user.first_name.clone()),
        ("lastName", user.last_name.clone()),
        ("username", Some(user.username.clone())),
    ];
    for (name, value) in members {
        let value = value.unwrap_or_default();
        if !value.is_empty()
            && let Some(notice) = check_field(name, &value)
        {
            problems.insert(name.to_owned(), notice);
        }
    }
    for violation in profile::check(realm, occasion(scopes), before, user) {
        let notice = notice_of(&violation);
        problems.entry(violation.attribute).or_insert(notice);
    }
    if user.username.is_empty() {
        let name = if realm.settings.registration_email_as_username {
            "email"
        } else {
            "username"
        };
        problems.insert(name.to_owned(), Notice::FieldRequired);
    }
    problems
}

/// What is wrong with what is stored of somebody, for the page on which they mend it.
pub(super) fn lacking(realm: &Realm, attempt: &Attempt, user: &User) -> Problems {
    let scopes = flow::profile_scopes(attempt);
    let found = profile::lacking(realm, occasion(&scopes), user).into_iter();
    Problems::of(
        found
            .map(|violation| {
                let notice = notice_of(&violation);
                (violation.attribute, notice)
            })
            .collect(),
    )
}

/// A violation in the words of the pages.
fn notice_of(violation: &Violation) -> Notice {
    let limit = |at: usize| {
        let limit = violation.params.get(at).and_then(serde_json::Value::as_u64);
        limit.and_then(|limit| u32::try_from(limit).ok())
    };
    match (violation.message.as_str(), limit(1), limit(2)) {
        ("error-user-attribute-required", _, _) => Notice::FieldRequired,
        ("error-invalid-email", _, _) => Notice::InvalidEmail,
        ("error-username-invalid-character" | "error-person-name-invalid-character", _, _) => {
            Notice::InvalidUsername
        }
        ("error-invalid-length-too-short", Some(least), _) => Notice::TooShort(least),
        ("error-invalid-length-too-long", _, Some(most)) => Notice::TooLong(most),
        _ => Notice::InvalidValue,
    }
}
