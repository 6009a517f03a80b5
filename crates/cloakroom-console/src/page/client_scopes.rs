//! Client scopes: named bundles of claims and roles that applications ask for.

use std::rc::Rc;

use serde_json::{Value, json};

use super::role_choice::{self, Holder};
use super::{history, mappers, recycle_bin};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{
    Ask, Card, Cell, Empty, Field, Input, Kept, ListPage, Piece, Pill, Row, Section, Shape, Stack,
    Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/client-scopes", |desk| Box::pin(list(desk))),
    Route::show("/client-scopes/new", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(make(desk))),
    Route::show("/client-scopes/{id}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/client-scopes/{id}/roles", |desk| {
        Box::pin(change_roles(desk))
    }),
    Route::change("/client-scopes/{id}/use", |desk| Box::pin(change_use(desk))),
    Route::change("/client-scopes/{id}/delete", |desk| Box::pin(remove(desk))),
];

const MANAGE: &[&str] = &["manage-clients"];

fn ids(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|one| text_of(one, "id"))
        .collect()
}

/// The scopes that new clients get, always and on demand.
async fn given(desk: &Desk) -> Result<(Vec<String>, Vec<String>), Problem> {
    let default = desk
        .get_if_allowed("default-default-client-scopes")
        .await?
        .unwrap_or_default();
    let optional = desk
        .get_if_allowed("default-optional-client-scopes")
        .await?
        .unwrap_or_default();
    Ok((ids(&default), ids(&optional)))
}

async fn list(desk: Rc<Desk>) -> Shown {
    let found = desk.get("client-scopes").await?;
    let (default, optional) = given(&desk).await?;
    let search = desk.query.trimmed("q").to_lowercase();
    let all = found.as_array().into_iter().flatten();
    let fits = all.filter(|one| text_of(one, "name").to_lowercase().contains(&search));
    let rows = fits.map(|one| {
        let id = text_of(one, "id");
        let pill = if default.contains(&id) {
            Pill::ok(desk.text("scope-default"))
        } else if optional.contains(&id) {
            Pill::plain(desk.text("scope-optional"))
        } else {
            Pill::plain(desk.text("scope-unassigned"))
        };
        let mappers = one
            .get("protocolMappers")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        Row::of(vec![
            Cell::link(
                text_of(one, "name"),
                desk.url(&format!("/client-scopes/{}", encode(&id))),
            ),
            Cell::text(text_of(one, "description")),
            Cell::short(text_of(one, "protocol")),
            Cell::Pills(vec![pill]),
            Cell::Number(mappers.to_string()),
        ])
    });
    let columns = [
        "scope",
        "column-description",
        "scope-protocol",
        "scope-new-clients",
        "mappers",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nav-client-scopes"), columns, rows.collect());
    let may_manage = desk.may(MANAGE);
    let new = Action::link(desk.text("scopes-new"), desk.url("/client-scopes/new")).primary();
    let heading = Heading::new(&desk.text("nav-client-scopes"))
        .lead(desk.text("scopes-lead"))
        .action(may_manage, new.clone());
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text("scopes-lead"),
        action: may_manage.then_some(new),
        command: format!(
            "kcadm.sh create client-scopes -r {} -s name=orders -s protocol=openid-connect",
            desk.realm
        ),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .search(&desk, "q", "scopes-search", "")
        .show(&desk)
}

fn sections(key: &'static str) -> Vec<Section> {
    vec![Section::new(
        key,
        vec![
            Field::new("name", "scope-name", Shape::Required),
            Field::new("description", "scope-description", Shape::Text),
            Field::new(
                "attributes/display.on.consent.screen",
                "scope-consent",
                Shape::Switch(true),
            ),
            Field::new(
                "attributes/consent.screen.text",
                "scope-consent-text",
                Shape::Text,
            ),
            Field::new(
                "attributes/include.in.token.scope",
                "scope-in-token",
                Shape::Switch(true),
            ),
            Field::new("attributes/gui.order", "scope-order", Shape::Number(true)),
        ],
    )]
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/client-scopes"));
    let heading = Heading::new(&desk.text("scopes-new"))
        .under(desk.text("nav-client-scopes"), desk.url("/client-scopes"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let begin = json!({"attributes": {
        "display.on.consent.screen": "true",
        "include.in.token.scope": "true",
    }});
    desk.show(&new_page(
        &desk,
        Sheet::of(&desk, &sections("scopes-new"), &begin),
    ))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let sections = sections("scopes-new");
    let mut scope = sheet::typed(&sections, &desk.form);
    if let Some(members) = scope.as_object_mut() {
        members.insert("protocol".to_owned(), json!("openid-connect"));
    }
    let name = text_of(&scope, "name");
    match sheet::make(&desk, "client-scopes", &sections, &scope).await {
        Ok(reply) => {
            let page = format!("/client-scopes/{}", reply.id());
            desk.go(&page, &Flash::done("done-created").about(&name))
        }
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &sections, &problem);
            desk.show_again(&new_page(&desk, sheet))
        }
        Err(problem) => Err(problem),
    }
}

fn path(desk: &Desk) -> String {
    format!("client-scopes/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk) -> String {
    format!("/{}", path(desk))
}

fn holder(desk: &Desk) -> Holder {
    let listed = format!("clientScopes/{}", encode(&desk.part("id")));
    Holder::in_tokens(&path(desk), listed, format!("{}/roles", page(desk)))
}

async fn scope(desk: &Desk) -> Result<(Value, Heading), Problem> {
    let scope = desk.get(&path(desk)).await?;
    let heading = Heading::new(&text_of(&scope, "name"))
        .under(desk.text("nav-client-scopes"), desk.url("/client-scopes"))
        .id(&text_of(&scope, "id"));
    Ok((scope, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (object, heading) = scope(&desk).await?;
    let may_manage = desk.may(MANAGE);
    let sheet = Sheet::of(&desk, &sections("scope-itself"), &object).read_only(!may_manage);
    let mut stack = Stack::new(desk.frame(heading))
        .card(mappers::card(&desk, &path(&desk), may_manage).await?)
        .with(Piece::Sheet(sheet))
        .card(role_choice::card(&desk, &holder(&desk), may_manage).await?)
        .card(use_of(&desk, may_manage).await?);
    if let Some(card) = history::card(&desk, &history::SCOPE, &desk.part("id")).await? {
        stack = stack.card(card);
    }
    stack.card(danger(&desk, may_manage)).show(&desk)
}

/// Whether new clients get it.
async fn use_of(desk: &Desk, may_manage: bool) -> Result<Card, Problem> {
    let (default, optional) = given(desk).await?;
    let id = desk.part("id");
    let now = if default.contains(&id) {
        "default"
    } else if optional.contains(&id) {
        "optional"
    } else {
        "unassigned"
    };
    let kinds = ["default", "optional", "unassigned"];
    let options = kinds.map(|kind| (kind.to_owned(), desk.text(&format!("scope-{kind}"))));
    let ask = Ask::new(
        desk,
        "use",
        desk.url(&format!("{}/use", page(desk))),
        desk.text("save"),
    )
    .input(Input::select("kind", desk.text("scope-new-clients"), options.to_vec()).chosen(now));
    Ok(Card::new("given", desk.text("scope-new-clients"))
        .lead(desk.text("scope-new-clients-lead"))
        .ask(may_manage && desk.may(&["manage-realm"]), ask))
}

fn danger(desk: &Desk, may_manage: bool) -> Card {
    let ask = recycle_bin::ask(desk, &page(desk), "scope-delete");
    Card::new("danger", desk.text("danger"))
        .lead(desk.text("scope-delete-lead"))
        .ask(may_manage, ask)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = scope(&desk).await?;
    let (api, page) = (path(&desk), page(&desk));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections("scope-itself"), desk.frame(heading)).await
}

async fn change_roles(desk: Rc<Desk>) -> Shown {
    role_choice::change(&desk, &holder(&desk)).await?;
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn change_use(desk: Rc<Desk>) -> Shown {
    let id = encode(&desk.part("id"));
    let wanted = desk.form.get("kind").unwrap_or_default();
    let (default, optional) = given(&desk).await?;
    let link = |kind: &str| format!("default-{kind}-client-scopes/{id}");
    let scope = desk.part("id");
    let uses = [("default", default), ("optional", optional)];
    let uses = uses.map(|(kind, has)| (kind, has.contains(&scope)));
    // A scope is given in one way alone, so the other one goes first.
    for (kind, _) in uses
        .iter()
        .filter(|(kind, is_there)| *is_there && *kind != wanted)
    {
        desk.delete(&link(kind)).await?;
    }
    for (kind, _) in uses
        .iter()
        .filter(|(kind, is_there)| !is_there && *kind == wanted)
    {
        desk.put(&link(kind), &json!({})).await?;
    }
    desk.go(&page(&desk), &Flash::done("done-saved"))
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (object, _) = scope(&desk).await?;
    let name = text_of(&object, "name");
    recycle_bin::delete(&desk, &path(&desk), &name, "/client-scopes").await
}
