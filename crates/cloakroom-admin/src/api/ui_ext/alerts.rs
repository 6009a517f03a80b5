//! Alert rules of a realm's events: who may see and keep events may see and keep these.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use cloakroom_keycloak::event as shape;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::alert::{self, Draft, Rule, Search, Stored};
use cloakroom_model::{Timestamp, Ttl};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::events::{MANAGE, VIEW};
use crate::api::{Answer, Names, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/alerts";
    let all = web::resource(at)
        .route(web::get().to(list))
        .route(web::post().to(make));
    let one = web::resource(format!("{at}/{{alert}}"))
        .route(web::get().to(find))
        .route(web::put().to(change))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
    cfg.route(&format!("{at}/{{alert}}/clear"), web::post().to(clear));
}

const NAME: usize = 100;
const WORD: usize = 255;
/// More events than this are never too few to be looked at.
const THRESHOLD: std::ops::RangeInclusive<i64> = 1..=1_000;
/// A minute to a day: beyond that, counting would take long.
const PERIOD: std::ops::RangeInclusive<i64> = 60..=86_400;

fn show(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.draft.name,
        "search": rule.draft.search,
        "count": rule.draft.threshold,
        "periodSeconds": rule.draft.period.as_seconds(),
        "revision": rule.revision,
        "firedAt": rule.fired_at.map(Timestamp::millis),
    })
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(alert::list(cx)?)).await?;
    let shown: Vec<Value> = all.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let found = admin.read(move |cx| Ok(alert::find(cx, path.part("alert"))?));
    let rule = found.await?.ok_or_else(AdminError::not_found)?;
    Ok(HttpResponse::Ok().json(show(&rule)))
}

async fn make(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (draft, _) = read_draft(&body)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let id = stored(alert::insert(cx, &draft)?)?;
            let path = format!("ui-ext/alerts/{id}");
            audit::record(cx, &actor, audit::CREATE, "CUSTOM", path)?;
            Ok(id)
        })
        .await?;
    Ok(HttpResponse::Created().json(json!({"id": id})))
}

async fn change(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (draft, revision) = read_draft(&body)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let id = stored(alert::update(cx, path.part("alert"), revision, &draft)?)?;
            let path = format!("ui-ext/alerts/{id}");
            Ok(audit::record(cx, &actor, audit::UPDATE, "CUSTOM", path)?)
        })
        .await?;
    Ok(no_content())
}

async fn clear(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let id = path.part("alert");
            if !alert::clear(cx, id)? {
                return Err(AdminError::not_found());
            }
            let path = format!("ui-ext/alerts/{id}/clear");
            Ok(audit::record(cx, &actor, audit::ACTION, "CUSTOM", path)?)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let id = path.part("alert");
            if !alert::remove(cx, id)? {
                return Err(AdminError::not_found());
            }
            let path = format!("ui-ext/alerts/{id}");
            Ok(audit::record(cx, &actor, audit::DELETE, "CUSTOM", path)?)
        })
        .await?;
    Ok(no_content())
}

fn stored(came: Stored) -> Result<String> {
    let (status, why) = match came {
        Stored::Done(id) => return Ok(id),
        Stored::Taken => (409, "There is an alert rule of this name"),
        Stored::TooMany => (409, "There are too many alert rules"),
        Stored::Changed => (409, "Somebody else changed the alert rule meanwhile"),
        Stored::Gone => return Err(AdminError::not_found()),
    };
    Err(AdminError::message(status, why))
}

/// What was sent, and which revision of the rule it changes.
fn read_draft(body: &[u8]) -> Result<(Draft, i64)> {
    let fields = ["name", "search", "count", "periodSeconds", "revision"];
    let sent = read::object(body, "AlertRule", &fields)?;
    let number = |name: &str| -> Result<Option<i64>> { Ok(read::member::<i64>(&sent, name)?) };
    let name = read::text(&sent, "name")?.unwrap_or_default().trim();
    let is_long = name.is_empty() || name.chars().count() > NAME;
    if is_long || name.contains(char::is_control) {
        let why = format!("name has to be there, and no longer than {NAME} characters");
        return Err(AdminError::message(400, why));
    }
    let within = |name: &str, range: &std::ops::RangeInclusive<i64>| -> Result<i64> {
        let given = number(name)?.filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        given.ok_or_else(|| {
            let why = format!("{name} has to be between {least} and {most}");
            AdminError::message(400, why)
        })
    };
    let draft = Draft {
        name: name.to_owned(),
        search: read_search(&sent)?,
        threshold: within("count", &THRESHOLD)?,
        period: Ttl::seconds(within("periodSeconds", &PERIOD)?),
    };
    Ok((draft, number("revision")?.unwrap_or(0)))
}

fn read_search(sent: &Object) -> Result<Search> {
    let invalid = |why: &str| AdminError::message(400, why);
    let Some(object) = read::member::<Object>(sent, "search")? else {
        return Err(invalid("search has to be there"));
    };
    let known = ["types", "client", "user", "ipAddress", "code"];
    if object.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(invalid(
            "search has types, client, user, ipAddress and code",
        ));
    }
    let word = |name: &str| -> Result<Option<String>> {
        let text = read::text(&object, name)?.unwrap_or_default().trim();
        if text.chars().count() > WORD || text.contains(char::is_control) {
            return Err(invalid("search has a word that is too long"));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    };
    let types = read::member::<Vec<String>>(&object, "types")?.unwrap_or_default();
    // Each once: a database takes only so many values.
    let types: Vec<String> = BTreeSet::from_iter(types).into_iter().collect();
    let is_type = |name: &String| {
        let name = name.as_str();
        shape::KINDS.contains(&name) || shape::MORE_KINDS.contains(&name)
    };
    if !types.iter().all(is_type) {
        return Err(invalid("search names a type of events that there is not"));
    }
    let search = Search {
        types,
        client: word("client")?,
        user: word("user")?,
        ip_address: word("ipAddress")?,
        code: word("code")?,
    };
    match search == Search::default() {
        true => Err(invalid("search has to narrow by something")),
        false => Ok(search),
    }
}
