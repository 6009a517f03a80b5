//! What an invented population did: who is signed in, and both audit trails of the last month.

use std::sync::Arc;

use cloakroom_model::event::admin::{self, AdminEvent, Auth};
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::{ClientUuid, FamilyId, SessionId, UserId};
use cloakroom_model::refresh::{self, Next};
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::{Cx, Door, Fault, Realm, Timestamp};
use cloakroom_web::App;
use serde_json::Map;

use super::{Family, Population};

/// What is written in one transaction.
const BATCH: u32 = 1_000;
/// How far back the trails go, in milliseconds: a month.
const MONTH: i64 = 30 * 86_400_000;
/// How long a session may go on, in milliseconds: ten hours, as in a new realm.
const SESSION: i64 = 36_000_000;

/// Writes the history of a realm that stands.
pub(crate) async fn write(app: &App, population: &Population) -> Result<(), String> {
    let found = app.realm(&population.name).await.map_err(text)?;
    let realm = found.ok_or_else(|| format!("there is no realm {}", population.name))?;
    let size = population.size;
    in_batches(app, &realm, population, size.events, happened).await?;
    in_batches(app, &realm, population, size.events, administered).await?;
    in_batches(app, &realm, population, size.sessions, signed_in).await
}

type Write = fn(&mut Cx<'_>, &Population, u32) -> Result<(), Fault>;

async fn in_batches(
    app: &App,
    realm: &Arc<Realm>,
    population: &Population,
    many: u32,
    write: Write,
) -> Result<(), String> {
    for from in (0..many).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let (all, to) = (population.clone(), from.saturating_add(BATCH).min(many));
        let work = move |cx: &mut Cx<'_>| -> Result<(), Fault> {
            (from..to).try_for_each(|number| write(cx, &all, number))
        };
        app.enter(realm, Door::Write, work).await.map_err(text)?;
    }
    Ok(())
}

/// The instant of one of so many things, the oldest a `span` ago.
fn at(population: &Population, number: u32, many: u32, span: i64) -> Timestamp {
    let left = i64::from(many.saturating_sub(number));
    Timestamp::from_millis(population.now - left * span / i64::from(many.max(1)))
}

fn address(population: &Population, number: u32) -> String {
    let part = |what| population.choose(number, what, 254) + 1;
    format!("203.0.113.{}", part(20))
}

fn someone(population: &Population, number: u32, what: u64) -> (u32, u32) {
    let size = population.size;
    (
        population.choose(number, what, size.users),
        population.choose(number, what + 1, size.clients),
    )
}

fn happened(cx: &mut Cx<'_>, population: &Population, number: u32) -> Result<(), Fault> {
    let (user, client) = someone(population, number, 21);
    let (kind, error) = match population.choose(number, 23, 12) {
        0 => ("LOGIN_ERROR", Some("invalid_user_credentials".to_owned())),
        1 | 2 => ("LOGOUT", None),
        3..=5 => ("CODE_TO_TOKEN", None),
        6 | 7 => ("REFRESH_TOKEN", None),
        _ => ("LOGIN", None),
    };
    let username = population.username(user);
    let event = Event {
        kind: kind.to_owned(),
        client_id: Some(population.client_id(client)),
        user: Some(UserId::new(population.id(Family::User, user))),
        ip: address(population, number),
        error,
        details: [("username".to_owned(), username)].into(),
        ..Event::default()
    };
    let realm = Arc::clone(cx.realm);
    let mut then = cx.in_realm(&realm);
    then.now = at(population, number, population.size.events, MONTH);
    event::report(&mut then, event, true)
}

fn administered(cx: &mut Cx<'_>, population: &Population, number: u32) -> Result<(), Fault> {
    let (user, by) = (
        population.choose(number, 25, population.size.users),
        population.choose(number, 26, 20.min(population.size.users)),
    );
    let id = population.id(Family::User, user);
    let (operation, kind, path) = match population.choose(number, 27, 4) {
        0 => ("ACTION", "USER", format!("users/{id}/reset-password")),
        1 => (
            "CREATE",
            "GROUP_MEMBERSHIP",
            format!("users/{id}/groups/{number}"),
        ),
        _ => ("UPDATE", "USER", format!("users/{id}")),
    };
    let event = AdminEvent {
        operation: operation.to_owned(),
        resource_type: kind.to_owned(),
        resource_path: path,
        auth: Auth {
            realm_id: cx.realm.id.as_str().to_owned(),
            client_id: population.id(Family::Client, 0),
            user_id: population.id(Family::User, by),
            ip_address: address(population, by),
        },
        representation: None,
    };
    let realm = Arc::clone(cx.realm);
    let mut then = cx.in_realm(&realm);
    then.now = at(population, number, population.size.events, MONTH);
    admin::record(&mut then, &event)
}

fn signed_in(cx: &mut Cx<'_>, population: &Population, number: u32) -> Result<(), Fault> {
    let client = population.choose(number, 28, population.size.clients);
    // Nobody comes twice: the numbers of people are spread over all of them.
    let step = (population.size.users / population.size.sessions.max(1)).max(1);
    let user = number.saturating_mul(step) % population.size.users;
    let started_at = at(population, number, population.size.sessions, SESSION / 2);
    let offline = population.choose(number, 29, 10) == 0;
    let session = Session {
        id: SessionId::new(cx.new_id()),
        offline,
        user: UserId::new(population.id(Family::User, user)),
        cookie: None,
        started_at,
        last_access: started_at,
        auth_time: started_at,
        acr: "1".to_owned(),
        amr: "pwd".to_owned(),
        ip: address(population, user),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            .to_owned(),
        remember_me: false,
        notes: Map::new(),
        expires_at: Timestamp::from_millis(started_at.millis() + SESSION),
    };
    session::insert(cx, &session)?;
    let part = ClientSession {
        client: ClientUuid::new(population.id(Family::Client, client)),
        started_at,
        last_access: started_at,
        scope: "openid profile email".to_owned(),
        notes: Map::new(),
    };
    session::join(cx, &session.id, offline, &part)?;
    renewed(cx, population, number, (&session, &part))
}

/// The session's part of all refresh tokens: each but the last was spent for the next.
fn renewed(
    cx: &mut Cx<'_>,
    population: &Population,
    number: u32,
    (session, part): (&Session, &ClientSession),
) -> Result<(), Fault> {
    let size = population.size;
    let up_to = |number: u32| {
        let share = u64::from(number) * u64::from(size.tokens);
        share / u64::from(size.sessions.max(1))
    };
    let many = up_to(number.saturating_add(1)).saturating_sub(up_to(number));
    let mut last: Option<String> = None;
    for _ in 0..many {
        let next = Next {
            id: cx.new_ordered_id(),
            session: session.id.clone(),
            offline: session.offline,
            client: part.client.clone(),
            scope: part.scope.clone(),
            issued_at: session.started_at,
            expires_at: session.expires_at,
        };
        match last.replace(next.id.clone()) {
            Some(before) => {
                refresh::rotate(cx, &before, next)?;
            }
            None => {
                let family = FamilyId::new(cx.new_id());
                refresh::insert(cx, &next.of(family))?;
            }
        }
    }
    Ok(())
}

fn text(fault: Fault) -> String {
    fault.to_string()
}
