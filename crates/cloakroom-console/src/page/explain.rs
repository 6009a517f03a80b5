//! Why a sign-in failed: by the code that the person was shown, or by person and time; step by step, with what mends it.

mod again;
mod cause;
mod meant;

use std::rc::Rc;

use cloakroom_login::code::ErrorCode;
use serde_json::Value;

use super::{events, user};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Facts, Input, Piece, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use cause::{Cause, Repair};

pub(super) const ROUTES: &[Route] = &[Route::show("/explain", |desk| Box::pin(show(desk)))];

const VIEW: &[&str] = &["view-events", "manage-events"];

/// The member of an event that has what was typed as the name.
const TYPED: &str = "details/username";

/// What happened within this time of the failure belongs to the story, in milliseconds.
const AROUND: i64 = 15 * 60 * 1000;

async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let heading = Heading::new(&desk.text("nav-explain")).lead(desk.text("explain-lead"));
    let stack = Stack::new(desk.frame(heading)).card(form(&desk));
    let is_asked = |name: &&str| !desk.query.trimmed(name).is_empty();
    if !["code", "user", "client"].iter().any(is_asked) {
        return stack.show(&desk);
    }
    match find(&desk).await? {
        Some(event) => story(&desk, stack, &event).await?.show(&desk),
        None => {
            let nothing = Card::new("nothing", desk.text("explain-nothing"));
            let hint = desk.text("explain-nothing-hint");
            let mut stack = stack.card(nothing.lead(hint));
            if let Some(card) = meant::card(&desk, desk.query.trimmed("user")).await? {
                stack = stack.card(card);
            }
            stack.show(&desk)
        }
    }
}

fn form(desk: &Desk) -> Card {
    let field =
        |name: &'static str, key: &str| Input::text(name, desk.text(key), desk.query.trimmed(name));
    let code = Ask::new(
        desk,
        "by-code",
        desk.url("/explain"),
        desk.text("explain-it"),
    )
    .view()
    .primary()
    .input(field("code", "explain-code"));
    let person = Ask::new(
        desk,
        "by-user",
        desk.url("/explain"),
        desk.text("explain-it"),
    )
    .view()
    .input(field("user", "users-username"))
    .input(field("at", "explain-at"));
    let client = Ask::new(
        desk,
        "by-client",
        desk.url("/explain"),
        desk.text("explain-it"),
    )
    .view()
    .input(field("client", "client-id"))
    .input(field("at", "explain-at"));
    Card::new("ask", desk.text("explain-which"))
        .lead(desk.text("explain-which-lead"))
        .ask(true, code)
        .ask(true, person)
        .ask(true, client)
}

async fn events(desk: &Desk, query: &str) -> Result<Vec<Value>, Problem> {
    let found = desk.get(&format!("events?{query}")).await?;
    Ok(found.as_array().cloned().unwrap_or_default())
}

fn time_of(event: &Value) -> i64 {
    event.get("time").and_then(Value::as_i64).unwrap_or(0)
}

/// The event that the code leads to, or the failure of the person or the application that is next to the time.
async fn find(desk: &Desk) -> Result<Option<Value>, Problem> {
    if let Some(code) = ErrorCode::parse(desk.query.trimmed("code")) {
        let code = encode(&code.to_string());
        let found = events(desk, &format!("code={code}&max=1")).await?;
        return Ok(found.into_iter().next());
    }
    let whose = match (desk.query.trimmed("user"), desk.query.trimmed("client")) {
        ("", "") => return Ok(None),
        ("", client) => format!("client={}", encode(client)),
        // A name, an id, or what somebody typed whom nobody knows.
        (name, _) => format!("who={}", encode(name)),
    };
    let day = match desk.query.trimmed("at") {
        "" => String::new(),
        at => {
            let day = at.split(['T', ' ']).next().unwrap_or_default();
            format!("&dateFrom={0}&dateTo={0}", encode(day))
        }
    };
    let found = events(desk, &format!("{whose}{day}&max=200")).await?;
    let failed = found
        .into_iter()
        .filter(|event| text_of(event, "type").ends_with("_ERROR"));
    let wanted = minute(desk.query.trimmed("at"));
    Ok(match wanted {
        Some(wanted) => {
            failed.min_by_key(|event| (time_of(event) / 60_000 % (24 * 60) - wanted).abs())
        }
        None => failed.max_by_key(time_of),
    })
}

/// The minute of the day in `2026-01-31 14:05`, in UTC.
fn minute(at: &str) -> Option<i64> {
    let (_, clock) = at.split_once(['T', ' '])?;
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    Some(parts.next()?? * 60 + parts.next()??)
}

async fn story(desk: &Desk, stack: Stack, event: &Value) -> Result<Stack, Problem> {
    let cause = Cause::of(event);
    let person = match text_of(event, "userId") {
        id if id.is_empty() => None,
        id => {
            desk.get_if_allowed(&format!("users/{}", encode(&id)))
                .await?
        }
    };
    let mut stack = stack
        .with(Piece::Facts(facts(desk, event, person.as_ref())))
        .card(steps(desk, event, &cause));
    if text_of(event, "error") == "user_not_found"
        && let Some(card) = meant::card(desk, &text_of(event, TYPED)).await?
    {
        stack = stack.card(card);
    }
    let mut repair = repair(desk, event, &cause, person.as_ref());
    if let Some(again) = again::ask(desk, event, person.as_ref()).await? {
        repair = repair.ask(true, again);
    }
    stack = stack.card(repair);
    let (from, to) = (time_of(event) - AROUND, time_of(event) + AROUND);
    let who = text_of(event, "userId");
    let whose = match who.is_empty() {
        true => format!("ipAddress={}", encode(&text_of(event, "ipAddress"))),
        false => format!("user={}", encode(&who)),
    };
    let around = format!("{whose}&dateFrom={from}&dateTo={to}&max=50");
    let around = desk.get(&format!("events?{around}")).await?;
    stack = stack.card(events::card(desk, &around).await?);
    Ok(stack)
}

fn facts(desk: &Desk, event: &Value, person: Option<&Value>) -> Facts {
    let (id, typed) = (text_of(event, "userId"), text_of(event, TYPED));
    let who = match person {
        Some(person) => user::link(desk, &text_of(person, "id"), &text_of(person, "username")),
        None if !id.is_empty() => Cell::mono(id),
        None if !typed.is_empty() => {
            Cell::text(desk.text_with("explain-nobody-called", "name", typed))
        }
        None => Cell::muted(desk.text("explain-nobody")),
    };
    let error = text_of(event, "error");
    Facts::new("facts", desk.text("user-facts"))
        .fact(
            desk.text("column-time"),
            Cell::when(Some(time_of(event)), "–"),
        )
        .fact(
            desk.text("events-type"),
            Cell::Pills(vec![Pill::danger(text_of(event, "type"))]),
        )
        .fact(desk.text("explain-error"), Cell::mono(error))
        .fact(desk.text("kind-user"), who)
        .text(desk.text("kind-client"), &text_of(event, "clientId"))
        .text(desk.text("session-address"), &text_of(event, "ipAddress"))
        .text(
            desk.text("explain-code"),
            &text_of(event, "details/code_id"),
        )
}

/// The steps in their order: what each looked at, how it ended, and why.
fn steps(desk: &Desk, event: &Value, cause: &Cause) -> Card {
    let rows = cause.steps.iter().enumerate().map(|(index, step)| {
        let mut inputs = step.inputs.iter().map(|name| text_of(event, name));
        let input = inputs.find(|input| !input.is_empty());
        let input = input.unwrap_or_else(|| "–".to_owned());
        let (pill, why) = match index.cmp(&cause.failed) {
            std::cmp::Ordering::Less => (Pill::ok(desk.text("explain-passed")), String::new()),
            std::cmp::Ordering::Equal => {
                let said = text_of(event, "details/reason");
                let why = desk.text(cause.why);
                let why = if said.is_empty() {
                    why
                } else {
                    format!("{why} ({said})")
                };
                (Pill::danger(desk.text("explain-failed")), why)
            }
            std::cmp::Ordering::Greater => {
                (Pill::plain(desk.text("explain-unreached")), String::new())
            }
        };
        Row::of(vec![
            Cell::text(desk.text(step.key)),
            Cell::mono(input),
            Cell::Pills(vec![pill]),
            took(desk, event, cause, index),
            Cell::text(why),
        ])
    });
    let columns = [
        "flow-step",
        "explain-input",
        "column-state",
        "explain-took",
        "explain-reason",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("explain-steps"), columns, rows.collect());
    Card::new("steps", desk.text("explain-steps")).table(table, desk.text("explain-no-steps"))
}

/// How long the server worked at a step that was come to; nothing where the event does not say it.
fn took(desk: &Desk, event: &Value, cause: &Cause, index: usize) -> Cell {
    let step = cause.steps.get(index).filter(|_| index <= cause.failed);
    Cell::Amount(match step.and_then(|step| step.took(event)) {
        Some(0) => desk.text("explain-took-less"),
        Some(millis) => desk.text_with("milliseconds", "count", millis),
        None => String::new(),
    })
}

/// The one thing to do, and the page where it is done.
fn repair(desk: &Desk, event: &Value, cause: &Cause, person: Option<&Value>) -> Card {
    let person = person.map(|person| format!("/users/{}", encode(&text_of(person, "id"))));
    let (key, page) = match (cause.repair, person) {
        (Repair::Person(end), Some(person)) => ("explain-open-user", format!("{person}{end}")),
        (Repair::Person(_), None) => ("nav-users", "/users".to_owned()),
        (Repair::People, _) => ("users-new-one", "/users/new".to_owned()),
        (Repair::Client, _) => ("explain-open-client", "/clients".to_owned()),
    };
    let mut ask = Ask::new(desk, "repair-link", desk.url(&page), desk.text(key)).view();
    if matches!(cause.repair, Repair::Client) {
        ask = ask.input(Input::hidden("q", &text_of(event, "clientId")));
    }
    Card::new("repair", desk.text("explain-repair"))
        .lead(desk.text(&format!("{}-repair", cause.why)))
        .ask(true, ask)
}
