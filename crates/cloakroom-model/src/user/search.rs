//! Searches: lists of people, and the patterns that narrow them.

use diesel::prelude::*;

use super::{Row, User, fold};
use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::{federated_identities, user_attributes, users};
use crate::time::Timestamp;

/// What a list of users is narrowed by; absent members do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The beginning of username, e-mail or a name; in quotes the whole; `*` stands for anything.
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
    /// Attributes with a value that the user has, all of them.
    pub attributes: Vec<(String, String)>,
    /// Has a link to this identity provider.
    pub provider: Option<String>,
    /// Is known by this id at an identity provider.
    pub provider_user: Option<String>,
    /// Came to be at this instant or later.
    pub created_after: Option<Timestamp>,
    /// Came to be at this instant or earlier.
    pub created_before: Option<Timestamp>,
    /// Service accounts are listed as well.
    pub service_accounts: bool,
    /// Only those whose username comes after this one.
    pub after: Option<String>,
    /// Only those whose username comes before this one, and of these the nearest.
    pub before: Option<String>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}

pub(super) type Boxed<'a> = users::BoxedQuery<'a, crate::conn::MultiBackend>;

/// Everybody in a realm, service accounts too.
pub(super) fn everybody(realm: &RealmId) -> Boxed<'_> {
    users::table.filter(users::realm_id.eq(realm)).into_boxed()
}

/// The people of a query from the first on, by username.
pub(super) fn page(cx: &mut Cx<'_>, people: Boxed<'_>, first: i64, max: i64) -> Result<Vec<User>> {
    let rows = people
        .order(users::username.asc())
        .offset(first)
        .limit(max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_user).collect()
}

fn narrowed<'a>(realm: &'a RealmId, query: &Query) -> Boxed<'a> {
    let mut all = everybody(realm);
    if !query.service_accounts {
        all = all.filter(users::service_account_client.is_null());
    }
    for word in query.search.iter().flat_map(|text| text.split_whitespace()) {
        all = all.filter(users::search.like(search_pattern(word)).escape('\\'));
    }
    all = narrowed_by_texts(all, query);
    if let Some(on) = query.enabled {
        all = all.filter(users::enabled.eq(on));
    }
    if let Some(on) = query.email_verified {
        all = all.filter(users::email_verified.eq(on));
    }
    if let Some(at) = query.created_after {
        all = all.filter(users::created_at.ge(at));
    }
    if let Some(at) = query.created_before {
        all = all.filter(users::created_at.le(at));
    }
    for (name, value) in &query.attributes {
        let ids = user_attributes::table
            .filter(user_attributes::realm_id.eq(realm))
            .filter(user_attributes::name.eq(name.clone()))
            .filter(user_attributes::value.eq(indexed(value)))
            .select(user_attributes::user_id);
        all = all.filter(users::id.eq_any(ids));
    }
    narrowed_by_link(all, realm, query)
}

fn narrowed_by_link<'a>(all: Boxed<'a>, realm: &'a RealmId, query: &Query) -> Boxed<'a> {
    let links = || {
        federated_identities::table
            .filter(federated_identities::realm_id.eq(realm))
            .select(federated_identities::user_id)
    };
    match (query.provider.clone(), query.provider_user.clone()) {
        (None, None) => all,
        (Some(alias), None) => {
            let there = links().filter(federated_identities::provider.eq(alias));
            all.filter(users::id.eq_any(there))
        }
        (None, Some(id)) => {
            let known = links().filter(federated_identities::external_id.eq(id));
            all.filter(users::id.eq_any(known))
        }
        (Some(alias), Some(id)) => {
            let there = links()
                .filter(federated_identities::provider.eq(alias))
                .filter(federated_identities::external_id.eq(id));
            all.filter(users::id.eq_any(there))
        }
    }
}

fn narrowed_by_texts<'a>(mut all: Boxed<'a>, query: &Query) -> Boxed<'a> {
    let like = |text: &str| {
        if query.exact {
            escaped(&fold(text))
        } else {
            pattern(&fold(text))
        }
    };
    if let Some(text) = &query.username {
        all = all.filter(users::username.like(like(text)).escape('\\'));
    }
    if let Some(text) = &query.email {
        all = all.filter(users::email.like(like(text)).escape('\\'));
    }
    // Names keep their case in their own columns, so the folded lines of the search column are asked.
    let line = |text: &str| {
        let text = escaped(&fold(text));
        if query.exact {
            format!("%\n{text}\n%")
        } else {
            format!("%{text}%")
        }
    };
    for text in [&query.first_name, &query.last_name].into_iter().flatten() {
        all = all.filter(users::search.like(line(text)).escape('\\'));
    }
    all
}

/// People by username.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<User>> {
    let mut people = narrowed(&cx.realm.id, query);
    if let Some(name) = &query.after {
        people = people.filter(users::username.gt(fold(name)));
    }
    if let Some(name) = &query.before {
        people = people.filter(users::username.lt(fold(name)));
        return page_backwards(cx, people, query.max);
    }
    page(cx, people, query.first, query.max)
}

/// The last people of a query, by username.
fn page_backwards(cx: &mut Cx<'_>, people: Boxed<'_>, max: i64) -> Result<Vec<User>> {
    let last = people.order(users::username.desc()).limit(max);
    let rows = last.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().rev().map(Row::into_user).collect()
}

/// How many people there are.
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

/// A word of a search: the beginning of a value, `"word"` the whole; `*` stands for anything.
fn search_pattern(word: &str) -> String {
    let folded = fold(word);
    if let Some(whole) = folded
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return format!("%\n{}\n%", escaped(whole));
    }
    let inner = escaped(&folded).replace('*', "%");
    format!("%\n{inner}%")
}

/// Each value stands on a line of its own, so that its beginning or the whole can be asked for.
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

/// What of an attribute's value is indexed. PostgreSQL refuses an index entry of many pages.
fn indexed(value: &str) -> String {
    value.chars().take(255).collect()
}

/// Replaces the rows by which a user is found by their attributes.
pub(super) fn index_attributes(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let mine = user_attributes::table
        .filter(user_attributes::realm_id.eq(&cx.realm.id))
        .filter(user_attributes::user_id.eq(&user.id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    for (name, values) in &user.attributes {
        for value in values {
            let insert = diesel::insert_into(user_attributes::table).values((
                user_attributes::user_id.eq(&user.id),
                user_attributes::name.eq(name),
                user_attributes::value.eq(indexed(value)),
                user_attributes::realm_id.eq(&cx.realm.id),
            ));
            crate::sql::Unless(insert, "").execute(cx.db.conn()?)?;
        }
    }
    Ok(())
}
