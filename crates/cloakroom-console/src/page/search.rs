//! Search over everything, as a page and as the answers of the palette: pages, what can be done, settings, people, clients,
//! groups, roles.

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

/// A kind of thing that the API finds by a text.
struct Kind {
    /// The key of its name.
    key: &'static str,
    /// Where the API finds it, but for the text.
    api: &'static str,
    /// The member that is searched and shown.
    name: &'static str,
    /// The member that its page is named by.
    id: &'static str,
    /// The path of its page, but for the id.
    page: &'static str,
}

const KINDS: &[Kind] = &[
    Kind {
        key: "kind-user",
        api: "users?briefRepresentation=true&search=",
        name: "username",
        id: "id",
        page: "/users/",
    },
    Kind {
        key: "kind-client",
        api: "clients?search=true&clientId=",
        name: "clientId",
        id: "id",
        page: "/clients/",
    },
    Kind {
        key: "kind-group",
        api: "groups?search=",
        name: "name",
        id: "id",
        page: "/groups/",
    },
    Kind {
        key: "kind-role",
        api: "roles?search=",
        name: "name",
        id: "id",
        page: "/roles/",
    },
];

async fn things(desk: &Desk, kind: &Kind, asked: &str) -> Result<Vec<Found>, Problem> {
    let path = format!("{}{}&first=0&max={MOST}", kind.api, encode(asked));
    let shown = desk.get_if_allowed(&path).await?;
    let all = shown.as_ref().and_then(Value::as_array);
    let found = all.into_iter().flatten().map(|one| {
        let text = text_of(one, kind.name);
        Found {
            rank: rank(&text, asked).unwrap_or(3),
            note: desk.text(kind.key),
            url: desk.url(&format!("{}{}", kind.page, encode(&text_of(one, kind.id)))),
            text,
        }
    });
    Ok(found.collect())
}
