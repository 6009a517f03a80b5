//! Searches: lists of people, and the patterns that narrow them.

use diesel::prelude::*;

use super::{Row, User, fold};
use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::users;

/// What a list of users is narrowed by; absent members do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// A part of username, e-mail or names; in quotes the whole; `*` stands for anything.
    pub search: Option<String>,
    /// A part of the username.
    pub username: Option<String>,
    /// A part of the e-mail address.
    pub email: Option<String>,
    /// A part of the given name.
    pub first_name: Option<String>,
    /// A part of the family name.
    pub last_name: Option<String>,
    /// The texts above are the whole, not parts.
    pub exact: bool,
    /// May or may not sign in.
    pub enabled: Option<bool>,
    /// Has or has not a verified address.
    pub email_verified: Option<bool>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}

type Boxed<'a> = users::BoxedQuery<'a, crate::conn::MultiBackend>;

fn narrowed<'a>(realm: &'a RealmId, query: &Query) -> Boxed<'a> {
    let mut all = users::table
        .filter(users::realm_id.eq(realm))
        .filter(users::service_account_client.is_null())
        .into_boxed();
    let like = |text: &str| {
        if query.exact {
            escaped(&fold(text))
        } else {
            pattern(&fold(text))
        }
    };
    if let Some(text) = query.search.as_deref().filter(|text| !text.is_empty()) {
        for word in text.split_whitespace() {
            all = all.filter(users::search.like(search_pattern(word)).escape('\\'));
        }
    }
    if let Some(text) = &query.username {
        all = all.filter(users::username.like(like(text)).escape('\\'));
    }
    if let Some(text) = &query.email {
        all = all.filter(users::email.like(like(text)).escape('\\'));
    }
    // Names keep their case in their own columns, so the folded search column is asked as well.
    for text in [&query.first_name, &query.last_name].into_iter().flatten() {
        all = all.filter(users::search.like(pattern(&fold(text))).escape('\\'));
    }
    if let Some(on) = query.enabled {
        all = all.filter(users::enabled.eq(on));
    }
    if let Some(on) = query.email_verified {
        all = all.filter(users::email_verified.eq(on));
    }
    all
}

/// People by username, without service accounts.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<User>> {
    let rows = narrowed(&cx.realm.id, query)
        .order(users::username.asc())
        .offset(query.first)
        .limit(query.max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_user).collect()
}

/// How many people there are, without service accounts.
pub fn count(cx: &mut Cx<'_>, query: &Query) -> Result<i64> {
    Ok(narrowed(&cx.realm.id, query)
        .count()
        .get_result(cx.db.conn()?)?)
}

/// A LIKE pattern for a part, with `\` as its escape.
pub(crate) fn pattern(text: &str) -> String {
    format!("%{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// A word of a search: `"word"` is a whole value, `*` stands for anything.
fn search_pattern(word: &str) -> String {
    let folded = fold(word);
    if let Some(whole) = folded
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return format!("%\n{}\n%", escaped(whole));
    }
    let inner = escaped(&folded).replace('*', "%");
    format!("%{inner}%")
}

/// Each value stands on a line of its own, so that a whole value can be asked for.
pub(super) fn search_text(user: &User) -> String {
    let values = [
        Some(&user.username),
        user.email.as_ref(),
        user.first_name.as_ref(),
        user.last_name.as_ref(),
    ];
    let mut text = String::from("\n");
    for value in values.into_iter().flatten() {
        text.push_str(&fold(value).replace('\n', " "));
        text.push('\n');
    }
    text
}
