//! The versions of a flow: what it was, how that differs from what it is, and the way back.

use std::rc::Rc;

use serde_json::{Value, json};

use super::super::history::names::Names;
use super::{MANAGE, compare, steps_of, ways_card};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

fn path(desk: &Desk) -> String {
    format!("ui-ext/flows/{}/versions", encode(&desk.part("alias")))
}

/// The list of versions, the newest first; nothing for a flow that is inside another.
pub(super) async fn card(desk: &Desk) -> Result<Option<Card>, Problem> {
    let Some(found) = desk.get_if_allowed(&path(desk)).await? else {
        return Ok(None);
    };
    let all: Vec<&Value> = found.as_array().into_iter().flatten().collect();
    let people = all.iter().map(|one| text_of(one, "madeBy"));
    let names = Names::of(desk, people).await?;
    let page = format!("/flows/{}/versions", encode(&desk.part("alias")));
    let rows = all.iter().map(|one| {
        let (version, by) = (text_of(one, "version"), text_of(one, "madeBy"));
        let url = desk.url(&format!("{page}/{version}"));
        Row::of(vec![
            Cell::link(desk.text_with("flow-version", "number", version), url),
            Cell::when(one.get("madeAt").and_then(Value::as_i64), "–"),
            match by.is_empty() {
                true => Cell::muted(desk.text("flow-version-found")),
                false => names.cell(desk, &by),
            },
        ])
    });
    let columns = ["flow-versions", "column-time", "history-who"].map(|key| desk.text(key));
    let table = Table::new(desk.text("flow-versions"), columns.to_vec(), rows.collect());
    let card = Card::new("versions", desk.text("flow-versions"));
    let card = card.lead(desk.text("flow-versions-lead"));
    Ok(Some(card.table(table, desk.text("flow-versions-none"))))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    shown(&desk, "").await
}

async fn shown(desk: &Desk, problem: &str) -> Shown {
    let (alias, number) = (desk.part("alias"), desk.part("version"));
    let found = desk
        .get(&format!("{}/{}", path(desk), encode(&number)))
        .await?;
    let live = desk.get(&steps_of(&alias)).await?;
    let steps = found.get("steps").cloned().unwrap_or_default();
    let is_live = found.get("isLive").and_then(Value::as_bool) == Some(true);
    let flow = format!("/flows/{}", encode(&alias));
    let mut heading = Heading::new(&desk.text_with("flow-version", "number", number.as_str()))
        .under(desk.text("nav-flows"), desk.url("/flows"))
        .under(alias.as_str(), desk.url(&flow))
        .lead(desk.text("flow-version-lead"));
    if is_live {
        heading = heading.pill(Pill::ok(desk.text("flow-live")));
    }
    let url = desk.url(&format!("{flow}/versions/{}", encode(&number)));
    let mut restore = Ask::new(desk, "restore", url, desk.text("flow-roll-back"));
    if found.get("locksOut").and_then(Value::as_bool) == Some(true) {
        let words = desk.text("flow-locks-out-anyway");
        restore = restore.input(Input::check("force", words, false));
    }
    let card = Card::new("compare", desk.text("flow-compare"))
        .lead(desk.text("flow-compare-lead"))
        .problem(problem.to_owned())
        .table(
            compare::table(desk, &live, &steps),
            desk.text("flow-compare-same"),
        )
        .ask(desk.may(MANAGE) && !is_live, restore);
    Stack::new(desk.frame(heading))
        .card(card)
        .card(ways_card(desk, &steps))
        .show(desk)
}

pub(super) async fn restore(desk: Rc<Desk>) -> Shown {
    let number = desk.part("version");
    let path = format!("{}/{}/restore", path(&desk), encode(&number));
    let forces = desk.form.get("force").is_some();
    match desk.post(&path, &json!({"force": forces})).await {
        Ok(reply) => {
            let then = format!("/flows/{}", encode(&desk.part("alias")));
            let version = text_of(&reply.json, "version");
            desk.go(&then, &Flash::done("done-flow-published").about(&version))
        }
        Err(problem) if problem.status == 409 => shown(&desk, &problem.text).await,
        Err(problem) => Err(problem),
    }
}
