//! Lists of people, and how many there are.

use std::collections::HashMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_keycloak::{query, user as shape};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::credential::{self, OTP};
use cloakroom_model::id::{GroupId, UserId};
use cloakroom_model::user::{self, Query, User, directory};
use cloakroom_model::{Cx, Timestamp, lockout};
use serde_json::{Value, json};

use super::super::events::days_since_1970;
use super::super::{Answer, Params, USUAL, groups, is_brief, is_on, page, switch, user_profile};
use super::{MANAGE, VIEW};
use crate::access::{Admin, Sway};
use crate::error::{AdminError, Result};

/// Who may ask for people at all; without a right to view them, nobody is found.
const ASK: &[&str] = &["view-users", "manage-users", "query-users"];

pub(super) async fn list(admin: Admin, params: Params) -> Answer {
    listed(&admin, &params, false).await
}

/// The same people, each with the failed logins of late.
pub(crate) async fn list_with_failures(admin: Admin, params: Params) -> Answer {
    listed(&admin, &params, true).await
}

async fn listed(admin: &Admin, params: &Params, with_failures: bool) -> Answer {
    admin.check(ASK)?;
    let (views, manages) = (admin.sway(VIEW), admin.sway(MANAGE));
    let query = query_of(params)?;
    if asks_for_hidden(admin, &query) {
        return Ok(HttpResponse::Ok().json(json!([])));
    }
    let brief = is_brief(params, false);
    if views.is_full() {
        super::directory::seek(admin, &query).await?;
    }
    let shown = admin
        .read(move |cx| {
            let Some(query) = within(cx, query.clone(), &views)? else {
                return Ok(Vec::new());
            };
            check_groups(cx, &query, &views)?;
            let found = search(cx, &query, &views)?;
            let mut shown = show_all(cx, &found, brief)?;
            let manages = manages.open(cx)?;
            for (one, user) in shown.iter_mut().zip(&found) {
                let may_manage = manages.may(cx, Of::Users, user.id.as_str(), "manage")?;
                set(one, "access", json!({"manage": may_manage}));
                if with_failures {
                    set(one, "bruteForceStatus", failures(cx, &user.id)?);
                }
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// A search by an attribute that administrators may not view would tell its value all the same.
fn asks_for_hidden(admin: &Admin, query: &Query) -> bool {
    let mut names = query.attributes.iter().map(|(name, _)| name);
    names.any(|name| user_profile::is_hidden(&admin.realm, name))
}

fn failures(cx: &mut Cx<'_>, user: &UserId) -> Result<Value> {
    let Some(known) = lockout::find(cx, user)? else {
        return Ok(json!({
            "numFailures": 0,
            "disabled": false,
            "lastIPFailure": "n/a",
            "lastFailure": 0,
        }));
    };
    Ok(json!({
        "numFailures": known.failures,
        "disabled": known.not_before > cx.now,
        "lastIPFailure": known.last_ip,
        "lastFailure": known.last_failure.millis(),
    }))
}

pub(super) async fn count(admin: Admin, params: Params) -> Answer {
    admin.check(ASK)?;
    let (query, views) = (query_of(&params)?, admin.sway(VIEW));
    if asks_for_hidden(&admin, &query) {
        return Ok(HttpResponse::Ok().json(0));
    }
    // How many there are in all says nothing about anybody; how many fit a search would.
    let is_of_all = query.search.is_none() && !is_narrowed(&params) && !has_own(&params);
    let count = admin
        .read(move |cx| {
            let Some(query) = within(cx, query.clone(), &views)? else {
                return match is_of_all {
                    true => Ok(user::count(cx, &query)?),
                    false => Ok(0),
                };
            };
            check_groups(cx, &query, &views)?;
            match named(&query) {
                Some(_) => {
                    let found = search(cx, &query, &views)?;
                    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
                }
                None => Ok(user::count(cx, &query)?),
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(count))
}

/// The query, narrowed to those whom the caller may see; `None` if nobody is to be seen.
fn within(cx: &mut Cx<'_>, mut query: Query, views: &Sway) -> Result<Option<Query>> {
    if views.is_full() {
        return Ok(Some(query));
    }
    let Some(delegation) = views.delegation(cx)? else {
        return Ok(None);
    };
    query.reach = Some(delegation.people(cx, "view")?);
    Ok(Some(query))
}

/// A list narrowed by a group tells who is in it, which takes the right to see that.
fn check_groups(cx: &mut Cx<'_>, query: &Query, views: &Sway) -> Result<()> {
    for group in &query.groups {
        groups::found_by(cx, group.as_str(), views, "view-members")?;
    }
    Ok(())
}

/// The people as lists show them.
pub(crate) fn show_all(cx: &mut Cx<'_>, people: &[User], brief: bool) -> Result<Vec<Value>> {
    let visible = |user: &User| user_profile::visible(cx.realm, user);
    let people: Vec<User> = people.iter().map(visible).collect();
    if brief {
        return Ok(people.iter().map(shape::show_briefly).collect());
    }
    let ids: Vec<UserId> = people.iter().map(|user| user.id.clone()).collect();
    let with_codes = credential::owners(cx, &ids, OTP)?;
    let directories = directory::list_of(cx, &ids)?;
    let show = |user: &User| {
        let mut shown = shape::show(user);
        set(&mut shown, "totp", json!(with_codes.contains(&user.id)));
        if let Some(component) = directories.get(&user.id) {
            set(&mut shown, "federationLink", json!(component));
        }
        shown
    };
    Ok(people.iter().map(show).collect())
}

/// `id:` in a search names users by their ids.
fn named(query: &Query) -> Option<&str> {
    query.search.as_deref()?.strip_prefix("id:")
}

fn search(cx: &mut Cx<'_>, query: &Query, views: &Sway) -> Result<Vec<User>> {
    let Some(ids) = named(query) else {
        return Ok(user::list(cx, query)?);
    };
    let mut found = Vec::new();
    for id in ids.split_whitespace() {
        if views.may(cx, Of::Users, id, "view")? {
            found.extend(user::find(cx, &UserId::new(id))?);
        }
    }
    Ok(found)
}

/// Each is a condition of its own to the database, which has an end to how many it takes.
const MOST_TERMS: usize = 50;

fn query_of(params: &Params) -> Result<Query> {
    let (first, max) = page(params, USUAL)?;
    let text = |name: &str| params.get(name).cloned();
    let mut query = Query {
        search: text("search"),
        username: text("username"),
        email: text("email"),
        first_name: text("firstName"),
        last_name: text("lastName"),
        exact: is_on(params, "exact"),
        enabled: switch(params, "enabled"),
        email_verified: switch(params, "emailVerified"),
        groups: groups_of(params),
        provider: text("idpAlias"),
        provider_user: text("idpUserId"),
        created_after: instant(params, "createdAfter")?,
        created_before: instant(params, "createdBefore")?,
        seen_after: instant(params, "lastSignInAfter")?,
        seen_before: instant(params, "lastSignInBefore")?,
        with_factor: switch(params, "factor"),
        after: text("after"),
        before: text("before"),
        first,
        max,
        ..Query::default()
    };
    let asked = params.get("q").map(String::as_str).unwrap_or_default();
    for (name, value) in query::attributes(asked) {
        match name.as_str() {
            "username" => query.username = Some(value),
            "email" => query.email = Some(value),
            "firstName" => query.first_name = Some(value),
            "lastName" => query.last_name = Some(value),
            _ => query.attributes.push((name, value)),
        }
    }
    let words = query.search.iter().flat_map(|text| text.split_whitespace());
    let terms = query.groups.len()
        + query.attributes.len()
        + if named(&query).is_some() {
            0
        } else {
            words.count()
        };
    if terms > MOST_TERMS {
        let why =
            format!("A search may have {MOST_TERMS} words, groups or attributes, not {terms}");
        return Err(AdminError::error(400, &why));
    }
    // Keycloak shows service accounts to who asks for more than everybody, unless by a search.
    query.service_accounts = query.search.is_none() && is_narrowed(params);
    Ok(query)
}

fn is_narrowed(params: &HashMap<String, String>) -> bool {
    const NARROWING: [&str; 11] = [
        "username",
        "email",
        "firstName",
        "lastName",
        "exact",
        "enabled",
        "emailVerified",
        "groups",
        "idpAlias",
        "idpUserId",
        "q",
    ];
    NARROWING.iter().any(|name| params.contains_key(*name))
}

/// It is narrowed by what Keycloak does not know.
fn has_own(params: &Params) -> bool {
    const OWN: [&str; 5] = [
        "createdAfter",
        "createdBefore",
        "lastSignInAfter",
        "lastSignInBefore",
        "factor",
    ];
    OWN.iter().any(|name| params.contains_key(*name))
}

/// The ids of groups, with commas between.
fn groups_of(params: &Params) -> Vec<GroupId> {
    let ids = params.get("groups").map(String::as_str).unwrap_or_default();
    let ids = ids.split(',').filter(|id| !id.is_empty());
    ids.map(GroupId::new).collect()
}

/// An instant in milliseconds since 1970, or a day.
fn instant(params: &Params, name: &str) -> Result<Option<Timestamp>> {
    let Some(text) = params.get(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let millis = match text.parse::<i64>() {
        Ok(millis) => Some(millis).filter(|millis| *millis >= 0),
        Err(_) => days_since_1970(text).map(|days| days * 24 * 60 * 60 * 1000),
    };
    let millis = millis.ok_or_else(|| {
        let why = format!(
            "Invalid value for '{name}', expected format is yyyy-MM-dd or an Epoch timestamp"
        );
        AdminError::error(400, why)
    })?;
    Ok(Some(Timestamp::from_millis(millis)))
}
