//! Mappers of an identity provider: what each takes over into a user. Their kinds and settings are what the server says.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{MANAGE, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::page::mappers::{self, settings};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{Ask, Card, Cell, Field, Input, Kept, Piece, Row, Section, Shape, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// The messages about settings of these mappers begin with this.
const WORDS: &str = "provider-mapper-at";

/// When a mapper runs for somebody who was here before.
const SYNC: &[&str] = &["INHERIT", "IMPORT", "LEGACY", "FORCE"];

/// The mappers as a card of the provider's page.
pub(super) async fn card(desk: &Desk, may_manage: bool) -> Result<Card, Problem> {
    let all = desk.get(&format!("{}/mappers", path(desk))).await?;
    let rows = all.as_array().into_iter().flatten().map(|one| {
        let url = desk.url(&at(desk, &text_of(one, "id")));
        Row::of(vec![
            Cell::link(text_of(one, "name"), url),
            Cell::mono(text_of(one, "identityProviderMapper")),
            Cell::lines(values(one)),
        ])
    });
    let columns = ["column-name", "mapper-kind", "mapper-settings"].map(|key| desk.text(key));
    let table = Table::new(desk.text("mappers"), columns.to_vec(), rows.collect());
    let url = desk.url(&at(desk, "new"));
    let new = Ask::new(desk, "new-mapper", url, desk.text("mapper-new")).view();
    Ok(Card::new("mappers", desk.text("mappers"))
        .lead(desk.text("provider-mappers-lead"))
        .table(table, desk.text("provider-mappers-none"))
        .ask(may_manage, new))
}

/// What is set, one setting a line.
fn values(mapper: &Value) -> Vec<String> {
    let config = mapper.get("config").and_then(Value::as_object);
    let config = config.into_iter().flatten();
    let set = config.filter_map(|(name, value)| Some((name, value.as_str()?)));
    set.filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect()
}

/// The page of a mapper.
fn at(desk: &Desk, mapper: &str) -> String {
    format!("{}/mappers/{}", page(desk), encode(mapper))
}

/// The mapper's path at the API.
fn one(desk: &Desk) -> String {
    format!("{}/mappers/{}", path(desk), encode(&desk.part("mapper")))
}

/// The kinds of mapper that a provider of this kind may have, by their ids.
async fn kinds(desk: &Desk) -> Result<Vec<Value>, Problem> {
    let all = desk.get(&format!("{}/mapper-types", path(desk))).await?;
    let all = all.as_object().into_iter().flatten();
    Ok(all.map(|(_, kind)| kind.clone()).collect())
}

fn sections(kind: Option<&Value>) -> Vec<Section> {
    let mut fields = vec![
        Field::new("name", "mapper-name", Shape::Required),
        Field::new(
            "config/syncMode",
            "provider-mapper-sync",
            Shape::Choice(SYNC),
        ),
    ];
    fields.extend(settings(kind).map(|(name, shape, _)| {
        let key = format!("{WORDS}-{}", name.replace('.', "-"));
        Field::new(&format!("config/{name}"), &key, shape)
    }));
    vec![Section::new("mapper-itself", fields)]
}

/// What stands above the pages below the provider's own.
fn above(desk: &Desk, title: &str) -> Heading {
    Heading::new(title)
        .under(
            desk.text("nav-identity-providers"),
            desk.url("/identity-providers"),
        )
        .under(desk.part("alias"), desk.url(&page(desk)))
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url(&page(desk)));
    let heading = above(desk, &desk.text("mapper-new"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

pub(super) async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kinds = kinds(&desk).await?;
    let Some(chosen) = mappers::kind(&kinds, desk.query.get("kind").unwrap_or_default()) else {
        return mappers::choose(&desk, above(&desk, &desk.text("mapper-new")), &kinds);
    };
    let usual: Map<String, Value> = settings(Some(chosen))
        .filter_map(|(name, _, usual)| Some((name, usual?)))
        .chain([("syncMode".to_owned(), json!("INHERIT"))])
        .collect();
    let begin = json!({"name": text_of(chosen, "name"), "config": usual});
    let sheet = Sheet::of(&desk, &sections(Some(chosen)), &begin);
    desk.show(&new_page(&desk, sheet))
}

pub(super) async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let kinds = kinds(&desk).await?;
    let chosen = mappers::kind(&kinds, desk.query.get("kind").unwrap_or_default());
    let chosen = chosen.ok_or_else(|| Problem::invalid(desk.text("mapper-no-kind")))?;
    let sections = sections(Some(chosen));
    let mut mapper = sheet::typed(&sections, &desk.form);
    let name = text_of(&mapper, "name");
    if let Some(members) = mapper.as_object_mut() {
        let given = [
            ("identityProviderAlias", desk.part("alias")),
            ("identityProviderMapper", text_of(chosen, "id")),
        ];
        members.extend(given.map(|(name, value)| (name.to_owned(), json!(value))));
    }
    let to = format!("{}/mappers", path(&desk));
    match sheet::make(&desk, &to, &sections, &mapper).await {
        Ok(_) => desk.go(&page(&desk), &Flash::done("done-created").about(&name)),
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &sections, &problem);
            desk.show_again(&new_page(&desk, sheet))
        }
        Err(problem) => Err(problem),
    }
}

/// The mapper, and the form over it.
async fn mapper(desk: &Desk) -> Result<(Value, Vec<Section>, Heading), Problem> {
    let mapper = desk.get(&one(desk)).await?;
    let kinds = kinds(desk).await?;
    let kind = text_of(&mapper, "identityProviderMapper");
    let sections = sections(mappers::kind(&kinds, &kind));
    let heading = above(desk, &text_of(&mapper, "name")).id(&kind);
    Ok((mapper, sections, heading))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (mapper, sections, heading) = mapper(&desk).await?;
    let may_manage = desk.may(MANAGE);
    let sheet = Sheet::of(&desk, &sections, &mapper).read_only(!may_manage);
    let words = desk.text_with("user-delete-confirm", "name", text_of(&mapper, "name"));
    let url = desk.url(&format!("{}/delete", at(&desk, &desk.part("mapper"))));
    let delete = Ask::new(&desk, "delete", url, desk.text("delete"))
        .input(Input::text("name", words, ""))
        .danger();
    let danger =
        Card::new("danger", desk.text("danger")).lead(desk.text("provider-mapper-delete-lead"));
    Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(danger.ask(may_manage, delete))
        .show(&desk)
}

pub(super) async fn save(desk: Rc<Desk>) -> Shown {
    let (_, sections, heading) = mapper(&desk).await?;
    let (api, page) = (one(&desk), at(&desk, &desk.part("mapper")));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections, desk.frame(heading)).await
}

pub(super) async fn remove(desk: Rc<Desk>) -> Shown {
    let name = text_of(&desk.get(&one(&desk)).await?, "name");
    if desk.form.trimmed("name") != name {
        let back = at(&desk, &desk.part("mapper"));
        return desk.go(&back, &Flash::failed("done-name-differs"));
    }
    desk.delete(&one(&desk)).await?;
    desk.go(&page(&desk), &Flash::done("done-deleted").about(&name))
}
