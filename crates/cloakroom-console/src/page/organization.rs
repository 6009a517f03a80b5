//! One organization: its settings and domains, and its tabs.

mod domain;
mod groups;
mod invitations;
mod members;
mod providers;

use std::rc::Rc;

use serde_json::{Value, json};

use super::history;
use super::organizations::{MANAGE, state};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet};
use crate::part::{
    Ask, Card, Cell, Field, Input, Kept, Piece, Pill, Row, Section, Shape, Stack, Table,
};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/organizations/{id}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/organizations/{id}/domain", |desk| {
        Box::pin(change_domain(desk))
    }),
    Route::show("/organizations/{id}/domains/{domain}", |desk| {
        Box::pin(domain::show(desk))
    })
    .and_change(|desk| Box::pin(domain::confirm(desk))),
    Route::change("/organizations/{id}/delete", |desk| Box::pin(remove(desk))),
    Route::show("/organizations/{id}/members", |desk| {
        Box::pin(members::show(desk))
    })
    .and_change(|desk| Box::pin(members::change(desk))),
    Route::show("/organizations/{id}/groups", |desk| {
        Box::pin(groups::show(desk))
    })
    .and_change(|desk| Box::pin(groups::make(desk))),
    Route::show("/organizations/{id}/groups/{group}", |desk| {
        Box::pin(groups::one(desk))
    })
    .and_change(|desk| Box::pin(groups::change(desk))),
    Route::show("/organizations/{id}/providers", |desk| {
        Box::pin(providers::show(desk))
    })
    .and_change(|desk| Box::pin(providers::change(desk))),
    Route::show("/organizations/{id}/invitations", |desk| {
        Box::pin(invitations::show(desk))
    })
    .and_change(|desk| Box::pin(invitations::change(desk))),
];

/// Who may ask for people; whom they then see is the API's to say.
const PEOPLE: &[&str] = &["query-users", "view-users", "manage-users"];

/// The tabs: the end of the address, the key of the name, and rights of which one is needed beside those over the
/// organization.
const TABS: [(&str, &str, &[&str]); 5] = [
    ("", "organization-settings", &[]),
    ("/members", "organization-members", PEOPLE),
    ("/groups", "nav-groups", &[]),
    (
        "/providers",
        "organization-providers",
        &["view-identity-providers", "manage-identity-providers"],
    ),
    ("/invitations", "organization-invitations", MANAGE),
];

/// The path of this organization at the API and in the console.
fn path(desk: &Desk) -> String {
    format!("organizations/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk, tab: &str) -> String {
    format!("/{}{tab}", path(desk))
}

/// The organization, and what stands above each page about it.
async fn organization(desk: &Desk, tab: &str) -> Result<(Value, Heading), Problem> {
    let one = desk.get(&path(desk)).await?;
    let open = TABS
        .iter()
        .filter(|(_, _, rights)| rights.is_empty() || desk.may(rights));
    let tabs = open.map(|(end, key, _)| {
        Step::new(desk.text(key), desk.url(&page(desk, end))).current(*end == tab)
    });
    let heading = Heading::new(&text_of(&one, "name"))
        .under(desk.text("nav-organizations"), desk.url("/organizations"))
        .id(&text_of(&one, "id"))
        .pill(state(desk, &one))
        .tabs(tabs.collect());
    Ok((one, heading))
}

fn sections() -> Vec<Section> {
    vec![Section::new(
        "organization-itself",
        vec![
            Field::new("name", "organization-name", Shape::Required),
            Field::new("enabled", "organization-enabled", Shape::Switch(false)),
            Field::new("description", "organization-description", Shape::Text),
            Field::new("redirectUrl", "organization-redirect", Shape::Text),
            Field::new("attributes", "organization-attributes", Shape::Attributes),
        ],
    )]
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (one, heading) = organization(&desk, "").await?;
    let may_manage = desk.may(MANAGE);
    let sheet = Sheet::of(&desk, &sections(), &one).read_only(!may_manage);
    let mut stack = Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(domains(&desk, &one, may_manage));
    if let Some(card) = history::card(&desk, &history::ORGANIZATION, &desk.part("id")).await? {
        stack = stack.card(card);
    }
    let words = desk.text_with("user-delete-confirm", "name", text_of(&one, "name"));
    let url = desk.url(&page(&desk, "/delete"));
    let delete = Ask::new(&desk, "delete", url, desk.text("delete"))
        .input(Input::text("name", words, ""))
        .danger();
    let danger =
        Card::new("danger", desk.text("danger")).lead(desk.text("organization-delete-lead"));
    stack.card(danger.ask(may_manage, delete)).show(&desk)
}

/// The domains, each with whether somebody confirmed that it is theirs.
fn domains(desk: &Desk, one: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/domain"));
    let all = one.get("domains").and_then(Value::as_array);
    let rows = all.into_iter().flatten().map(|domain| {
        let name = text_of(domain, "name");
        let is_verified = domain.get("verified").and_then(Value::as_bool) == Some(true);
        let state = match is_verified {
            true => Pill::ok(desk.text("domain-verified")),
            false => Pill::warn(desk.text("domain-unverified")),
        };
        let its_page = desk.url(&page(desk, &format!("/domains/{}", encode(&name))));
        let mut cells = vec![
            match may_manage {
                true => Cell::link(&name, its_page),
                false => Cell::text(&name),
            },
            match text_of(domain, "identityProviderAlias") {
                alias if alias.is_empty() => Cell::muted("–"),
                alias => Cell::mono(alias),
            },
            Cell::Pills(vec![state]),
        ];
        if may_manage {
            let (words, act) = match is_verified {
                true => ("domain-doubt", "doubt"),
                false => ("domain-confirm", "confirm"),
            };
            let button = |words: &str, act: &str| {
                let fields = [("name", name.as_str()), ("act", act)];
                Cell::button(desk.text(words), url.clone(), &fields)
            };
            cells.extend([button(words, act), button("remove", "remove")]);
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "organization-domain",
        "organization-provider",
        "column-state",
    ];
    if may_manage {
        columns.extend(["domain-owner", "column-act"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("organization-domains"), columns, rows.collect());
    let add = Ask::new(desk, "add-domain", url.clone(), desk.text("add"))
        .input(Input::text("name", desk.text("organization-domain"), ""))
        .input(Input::hidden("act", "add"));
    Card::new("domains", desk.text("organization-domains"))
        .lead(desk.text("organization-domains-hint"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("organization-domains-none"),
        )
        .ask(may_manage, add)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, "").await?;
    let (api, page) = (path(&desk), page(&desk, ""));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

/// Adds a domain, takes it away, or says whether it is theirs. All else stays as it is at this moment.
async fn change_domain(desk: Rc<Desk>) -> Shown {
    let name = desk.form.trimmed("name").to_lowercase();
    let act = desk.form.get("act").unwrap_or_default();
    put_domain(&desk, &name, act).await?;
    desk.go(&page(&desk, ""), &Flash::done("done-saved"))
}

async fn put_domain(desk: &Desk, name: &str, act: &str) -> Result<(), Problem> {
    let now = desk.get_tagged(&path(desk)).await?;
    let mut one = now.json;
    let mut domains = match one.get("domains") {
        Some(Value::Array(all)) => all.clone(),
        _ => Vec::new(),
    };
    match act {
        "add" => domains.push(json!({"name": name, "verified": false})),
        "remove" => domains.retain(|domain| text_of(domain, "name") != name),
        "confirm" | "doubt" => {
            let is_it = |domain: &&mut Value| text_of(domain, "name") == name;
            let found = domains.iter_mut().find(is_it);
            let found = found.and_then(Value::as_object_mut);
            let found = found.ok_or_else(Problem::not_found)?;
            found.insert("verified".to_owned(), json!(act == "confirm"));
        }
        _ => return Err(Problem::not_found()),
    }
    if let Some(members) = one.as_object_mut() {
        members.insert("domains".to_owned(), Value::Array(domains));
    }
    desk.put_if(&path(desk), &one, now.etag.as_deref()).await?;
    Ok(())
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (one, _) = organization(&desk, "").await?;
    let name = text_of(&one, "name");
    if desk.form.trimmed("name") != name {
        return desk.go(&page(&desk, ""), &Flash::failed("done-name-differs"));
    }
    desk.delete(&path(&desk)).await?;
    desk.go("/organizations", &Flash::done("done-deleted").about(&name))
}
