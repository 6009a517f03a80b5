//! What an import would do with each thing in a file, and then what it did.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, heading, import_form};
use crate::desk::{Desk, text_of};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// A page shows no more rows than this; what ends the import or replaces something comes first.
const MOST: usize = 200;

/// How a word looks.
type Look = fn(String) -> Pill;

/// What can happen to a thing: the API's word, the key of ours, and how it looks. In this order it is listed.
const FATES: [(&str, &str, Look); 4] = [
    ("EXISTS", "transfer-fails", Pill::danger),
    ("OVERWRITTEN", "transfer-overwritten", Pill::warn),
    ("SKIPPED", "transfer-skipped", Pill::plain),
    ("ADDED", "transfer-added", Pill::ok),
];

/// The kinds of thing that a part of a realm has: the API's word and the key of ours.
const KINDS: [(&str, &str); 7] = [
    ("USER", "nav-users"),
    ("CLIENT", "nav-clients"),
    ("GROUP", "nav-groups"),
    ("REALM_ROLE", "nav-roles"),
    ("CLIENT_ROLE", "transfer-client-roles"),
    ("IDP", "nav-identity-providers"),
    ("IDP_MAPPER", "transfer-provider-mappers"),
];

/// The members of a file that are read here; a whole realm has others, which come in with the command line.
const READ: [&str; 8] = [
    "users",
    "clients",
    "groups",
    "roles",
    "identityProviders",
    "identityProviderMappers",
    "ifResourceExists",
    "policy",
];

/// Parts of a file that are not read, of which so many are named.
const NAMED: usize = 30;

/// The file that was chosen or pasted.
fn text(desk: &Desk) -> &str {
    let found = desk.form.get("file").or_else(|| desk.form.get("text"));
    found.unwrap_or_default()
}

fn policy(desk: &Desk) -> &str {
    desk.form.get("existing").unwrap_or("FAIL")
}

fn file(desk: &Desk) -> Result<Value, Problem> {
    let mut file: Value = serde_json::from_str(text(desk)).map_err(|error| {
        Problem::invalid(format!("{}: {error}", desk.text("transfer-not-json")))
    })?;
    let Some(members) = file.as_object_mut() else {
        return Err(Problem::invalid(desk.text("transfer-not-json")));
    };
    members.insert("ifResourceExists".to_owned(), json!(policy(desk)));
    Ok(file)
}

/// The form again, where the file is what is wrong.
fn again(desk: &Desk, problem: Problem) -> Shown {
    if !problem.is_about_what_was_sent() {
        return Err(problem);
    }
    let stack = Stack::new(desk.frame(heading(desk)));
    desk.show_again(&stack.card(import_form(desk, Some(&problem))))
}

/// What the import would do, by a try that is undone. Nothing is changed.
pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let found = match file(&desk) {
        Ok(file) => try_out(&desk, &file).await.map(|found| (file, found)),
        Err(problem) => Err(problem),
    };
    let (file, found) = match found {
        Ok(found) => found,
        Err(problem) => return again(&desk, problem),
    };
    let results = results(&found);
    let ends = count(&results, "EXISTS") > 0;
    let url = desk.url("/transfer/import");
    let go = Ask::new(&desk, "go", url, desk.text("transfer-apply"))
        .primary()
        .input(Input::hidden("text", text(&desk)))
        .input(Input::hidden("existing", policy(&desk)));
    let mut lead = vec![
        desk.text("transfer-plan-lead"),
        summary(&desk, &results),
        unread(&desk, &file),
    ];
    if ends {
        lead.push(desk.text("transfer-plan-ends"));
    }
    lead.retain(|words| !words.is_empty());
    let card = Card::new("plan", desk.text("transfer-plan"))
        .lead(lead.join(" "))
        .table(
            table(&desk, "transfer-plan", &results),
            desk.text("transfer-empty"),
        )
        .ask(!ends && !results.is_empty(), go);
    let stack = Stack::new(desk.frame(heading(&desk))).card(card);
    match ends {
        // Another choice for what is there is what helps.
        true => stack.card(import_form(&desk, None)).show(&desk),
        false => stack.show(&desk),
    }
}

async fn try_out(desk: &Desk, file: &Value) -> Result<Value, Problem> {
    let reply = desk.post("ui-ext/partial-import-plan", file).await?;
    Ok(reply.json)
}

/// Does it, and reports.
pub(super) async fn apply(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let done = match file(&desk) {
        Ok(file) => desk.post("partialImport", &file).await,
        Err(problem) => Err(problem),
    };
    let reply = match done {
        Ok(reply) => reply,
        Err(problem) => return again(&desk, problem),
    };
    let results = results(&reply.json);
    let card = Card::new("report", desk.text("transfer-report"))
        .lead(summary(&desk, &results))
        .table(
            table(&desk, "transfer-report", &results),
            desk.text("transfer-empty"),
        );
    Stack::new(desk.frame(heading(&desk)))
        .card(card)
        .show(&desk)
}

/// Each thing with what becomes of it: first what needs a look.
fn results(found: &Value) -> Vec<&Value> {
    let all = found.get("results").and_then(Value::as_array);
    let mut all: Vec<&Value> = all.into_iter().flatten().collect();
    all.sort_by_key(|one| {
        let action = text_of(one, "action");
        FATES.iter().position(|(word, ..)| *word == action)
    });
    all
}

fn count(results: &[&Value], action: &str) -> usize {
    let mine = results
        .iter()
        .filter(|one| text_of(one, "action") == action);
    mine.count()
}

/// How many things have which fate.
fn summary(desk: &Desk, results: &[&Value]) -> String {
    let known = FATES.iter().filter_map(|(word, key, _)| {
        let count = count(results, word);
        (count > 0).then(|| format!("{count} {}", desk.text(key)))
    });
    let known: Vec<String> = known.collect();
    match known.is_empty() {
        true => String::new(),
        false => format!("{}.", known.join(", ")),
    }
}

/// What else is in the file, and what would read it.
fn unread(desk: &Desk, file: &Value) -> String {
    let members = file.as_object().into_iter().flatten();
    // A plain setting of the realm is one of many; what is told is lists and parts.
    let others = members.filter(|(name, value)| {
        let is_part = match value {
            Value::Array(all) => !all.is_empty(),
            Value::Object(all) => !all.is_empty(),
            _ => false,
        };
        is_part && !READ.contains(&name.as_str())
    });
    let names: Vec<&str> = others.map(|(name, _)| name.as_str()).take(NAMED).collect();
    match names.is_empty() {
        true => String::new(),
        false => desk.text_with("transfer-unread", "names", names.join(", ")),
    }
}

fn table(desk: &Desk, title: &str, results: &[&Value]) -> Table {
    let shown = results.iter().take(MOST).map(|one| {
        let (kind, action) = (text_of(one, "resourceType"), text_of(one, "action"));
        let known = KINDS.iter().find(|(word, _)| *word == kind);
        let fate = FATES.iter().find(|(word, ..)| *word == action);
        let pill = fate.map(|(_, key, look)| look(desk.text(key)));
        Row::of(vec![
            Cell::text(known.map_or(kind.clone(), |(_, key)| desk.text(key))),
            Cell::text(text_of(one, "resourceName")),
            Cell::Pills(pill.into_iter().collect()),
        ])
    });
    let mut rows: Vec<Row> = shown.collect();
    let more = results.len().saturating_sub(MOST);
    if more > 0 {
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let words = Cell::muted(desk.text_with("transfer-more", "count", more));
        rows.push(Row::of(vec![Cell::text(""), words, Cell::text("")]));
    }
    let columns = ["role-kind", "column-name", "transfer-fate"].map(|key| desk.text(key));
    Table::new(desk.text(title), columns.to_vec(), rows)
}
