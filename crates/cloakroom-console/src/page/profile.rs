//! The user profile: which attributes people have, in the order of their forms, and what becomes of others.

mod attribute;
mod shape;

use std::rc::Rc;

use serde_json::{Value, json};

use crate::desk::{Desk, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::sheet::{self, Lens, Sheet};
use crate::part::{Card, Cell, Field, Kept, Piece, Pill, Row, Section, Shape, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/profile", |desk| Box::pin(show(desk))).and_change(|desk| Box::pin(save(desk))),
    Route::change("/profile/order", |desk| Box::pin(order(desk))),
    Route::show("/profile/new", |desk| Box::pin(attribute::ask(desk)))
        .and_change(|desk| Box::pin(attribute::make(desk))),
    Route::show("/profile/attributes/{name}", |desk| {
        Box::pin(attribute::show(desk))
    })
    .and_change(|desk| Box::pin(attribute::save(desk))),
    Route::change("/profile/attributes/{name}/delete", |desk| {
        Box::pin(attribute::remove(desk))
    }),
];

/// Where the API has it.
const API: &str = "users/profile";

const MANAGE: &[&str] = &["manage-realm"];

/// The member that says what becomes of attributes that the profile does not list.
const POLICY: &str = "unmanagedAttributePolicy";

/// What it may be, and the keys of the words for it. Keycloak has no word for the first: it leaves the member out.
const POLICIES: [(&str, &str); 4] = [
    ("", "profile-unmanaged-off"),
    ("ADMIN_VIEW", "profile-unmanaged-view"),
    ("ADMIN_EDIT", "profile-unmanaged-edit"),
    ("ENABLED", "profile-unmanaged-on"),
];

/// What becomes of attributes that the profile does not list, in words.
pub(super) fn policy(desk: &Desk, profile: &Value) -> String {
    let own = text_of(profile, POLICY);
    let known = POLICIES.iter().find(|(value, _)| *value == own);
    known.map_or_else(|| own.clone(), |(_, key)| desk.text(key))
}

/// Whoever may not see the profile is told nothing of it.
pub(super) async fn find(desk: &Desk) -> Result<Option<Value>, Problem> {
    desk.get_if_allowed(API).await
}

fn sections(desk: &Desk) -> Vec<Section> {
    let options = POLICIES.map(|(value, key)| (value.to_owned(), desk.text(key)));
    let policy = Field::new(POLICY, "profile-unmanaged", Shape::OneOf(options.to_vec()));
    vec![Section::new("profile-unmanaged-section", vec![policy])]
}

fn heading(desk: &Desk) -> Heading {
    let new = Action::link(desk.text("profile-new"), desk.url("/profile/new")).primary();
    Heading::new(&desk.text("nav-profile"))
        .lead(desk.text("profile-lead"))
        .action(desk.may(MANAGE), new)
}

async fn show(desk: Rc<Desk>) -> Shown {
    let profile = desk.get(API).await?;
    let may_manage = desk.may(MANAGE);
    let sheet = Sheet::of(&desk, &sections(&desk), &profile).read_only(!may_manage);
    let card = Card::new("attributes", desk.text("profile-attributes"))
        .lead(desk.text("profile-attributes-lead"))
        .table(
            table(&desk, &profile, may_manage),
            desk.text("profile-attributes-none"),
        );
    Stack::new(desk.frame(heading(&desk)))
        .card(card)
        .with(Piece::Sheet(sheet))
        .show(&desk)
}

/// The attributes of a profile, in their order.
fn attributes(profile: &Value) -> &[Value] {
    let all = profile.get("attributes").and_then(Value::as_array);
    all.map_or(&[], Vec::as_slice)
}

fn table(desk: &Desk, profile: &Value, may_manage: bool) -> Table {
    let rows = attributes(profile).iter();
    let rows = rows.map(|one| row(desk, one, may_manage)).collect();
    let mut columns = vec![
        "column-name",
        "user-attribute-shown",
        "profile-views",
        "profile-edits",
        "user-attribute-rules",
    ];
    if may_manage {
        columns.extend(["profile-earlier", "profile-later"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    Table::new(desk.text("profile-attributes"), columns, rows).with_token(desk.csrf())
}

fn row(desk: &Desk, one: &Value, may_manage: bool) -> Row {
    let name = text_of(one, "name");
    let shown = shape::shown(one);
    let who = |act: &str| {
        let is_on = |who: &str| shown.get(format!("{act}{who}")) == Some(&json!(true));
        let key = match (is_on("Admin"), is_on("User")) {
            (true, true) => "profile-both",
            (true, false) => "profile-admin",
            (false, true) => "profile-user",
            (false, false) => "profile-nobody",
        };
        Cell::text(desk.text(key))
    };
    let mut rules = Vec::new();
    let required = text_of(&shown, "requiredFor");
    if required != shape::NEVER {
        rules.push(Pill::info(desk.text("rule-required")));
    }
    let validators = one.get("validations").and_then(Value::as_object);
    let validators = validators.into_iter().flatten();
    rules.extend(validators.map(|(name, _)| Pill::plain(name.clone())));
    let mut cells = vec![
        Cell::link(&*name, desk.url(&attribute::page(&name))),
        Cell::text(desk.locale.resolve(&text_of(one, "displayName"))),
        who("view"),
        who("edit"),
        Cell::Pills(rules),
    ];
    if may_manage {
        for (way, key) in [("raise", "flow-earlier"), ("lower", "flow-later")] {
            let fields = [("name", name.as_str()), ("move", way)];
            cells.push(Cell::button(
                desk.text(key),
                desk.url("/profile/order"),
                &fields,
            ));
        }
    }
    Row::of(cells)
}

async fn save(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kept = Kept {
        api: API,
        page: "/profile",
    };
    let lens = Lens {
        show: &|profile| Ok(profile.clone()),
        put: &|_, changed| {
            let mut profile = changed.clone();
            let is_off = text_of(&profile, POLICY).is_empty();
            if let Some(members) = profile.as_object_mut().filter(|_| is_off) {
                members.remove(POLICY);
            }
            Ok(profile)
        },
    };
    let layout = desk.frame(heading(&desk));
    sheet::save_through(&desk, (kept, &lens), &sections(&desk), layout).await
}

/// Changes the list of attributes as it is now. What somebody else changes meanwhile stays.
async fn change(
    desk: &Desk,
    work: &dyn Fn(&mut Vec<Value>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    // The second round is for a change of somebody else between reading and writing.
    for _ in 0..2 {
        let now = desk.get_tagged(API).await?;
        let mut all = attributes(&now.json).to_vec();
        work(&mut all)?;
        let mut profile = now.json;
        if let Some(members) = profile.as_object_mut() {
            members.insert("attributes".to_owned(), Value::Array(all));
        }
        match desk.put_if(API, &profile, now.etag.as_deref()).await {
            Ok(_) => return Ok(()),
            Err(problem) if problem.status == 412 => {}
            Err(problem) => return Err(problem),
        }
    }
    Err(Problem::invalid(desk.text("conflict-again")))
}

/// Where the attribute of this name stands.
fn place(all: &[Value], name: &str) -> Result<usize, Problem> {
    let found = all.iter().position(|one| text_of(one, "name") == name);
    found.ok_or_else(Problem::not_found)
}

async fn order(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let name = desk.form.get("name").unwrap_or_default();
    let is_earlier = desk.form.get("move") == Some("raise");
    change(&desk, &|all| {
        let from = place(all, name)?;
        let to = match is_earlier {
            true => from.saturating_sub(1),
            false => (from + 1).min(all.len() - 1),
        };
        all.swap(from, to);
        Ok(())
    })
    .await?;
    desk.go("/profile", &Flash::done("done-saved"))
}
