//! Authentication flows and required actions: what is stored, in its order, and which flow is used for what.

mod actions;
mod compare;
mod draft;
mod simulator;
mod versions;
mod ways;

use std::rc::Rc;

use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/flows", |desk| Box::pin(list(desk))),
    Route::show("/flows/required-actions", |desk| {
        Box::pin(actions::show(desk))
    })
    .and_change(|desk| Box::pin(actions::change(desk))),
    Route::change("/flows/bind", |desk| Box::pin(bind(desk))),
    Route::show("/flows/{alias}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(change_step(desk))),
    Route::change("/flows/{alias}/copy", |desk| Box::pin(copy(desk))),
    Route::show("/flows/{alias}/draft", |desk| Box::pin(draft::show(desk)))
        .and_change(|desk| Box::pin(draft::change(desk))),
    Route::change("/flows/{alias}/draft/begin", |desk| {
        Box::pin(draft::begin(desk))
    }),
    Route::change("/flows/{alias}/draft/publish", |desk| {
        Box::pin(draft::publish(desk))
    }),
    Route::change("/flows/{alias}/draft/discard", |desk| {
        Box::pin(draft::discard(desk))
    }),
    Route::show("/flows/{alias}/versions/{version}", |desk| {
        Box::pin(versions::show(desk))
    })
    .and_change(|desk| Box::pin(versions::restore(desk))),
];

const MANAGE: &[&str] = &["manage-realm"];

/// What a flow can be used for: the realm's setting, and the key of the words.
const BINDINGS: [(&str, &str); 5] = [
    ("browserFlow", "flow-browser"),
    ("registrationFlow", "flow-registration"),
    ("directGrantFlow", "flow-direct"),
    ("resetCredentialsFlow", "flow-reset"),
    ("firstBrokerLoginFlow", "flow-broker"),
];

fn tabs(desk: &Desk, is_actions: bool) -> Vec<Step> {
    vec![
        Step::new(desk.text("nav-flows"), desk.url("/flows")).current(!is_actions),
        Step::new(
            desk.text("required-actions"),
            desk.url("/flows/required-actions"),
        )
        .current(is_actions),
    ]
}

async fn list(desk: Rc<Desk>) -> Shown {
    let found = desk.get("ui-ext/authentication-management/flows").await?;
    let realm = desk.get("").await?;
    let drafted = desk.get("ui-ext/flows").await?;
    let drafted: Vec<&Value> = drafted.as_array().into_iter().flatten().collect();
    let may_manage = desk.may(MANAGE);
    let all: Vec<&Value> = found.as_array().into_iter().flatten().collect();
    let rows = all.iter().map(|one| {
        let alias = text_of(one, "alias");
        let used = BINDINGS
            .iter()
            .filter(|(name, _)| text_of(&realm, name) == alias);
        let mut pills: Vec<Pill> = used.map(|(_, key)| Pill::ok(desk.text(key))).collect();
        if drafted.iter().any(|name| name.as_str() == Some(&alias)) {
            pills.push(Pill::info(desk.text("flow-has-draft")));
        }
        if one.get("builtIn").and_then(Value::as_bool) == Some(true) {
            pills.push(Pill::plain(desk.text("flow-built-in")));
        }
        let url = desk.url(&format!("/flows/{}", encode(&alias)));
        Row::of(vec![
            Cell::link(alias, url),
            Cell::text(text_of(one, "description")),
            Cell::Pills(pills),
        ])
    });
    let columns = ["flow", "column-description", "flow-used-for"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("nav-flows"), columns, rows.collect());
    let kinds = BINDINGS
        .map(|(name, key)| (name.to_owned(), desk.text(key)))
        .to_vec();
    let flows = all
        .iter()
        .map(|one| (text_of(one, "alias"), text_of(one, "alias")))
        .collect();
    let ask = Ask::new(
        &desk,
        "bind",
        desk.url("/flows/bind"),
        desk.text("flow-bind"),
    )
    .input(Input::select("flow", desk.text("flow"), flows))
    .input(Input::select("for", desk.text("flow-used-for"), kinds));
    let heading = Heading::new(&desk.text("nav-flows"))
        .lead(desk.text("flows-lead"))
        .tabs(tabs(&desk, false));
    Stack::new(desk.frame(heading))
        .card(
            Card::new("flows", desk.text("nav-flows"))
                .table(table, desk.text("flows-none"))
                .ask(may_manage, ask),
        )
        .show(&desk)
}

async fn bind(desk: Rc<Desk>) -> Shown {
    let name = desk.form.get("for").unwrap_or_default();
    let (name, _) = BINDINGS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(Problem::not_found)?;
    let flow = desk.form.get("flow").unwrap_or_default();
    desk.check(MANAGE)?;
    if locks_out(&desk, flow, &format!("for={name}")).await? {
        return desk.go("/flows", &Flash::failed("done-flow-locks-out").about(flow));
    }
    desk.put("", &json!({ *name: flow })).await?;
    desk.go("/flows", &Flash::done("done-saved"))
}

fn steps_of(alias: &str) -> String {
    format!("authentication/flows/{}/executions", encode(alias))
}

fn path(desk: &Desk) -> String {
    steps_of(&desk.part("alias"))
}

/// The API says whether anybody could still sign in after a change of a flow.
async fn locks_out(desk: &Desk, alias: &str, change: &str) -> Result<bool, Problem> {
    let path = format!("ui-ext/flows/{}/guard?{change}", encode(alias));
    let said = desk.get(&path).await?;
    Ok(said.get("locksOut").and_then(Value::as_bool) == Some(true))
}

/// The ways through a flow, each with what somebody meets on it.
fn ways_card(desk: &Desk, steps: &Value) -> Card {
    let found = ways::through(steps);
    let rows = found.iter().enumerate().map(|(index, way)| {
        let strides = way.iter().map(|stride| match stride.conditions.as_slice() {
            [] => stride.name.clone(),
            conditions => {
                let condition = desk.text_with("flow-way-if", "condition", conditions.join(", "));
                format!("{} ({condition})", stride.name)
            }
        });
        let number = (index + 1).to_string();
        Row::of(vec![Cell::Number(number), Cell::lines(strides.collect())])
    });
    let columns = ["flow-way", "flow-way-steps"].map(|key| desk.text(key));
    let table = Table::new(desk.text("flow-ways"), columns.to_vec(), rows.collect());
    let card = Card::new("ways", desk.text("flow-ways")).lead(desk.text("flow-ways-lead"));
    card.table(table, desk.text("flow-ways-none"))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let alias = desk.part("alias");
    let steps = desk.get(&path(&desk)).await?;
    let may_manage = desk.may(MANAGE);
    let url = desk.url(&format!("/flows/{}", encode(&alias)));
    let has_draft = desk.get_if_allowed(&draft::path(&desk)).await?.is_some();
    // What is inside another flow is drafted with that.
    let versions = versions::card(&desk).await?;
    let begins = may_manage && versions.is_some() && !has_draft;
    let heading = Heading::new(&alias)
        .under(desk.text("nav-flows"), desk.url("/flows"))
        .lead(desk.text("flow-lead"))
        .tabs(draft::tabs(&desk, has_draft, false))
        .action(begins, draft::begin_action(&desk));
    let mut page = Stack::new(desk.frame(heading));
    let all: Vec<&Value> = steps.as_array().into_iter().flatten().collect();
    let rows = all
        .iter()
        .map(|one| step_row(&desk, one, &url, may_manage))
        .collect();
    let mut columns = vec!["flow-step", "flow-requirement"];
    if may_manage {
        columns.extend(["flow-earlier", "flow-later"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("flow-steps"), columns, rows);
    let mut card = Card::new("steps", desk.text("flow-steps"))
        .table(table.with_token(desk.csrf()), desk.text("flow-empty"));
    let options: Vec<(String, String)> = all
        .iter()
        .map(|one| (text_of(one, "id"), text_of(one, "displayName")))
        .collect();
    if !options.is_empty() {
        let ask = Ask::new(&desk, "require", url, desk.text("save"))
            .input(Input::select("execution", desk.text("flow-step"), options))
            .input(Input::select(
                "requirement",
                desk.text("flow-requirement"),
                requirements(),
            ));
        card = card.ask(may_manage, ask);
    }
    page = page.card(card);
    if let Some(versions) = versions {
        page = page
            .card(simulator::card(&desk, "live").await?)
            .card(ways_card(&desk, &steps))
            .card(versions);
    }
    let copy = Ask::new(
        &desk,
        "copy",
        desk.url(&format!("/flows/{}/copy", encode(&alias))),
        desk.text("flow-copy"),
    )
    .input(Input::text("name", desk.text("column-name"), ""));
    let card = Card::new("copy-card", desk.text("flow-copy")).lead(desk.text("flow-copy-lead"));
    page.card(card.ask(may_manage, copy)).show(&desk)
}

/// How deep a step is inside other flows.
fn level(one: &Value) -> usize {
    let level = one.get("level").or_else(|| one.get("depth"));
    let level = level.and_then(Value::as_u64).unwrap_or(0);
    usize::try_from(level).unwrap_or(0)
}

fn requirement(one: &Value) -> Pill {
    let requirement = text_of(one, "requirement");
    match requirement.as_str() {
        "REQUIRED" => Pill::ok(&*requirement),
        "DISABLED" => Pill::danger(&*requirement),
        "CONDITIONAL" => Pill::info(&*requirement),
        _ => Pill::plain(&*requirement),
    }
}

/// The requirements that a step may have, as an administrator chooses them.
fn requirements() -> Vec<(String, String)> {
    let kinds = ["REQUIRED", "ALTERNATIVE", "CONDITIONAL", "DISABLED"];
    kinds
        .map(|kind| (kind.to_owned(), kind.to_owned()))
        .to_vec()
}

fn step_row(desk: &Desk, one: &Value, url: &str, may_manage: bool) -> Row {
    let mut cells = vec![
        Cell::inset(level(one), text_of(one, "displayName"), ""),
        Cell::Pills(vec![requirement(one)]),
    ];
    if may_manage {
        let id = text_of(one, "id");
        for (way, key) in [("raise", "flow-earlier"), ("lower", "flow-later")] {
            let fields = [("execution", id.as_str()), ("move", way)];
            cells.push(Cell::button(desk.text(key), url.to_owned(), &fields));
        }
    }
    Row::of(cells)
}

/// Moves a step, or changes what it is required to.
async fn change_step(desk: Rc<Desk>) -> Shown {
    let id = desk.form.get("execution").unwrap_or_default();
    let page = format!("/flows/{}", encode(&desk.part("alias")));
    match desk.form.get("move") {
        Some(way @ ("raise" | "lower")) => {
            let alias = desk.part("alias");
            let change = format!("step={}&move={way}", encode(id));
            if locks_out(&desk, &alias, &change).await? {
                let failed = Flash::failed("done-flow-locks-out").about(&alias);
                return desk.go(&page, &failed);
            }
            let path = format!("authentication/executions/{}/{way}-priority", encode(id));
            desk.post(&path, &json!({})).await?;
        }
        _ => {
            let steps = desk.get(&path(&desk)).await?;
            let mut steps = steps.as_array().into_iter().flatten();
            let found = steps.find(|one| text_of(one, "id") == id);
            let mut step = found.cloned().ok_or_else(Problem::not_found)?;
            let requirement = desk.form.get("requirement").unwrap_or_default();
            if let Some(members) = step.as_object_mut() {
                members.insert("requirement".to_owned(), json!(requirement));
            }
            let alias = desk.part("alias");
            let change = format!("step={}&requirement={}", encode(id), encode(requirement));
            if locks_out(&desk, &alias, &change).await? {
                let failed = Flash::failed("done-flow-locks-out").about(&alias);
                return desk.go(&page, &failed);
            }
            desk.put(&path(&desk), &step).await?;
        }
    }
    desk.go(&page, &Flash::done("done-saved"))
}

async fn copy(desk: Rc<Desk>) -> Shown {
    let name = desk.form.trimmed("name").to_owned();
    let path = format!("authentication/flows/{}/copy", encode(&desk.part("alias")));
    desk.post(&path, &json!({"newName": name})).await?;
    desk.go(
        &format!("/flows/{}", encode(&name)),
        &Flash::done("done-created").about(&name),
    )
}
