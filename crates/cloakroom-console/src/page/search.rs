//! Search over everything, as a page and as the answers of the palette: pages, what can be done, settings, realms, and what
//! is in this one, from people to flows.

mod deed;

use std::rc::Rc;

use actix_web::HttpResponse;
use askama::Template;
use serde::Serialize;
use serde_json::Value;

use super::realm_settings;
use crate::desk::{Desk, encode, text_of};
use crate::frame::{Frame, Heading};
use crate::nav::NAV;
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[Route::show("/search", |desk| Box::pin(show(desk)))];

/// How many of each kind are told.
const MOST: usize = 6;

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
struct Found {
    text: String,
    note: String,
    url: String,
    /// The smaller, the better it fits.
    #[serde(skip)]
    rank: usize,
}

#[derive(Debug, Template)]
#[template(path = "console/search.html")]
struct SearchPage {
    layout: Frame,
    asked: String,
    found: Vec<Found>,
}

async fn show(desk: Rc<Desk>) -> Shown {
    let asked = desk.query.trimmed("q").to_owned();
    let mut found = pages(&desk, &asked);
    if !asked.is_empty() {
        found.extend(deed::plain(&desk, &asked));
        found.extend(deed::with_people(&desk, &asked).await?);
        found.extend(settings(&desk, &asked)?);
        for kind in KINDS {
            found.extend(things(&desk, kind, &asked).await?);
        }
        found.extend(realms(&desk, &asked).await?);
    }
    found.sort_by_key(|one| one.rank);
    found.truncate(30);
    if desk.query.get("as") == Some("json") {
        return Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(found));
    }
    let heading = Heading::new(&desk.text("search-everything"));
    desk.show(&SearchPage {
        layout: desk.frame(heading),
        asked,
        found,
    })
}

/// How well a text fits: the whole, the beginning, a part.
fn rank(text: &str, asked: &str) -> Option<usize> {
    let (text, asked) = (text.to_lowercase(), asked.to_lowercase());
    match text.find(&asked) {
        Some(0) if text.len() == asked.len() => Some(0),
        Some(0) => Some(1),
        Some(_) => Some(2),
        None => None,
    }
}

fn pages(desk: &Desk, asked: &str) -> Vec<Found> {
    let items = NAV
        .iter()
        .flat_map(|group| group.items.iter().map(move |item| (group, item)));
    let mine = items.filter(|(_, item)| desk.may(item.rights));
    let fits = mine.filter_map(|(group, item)| {
        let text = desk.text(item.key);
        let rank = rank(&text, asked)?;
        Some(Found {
            text,
            note: desk.text(group.key),
            url: desk.url(item.path),
            rank,
        })
    });
    fits.collect()
}

/// Settings of the realm by their names; their sentences are searched on their own page.
fn settings(desk: &Desk, asked: &str) -> Result<Vec<Found>, Problem> {
    if !desk.may(&["view-realm", "manage-realm"]) {
        return Ok(Vec::new());
    }
    let found = realm_settings::matching(desk, asked)?.into_iter();
    let named = found.filter_map(|one| {
        Some(Found {
            rank: rank(&one.name, asked)?,
            text: one.name,
            note: one.part,
            url: one.url,
        })
    });
    Ok(named.take(MOST).collect())
}

/// A kind of thing that a text finds.
struct Kind {
    /// The key of its name.
    key: &'static str,
    /// Where the API finds it, but for the text; one without a parameter lists all of them, of which realms have few.
    api: &'static str,
    /// The member that is searched and shown.
    name: &'static str,
    /// The member that its page is named by.
    id: &'static str,
    /// The path of its page, but for the id.
    page: &'static str,
}

const fn kind(
    key: &'static str,
    api: &'static str,
    name: &'static str,
    id: &'static str,
    page: &'static str,
) -> Kind {
    Kind {
        key,
        api,
        name,
        id,
        page,
    }
}

const KINDS: &[Kind] = &[
    kind(
        "kind-user",
        "users?briefRepresentation=true&search=",
        "username",
        "id",
        "/users/",
    ),
    kind(
        "kind-client",
        "clients?search=true&clientId=",
        "clientId",
        "id",
        "/clients/",
    ),
    kind("kind-group", "groups?search=", "name", "id", "/groups/"),
    kind("kind-role", "roles?search=", "name", "id", "/roles/"),
    kind(
        "kind-scope",
        "client-scopes",
        "name",
        "id",
        "/client-scopes/",
    ),
    kind(
        "kind-identity-provider",
        "identity-provider/instances",
        "alias",
        "alias",
        "/identity-providers/",
    ),
    kind(
        "kind-flow",
        "authentication/flows",
        "alias",
        "alias",
        "/flows/",
    ),
    kind(
        "kind-organization",
        "organizations?search=",
        "name",
        "id",
        "/organizations/",
    ),
];

async fn things(desk: &Desk, kind: &Kind, asked: &str) -> Result<Vec<Found>, Problem> {
    let is_found = kind.api.contains('?');
    let path = match is_found {
        true => format!("{}{}&first=0&max={MOST}", kind.api, encode(asked)),
        false => kind.api.to_owned(),
    };
    let shown = desk.get_if_allowed(&path).await?;
    let all = shown.as_ref().and_then(Value::as_array);
    let found = all.into_iter().flatten().filter_map(|one| {
        let text = text_of(one, kind.name);
        // What the API finds may fit by something that is not shown.
        let rank = rank(&text, asked).or(is_found.then_some(3))?;
        Some(Found {
            rank,
            note: desk.text(kind.key),
            url: desk.url(&format!("{}{}", kind.page, encode(&text_of(one, kind.id)))),
            text,
        })
    });
    let mut found: Vec<Found> = found.collect();
    found.sort_by_key(|one| one.rank);
    found.truncate(MOST);
    Ok(found)
}

/// The realms that the administrator may go to.
async fn realms(desk: &Desk, asked: &str) -> Result<Vec<Found>, Problem> {
    let path = format!(
        "ui-ext/realms/names?search={}&first=0&max={MOST}",
        encode(asked)
    );
    let shown = desk.get_if_allowed(&path).await?.unwrap_or_default();
    let all = shown.as_array().into_iter().flatten();
    let found = all.map(|one| {
        let name = text_of(one, "name");
        Found {
            rank: rank(&name, asked).unwrap_or(3),
            note: desk.text("kind-realm"),
            url: desk.url_in(&name, "/dashboard"),
            text: name,
        }
    });
    Ok(found.collect())
}
