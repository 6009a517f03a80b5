//! What the people are called whose ids stand in a trail: those of this realm, and administrators of the console's own.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::part::Cell;
use crate::problem::Problem;

/// The realm whose administrators have a say in all others.
const MASTER: &str = "master";

/// Usernames by their ids, as far as the administrator may see them.
pub(in crate::page) struct Names {
    here: Value,
    home: Value,
    /// Administrators of `master` who did something here.
    master: Value,
}

impl Names {
    /// Looks up the people of these ids, a page of a trail at the most.
    pub(in crate::page) async fn of(
        desk: &Desk,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Self, Problem> {
        let mut ids: BTreeSet<String> = ids.into_iter().collect();
        ids.remove("");
        let here = ask(desk, &desk.realm, &ids).await?;
        ids.retain(|id| here.get(id).is_none());
        let home = match desk.home().name == desk.realm {
            true => Value::Null,
            false => ask(desk, &desk.home().name, &ids).await?,
        };
        let master = Value::Null;
        Ok(Self { here, home, master })
    }

    /// The same for the administrators' trail: of whoever is of no realm that the reader may see, it knows the names.
    pub(in crate::page) async fn of_trail(desk: &Desk, found: &[&Value]) -> Result<Self, Problem> {
        let about = found.iter().flat_map(|one| people_of(one));
        let mut names = Self::of(desk, about).await?;
        let strangers = found.iter().filter(|one| {
            let id = text_of(one, "authDetails/userId");
            !id.is_empty() && names.find(&id).is_none() && names.home.get(&id).is_none()
        });
        let events: Vec<String> = strangers.map(|one| text_of(one, "id")).collect();
        if !events.is_empty() {
            let asked = format!("ui-ext/actors?events={}", encode(&events.join(",")));
            names.master = desk.get_if_allowed(&asked).await?.unwrap_or_default();
        }
        Ok(names)
    }

    /// Adds what the API says of an administrator of `master`; an empty name says nothing.
    pub(in crate::page) fn with_master(mut self, id: &str, name: String) -> Self {
        if !name.is_empty() {
            self.master = json!({id: name});
        }
        self
    }

    /// The name of somebody of this realm.
    pub(in crate::page) fn find(&self, id: &str) -> Option<&str> {
        self.here.get(id).and_then(Value::as_str)
    }

    /// The way to somebody of this realm; of others the name, or the beginning of the id where it is not known.
    pub(in crate::page) fn cell(&self, desk: &Desk, id: &str) -> Cell {
        if let Some(name) = self.find(id) {
            return Cell::link(name, desk.url(&format!("/users/{}", encode(id))));
        }
        let known = |names: &Value, realm: &str| {
            let name = names.get(id).and_then(Value::as_str)?;
            Some(Cell::short(format!("{name} ({realm})")))
        };
        known(&self.home, &desk.home().name)
            .or_else(|| known(&self.master, MASTER))
            .unwrap_or_else(|| Cell::short(short(id)))
    }
}

/// What is asked for is left out where the administrator may not see it.
async fn ask(desk: &Desk, realm: &str, ids: &BTreeSet<String>) -> Result<Value, Problem> {
    if ids.is_empty() {
        return Ok(Value::Null);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let target = format!(
        "/admin/realms/{}/ui-ext/usernames?ids={}",
        encode(realm),
        encode(&ids.join(","))
    );
    match desk.ask(Method::GET, &target, None, None).await {
        Ok(reply) => Ok(reply.json),
        Err(problem) if matches!(problem.status, 403 | 404) => Ok(Value::Null),
        Err(problem) => Err(problem),
    }
}

/// The beginning of an id, which tells it from others on a page.
pub(super) fn short(id: &str) -> String {
    match id.len() > 12 {
        true => format!("{}…", id.chars().take(8).collect::<String>()),
        false => id.to_owned(),
    }
}

/// The people that events of either trail are about.
pub(in crate::page) fn people(found: &Value) -> Vec<String> {
    let all = found.as_array().into_iter().flatten();
    all.flat_map(people_of).collect()
}

fn people_of(event: &Value) -> [String; 3] {
    let path = text_of(event, "resourcePath");
    let about = path.strip_prefix("users/").unwrap_or_default();
    let about = about.split('/').next().unwrap_or_default().to_owned();
    [
        text_of(event, "userId"),
        text_of(event, "authDetails/userId"),
        about,
    ]
}
