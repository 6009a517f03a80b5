//! Alert rules: searches of the events page that somebody has to look at once they find too many within a period.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;
use crate::words::{self, Word};

const VIEW: &[&str] = &["view-events", "manage-events"];
const MANAGE: &[&str] = &["manage-events"];

/// What a search is made of: the word that one types, and the API's member. A period has its own field.
const MEMBERS: [(&str, &str); 5] = [
    ("type", "types"),
    ("client", "client"),
    ("user", "user"),
    ("ip", "ipAddress"),
    ("code", "code"),
];

/// What is in the fields of the form.
struct Fields {
    name: String,
    query: String,
    count: String,
    minutes: String,
    revision: String,
}

impl Fields {
    fn sent(desk: &Desk) -> Self {
        let field = |name: &str| desk.form.trimmed(name).to_owned();
        Self {
            name: field("name"),
            query: field("q"),
            count: field("count"),
            minutes: field("minutes"),
            revision: field("revision"),
        }
    }

    /// A new one of what the events page shows.
    fn new(query: &str) -> Self {
        Self {
            name: String::new(),
            query: query.to_owned(),
            count: "10".to_owned(),
            minutes: "15".to_owned(),
            revision: String::new(),
        }
    }

    fn of(rule: &Value) -> Self {
        let number = |name: &str| rule.get(name).and_then(Value::as_i64).unwrap_or(0);
        Self {
            name: text_of(rule, "name"),
            query: typed(rule),
            count: number("count").to_string(),
            minutes: minutes(number("periodSeconds")).to_string(),
            revision: number("revision").to_string(),
        }
    }

    /// The API's words for it, or what cannot be read.
    async fn rule(&self, desk: &Desk) -> Result<Value, Problem> {
        let number = |text: &str| text.parse::<i64>().ok();
        let (Some(count), Some(minutes)) = (number(&self.count), number(&self.minutes)) else {
            return Err(Problem::invalid(desk.text("alert-numbers")));
        };
        let mut search = Map::new();
        let mut types = Vec::new();
        for word in words::split(&self.query) {
            let name = word.name.unwrap_or("user");
            let member = MEMBERS.iter().find(|(typed, _)| *typed == name);
            let (_, member) = member.ok_or_else(|| word.wrong(desk, "alert-word"))?;
            let value = match *member {
                "user" => person(desk, &word).await?,
                _ => word.value.to_owned(),
            };
            match *member {
                "types" => types.push(json!(value.to_uppercase())),
                member => drop(search.insert(member.to_owned(), json!(value))),
            }
        }
        search.insert("types".to_owned(), Value::Array(types));
        Ok(json!({
            "name": self.name,
            "search": search,
            "count": count,
            "periodSeconds": minutes.saturating_mul(60),
            "revision": number(&self.revision).unwrap_or(0),
        }))
    }

    fn ask(&self, desk: &Desk, url: String, button: &str) -> Ask {
        let text = |name: &str, key: &str, value: &str| Input::text(name, desk.text(key), value);
        Ask::new(desk, "alert", url, desk.text(button))
            .primary()
            .input(text("name", "column-name", &self.name))
            .input(text("q", "alert-search", &self.query))
            .input(text("count", "alert-count", &self.count))
            .input(text("minutes", "alert-minutes", &self.minutes))
            .input(Input::hidden("revision", &self.revision))
    }
}

/// The id of whom a word means by their name or by the id itself: a rule watches ids. Whoever may not look for people
/// gives an id, which is taken as it is.
async fn person(desk: &Desk, word: &Word<'_>) -> Result<String, Problem> {
    if !desk.may(&["view-users", "manage-users"]) {
        return Ok(word.value.to_owned());
    }
    let value = encode(word.value);
    let by_name = format!("users?exact=true&username={value}");
    let people = desk.get_if_allowed(&by_name).await?.unwrap_or_default();
    if let Some(one) = people.as_array().and_then(|all| all.first()) {
        return Ok(text_of(one, "id"));
    }
    match desk.get_if_allowed(&format!("users/{value}")).await? {
        Some(_) => Ok(word.value.to_owned()),
        None => Err(word.wrong(desk, "search-nobody")),
    }
}

/// A period is whole minutes, unless the API was told otherwise.
fn minutes(seconds: i64) -> u32 {
    u32::try_from(seconds / 60).unwrap_or(0)
}

/// A rule's search as one types it on the events page.
fn typed(rule: &Value) -> String {
    let mut words = Vec::new();
    for (typed, member) in MEMBERS {
        let value = rule.get("search").and_then(|search| search.get(member));
        match value {
            Some(Value::Array(all)) => {
                let all = all.iter().filter_map(Value::as_str);
                words.extend(all.map(|value| format!("{typed}:{value}")));
            }
            Some(Value::String(value)) if value.contains(char::is_whitespace) => {
                words.push(format!("{typed}:\"{value}\""));
            }
            Some(Value::String(value)) => words.push(format!("{typed}:{value}")),
            _ => {}
        }
    }
    words.join(" ")
}

/// The address of a rule's page, and of what is done with it.
fn page(rule: &Value, end: &str) -> String {
    format!("/events/alerts/{}{end}", encode(&text_of(rule, "id")))
}

fn api(desk: &Desk, end: &str) -> String {
    format!("ui-ext/alerts/{}{end}", encode(&desk.part("alert")))
}

/// The way from the events page to the rules, with what is shown there.
pub(super) fn action(desk: &Desk) -> Action {
    let query = desk.query.trimmed("q");
    let url = match query.is_empty() {
        true => "/events/alerts".to_owned(),
        false => format!("/events/alerts?q={}", encode(query)),
    };
    Action::link(desk.text("alerts"), desk.url(&url))
}

pub(super) async fn list(desk: Rc<Desk>) -> Shown {
    let fields = Fields::new(&as_rule(desk.query.trimmed("q")));
    all(&desk, &fields, "").await?.show(&desk)
}

/// What a search of the events page says without its period.
fn as_rule(query: &str) -> String {
    let is_span = |word: &&str| word.starts_with("from:") || word.starts_with("to:");
    let words = words::split(query).into_iter().map(|word| word.typed);
    words
        .filter(|word| !is_span(word))
        .collect::<Vec<_>>()
        .join(" ")
}

async fn all(desk: &Desk, fields: &Fields, problem: &str) -> Result<Stack, Problem> {
    let found = desk.get("ui-ext/alerts").await?;
    let config = desk.get("events/config").await?;
    let may_manage = desk.may(MANAGE);
    let rows = found.as_array().into_iter().flatten();
    let rows = rows.map(|rule| row(desk, rule, may_manage));
    let mut columns = vec!["column-name", "alert-search", "alert-when", "column-state"];
    if may_manage {
        columns.extend(["alert-clear", "alert-delete"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("alerts"), columns, rows.collect());
    let mut heading = Heading::new(&desk.text("alerts"))
        .under(desk.text("nav-events"), desk.url("/events"))
        .lead(desk.text("alerts-lead"));
    if config.get("eventsEnabled").and_then(Value::as_bool) != Some(true) {
        heading = heading.pill(Pill::warn(desk.text("events-off")));
    }
    let ask = fields.ask(desk, desk.url("/events/alerts"), "alert-make");
    let card = Card::new("rules", desk.text("alerts"))
        .table(table.with_token(desk.csrf()), desk.text("alerts-none"));
    let new = Card::new("new", desk.text("alert-new"))
        .lead(desk.text("alert-new-lead"))
        .problem(problem.to_owned())
        .ask(true, ask);
    let stack = Stack::new(desk.frame(heading)).card(card);
    Ok(match may_manage {
        true => stack.card(new),
        false => stack,
    })
}

fn row(desk: &Desk, rule: &Value, may_manage: bool) -> Row {
    let url = desk.url(&page(rule, ""));
    let seconds = rule.get("periodSeconds").and_then(Value::as_i64);
    let count = rule.get("count").and_then(Value::as_i64).unwrap_or(0);
    let period = desk.text_with("alert-within", "minutes", minutes(seconds.unwrap_or(0)));
    let fired = rule.get("firedAt").and_then(Value::as_i64);
    let state = match fired {
        Some(_) => Pill::danger(desk.text("alert-fired")),
        None => Pill::ok(desk.text("alert-watches")),
    };
    let search = typed(rule);
    let events = desk.url(&format!("/events?q={}", encode(&search)));
    let mut cells = vec![
        Cell::link(text_of(rule, "name"), url),
        Cell::link(search, events),
        Cell::lines(vec![count.to_string(), period]),
        Cell::Pills(vec![state]),
    ];
    if may_manage {
        let button = |key: &str, end: &str| {
            let url = desk.url(&page(rule, end));
            Cell::button(desk.text(key), url, &[])
        };
        cells.push(match fired {
            Some(_) => button("alert-clear", "/clear"),
            None => Cell::muted("–"),
        });
        cells.push(button("alert-delete", "/delete"));
    }
    Row::of(cells)
}

pub(super) async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let fields = Fields::sent(&desk);
    let made = match fields.rule(&desk).await {
        Ok(rule) => desk.post("ui-ext/alerts", &rule).await.map(drop),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(()) => {
            let done = Flash::done("done-created").about(&fields.name);
            desk.go("/events/alerts", &done)
        }
        Err(problem) if problem.is_about_what_was_sent() => {
            let again = all(&desk, &fields, &problem.text).await?;
            desk.show_again(&again)
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn one(desk: Rc<Desk>) -> Shown {
    let rule = desk.get(&api(&desk, "")).await?;
    let stack = sheet(&desk, &rule, &Fields::of(&rule), "");
    stack.show(&desk)
}

fn sheet(desk: &Desk, rule: &Value, fields: &Fields, problem: &str) -> Stack {
    let heading = Heading::new(&text_of(rule, "name"))
        .under(desk.text("alerts"), desk.url("/events/alerts"))
        .lead(desk.text("alerts-lead"));
    let ask = fields.ask(desk, desk.url(&page(rule, "")), "save");
    let card = Card::new("rule", desk.text("alert-rule"))
        .lead(desk.text("alert-rule-lead"))
        .problem(problem.to_owned());
    Stack::new(desk.frame(heading)).card(card.ask(desk.may(MANAGE), ask))
}

pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let fields = Fields::sent(&desk);
    let changed = match fields.rule(&desk).await {
        Ok(rule) => desk.put(&api(&desk, ""), &rule).await.map(drop),
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(()) => desk.go("/events/alerts", &Flash::done("done-saved")),
        Err(problem) if problem.is_about_what_was_sent() => {
            let rule = desk.get(&api(&desk, "")).await?;
            desk.show_again(&sheet(&desk, &rule, &fields, &problem.text))
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn clear(desk: Rc<Desk>) -> Shown {
    desk.post(&api(&desk, "/clear"), &json!({})).await?;
    desk.go("/events/alerts", &Flash::done("done-alert-cleared"))
}

pub(super) async fn remove(desk: Rc<Desk>) -> Shown {
    desk.delete(&api(&desk, "")).await?;
    desk.go("/events/alerts", &Flash::done("done-alert-deleted"))
}

/// The rules that wait for somebody to look: the name of each, and its events.
pub(in crate::page) async fn fired(desk: &Desk) -> Result<Vec<(String, String)>, Problem> {
    if !desk.may(VIEW) {
        return Ok(Vec::new());
    }
    let found = desk.get("ui-ext/alerts").await?;
    let all = found.as_array().into_iter().flatten();
    let fired = all.filter(|rule| rule.get("firedAt").is_some_and(|at| !at.is_null()));
    let about = fired.map(|rule| (text_of(rule, "name"), desk.url("/events/alerts")));
    Ok(about.collect())
}
