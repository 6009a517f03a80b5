//! Searches: lists of people, and the patterns that narrow them.
//!
//! A list is read in two steps: the ids of the page from an index that holds all that narrows and
//! orders, then those people whole. So a search that finds nobody reads nobody. Where those with a name that begins as
//! searched for are few, they are looked at by themselves, and not the names of everybody.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::index::LINE;
use super::{Reach, User, beginning, fold, holders, page};
use crate::cx::Cx;
use crate::id::{GroupId, RealmId, UserId};
use crate::schema::{
    credentials, federated_identities, sign_ins, user_attributes, user_groups, users,
};
use crate::time::Timestamp;
use crate::{Result, credential};

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
    /// Groups that the user is in directly, all of them.
    pub groups: Vec<GroupId>,
    /// Has a link to this identity provider.
    pub provider: Option<String>,
    /// Is known by this id at an identity provider.
    pub provider_user: Option<String>,
    /// Came to be at this instant or later.
    pub created_after: Option<Timestamp>,
    /// Came to be at this instant or earlier.
    pub created_before: Option<Timestamp>,
    /// Signed in at this instant or later.
    pub seen_after: Option<Timestamp>,
    /// Did not sign in after this instant, or never did.
    pub seen_before: Option<Timestamp>,
    /// Has or has not something beside a password that proves them: a device with one-time codes, or a key.
    pub with_factor: Option<bool>,
    /// Service accounts are listed as well.
    pub service_accounts: bool,
    /// Only those whom whoever asks may see.
    pub reach: Option<Reach>,
    /// Only those whose username comes after this one.
    pub after: Option<String>,
    /// Only those whose username comes before this one, and of these the nearest.
    pub before: Option<String>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}

impl Query {
    /// The attributes that are asked for, if nothing else is.
    fn only_attributes(&self) -> Option<&[(String, String)]> {
        let texts = [
            &self.search,
            &self.username,
            &self.email,
            &self.first_name,
            &self.last_name,
            &self.provider,
            &self.provider_user,
            &self.after,
            &self.before,
        ];
        let is_narrowed = texts.into_iter().any(Option::is_some)
            || [self.enabled, self.email_verified, self.with_factor]
                .iter()
                .any(Option::is_some)
            || self.created_after.is_some()
            || self.created_before.is_some()
            || self.seen_after.is_some()
            || self.seen_before.is_some()
            || self.reach.is_some()
            || !self.groups.is_empty()
            || !self.service_accounts;
        (!is_narrowed && !self.attributes.is_empty()).then_some(&self.attributes)
    }
}

pub(super) type Boxed<'a> = users::BoxedQuery<'a, crate::conn::MultiBackend>;

/// People by username.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<User>> {
    let ids = ids(cx, query)?;
    page::load(cx, &ids)
}

/// How many people there are.
pub fn count(cx: &mut Cx<'_>, query: &Query) -> Result<i64> {
    if let Some(attributes) = query.only_attributes() {
        return holders::count_of_all(cx, attributes);
    }
    let few = few(cx, query)?;
    if few.as_ref().is_some_and(Vec::is_empty) {
        return Ok(0);
    }
    let people = narrowed(&cx.realm.id, query, few);
    Ok(people.count().get_result(cx.db.conn()?)?)
}

fn ids(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<UserId>> {
    if let Some(attributes) = query.only_attributes() {
        let end = query.first.saturating_add(query.max);
        return holders::ids_of_all(cx, attributes, query.first..end);
    }
    let few = few(cx, query)?;
    if few.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let mut people = narrowed(&cx.realm.id, query, few);
    if let Some(name) = &query.after {
        people = people.filter(users::username.gt(fold(name)));
    }
    if let Some(name) = &query.before {
        let last = people
            .filter(users::username.lt(fold(name)))
            .select(users::id)
            .order(users::username.desc())
            .limit(query.max);
        let mut ids: Vec<UserId> = last.load(cx.db.conn()?)?;
        ids.reverse();
        return Ok(ids);
    }
    let people = people
        .select(users::id)
        .order(users::username.asc())
        .offset(query.first)
        .limit(query.max);
    Ok(people.load(cx.db.conn()?)?)
}

/// So many ids are looked up one by one in less time than it takes to look through everybody.
const FEW: usize = 1000;

/// The people in one of the groups, with one of the attributes, or with a name that begins as searched for, where these are few.
fn few(cx: &mut Cx<'_>, query: &Query) -> Result<Option<Vec<UserId>>> {
    let most = i64::try_from(FEW).unwrap_or(i64::MAX);
    for group in &query.groups {
        let members = page::ids_in_group(cx, group, 0, most + 1)?;
        if members.len() <= FEW {
            return Ok(Some(members));
        }
    }
    for attribute in &query.attributes {
        let holders = holders::ids(cx, attribute, 0..most + 1)?;
        if holders.len() <= FEW {
            return Ok(Some(holders));
        }
    }
    for word in words(query) {
        if let Some(found) = beginning::ids(cx, word, FEW)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// What a search is for: each of these words, in whatever order.
fn words(query: &Query) -> impl Iterator<Item = &str> {
    query.search.iter().flat_map(|text| text.split_whitespace())
}

fn narrowed<'a>(realm: &'a RealmId, query: &Query, few: Option<Vec<UserId>>) -> Boxed<'a> {
    let mut all = users::table.filter(users::realm_id.eq(realm)).into_boxed();
    if let Some(few) = few {
        all = all.filter(users::id.eq_any(few));
    }
    if let Some(reach) = &query.reach {
        all = reach.narrow(all, realm);
    }
    if !query.service_accounts {
        all = all.filter(users::service_account_client.is_null());
    }
    for word in words(query) {
        let pattern = search_pattern(word);
        // SQLite looks the escape up anew at each row, which takes a sixth of the time of a search that finds nobody.
        all = match pattern.contains('\\') {
            true => all.filter(users::search.like(pattern).escape('\\')),
            false => all.filter(users::search.like(pattern)),
        };
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
    all = narrowed_by_sign_in(all, query);
    all = narrowed_by_factor(all, realm, query);
    for (name, value) in &query.attributes {
        let has = user_attributes::table
            .filter(user_attributes::user_id.eq(users::id))
            .filter(user_attributes::name.eq(name.clone()))
            .filter(user_attributes::value.eq(super::index::indexed(value)));
        // Nobody has the empty id; without it PostgreSQL would begin at the holders, who are many.
        all = all.filter(exists(has).or(users::id.eq("")));
    }
    for group in &query.groups {
        let is_in = user_groups::table
            .filter(user_groups::user_id.eq(users::id))
            .filter(user_groups::group_id.eq(group.clone()));
        // For the same reason as above: a list ends after a page, the members of a large group do not.
        all = all.filter(exists(is_in).or(users::id.eq("")));
    }
    narrowed_by_link(all, realm, query)
}

fn narrowed_by_sign_in<'a>(mut all: Boxed<'a>, query: &Query) -> Boxed<'a> {
    let since = |at: Timestamp| {
        sign_ins::table
            .filter(sign_ins::user_id.eq(users::id))
            .filter(sign_ins::at.ge(at))
    };
    if let Some(at) = query.seen_after {
        all = all.filter(exists(since(at)));
    }
    if let Some(at) = query.seen_before {
        all = all.filter(not(exists(since(at))));
    }
    all
}

fn narrowed_by_factor<'a>(all: Boxed<'a>, realm: &'a RealmId, query: &Query) -> Boxed<'a> {
    let factors = || {
        credentials::table
            .filter(credentials::realm_id.eq(realm))
            .filter(credentials::user_id.eq(users::id))
            // The index is of those alone, which a database sees where the kind stands in the statement itself.
            .filter(sql::<Bool>("credentials.kind <> 'password'"))
            .filter(credentials::kind.ne_all(credential::NO_FACTORS))
    };
    // Nobody has the empty id; without it PostgreSQL would begin at everybody's credentials.
    match query.with_factor {
        None => all,
        Some(true) => all.filter(exists(factors()).or(users::id.eq(""))),
        Some(false) => all.filter(not(exists(factors())).or(users::id.eq(""))),
    }
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

/// Usernames and addresses have columns of their own, which the whole is found in; parts, and names,
/// are looked for in the folded lines of the search column.
fn narrowed_by_texts<'a>(mut all: Boxed<'a>, query: &Query) -> Boxed<'a> {
    let mut lines = vec![(2, &query.first_name), (3, &query.last_name)];
    if query.exact {
        if let Some(text) = &query.username {
            all = all.filter(users::username.eq(fold(text)));
        }
        if let Some(text) = &query.email {
            all = all.filter(users::email.eq(fold(text)));
        }
    } else {
        lines.extend([(0, &query.username), (1, &query.email)]);
    }
    for (line, text) in lines {
        let Some(text) = text else { continue };
        let text = escaped(&fold(text));
        let part = if query.exact {
            format!("\n{text}\n")
        } else {
            text.clone()
        };
        // Most people fail here already, at a pattern that is fast.
        all = all.filter(users::search.like(format!("%{part}%")).escape('\\'));
        let on_line = on_line(line, &text, query.exact);
        all = all.filter(users::search.like(on_line).escape('\\'));
    }
    all
}

/// A pattern for a text on one of the four lines: with as many line ends in it as each search text
/// has, no `%` can stand for one.
fn on_line(line: usize, text: &str, exact: bool) -> String {
    let mut pattern = String::from("\n");
    for at in 0..LINE.len() {
        pattern.push_str(&match (at == line, exact) {
            (true, true) => text.to_owned(),
            (true, false) => format!("%{text}%"),
            (false, _) => "%".to_owned(),
        });
        pattern.push('\n');
    }
    pattern
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
