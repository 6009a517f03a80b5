//! Protocol mappers of a client or a scope: what each puts into tokens. Their kinds and settings are what the server says.

use std::rc::Rc;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{Ask, Card, Cell, Field, Input, Kept, Piece, Row, Section, Shape, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/{owner:clients|client-scopes}/{id}/mappers", |desk| {
        Box::pin(list(desk))
    }),
    Route::show("/{owner:clients|client-scopes}/{id}/mappers/new", |desk| {
        Box::pin(ask(desk))
    })
    .and_change(|desk| Box::pin(make(desk))),
    Route::show(
        "/{owner:clients|client-scopes}/{id}/mappers/{mapper}",
        |desk| Box::pin(show(desk)),
    )
    .and_change(|desk| Box::pin(save(desk))),
    Route::change(
        "/{owner:clients|client-scopes}/{id}/mappers/{mapper}/delete",
        |desk| Box::pin(remove(desk)),
    ),
];

const MANAGE: &[&str] = &["manage-clients"];

/// The messages about settings of mappers begin with this.
const WORDS: &str = "mapper-at";

/// The path of the client or scope.
fn owner(desk: &Desk) -> String {
    format!("{}/{}", desk.part("owner"), encode(&desk.part("id")))
}

/// The page that shows the mappers among the rest of the client or scope.
fn home(desk: &Desk) -> String {
    match desk.part("owner").as_str() {
        "clients" => format!("/{}/access", owner(desk)),
        _ => format!("/{}", owner(desk)),
    }
}

/// The mappers of a client or a scope as a card of its page; `path` is its path. They are asked for by themselves, because
/// the object has their settings as they were sent, and not what follows from them.
pub(super) async fn card(desk: &Desk, path: &str, may_manage: bool) -> Result<Card, Problem> {
    let all = desk.get(&format!("{path}/protocol-mappers/models")).await?;
    let rows = all.as_array().into_iter().flatten().map(|one| {
        let url = desk.url(&format!("/{path}/mappers/{}", encode(&text_of(one, "id"))));
        let is_in = |name: &str| text_of(one, &format!("config/{name}")) == "true";
        let places = [
            ("access.token.claim", "token-access"),
            ("id.token.claim", "token-id"),
            ("userinfo.token.claim", "token-userinfo"),
        ];
        let places = places.into_iter().filter(|(name, _)| is_in(name));
        let places: Vec<String> = places.map(|(_, key)| desk.text(key)).collect();
        Row::of(vec![
            Cell::link(text_of(one, "name"), url),
            Cell::mono(text_of(one, "protocolMapper")),
            Cell::mono(text_of(one, "config/claim.name")),
            Cell::text(places.join(", ")),
        ])
    });
    let columns =
        ["column-name", "mapper-kind", "claim", "mapper-places"].map(|key| desk.text(key));
    let table = Table::new(desk.text("mappers"), columns.to_vec(), rows.collect());
    let new = Ask::new(
        desk,
        "new-mapper",
        desk.url(&format!("/{path}/mappers/new")),
        desk.text("mapper-new"),
    )
    .view();
    Ok(Card::new("mappers", desk.text("mappers"))
        .lead(desk.text("mappers-lead"))
        .table(table, desk.text("mappers-none"))
        .ask(may_manage, new))
}

async fn list(desk: Rc<Desk>) -> Shown {
    let object = desk.get(&owner(&desk)).await?;
    let heading = heading(&desk, &object, &desk.text("mappers"));
    let card = card(&desk, &owner(&desk), desk.may(MANAGE)).await?;
    Stack::new(desk.frame(heading)).card(card).show(&desk)
}

fn heading(desk: &Desk, object: &Value, title: &str) -> Heading {
    let (key, name) = match desk.part("owner").as_str() {
        "clients" => ("nav-clients", text_of(object, "clientId")),
        _ => ("nav-client-scopes", text_of(object, "name")),
    };
    Heading::new(title)
        .under(
            desk.text(key),
            desk.url(&format!("/{}", desk.part("owner"))),
        )
        .under(name, desk.url(&home(desk)))
}

/// The protocol that the client or scope speaks.
fn protocol(object: &Value) -> String {
    let named = text_of(object, "protocol");
    if named.is_empty() {
        "openid-connect".to_owned()
    } else {
        named
    }
}

/// The kinds of mapper that the server has for what the client or scope speaks.
async fn kinds(desk: &Desk, object: &Value) -> Result<Vec<Value>, Problem> {
    let info = desk
        .ask(Method::GET, "/admin/serverinfo", None, None)
        .await?;
    let all = info
        .json
        .get("protocolMapperTypes")
        .and_then(|all| all.get(protocol(object)));
    Ok(all.and_then(Value::as_array).cloned().unwrap_or_default())
}

pub(super) fn kind<'a>(kinds: &'a [Value], id: &str) -> Option<&'a Value> {
    kinds.iter().find(|kind| text_of(kind, "id") == id)
}

/// The fields of a new one: a mapper keeps the name that it is given.
fn sections_of_new(kind: Option<&Value>) -> Vec<Section> {
    let mut fields = vec![Field::new("name", "mapper-name", Shape::Required)];
    fields.extend(properties(kind));
    vec![Section::new("mapper-itself", fields)]
}

fn sections(kind: Option<&Value>) -> Vec<Section> {
    vec![Section::new("mapper-itself", properties(kind))]
}

/// The settings of a kind: the name of each, how it is typed, and what it usually is.
pub(super) fn settings(
    kind: Option<&Value>,
) -> impl Iterator<Item = (String, Shape, Option<Value>)> + '_ {
    described(kind).map(|one| {
        let usual = one.get("defaultValue").filter(|usual| !usual.is_null());
        (text_of(one, "name"), shape(one), usual.cloned())
    })
}

fn described(kind: Option<&Value>) -> impl Iterator<Item = &Value> {
    let properties = kind.and_then(|kind| kind.get("properties"));
    let properties = properties.and_then(Value::as_array);
    properties.into_iter().flatten()
}

/// How a property is typed.
fn shape(property: &Value) -> Shape {
    match text_of(property, "type").as_str() {
        "boolean" => Shape::Switch(true),
        "List" => {
            let options = property.get("options").and_then(Value::as_array);
            let options = options.into_iter().flatten().filter_map(Value::as_str);
            let options = options.map(|text| (text.to_owned(), text.to_owned()));
            Shape::OneOf(options.collect())
        }
        "MultivaluedString" | "MultivaluedList" => Shape::Joined,
        "Text" | "Script" | "Map" => Shape::Long,
        "Password" => Shape::Secret,
        _ => Shape::Text,
    }
}

/// The fields of a kind: each property that the server names, in its words.
fn properties(kind: Option<&Value>) -> Vec<Field> {
    let fields = described(kind).map(|one| {
        let at = format!("config/{}", text_of(one, "name"));
        let label = text_of(one, "label");
        // Where the server names a message of Keycloak's, there is one of ours for it.
        match label.strip_suffix(".label") {
            Some(name) => {
                let key = format!("{WORDS}-{}", name.replace('.', "-"));
                Field::new(&at, &key, shape(one))
            }
            None => Field::named(&at, &label, &text_of(one, "helpText"), shape(one)),
        }
    });
    fields.collect()
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let object = desk.get(&owner(&desk)).await?;
    let heading = heading(&desk, &object, &desk.text("mapper-new"));
    let kinds = kinds(&desk, &object).await?;
    let Some(chosen) = kind(&kinds, desk.query.get("kind").unwrap_or_default()) else {
        return choose(&desk, heading, &kinds);
    };
    let usual: Map<String, Value> = settings(Some(chosen))
        .filter_map(|(name, _, usual)| Some((name, usual?)))
        .collect();
    let begin = json!({"name": text_of(chosen, "name"), "config": usual});
    let sheet = Sheet::of(&desk, &sections_of_new(Some(chosen)), &begin);
    desk.show(&new_page(&desk, heading, sheet))
}

fn new_page(desk: &Desk, heading: Heading, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url(&home(desk)));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

/// The kinds to choose from, each as a link to its form.
pub(super) fn choose(desk: &Desk, heading: Heading, kinds: &[Value]) -> Shown {
    let rows = kinds.iter().map(|kind| {
        let url = desk.here(&desk.query.with("kind", &text_of(kind, "id")));
        Row::of(vec![
            Cell::link(text_of(kind, "name"), url),
            Cell::text(text_of(kind, "helpText")),
        ])
    });
    let columns = ["mapper-kind", "column-description"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("mapper-kind"), columns, rows.collect());
    let card =
        Card::new("kinds", desk.text("mapper-kind")).table(table, desk.text("mapper-kinds-none"));
    Stack::new(desk.frame(heading)).card(card).show(desk)
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let object = desk.get(&owner(&desk)).await?;
    let kinds = kinds(&desk, &object).await?;
    let chosen = kind(&kinds, desk.query.get("kind").unwrap_or_default());
    let chosen = chosen.ok_or_else(|| Problem::invalid(desk.text("mapper-no-kind")))?;
    let sections = sections_of_new(Some(chosen));
    let mut mapper = sheet::typed(&sections, &desk.form);
    if let Some(members) = mapper.as_object_mut() {
        members.insert("protocol".to_owned(), json!(protocol(&object)));
        members.insert("protocolMapper".to_owned(), json!(text_of(chosen, "id")));
    }
    let name = text_of(&mapper, "name");
    let made = desk
        .post(
            &format!("{}/protocol-mappers/models", owner(&desk)),
            &mapper,
        )
        .await;
    match made {
        Ok(_) => desk.go(&home(&desk), &Flash::done("done-created").about(&name)),
        Err(problem) if problem.is_about_what_was_sent() => {
            let heading = heading(&desk, &object, &desk.text("mapper-new"));
            let sheet = Sheet::sent(&desk, &sections, &problem);
            desk.show_again(&new_page(&desk, heading, sheet))
        }
        Err(problem) => Err(problem),
    }
}

fn path(desk: &Desk) -> String {
    format!(
        "{}/protocol-mappers/models/{}",
        owner(desk),
        encode(&desk.part("mapper"))
    )
}

async fn show(desk: Rc<Desk>) -> Shown {
    let object = desk.get(&owner(&desk)).await?;
    let mapper = desk.get(&path(&desk)).await?;
    let kinds = kinds(&desk, &object).await?;
    let sections = sections(kind(&kinds, &text_of(&mapper, "protocolMapper")));
    let name = text_of(&mapper, "name");
    let may_manage = desk.may(MANAGE);
    let words = desk.text_with("user-delete-confirm", "name", &name);
    let url = desk.url(&format!(
        "/{}/mappers/{}/delete",
        owner(&desk),
        encode(&desk.part("mapper"))
    ));
    let delete = Ask::new(&desk, "delete", url, desk.text("delete"))
        .input(Input::text("name", words, ""))
        .danger();
    let danger = Card::new("danger", desk.text("danger")).lead(desk.text("mapper-delete-lead"));
    let sheet = Sheet::of(&desk, &sections, &mapper).read_only(!may_manage);
    let heading = heading(&desk, &object, &name).id(&text_of(&mapper, "protocolMapper"));
    Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(danger.ask(may_manage, delete))
        .show(&desk)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let object = desk.get(&owner(&desk)).await?;
    let mapper = desk.get(&path(&desk)).await?;
    let kinds = kinds(&desk, &object).await?;
    let sections = sections(kind(&kinds, &text_of(&mapper, "protocolMapper")));
    let page = format!("/{}/mappers/{}", owner(&desk), encode(&desk.part("mapper")));
    let (api, heading) = (
        path(&desk),
        heading(&desk, &object, &text_of(&mapper, "name")),
    );
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections, desk.frame(heading)).await
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let mapper = desk.get(&path(&desk)).await?;
    let name = text_of(&mapper, "name");
    if desk.form.trimmed("name") != name {
        let page = format!("/{}/mappers/{}", owner(&desk), encode(&desk.part("mapper")));
        return desk.go(&page, &Flash::failed("done-name-differs"));
    }
    desk.delete(&path(&desk)).await?;
    desk.go(&home(&desk), &Flash::done("done-deleted").about(&name))
}
