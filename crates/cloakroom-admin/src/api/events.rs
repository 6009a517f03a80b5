//! `/admin/realms/{realm}/events` and `/admin-events`: both audit trails, and what they keep.

use actix_web::HttpResponse;
use cloakroom_keycloak::event::{self as shape, Config};
use cloakroom_model::event::{self, Span, Who, admin as admin_event};
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, Timestamp, realm, user};
use cloakroom_web::web::{self, Bytes, Query, ServiceConfig};
use serde_json::Value;

use super::ui_ext::actors;
use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) const VIEW: &[&str] = &["view-events", "manage-events"];
pub(super) const MANAGE: &[&str] = &["manage-events"];

/// A query's parameters in their order; some are there several times.
type Pairs = Query<Vec<(String, String)>>;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let config = web::resource("/admin/realms/{realm}/events/config")
        .route(web::get().to(find_config))
        .route(web::put().to(update_config));
    let events = web::resource("/admin/realms/{realm}/events")
        .route(web::get().to(list))
        .route(web::delete().to(clear));
    let admins = web::resource("/admin/realms/{realm}/admin-events")
        .route(web::get().to(list_admins))
        .route(web::delete().to(clear_admins));
    cfg.service(config).service(events).service(admins);
}

async fn list(admin: Admin, params: Pairs) -> Answer {
    admin.check(VIEW)?;
    let mut query = event::Query {
        kinds: known(&params, "type", &[shape::KINDS, shape::MORE_KINDS])?,
        client_id: last(&params, "client").map(str::to_owned),
        user: last(&params, "user").map(str::to_owned),
        who: None,
        ip: last(&params, "ipAddress").map(str::to_owned),
        code: last(&params, "code").map(str::to_owned),
        span: span(&params)?,
    };
    if let Some(named) = last(&params, "who").map(str::to_owned) {
        let may_look = admin.may(super::users::VIEW);
        query.who = Some(admin.read(move |cx| meant(cx, &named, may_look)).await?);
    }
    // What was typed is in no index, so that all that is left of the trail is looked through for it.
    let is_long = query.who.as_ref().is_some_and(|who| who.typed.is_some());
    let find = move |cx: &mut Cx<'_>| Ok(event::list(cx, &query)?);
    let found = match is_long {
        true => admin.scan(find).await?,
        false => admin.read(find).await?,
    };
    let id = &admin.realm.id;
    let shown: Vec<Value> = found.iter().map(|one| shape::show(id, one)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// Whom a name or an id means. What somebody typed whom nobody knows is looked for in the events themselves, and so are names by those
/// who may not look for people.
fn meant(cx: &mut Cx<'_>, named: &str, may_look: bool) -> Result<Who> {
    let id = UserId::new(named);
    if may_look {
        let by_id = user::find(cx, &id)?;
        let by_name = user::find_for_login(cx, named)?;
        let known: Vec<UserId> = by_id.into_iter().chain(by_name).map(|one| one.id).collect();
        if !known.is_empty() {
            return Ok(Who {
                ids: known,
                typed: None,
            });
        }
    }
    // What was typed is in no index, and nobody types an id.
    let is_id = named.len() == 36 && named.matches('-').count() == 4;
    Ok(Who {
        ids: vec![id],
        typed: (!is_id).then(|| named.to_owned()),
    })
}

async fn list_admins(admin: Admin, params: Pairs) -> Answer {
    admin.check(VIEW)?;
    let users = match last(&params, "who") {
        Some(named) => actors::meant(&admin, named).await?,
        None => Vec::new(),
    };
    let auth = [
        ("authRealm", "realmId"),
        ("authClient", "clientId"),
        ("authUser", "userId"),
        ("authIpAddress", "ipAddress"),
    ];
    let auth = auth.into_iter();
    let query = admin_event::Query {
        operations: known(&params, "operationTypes", &[&shape::OPERATIONS])?,
        resource_types: known(&params, "resourceTypes", &[shape::RESOURCES])?,
        id: last(&params, "id").map(str::to_owned),
        resource_path: last(&params, "resourcePath").map(str::to_owned),
        about: last(&params, "about").map(str::to_owned),
        auth: auth
            .filter_map(|(param, name)| Some((name, last(&params, param)?.to_owned())))
            .collect(),
        users,
        span: span(&params)?,
    };
    // Neither who did it nor where is in an index.
    let is_long =
        !query.auth.is_empty() || !query.users.is_empty() || query.resource_path.is_some();
    let find = move |cx: &mut Cx<'_>| Ok(admin_event::list(cx, &query)?);
    let found = match is_long {
        true => admin.scan(find).await?,
        false => admin.read(find).await?,
    };
    let id = &admin.realm.id;
    let shown: Vec<Value> = found.iter().map(|one| shape::show_admin(id, one)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn clear(admin: Admin) -> Answer {
    admin.check(MANAGE)?;
    admin.write(|cx| Ok(event::remove_all(cx)?)).await?;
    Ok(no_content())
}

async fn clear_admins(admin: Admin) -> Answer {
    admin.check(MANAGE)?;
    admin.write(|cx| Ok(admin_event::remove_all(cx)?)).await?;
    Ok(no_content())
}

async fn find_config(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    Ok(HttpResponse::Ok().json(Config::of(&admin.realm.settings)))
}

async fn update_config(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = Config::read(&body)?;
    let named = sent.events_listeners.iter().flatten();
    if named
        .into_iter()
        .any(|name| !shape::LISTENERS.contains(&name.as_str()))
    {
        return Err(AdminError::error(400, "Unknown event listener"));
    }
    let kept = serde_json::to_string(&sent).map_err(cloakroom_model::Fault::from)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
            let mut settings = cx.realm.settings.clone();
            sent.apply(&mut settings);
            realm::update(cx, &name, enabled, &settings)?;
            // The switch that was just turned on counts for this call already.
            let mut changed = cloakroom_model::Realm::nobody();
            changed.id = cx.realm.id.clone();
            changed.settings = settings;
            let changed = std::sync::Arc::new(changed);
            let mut inside = cx.in_realm(&changed);
            let what = (audit::UPDATE, "REALM");
            audit::record_with(
                &mut inside,
                &actor,
                what,
                "events/config",
                Some(kept.clone()),
            )?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The last value of a parameter, if it is not empty.
fn last<'a>(params: &'a Pairs, name: &str) -> Option<&'a str> {
    let mut all = params.iter().filter(|(known, _)| known == name);
    let found = all.next_back().map(|(_, value)| value.as_str());
    found.filter(|value| !value.is_empty())
}

/// All values of a parameter, each of which has to be a name in the lists.
fn known(params: &Pairs, name: &str, lists: &[&[&str]]) -> Result<Vec<String>> {
    let all = params.iter().filter(|(known, _)| known == name);
    let values: Vec<String> = all.map(|(_, value)| value.clone()).collect();
    let is_known = |value: &String| lists.iter().any(|list| list.contains(&value.as_str()));
    match values.iter().find(|value| !is_known(value)) {
        None => Ok(values),
        Some(_) => Err(AdminError::error(400, format!("Unknown value of '{name}'"))),
    }
}

fn span(params: &Pairs) -> Result<Span> {
    let number = |name: &str| -> Result<Option<i64>> {
        let text = last(params, name);
        let number = text.map(str::parse::<i32>).transpose();
        let number = number.map_err(|_| AdminError::not_found())?;
        Ok(number.map(i64::from))
    };
    let ascending = match last(params, "direction") {
        None => false,
        Some(text) if text.eq_ignore_ascii_case("desc") => false,
        Some(text) if text.eq_ignore_ascii_case("asc") => true,
        Some(_) => {
            let why = "Invalid value for sortDirection, expected value is asc or desc";
            return Err(AdminError::error(400, why));
        }
    };
    let max = number("max")?.unwrap_or(100);
    Ok(Span {
        from: instant(params, "dateFrom", false)?,
        to: instant(params, "dateTo", true)?,
        ascending,
        first: number("first")?.unwrap_or(0).max(0),
        max: if max < 0 { i64::from(i32::MAX) } else { max },
    })
}

/// A day, which ends where the next one begins, or milliseconds since 1970.
fn instant(params: &Pairs, name: &str, is_end: bool) -> Result<Option<Timestamp>> {
    let Some(text) = last(params, name) else {
        return Ok(None);
    };
    let day = 24 * 60 * 60 * 1000;
    let millis = match text.parse::<i64>() {
        Ok(millis) => Some(millis.saturating_add(i64::from(is_end))),
        Err(_) => days_since_1970(text).map(|days| (days + i64::from(is_end)) * day),
    };
    let millis = millis.ok_or_else(|| {
        let why = format!(
            "Invalid value for '{name}', expected format is yyyy-MM-dd or an Epoch timestamp"
        );
        AdminError::error(400, why)
    })?;
    Ok(Some(Timestamp::from_millis(millis)))
}

/// The number of a day of the Gregorian calendar, written as `2026-01-31`.
pub(super) fn days_since_1970(text: &str) -> Option<i64> {
    let lengths = text.split('-').map(str::len);
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !lengths.eq([4, 2, 2]) || !(1..=longest).contains(&day) {
        return None;
    }
    // A year that begins in March has its leap day at the end.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let days = 146_097 * century / 4 + 1461 * of_century / 4 + (153 * month + 2) / 5 + day;
    Some(days - 719_469)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (text, days) in [
            ("1970-01-01", Some(0)),
            ("1970-03-01", Some(59)),
            ("2000-02-29", Some(11_016)),
            ("2026-11-26", Some(20_783)),
            ("1969-12-31", Some(-1)),
            ("2100-02-29", None),
            ("2020-13-01", None),
            ("2020-1-1", None),
            ("yesterday", None),
        ] {
            assert_eq!(days_since_1970(text), days, "{text}");
        }
    }
}
