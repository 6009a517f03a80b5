//! A realm's parts as a file: taken out, and put in after a look at what that would do.

use std::rc::Rc;

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/transfer", |desk| Box::pin(show(desk))),
    Route::change("/transfer/export", |desk| Box::pin(export(desk))),
    Route::change("/transfer/plan", |desk| Box::pin(plan(desk))).with_file(),
    Route::change("/transfer/import", |desk| Box::pin(import(desk))).with_file(),
];

const MANAGE: &[&str] = &["manage-realm"];

/// More than this of a kind is not looked up one by one before an import.
const MOST: usize = 100;

/// A kind of thing in a file: its member, the key of its name, the member that names one, and where the API has it.
struct Kind {
    member: &'static str,
    key: &'static str,
    name: &'static str,
    api: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        member: "users",
        key: "nav-users",
        name: "username",
        api: "users?exact=true&username=",
    },
    Kind {
        member: "clients",
        key: "nav-clients",
        name: "clientId",
        api: "clients?clientId=",
    },
    Kind {
        member: "groups",
        key: "nav-groups",
        name: "name",
        api: "groups?exact=true&search=",
    },
    Kind {
        member: "identityProviders",
        key: "nav-identity-providers",
        name: "alias",
        api: "identity-provider/instances/",
    },
];

fn heading(desk: &Desk) -> Heading {
    Heading::new(&desk.text("nav-transfer")).lead(desk.text("transfer-lead"))
}

fn import_form(desk: &Desk, text: &str) -> Card {
    let existing = ["FAIL", "SKIP", "OVERWRITE"];
    let options = existing.map(|one| {
        (
            one.to_owned(),
            desk.text(&format!("transfer-existing-{one}")),
        )
    });
    let chosen = desk.form.get("existing").unwrap_or("FAIL");
    let ask = Ask::new(
        desk,
        "import",
        desk.url("/transfer/plan"),
        desk.text("transfer-plan"),
    )
    .primary()
    .input(Input::long("file", desk.text("transfer-file"), text))
    .input(
        Input::select("existing", desk.text("transfer-existing"), options.to_vec()).chosen(chosen),
    );
    Card::new("import-card", desk.text("transfer-import"))
        .lead(desk.text("transfer-import-lead"))
        .ask(desk.may(MANAGE), ask)
}

async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(&["view-realm", "manage-realm"])?;
    let export = Ask::new(
        &desk,
        "export",
        desk.url("/transfer/export"),
        desk.text("transfer-download"),
    )
    .input(Input::check("clients", desk.text("nav-clients"), true))
    .input(Input::check(
        "groups",
        desk.text("transfer-groups-roles"),
        true,
    ));
    let out = Card::new("export-card", desk.text("transfer-export"))
        .lead(desk.text("transfer-export-lead"))
        .ask(desk.may(MANAGE), export);
    let stack = Stack::new(desk.frame(heading(&desk)));
    stack.card(out).card(import_form(&desk, "")).show(&desk)
}

async fn export(desk: Rc<Desk>) -> Shown {
    let is_on = |name: &str| desk.form.raw(name).is_some();
    let path = format!(
        "partial-export?exportClients={}&exportGroupsAndRoles={}",
        is_on("clients"),
        is_on("groups")
    );
    let reply = desk.post(&path, &json!({})).await?;
    let name = format!(
        "attachment; filename=\"{}-realm.json\"",
        encode(&desk.realm)
    );
    Ok(HttpResponse::Ok()
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .content_type("application/json")
        .body(reply.bytes))
}

fn file(desk: &Desk) -> Result<Value, Problem> {
    let text = desk.form.raw("file").unwrap_or_default();
    let file: Value = serde_json::from_str(text).map_err(|error| {
        Problem::invalid(format!("{}: {error}", desk.text("transfer-not-json")))
    })?;
    match file.is_object() {
        true => Ok(file),
        false => Err(Problem::invalid(desk.text("transfer-not-json"))),
    }
}

/// What an import would do with each thing in the file. Nothing is changed.
async fn plan(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let file = file(&desk)?;
    let mut rows = Vec::new();
    for kind in KINDS {
        let all = file.get(kind.member).and_then(Value::as_array);
        for one in all.into_iter().flatten().take(MOST) {
            let name = text_of(one, kind.name);
            rows.push(Row::of(vec![
                Cell::text(desk.text(kind.key)),
                Cell::text(&name),
                Cell::Pills(vec![fate(&desk, kind, &name).await?]),
            ]));
        }
        let more = all.map_or(0, Vec::len).saturating_sub(MOST);
        if more > 0 {
            let more = u32::try_from(more).unwrap_or(u32::MAX);
            let words = desk.text_with("transfer-more", "count", more);
            rows.push(Row::of(vec![
                Cell::text(desk.text(kind.key)),
                Cell::muted(words),
                Cell::text(""),
            ]));
        }
    }
    let roles = file
        .get("roles")
        .and_then(|roles| roles.get("realm"))
        .and_then(Value::as_array);
    for one in roles.into_iter().flatten().take(MOST) {
        rows.push(Row::of(vec![
            Cell::text(desk.text("nav-roles")),
            Cell::text(text_of(one, "name")),
            Cell::Pills(vec![Pill::plain(desk.text("transfer-as-chosen"))]),
        ]));
    }
    let columns = ["role-kind", "column-name", "transfer-fate"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("transfer-plan"), columns, rows);
    let existing = desk.form.get("existing").unwrap_or("FAIL");
    let go = Ask::new(
        &desk,
        "go",
        desk.url("/transfer/import"),
        desk.text("transfer-apply"),
    )
    .primary()
    .input(Input::long(
        "file",
        desk.text("transfer-file"),
        desk.form.raw("file").unwrap_or_default(),
    ))
    .input(Input::text(
        "existing",
        desk.text("transfer-existing"),
        existing,
    ));
    let card = Card::new("plan", desk.text("transfer-plan"))
        .lead(desk.text("transfer-plan-lead"))
        .table(table, desk.text("transfer-empty"))
        .ask(true, go);
    Stack::new(desk.frame(heading(&desk)))
        .card(card)
        .show(&desk)
}

async fn fate(desk: &Desk, kind: &Kind, name: &str) -> Result<Pill, Problem> {
    let found = desk
        .get_if_allowed(&format!("{}{}", kind.api, encode(name)))
        .await?;
    let is_there = match &found {
        Some(Value::Array(all)) => !all.is_empty(),
        Some(Value::Object(_)) => true,
        _ => false,
    };
    Ok(match (is_there, desk.form.get("existing")) {
        (false, _) => Pill::ok(desk.text("transfer-added")),
        (true, Some("SKIP")) => Pill::plain(desk.text("transfer-skipped")),
        (true, Some("OVERWRITE")) => Pill::warn(desk.text("transfer-overwritten")),
        (true, _) => Pill::danger(desk.text("transfer-fails")),
    })
}

async fn import(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let mut file = file(&desk)?;
    if let Some(members) = file.as_object_mut() {
        let existing = desk.form.get("existing").unwrap_or("FAIL");
        members.insert("ifResourceExists".to_owned(), json!(existing));
    }
    let reply = desk.post("partialImport", &file).await?;
    let results = reply
        .json
        .get("results")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let rows = results.map(|one| {
        let pill = match text_of(one, "action").as_str() {
            "ADDED" => Pill::ok(desk.text("transfer-added")),
            "SKIPPED" => Pill::plain(desk.text("transfer-skipped")),
            _ => Pill::warn(desk.text("transfer-overwritten")),
        };
        Row::of(vec![
            Cell::text(text_of(one, "resourceType")),
            Cell::text(text_of(one, "resourceName")),
            Cell::Pills(vec![pill]),
        ])
    });
    let columns = ["role-kind", "column-name", "transfer-fate"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("transfer-report"), columns, rows.collect());
    let card =
        Card::new("report", desk.text("transfer-report")).table(table, desk.text("transfer-empty"));
    Stack::new(desk.frame(heading(&desk)))
        .card(card)
        .show(&desk)
}
