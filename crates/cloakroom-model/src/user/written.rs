//! What is written into the row of a user: what people say of themselves, and apart from it what others say of them.

use diesel::dsl;
use diesel::prelude::*;

use super::{User, fold, index};
use crate::Result;
use crate::cx::Cx;
use crate::schema::users;

pub(super) type Described = (
    dsl::Eq<users::email, Option<String>>,
    dsl::Eq<users::email_key, Option<String>>,
    dsl::Eq<users::email_verified, bool>,
    dsl::Eq<users::first_name, Option<String>>,
    dsl::Eq<users::last_name, Option<String>>,
    dsl::Eq<users::attributes, String>,
    dsl::Eq<users::search, String>,
);

/// What people say of themselves, beside the username.
pub(super) fn described(cx: &Cx<'_>, user: &User) -> Result<Described> {
    let email = user
        .email
        .as_deref()
        .map(fold)
        .filter(|email| !email.is_empty());
    let unique = !cx.realm.settings.duplicate_emails_allowed;
    let key = email.clone().filter(|_| unique);
    Ok((
        users::email.eq(email),
        users::email_key.eq(key),
        users::email_verified.eq(user.email_verified),
        users::first_name.eq(user.first_name.clone()),
        users::last_name.eq(user.last_name.clone()),
        users::attributes.eq(serde_json::to_string(&user.attributes)?),
        users::search.eq(index::search_text(user)),
    ))
}

pub(super) type Standing = (
    dsl::Eq<users::enabled, bool>,
    dsl::Eq<users::not_before, i64>,
    dsl::Eq<users::required_actions, String>,
);

/// What others say of a user: whether they may sign in, since when, and what they must do first.
pub(super) fn standing(user: &User) -> Result<Standing> {
    Ok((
        users::enabled.eq(user.enabled),
        users::not_before.eq(user.not_before),
        users::required_actions.eq(serde_json::to_string(&user.required_actions)?),
    ))
}
