//! A realm's parts as a file: taken out, and put in after a look at what that would do.

mod plan;

use std::rc::Rc;

use actix_web::HttpResponse;
use serde_json::json;

use crate::desk::{Desk, encode};
use crate::frame::Heading;
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/transfer", |desk| Box::pin(show(desk))),
    Route::change("/transfer/export", |desk| Box::pin(export(desk))),
    Route::change("/transfer/plan", |desk| Box::pin(plan::show(desk))).with_file(),
    Route::change("/transfer/import", |desk| Box::pin(plan::apply(desk))).with_file(),
];

const MANAGE: &[&str] = &["manage-realm"];

fn heading(desk: &Desk) -> Heading {
    Heading::new(&desk.text("nav-transfer")).lead(desk.text("transfer-lead"))
}

/// The form, with what was sent and what is wrong with it, if anything is.
fn import_form(desk: &Desk, problem: Option<&Problem>) -> Card {
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
    .input(Input::file(
        "file",
        desk.text("transfer-file"),
        ".json,application/json",
    ))
    .input(Input::long(
        "text",
        desk.text("transfer-text"),
        desk.form.raw("text").unwrap_or_default(),
    ))
    .input(
        Input::select("existing", desk.text("transfer-existing"), options.to_vec()).chosen(chosen),
    );
    let mut card = Card::new("import-card", desk.text("transfer-import"))
        .lead(desk.text("transfer-import-lead"));
    if let Some(problem) = problem {
        card = card.problem(problem.text.clone());
    }
    card.ask(desk.may(MANAGE), ask)
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
    stack.card(out).card(import_form(&desk, None)).show(&desk)
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
