//! Directories (LDAP): what is connected, a trial of the connection, and taking people over, first without any change.

mod sections;

use std::rc::Rc;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{Ask, Card, Cell, Facts, Input, Kept, Piece, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};
use sections::sections;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/directories", |desk| Box::pin(list(desk))),
    Route::show("/directories/new", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(make(desk))),
    Route::show("/directories/{id}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/directories/{id}/try", |desk| Box::pin(attempt(desk))),
    Route::change("/directories/{id}/sync", |desk| Box::pin(sync(desk))),
    Route::change("/directories/{id}/people", |desk| Box::pin(people(desk))),
    Route::change("/directories/{id}/delete", |desk| Box::pin(remove(desk))),
];

/// Keycloak's rights for components.
const MANAGE: &[&str] = &["manage-realm"];
/// Those for the people who come from them.
const PEOPLE: &[&str] = &["manage-users"];

const FAMILY: &str = "org.keycloak.storage.UserStorageProvider";

/// The first value of a setting.
fn first(one: &Value, name: &str) -> String {
    let all = one.get("config").and_then(|config| config.get(name));
    let first = all
        .and_then(Value::as_array)
        .and_then(|all| all.first())
        .and_then(Value::as_str);
    first.unwrap_or_default().to_owned()
}

async fn list(desk: Rc<Desk>) -> Shown {
    let found = desk.get(&format!("components?type={FAMILY}")).await?;
    let rows = found.as_array().into_iter().flatten().map(|one| {
        let url = desk.url(&format!("/directories/{}", encode(&text_of(one, "id"))));
        Row::of(vec![
            Cell::link(text_of(one, "name"), url),
            Cell::text(first(one, "vendor")),
            Cell::mono(first(one, "connectionUrl")),
            Cell::mono(first(one, "usersDn")),
            last_sync(&desk, one),
            Cell::Pills(vec![state(&desk, one)]),
        ])
    });
    let columns = [
        "column-name",
        "directory-vendor",
        "directory-url",
        "directory-users",
        "directory-last-sync",
        "column-state",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("directories"), columns, rows.collect());
    let new = Ask::new(
        &desk,
        "new",
        desk.url("/directories/new"),
        desk.text("directories-new"),
    )
    .view()
    .primary()
    .input(sections::vendors(&desk));
    let heading = Heading::new(&desk.text("directories")).lead(desk.text("directories-lead"));
    Stack::new(desk.frame(heading))
        .card(
            Card::new("directories", desk.text("directories"))
                .table(table, desk.text("directories-none"))
                .ask(desk.may(MANAGE), new),
        )
        .show(&desk)
}

fn state(desk: &Desk, one: &Value) -> Pill {
    match first(one, "enabled").as_str() {
        "false" => Pill::danger(desk.text("state-disabled")),
        _ => Pill::ok(desk.text("state-enabled")),
    }
}

/// Seconds since 1970, as Keycloak stores them.
fn last_sync(desk: &Desk, one: &Value) -> Cell {
    let seconds: Option<i64> = first(one, "lastSync").parse().ok();
    let millis = seconds.and_then(|seconds| seconds.checked_mul(1000));
    Cell::when(millis, &desk.text("never"))
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/directories"));
    let heading = Heading::new(&desk.text("directories-new"))
        .under(desk.text("directories"), desk.url("/directories"))
        .lead(desk.text("directories-new-lead"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let begin = sections::begin(desk.query.get("vendor").unwrap_or_default());
    desk.show(&new_page(&desk, Sheet::of(&desk, &sections(), &begin)))
}

async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let mut typed = sheet::typed(&sections(), &desk.form);
    let name = text_of(&typed, "name");
    if let Some(members) = typed.as_object_mut() {
        members.insert("providerId".to_owned(), json!("ldap"));
        members.insert("providerType".to_owned(), json!(FAMILY));
    }
    match desk.post("components", &typed).await {
        Ok(reply) => {
            let page = format!("/directories/{}", reply.id());
            desk.go(&page, &Flash::done("done-created").about(&name))
        }
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &sections(), &problem);
            desk.show_again(&new_page(&desk, sheet))
        }
        Err(problem) => Err(problem),
    }
}

fn path(desk: &Desk) -> String {
    format!("components/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk, end: &str) -> String {
    format!("/directories/{}{end}", encode(&desk.part("id")))
}

/// The directory; a component of another kind is none.
async fn directory(desk: &Desk) -> Result<(Value, Heading), Problem> {
    let one = desk.get(&path(desk)).await?;
    if text_of(&one, "providerType") != FAMILY {
        return Err(Problem::not_found());
    }
    let heading = Heading::new(&text_of(&one, "name"))
        .under(desk.text("directories"), desk.url("/directories"))
        .id(&text_of(&one, "id"))
        .pill(Pill::plain(text_of(&one, "providerId")))
        .pill(state(desk, &one));
    Ok((one, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (one, heading) = directory(&desk).await?;
    whole(&desk, &one, heading, None).await?.show(&desk)
}

/// The page, with what came of something that was tried on it.
async fn whole(
    desk: &Desk,
    one: &Value,
    heading: Heading,
    outcome: Option<Card>,
) -> Result<Stack, Problem> {
    let (may_manage, may_sync) = (desk.may(MANAGE), desk.may(PEOPLE));
    let facts = Facts::new("facts", desk.text("directory-now"))
        .fact(desk.text("directory-last-sync"), last_sync(desk, one))
        .fact(
            desk.text("column-state"),
            Cell::Pills(vec![state(desk, one)]),
        );
    let button = |id: &'static str, end: &str, key: &str, act: &str| {
        Ask::new(desk, id, desk.url(&page(desk, end)), desk.text(key))
            .input(Input::hidden("act", act))
    };
    let trial = Card::new("try", desk.text("directory-try"))
        .lead(desk.text("directory-try-lead"))
        .ask(
            may_manage,
            button("reach", "/try", "directory-reach", "testConnection"),
        )
        .ask(
            may_manage,
            button("bind", "/try", "directory-bind", "testAuthentication"),
        );
    let many = Input::check("many", desk.text("directory-many"), false);
    let sync = Card::new("sync", desk.text("directory-sync"))
        .lead(desk.text("directory-sync-lead"))
        .ask(
            may_sync,
            button("preview", "/sync", "directory-preview", "preview").primary(),
        )
        .ask(
            may_sync,
            button("changed", "/sync", "directory-changed", "changed").input(many.clone()),
        )
        .ask(
            may_sync,
            button("full", "/sync", "directory-full", "full").input(many),
        );
    let words = desk.text_with("user-delete-confirm", "name", text_of(one, "name"));
    let name = || Input::text("name", words.clone(), "");
    let danger = Card::new("danger", desk.text("danger"))
        .lead(desk.text("directory-danger-lead"))
        .ask(
            may_sync,
            button("unlink", "/people", "directory-unlink", "unlink")
                .input(name())
                .danger(),
        )
        .ask(
            may_sync,
            button("clear", "/people", "directory-clear", "clear")
                .input(name())
                .danger(),
        )
        .ask(
            may_manage,
            button("delete", "/delete", "directory-delete", "delete")
                .input(name())
                .danger(),
        );
    let sheet = Sheet::of(desk, &sections(), one).read_only(!may_manage);
    let mut stack = Stack::new(desk.frame(heading));
    if let Some(outcome) = outcome {
        stack = stack.card(outcome);
    }
    Ok(stack
        .with(Piece::Facts(facts))
        .card(trial)
        .card(sync)
        .with(Piece::Sheet(sheet))
        .card(mappers(desk).await?)
        .card(danger))
}

async fn mappers(desk: &Desk) -> Result<Card, Problem> {
    let asked = format!("components?parent={}", encode(&desk.part("id")));
    let found = desk.get(&asked).await?;
    let rows = found.as_array().into_iter().flatten().map(|one| {
        Row::of(vec![
            Cell::text(text_of(one, "name")),
            Cell::mono(text_of(one, "providerId")),
            Cell::mono(first(one, "ldap.attribute")),
            Cell::mono(first(one, "user.model.attribute")),
        ])
    });
    let columns = [
        "column-name",
        "mapper-kind",
        "directory-there",
        "directory-here",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("mappers"), columns, rows.collect());
    Ok(Card::new("mappers", desk.text("mappers")).table(table, desk.text("mappers-none")))
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = directory(&desk).await?;
    let (api, page) = (path(&desk), page(&desk, ""));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

/// Tries the connection as it is stored; the directory's own words are in the server's log.
async fn attempt(desk: Rc<Desk>) -> Shown {
    let (one, heading) = directory(&desk).await?;
    let mut sent = json!({
        "action": desk.form.get("act").unwrap_or_default(),
        "componentId": text_of(&one, "id"),
    });
    for name in [
        "connectionUrl",
        "bindDn",
        "bindCredential",
        "authType",
        "startTls",
        "connectionTimeout",
    ] {
        let value = first(&one, name);
        if let Some(members) = sent.as_object_mut().filter(|_| !value.is_empty()) {
            members.insert(name.to_owned(), json!(value));
        }
    }
    let card = Card::new("outcome", desk.text("directory-outcome"));
    let card = match desk.post("testLDAPConnection", &sent).await {
        Ok(_) => card.lead(desk.text("directory-works")),
        Err(problem) if problem.is_about_what_was_sent() => {
            let key = match problem.text.as_str() {
                "SocketReset" => "directory-unreachable",
                "AuthenticationFailure" => "directory-refused",
                "CommunicationError" => "directory-untrusted",
                _ => "directory-settings",
            };
            card.problem(format!("{} ({})", desk.text(key), problem.text))
        }
        Err(problem) => return Err(problem),
    };
    whole(&desk, &one, heading, Some(card)).await?.show(&desk)
}

/// What a sync counts, each with the key of its word.
const OUTCOMES: [(&str, &str); 4] = [
    ("added", "directory-added"),
    ("updated", "directory-updated"),
    ("removed", "directory-removed"),
    ("failed", "directory-failed"),
];

/// Takes people over, or only counts who would come, change and go.
async fn sync(desk: Rc<Desk>) -> Shown {
    let (one, heading) = directory(&desk).await?;
    let (action, preview) = match desk.form.get("act") {
        Some("preview") => ("triggerFullSync", true),
        Some("full") => ("triggerFullSync", false),
        Some("changed") => ("triggerChangedUsersSync", false),
        _ => return Err(Problem::not_found()),
    };
    let many = desk.form.get("many").is_some();
    let target = format!(
        "/admin/realms/{}/user-storage/{}/sync?action={action}&preview={preview}&removeMany={many}",
        encode(&desk.realm),
        encode(&desk.part("id"))
    );
    let card = Card::new("outcome", desk.text("directory-outcome"));
    let card = match desk.ask(Method::POST, &target, None, None).await {
        Ok(reply) => {
            let rows = OUTCOMES.map(|(name, key)| {
                Row::of(vec![
                    Cell::text(desk.text(key)),
                    Cell::Number(text_of(&reply.json, name)),
                ])
            });
            let columns = vec![desk.text("kind-user"), desk.text("directory-count")];
            let table = Table::new(desk.text("directory-outcome"), columns, rows.to_vec());
            let key = match preview {
                true => "directory-previewed",
                false => "directory-synced",
            };
            card.lead(format!(
                "{} {}",
                desk.text(key),
                text_of(&reply.json, "status")
            ))
            .table(table, String::new())
        }
        Err(problem) if problem.is_about_what_was_sent() => card.problem(problem.text),
        Err(problem) => return Err(problem),
    };
    // A sync writes down when it was.
    let now = desk.get(&path(&desk)).await.unwrap_or(one);
    whole(&desk, &now, heading, Some(card)).await?.show(&desk)
}

/// What nothing brings back asks for the name first.
async fn is_sure(desk: &Desk) -> Result<bool, Problem> {
    let (one, _) = directory(desk).await?;
    Ok(desk.form.trimmed("name") == text_of(&one, "name"))
}

async fn people(desk: Rc<Desk>) -> Shown {
    desk.check(PEOPLE)?;
    let end = match desk.form.get("act") {
        Some("unlink") => "unlink-users",
        Some("clear") => "remove-imported-users",
        _ => return Err(Problem::not_found()),
    };
    if !is_sure(&desk).await? {
        return desk.go(&page(&desk, ""), &Flash::failed("done-name-differs"));
    }
    let target = format!("user-storage/{}/{end}", encode(&desk.part("id")));
    desk.post(&target, &json!({})).await?;
    desk.go(&page(&desk, ""), &Flash::done("done-saved"))
}

async fn remove(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    if !is_sure(&desk).await? {
        return desk.go(&page(&desk, ""), &Flash::failed("done-name-differs"));
    }
    desk.delete(&path(&desk)).await?;
    let name = desk.form.trimmed("name").to_owned();
    desk.go("/directories", &Flash::done("done-deleted").about(&name))
}
