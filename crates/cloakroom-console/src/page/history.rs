//! Who changed a thing and what exactly: its part of the administrators' trail, with the differences of each change.

mod version;

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Card, Cell, Pill, Row, Table};
use crate::problem::Problem;
use crate::routes::Route;

pub(super) const ROUTES: &[Route] = &[Route::show("/history/{kind}/{id}/{event}", |desk| {
    Box::pin(version::show(desk))
})
.and_change(|desk| Box::pin(version::restore(desk)))];

/// A kind of thing with a history.
pub(super) struct Kind {
    /// Its name in the addresses of versions.
    name: &'static str,
    /// Where the API has it, but for the id.
    api: &'static str,
    /// Where its page is, but for the id and the tab.
    page: &'static str,
    /// The tab that shows what a version holds.
    tab: &'static str,
    /// Whoever has one of these rights may bring a version back.
    manage: &'static [&'static str],
}

pub(super) const USER: Kind = Kind {
    name: "user",
    api: "users/",
    page: "/users/",
    tab: "",
    manage: &["manage-users"],
};
pub(super) const CLIENT: Kind = Kind {
    name: "client",
    api: "clients/",
    page: "/clients/",
    tab: "/settings",
    manage: &["manage-clients"],
};
pub(super) const SCOPE: Kind = Kind {
    name: "client-scope",
    api: "client-scopes/",
    page: "/client-scopes/",
    tab: "",
    manage: &["manage-clients"],
};
pub(super) const GROUP: Kind = Kind {
    name: "group",
    api: "groups/",
    page: "/groups/",
    tab: "",
    manage: &["manage-users"],
};
pub(super) const ROLE: Kind = Kind {
    name: "role",
    api: "roles-by-id/",
    page: "/roles/",
    tab: "",
    manage: &["manage-realm", "manage-clients"],
};
pub(super) const PROVIDER: Kind = Kind {
    name: "identity-provider",
    api: "identity-provider/instances/",
    page: "/identity-providers/",
    tab: "",
    manage: &["manage-identity-providers"],
};
pub(super) const ORGANIZATION: Kind = Kind {
    name: "organization",
    api: "organizations/",
    page: "/organizations/",
    tab: "",
    manage: &["manage-organizations", "manage-realm"],
};
/// The realm itself has no id below itself.
pub(super) const REALM: Kind = Kind {
    name: "realm",
    api: "",
    page: "/settings/general",
    tab: "",
    manage: &["manage-realm"],
};

const KINDS: &[Kind] = &[
    USER,
    CLIENT,
    SCOPE,
    GROUP,
    ROLE,
    PROVIDER,
    ORGANIZATION,
    REALM,
];

impl Kind {
    fn is_realm(&self) -> bool {
        self.api.is_empty()
    }

    /// Where the API has the one with this id.
    fn api_of(&self, id: &str) -> String {
        match self.is_realm() {
            true => String::new(),
            false => format!("{}{}", self.api, encode(id)),
        }
    }

    fn page_of(&self, id: &str) -> String {
        match self.is_realm() {
            true => self.page.to_owned(),
            false => format!("{}{}{}", self.page, encode(id), self.tab),
        }
    }

    /// The parameters by which the trail of the one with this id is found.
    fn trail(&self, id: &str) -> String {
        match self.is_realm() {
            true => "resourceTypes=REALM".to_owned(),
            false => format!("resourcePath={}", encode(&self.api_of(id))),
        }
    }
}

/// The trail of a thing; nothing where the administrator may not see it.
pub(super) async fn card(desk: &Desk, kind: &Kind, id: &str) -> Result<Option<Card>, Problem> {
    let asked = format!("admin-events?{}&max=50", kind.trail(id));
    let mut found = desk.get_if_allowed(&asked).await?;
    let below = encode(&format!("{}/*", kind.api_of(id)));
    let more = match kind.is_realm() {
        true => None,
        false => {
            let below = format!("admin-events?resourcePath={below}&max=50");
            desk.get_if_allowed(&below).await?
        }
    };
    if let (Some(Value::Array(all)), Some(Value::Array(more))) = (&mut found, more) {
        all.extend(more);
        all.sort_by_key(|one| std::cmp::Reverse(one.get("time").and_then(Value::as_i64)));
    }
    Ok(found.map(|found| {
        Card::new("history", desk.text("history"))
            .lead(desk.text("history-lead"))
            .table(
                table(desk, &found, Some((kind, id))),
                desk.text("history-none"),
            )
    }))
}

/// The address of the version that an event left behind, where it left all or a part of the thing itself.
fn version(desk: &Desk, event: &Value, (kind, id): (&Kind, &str)) -> Option<String> {
    let is_state = matches!(
        text_of(event, "operationType").as_str(),
        "CREATE" | "UPDATE"
    );
    let is_itself = text_of(event, "resourcePath") == kind.api_of(id);
    let has_state = representation(event).is_object();
    (is_state && is_itself && has_state).then(|| {
        let id = if kind.is_realm() { "itself" } else { id };
        let (id, event) = (encode(id), encode(&text_of(event, "id")));
        desk.url(&format!("/history/{}/{id}/{event}", kind.name))
    })
}

/// Administrators' events as a table, each with what it changed; and with the way to its version, of this thing.
pub(super) fn table(desk: &Desk, found: &Value, about: Option<(&Kind, &str)>) -> Table {
    let versions = about.filter(|(kind, _)| desk.may(kind.manage));
    let all: Vec<&Value> = found.as_array().into_iter().flatten().collect();
    let rows = all.iter().enumerate().map(|(index, one)| {
        let earlier = all.get(index + 1..).unwrap_or_default();
        let before = earlier.iter().find(|other| is_same_thing(one, other));
        let time = one.get("time").and_then(Value::as_i64);
        let mut cells = vec![
            Cell::when(time, "–"),
            Cell::Pills(vec![operation(desk, &text_of(one, "operationType"))]),
            Cell::mono(place(one, about)),
            who(desk, one),
            Cell::text(changes(one, before.copied())),
        ];
        if let Some(versions) = versions {
            cells.push(match version(desk, one, versions) {
                Some(url) => Cell::link(desk.text("history-version"), url),
                None => Cell::text(""),
            });
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "column-time",
        "history-operation",
        "history-thing",
        "history-who",
        "history-what",
    ];
    if versions.is_some() {
        columns.push("history-restore");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    Table::new(desk.text("history"), columns, rows.collect())
}

/// What was changed; on the page of a thing, what of it.
fn place(event: &Value, about: Option<(&Kind, &str)>) -> String {
    let path = text_of(event, "resourcePath");
    let own = about.map(|(kind, id)| kind.api_of(id)).unwrap_or_default();
    match path.strip_prefix(&own).filter(|_| !own.is_empty()) {
        Some("") => "–".to_owned(),
        Some(rest) => rest.trim_start_matches('/').to_owned(),
        None => path,
    }
}

/// Who did it: by the beginning of their id, which leads to them where they are people of this realm.
fn who(desk: &Desk, event: &Value) -> Cell {
    let id = text_of(event, "authDetails/userId");
    let short: String = id.chars().take(8).collect();
    match text_of(event, "authDetails/realmId") == desk.about("realm/id") {
        true => Cell::link(short, desk.url(&format!("/users/{}", encode(&id)))),
        false => Cell::mono(id),
    }
}

fn operation(desk: &Desk, name: &str) -> Pill {
    match name {
        "CREATE" => Pill::ok(desk.text("history-create")),
        "DELETE" => Pill::danger(desk.text("history-delete")),
        "UPDATE" => Pill::info(desk.text("history-update")),
        _ => Pill::plain(desk.text("history-action")),
    }
}

fn is_same_thing(one: &Value, other: &Value) -> bool {
    let name = |event: &Value| text_of(event, "resourcePath");
    name(one) == name(other) && other.get("representation").is_some()
}

fn representation(event: &Value) -> Value {
    serde_json::from_str(&text_of(event, "representation")).unwrap_or(Value::Null)
}

/// `name: before → after` for each member that a change sent with another value than the change before it did.
fn changes(event: &Value, before: Option<&Value>) -> String {
    let now = representation(event);
    let was = before.map(representation).unwrap_or(Value::Null);
    let Some(members) = now.as_object() else {
        return String::new();
    };
    let short = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.chars().take(60).collect(),
        Some(other) => other.to_string().chars().take(60).collect(),
    };
    let changed = members
        .iter()
        .filter(|(name, value)| was.get(name.as_str()) != Some(*value));
    let lines = changed.map(|(name, value)| match before {
        Some(_) => format!("{name}: {} → {}", short(was.get(name)), short(Some(value))),
        None => format!("{name}: {}", short(Some(value))),
    });
    lines.take(12).collect::<Vec<_>>().join("; ")
}
