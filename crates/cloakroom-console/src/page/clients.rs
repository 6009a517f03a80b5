//! Applications: the list, and a new one in three fields.

mod export;
mod kind;
pub(super) mod lint;
mod query;

use std::rc::Rc;

use serde_json::{Value, json};

use super::views;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{
    Cell, Choice, Choices, Empty, Field, ListPage, Pager, Piece, Pill, Row, Section, Shape, Stack,
    Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
pub(super) use kind::Kind;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/clients", |desk| Box::pin(list(desk))),
    Route::show("/clients/export", |desk| Box::pin(export::export(desk))),
    Route::show("/clients/new", |desk| Box::pin(kinds(desk))),
    Route::show("/clients/new/{kind}", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(make(desk))),
    Route::change("/clients/bulk", |desk| Box::pin(many(desk))),
];

pub(super) const MANAGE: &[&str] = &["manage-clients"];

async fn list(desk: Rc<Desk>) -> Shown {
    let asked = desk.query.trimmed("q");
    let path = format!("{}&{}", query::path(asked), Pager::asked(&desk));
    let found = desk.get(&path).await?;
    let mut all: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    let pager = Pager::by_position(&desk, &mut all);
    let uses = uses(&desk, &all).await?;
    let rows = all.iter().map(|one| row(&desk, one, &uses)).collect();
    let columns = [
        "kind-client",
        "column-name",
        "clients-kind",
        "client-last-used",
        "client-a-day",
        "column-state",
        "clients-lint",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let may_manage = desk.may(MANAGE);
    let mut table = Table::new(desk.text("nav-clients"), columns, rows);
    if may_manage {
        table = table.choosable(desk.text("choose-one"), desk.text("choose-all"));
    }
    let new = Action::link(desk.text("clients-new"), desk.url("/clients/new")).primary();
    let csv = desk.url(&format!("/clients/export?q={}", encode(asked)));
    let heading = Heading::new(&desk.text("nav-clients"))
        .lead(desk.text("clients-lead"))
        .action(true, Action::link(desk.text("export-csv"), csv))
        .action(may_manage, new.clone());
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text("clients-lead"),
        action: may_manage.then_some(new),
        command: format!(
            "kcadm.sh create clients -r {} -s clientId=my-app",
            desk.realm
        ),
    };
    let act = |key: &str, act: &str| {
        Action::button(desk.text(key), desk.url("/clients/bulk")).with("act", act)
    };
    let mut page = ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "clients-search", "clients-query-hint")
        .filters(&desk, "q", query::FILTERS)
        .pager(pager);
    page = views::of(&desk, "clients", page).await?;
    if may_manage {
        page = page.bulk(vec![act("enable", "enable"), act("disable", "disable")]);
    }
    page.show(&desk)
}

/// When these clients last took tokens and how often, by their ids.
pub(super) async fn uses(desk: &Desk, all: &[Value]) -> Result<Value, Problem> {
    let ids: Vec<String> = all.iter().map(|one| text_of(one, "id")).collect();
    let path = format!("ui-ext/client-uses?ids={}", encode(&ids.join(",")));
    Ok(desk.get_if_allowed(&path).await?.unwrap_or_default())
}

/// What a client's use is in words: when it was last, and how often on a day of the last seven.
pub(super) fn usage(desk: &Desk, uses: &Value, id: &str) -> [Cell; 2] {
    let number = |name: &str| uses.get(id)?.get(name)?.as_i64();
    let lately = number("lately").unwrap_or(0);
    let a_day = match lately {
        0 => "0".to_owned(),
        1..7 => "< 1".to_owned(),
        more => (more / 7).to_string(),
    };
    [
        Cell::when(number("last"), &desk.text("never")),
        Cell::Number(a_day),
    ]
}

fn row(desk: &Desk, one: &Value, uses: &Value) -> Row {
    let (id, client_id) = (text_of(one, "id"), text_of(one, "clientId"));
    let state = match one.get("enabled").and_then(Value::as_bool) {
        Some(true) => Pill::ok(desk.text("state-enabled")),
        _ => Pill::danger(desk.text("state-disabled")),
    };
    let found = u32::try_from(lint::findings(one).len()).unwrap_or(u32::MAX);
    let lint = match found {
        0 => Pill::ok(desk.text("clients-lint-none")),
        some => Pill::warn(desk.text_with("clients-lint-some", "count", some)),
    };
    let [last, a_day] = usage(desk, uses, &id);
    let cells = vec![
        Cell::link(&client_id, desk.url(&format!("/clients/{}", encode(&id)))),
        Cell::text(desk.locale.resolve(&text_of(one, "name"))),
        Cell::short(desk.text(Kind::of(one).key())),
        last,
        a_day,
        Cell::Pills(vec![state]),
        Cell::Pills(vec![lint]),
    ];
    Row::choosable(&id, &client_id, cells)
}

/// The kinds to choose from, and known applications with what each expects.
async fn kinds(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kinds = Kind::ALL.iter().map(|kind| Choice {
        text: desk.text(kind.key()),
        hint: desk.text(&format!("{}-hint", kind.key())),
        url: desk.url(&format!("/clients/new/{}", kind.name())),
    });
    let known = kind::PRESETS.iter().map(|preset| {
        let url = desk.url(&format!(
            "/clients/new/{}?preset={}",
            preset.kind.name(),
            preset.id
        ));
        Choice {
            text: preset.name.to_owned(),
            hint: desk.text_with("clients-callback", "path", preset.callback),
            url,
        }
    });
    let kinds = Choices::new("kinds", desk.text("clients-kinds"), kinds.collect());
    let known = Choices::new("presets", desk.text("clients-presets"), known.collect());
    let heading = Heading::new(&desk.text("clients-new"))
        .under(desk.text("nav-clients"), desk.url("/clients"))
        .lead(desk.text("clients-new-lead"));
    Stack::new(desk.frame(heading))
        .with(Piece::Choices(kinds))
        .with(Piece::Choices(known))
        .show(&desk)
}

fn sections(kind: Kind, preset: Option<&kind::Preset>) -> Vec<Section> {
    let mut fields = vec![
        Field::new("clientId", "client-id", Shape::Required),
        Field::new("name", "client-name", Shape::Text),
    ];
    if kind.has_browser() {
        let key = preset.map_or_else(|| kind.address_key(), |preset| preset.address_key);
        fields.push(Field::new("rootUrl", key, Shape::Required));
    }
    vec![Section::new("clients-new", fields)]
}

fn page(desk: &Desk, kind: Kind, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/clients/new"));
    let heading = Heading::new(&desk.text(kind.key()))
        .under(desk.text("nav-clients"), desk.url("/clients"))
        .under(desk.text("clients-new"), desk.url("/clients/new"))
        .lead(desk.text(&format!("{}-hint", kind.key())));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kind = Kind::named(&desk.part("kind")).ok_or_else(Problem::not_found)?;
    let preset = kind::preset(desk.query.get("preset").unwrap_or_default());
    let begin = preset.map_or_else(
        || json!({}),
        |preset| json!({"clientId": preset.id, "name": preset.name}),
    );
    desk.show(&page(
        &desk,
        kind,
        Sheet::of(&desk, &sections(kind, preset), &begin),
    ))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kind = Kind::named(&desk.part("kind")).ok_or_else(Problem::not_found)?;
    let preset = kind::preset(desk.query.get("preset").unwrap_or_default());
    let sections = sections(kind, preset);
    let typed = sheet::typed(&sections, &desk.form);
    let client_id = text_of(&typed, "clientId");
    let made = match kind.settings(&typed, preset) {
        Ok(client) => desk.post("clients", &client).await,
        Err(key) => Err(Problem::invalid(desk.text(key))),
    };
    match made {
        Ok(reply) => {
            let page = format!("/clients/{}", reply.id());
            desk.go(&page, &Flash::done("done-created").about(&client_id))
        }
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &sections, &problem);
            desk.show_again(&page(&desk, kind, sheet))
        }
        Err(problem) => Err(problem),
    }
}

async fn many(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let on = match desk.form.get("act") {
        Some("enable") => true,
        Some("disable") => false,
        _ => return Err(Problem::not_found()),
    };
    let (mut done, mut failed) = (0_u32, 0_u32);
    let ids: Vec<String> = desk.form.all("id").map(encode).collect();
    for id in &ids {
        match desk
            .put(&format!("clients/{id}"), &json!({"enabled": on}))
            .await
        {
            Ok(_) => done += 1,
            Err(_) => failed += 1,
        }
    }
    desk.go("/clients", &Flash::many(done, failed))
}
