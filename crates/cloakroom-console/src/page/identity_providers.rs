//! Identity providers: where people sign in elsewhere, and with which settings.

mod connection;
pub(in crate::page) mod health;
mod mappers;
mod trial;

use std::rc::Rc;

use actix_web::http::Method;
use cloakroom_admin::preset;
use serde_json::{Value, json};

use super::history;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{
    Ask, Card, Cell, Field, Input, Kept, Piece, Pill, Row, Section, Shape, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/identity-providers", |desk| Box::pin(list(desk))),
    Route::show("/identity-providers/new", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(make(desk))),
    Route::show("/identity-providers/{alias}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::show("/identity-providers/{alias}/trial", |desk| {
        Box::pin(trial::show(desk))
    })
    .and_change(|desk| Box::pin(trial::begin(desk))),
    Route::show("/identity-providers/{alias}/mappers/new", |desk| {
        Box::pin(mappers::ask(desk))
    })
    .and_change(|desk| Box::pin(mappers::make(desk))),
    Route::show("/identity-providers/{alias}/mappers/{mapper}", |desk| {
        Box::pin(mappers::show(desk))
    })
    .and_change(|desk| Box::pin(mappers::save(desk))),
    Route::change(
        "/identity-providers/{alias}/mappers/{mapper}/delete",
        |desk| Box::pin(mappers::remove(desk)),
    ),
    Route::change("/identity-providers/{alias}/delete", |desk| {
        Box::pin(remove(desk))
    }),
];

const MANAGE: &[&str] = &["manage-identity-providers"];

/// The kinds that people can come from, the usual one first. Keycloak has kinds that vouch for applications alone, which
/// are stored here, and which nobody here speaks to.
async fn kinds(desk: &Desk) -> Result<Vec<(String, String)>, Problem> {
    let info = desk
        .ask(Method::GET, "/admin/serverinfo", None, None)
        .await?;
    let all = info.json.get("identityProviders").and_then(Value::as_array);
    let all = all.into_iter().flatten();
    let mut kinds: Vec<(String, String)> = all
        .map(|kind| (text_of(kind, "id"), text_of(kind, "name")))
        .filter(|(id, _)| preset::find(id).is_some())
        .collect();
    kinds.sort_by_key(|(id, name)| (id != "oidc", name.to_lowercase()));
    Ok(kinds)
}

async fn list(desk: Rc<Desk>) -> Shown {
    let found = desk.get("identity-provider/instances").await?;
    let health = health::all(&desk).await?;
    let options = kinds(&desk).await?;
    let may_manage = desk.may(MANAGE);
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let alias = text_of(one, "alias");
        let state = match one.get("enabled").and_then(Value::as_bool) {
            Some(true) => Pill::ok(desk.text("state-enabled")),
            _ => Pill::danger(desk.text("state-disabled")),
        };
        let health = health.get(&alias).unwrap_or(&Value::Null);
        let url = desk.url(&format!("/identity-providers/{}", encode(&alias)));
        let test = Cell::link(desk.text("provider-trial-open"), format!("{url}/trial"));
        let cells = vec![
            Cell::link(alias, url),
            Cell::text(text_of(one, "displayName")),
            Cell::text(name_of(&options, &text_of(one, "providerId"))),
            Cell::Pills(vec![state]),
            health::pills(&desk, health),
            health::when(&desk, health, "lastSuccess"),
        ];
        Row::of(
            cells
                .into_iter()
                .chain(may_manage.then_some(test))
                .collect(),
        )
    });
    let columns = [
        "provider-alias",
        "column-display-name",
        "provider-kind",
        "column-state",
        "provider-health",
        "provider-last-success",
    ];
    let columns = columns
        .into_iter()
        .chain(may_manage.then_some("provider-trial"));
    let columns = columns.map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("nav-identity-providers"), columns, rows.collect());
    let new = Ask::new(
        &desk,
        "new",
        desk.url("/identity-providers/new"),
        desk.text("provider-new"),
    )
    .view()
    .primary()
    .input(Input::select("kind", desk.text("provider-kind"), options));
    let card = Card::new("providers", desk.text("nav-identity-providers"))
        .table(table, desk.text("providers-none"))
        .ask(may_manage, new);
    let heading =
        Heading::new(&desk.text("nav-identity-providers")).lead(desk.text("providers-lead"));
    Stack::new(desk.frame(heading)).card(card).show(&desk)
}

/// What a kind is called, or its id where nobody here speaks to it.
fn name_of(kinds: &[(String, String)], id: &str) -> String {
    let known = kinds.iter().find(|(kind, _)| kind == id);
    known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
}

fn sections(kind: &str, is_new: bool) -> Vec<Section> {
    let mut general = vec![
        Field::new("displayName", "provider-display-name", Shape::Text),
        Field::new("enabled", "provider-enabled", Shape::Switch(false)),
        Field::new("trustEmail", "provider-trust-email", Shape::Switch(false)),
        Field::new("storeToken", "provider-store-token", Shape::Switch(false)),
        Field::new("linkOnly", "provider-link-only", Shape::Switch(false)),
        Field::new("hideOnLogin", "provider-hidden", Shape::Switch(false)),
    ];
    if is_new {
        general.insert(0, Field::new("alias", "provider-alias", Shape::Required));
    }
    vec![
        Section::new("provider-general", general),
        Section::new("provider-connection", connection::fields(kind)),
    ]
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/identity-providers"));
    let heading = Heading::new(&desk.text("provider-new"))
        .under(
            desk.text("nav-identity-providers"),
            desk.url("/identity-providers"),
        )
        .pill(Pill::plain(kind(desk).to_owned()))
        .lead(desk.text_with(
            "provider-new-lead",
            "address",
            format!(
                "{}/realms/{}/broker/…/endpoint",
                desk.frontend(),
                desk.realm
            ),
        ));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

/// The kind that a new provider is to be of.
fn kind(desk: &Desk) -> &str {
    desk.query.get("kind").unwrap_or("oidc")
}

/// The same, where it is one that is offered.
fn offered(desk: &Desk) -> Result<&str, Problem> {
    let kind = kind(desk);
    match preset::find(kind) {
        Some(_) => Ok(kind),
        None => Err(Problem::not_found()),
    }
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kind = offered(&desk)?;
    let begin = json!({"enabled": true, "config": connection::begin(kind)});
    let sheet = Sheet::of(&desk, &sections(kind, true), &begin);
    desk.show(&new_page(&desk, sheet))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kind = offered(&desk)?;
    let mut provider = sheet::typed(&sections(kind, true), &desk.form);
    if let Some(members) = provider.as_object_mut() {
        members.insert("providerId".to_owned(), json!(kind));
    }
    let alias = text_of(&provider, "alias");
    match desk.post("identity-provider/instances", &provider).await {
        Ok(_) => {
            let page = format!("/identity-providers/{}", encode(&alias));
            desk.go(&page, &Flash::done("done-created").about(&alias))
        }
        Err(problem) if problem.is_about_what_was_sent() => desk.show_again(&new_page(
            &desk,
            Sheet::sent(&desk, &sections(kind, true), &problem),
        )),
        Err(problem) => Err(problem),
    }
}

fn path(desk: &Desk) -> String {
    format!(
        "identity-provider/instances/{}",
        encode(&desk.part("alias"))
    )
}

fn page(desk: &Desk) -> String {
    format!("/identity-providers/{}", encode(&desk.part("alias")))
}

fn heading(desk: &Desk, provider: &Value) -> Heading {
    Heading::new(&text_of(provider, "alias"))
        .under(
            desk.text("nav-identity-providers"),
            desk.url("/identity-providers"),
        )
        .id(&format!(
            "{}/realms/{}/broker/{}/endpoint",
            desk.frontend(),
            desk.realm,
            text_of(provider, "alias")
        ))
        .pill(Pill::plain(text_of(provider, "providerId")))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let provider = desk.get(&path(&desk)).await?;
    let may_manage = desk.may(MANAGE);
    let words = desk.text_with("user-delete-confirm", "name", text_of(&provider, "alias"));
    let delete = Ask::new(
        &desk,
        "delete",
        desk.url(&format!("{}/delete", page(&desk))),
        desk.text("delete"),
    )
    .input(Input::text("name", words, ""))
    .danger();
    let danger = Card::new("danger", desk.text("danger")).lead(desk.text("provider-delete-lead"));
    let kind = text_of(&provider, "providerId");
    let sheet = Sheet::of(&desk, &sections(&kind, false), &provider).read_only(!may_manage);
    let mut stack = Stack::new(desk.frame(heading(&desk, &provider)));
    if let Some(facts) = health::facts(&desk, &desk.part("alias")).await? {
        stack = stack.with(Piece::Facts(facts));
    }
    stack = stack
        .with(Piece::Sheet(sheet))
        .card(mappers::card(&desk, may_manage).await?);
    if let Some(card) = history::card(&desk, &history::PROVIDER, &desk.part("alias")).await? {
        stack = stack.card(card);
    }
    stack.card(danger.ask(may_manage, delete)).show(&desk)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let provider = desk.get(&path(&desk)).await?;
    let (api, page) = (path(&desk), page(&desk));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    let layout = desk.frame(heading(&desk, &provider));
    let kind = text_of(&provider, "providerId");
    sheet::save(&desk, kept, &sections(&kind, false), layout).await
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let name = desk.part("alias");
    if desk.form.trimmed("name") != name {
        return desk.go(&page(&desk), &Flash::failed("done-name-differs"));
    }
    desk.delete(&path(&desk)).await?;
    desk.go(
        "/identity-providers",
        &Flash::done("done-deleted").about(&name),
    )
}
