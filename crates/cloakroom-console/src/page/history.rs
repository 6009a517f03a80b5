//! Who changed a thing and what exactly: its part of the administrators' trail, with the differences of each change.

pub(super) mod names;
mod version;

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Card, Cell, Pager, Pill, Row, Table};
use crate::problem::Problem;
use crate::routes::Route;
use names::{Names, short};

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

    /// The parameters by which the trail of the one with this id is found, and of all that belongs to it.
    fn trail(&self, id: &str) -> String {
        match self.is_realm() {
            true => "resourceTypes=REALM".to_owned(),
            false => format!("about={}", encode(&self.api_of(id))),
        }
    }
}

/// So many events before those of a page are looked at, for what they say of how things were.
const EARLIER: usize = 50;

/// A page of the trail of a thing; nothing where the administrator may not see it.
pub(super) async fn card(desk: &Desk, kind: &Kind, id: &str) -> Result<Option<Card>, Problem> {
    let trail = format!("admin-events?{}", kind.trail(id));
    let (found, pager) = Pager::list_ahead(desk, &trail, "history", EARLIER).await?;
    if found.is_null() {
        return Ok(None);
    }
    let table = table(desk, &found, Some((kind, id))).await?;
    let card = Card::new("history", desk.text("history")).lead(desk.text("history-lead"));
    let card = card.table(table, desk.text("history-none"));
    Ok(Some(card.pager(desk, &pager)))
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

/// A page of administrators' events as a table, each with what it changed; and with the way to its version, of this thing. What comes
/// after the page says what was there before.
pub(super) async fn table(
    desk: &Desk,
    found: &Value,
    about: Option<(&Kind, &str)>,
) -> Result<Table, Problem> {
    let all: Vec<&Value> = found.as_array().into_iter().flatten().collect();
    let shown = all.get(..Pager::ROWS).unwrap_or(&all);
    let names = Names::of_trail(desk, shown).await?;
    let versions = about.filter(|(kind, _)| desk.may(kind.manage));
    let rows = shown.iter().enumerate().map(|(index, one)| {
        let earlier = all.get(index + 1..).unwrap_or_default();
        let mut before = Before::of(one, earlier);
        let time = one.get("time").and_then(Value::as_i64);
        let mut cells = vec![
            Cell::when(time, "–"),
            Cell::Pills(vec![operation(desk, &text_of(one, "operationType"))]),
            match about {
                Some(about) => Cell::text(place(one, about)),
                None => thing(desk, one, &names),
            },
            names.cell(desk, &text_of(one, "authDetails/userId")),
            Cell::lines(changes(one, &mut before)),
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
        columns.push("history-column");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    Ok(Table::new(desk.text("history"), columns, rows.collect()))
}

/// What of a thing was changed, on the page of it.
fn place(event: &Value, (kind, id): (&Kind, &str)) -> String {
    let path = text_of(event, "resourcePath");
    match path.strip_prefix(&kind.api_of(id)) {
        Some("") => "–".to_owned(),
        Some(rest) => parted(rest.trim_start_matches('/')),
        None => parted(&path),
    }
}

/// A path with the beginnings of the ids in it. It breaks between its parts, so that what stands beside it keeps its room.
fn parted(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.len() == UUID {
        true => short(part),
        false => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(" / ")
}

/// The letters of an id.
const UUID: usize = 36;

/// What was changed, by its name where the event or the realm knows it, and the way to it while it is there.
fn thing(desk: &Desk, event: &Value, names: &Names) -> Cell {
    let path = text_of(event, "resourcePath");
    let sent = representation(event);
    let own = ["clientId", "username", "name", "alias"].map(|name| text_of(&sent, name));
    let own = own.into_iter().find(|name| !name.is_empty());
    let (above, id) = path.rsplit_once('/').unwrap_or_default();
    let name = names.find(id).map(str::to_owned).or(own);
    let words = match name.filter(|_| !id.is_empty()) {
        Some(name) => format!("{} / {name}", parted(above)),
        None => parted(&path),
    };
    let is_itself = |kind: &&Kind| !kind.is_realm() && kind.api_of(id) == path;
    let kind = KINDS.iter().find(is_itself).filter(|_| !id.is_empty());
    match kind.filter(|_| text_of(event, "operationType") != "DELETE") {
        Some(kind) => Cell::link(words, desk.url(&kind.page_of(id))),
        None => Cell::text(words),
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

/// What is known of a thing before a change: what earlier changes of it sent, the latest first. A change may have sent a part
/// alone, so each member has the value that was sent last.
struct Before<'a> {
    /// Earlier events, and what each sent, once that was looked at.
    earlier: Vec<(&'a Value, Option<Value>)>,
}

/// What a member was before a change.
enum Was {
    /// Nothing that is shown says so.
    Unknown,
    /// There was none, or this.
    Known(Option<Value>),
}

impl<'a> Before<'a> {
    fn of(event: &Value, earlier: &[&'a Value]) -> Self {
        let name = |event: &Value| text_of(event, "resourcePath");
        let mine = earlier
            .iter()
            .filter(|other| name(event) == name(other) && other.get("representation").is_some());
        Self {
            earlier: mine.map(|other| (*other, None)).collect(),
        }
    }

    fn member(&mut self, name: &str) -> Was {
        for (event, sent) in &mut self.earlier {
            let sent = sent.get_or_insert_with(|| representation(event));
            if let Some(value) = sent.get(name) {
                return Was::Known(Some(value.clone()).filter(|value| !value.is_null()));
            }
            // Who makes a thing says all of it.
            if text_of(event, "operationType") == "CREATE" {
                return Was::Known(None);
            }
        }
        Was::Unknown
    }
}

fn representation(event: &Value) -> Value {
    serde_json::from_str(&text_of(event, "representation")).unwrap_or(Value::Null)
}

/// A longer value is cut, in characters.
const LONGEST: usize = 60;
/// So many of a change's values are shown.
const MOST: usize = 12;

/// `name: before → after` for each member that a change sent with another value than it had; `name: after` where nothing says
/// what it was.
fn changes(event: &Value, before: &mut Before<'_>) -> Vec<String> {
    let now = representation(event);
    let Some(members) = now.as_object() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    // The id of a thing never changes, and stands beside it.
    for (name, value) in members.iter().filter(|(name, _)| *name != "id") {
        match before.member(name) {
            Was::Known(was) if was.as_ref() == Some(value).filter(|value| !value.is_null()) => {}
            Was::Known(was) => lines.push(format!(
                "{name}: {} → {}",
                short_value(was.as_ref()),
                short_value(Some(value))
            )),
            Was::Unknown => lines.push(format!("{name}: {}", short_value(Some(value)))),
        }
        if lines.len() > MOST {
            lines.truncate(MOST);
            lines.push("…".to_owned());
            break;
        }
    }
    lines
}

fn short_value(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(operation: &str, path: &str, sent: &Value) -> Value {
        json!({"operationType": operation, "resourcePath": path, "representation": sent.to_string()})
    }

    #[test]
    fn a_change_names_what_it_changed_and_nothing_else() {
        let made = event("CREATE", "a", &json!({"id": "1", "name": "x", "on": true}));
        let part = event("UPDATE", "a", &json!({"name": "y"}));
        let other = event("UPDATE", "b", &json!({"name": "z", "on": false}));
        let whole = event(
            "UPDATE",
            "a",
            &json!({"id": "1", "name": "y", "on": true, "more": 1}),
        );
        let rows: [(&Value, &[&Value], &[&str]); 5] = [
            (&part, &[&made], &["name: x → y"]),
            (&whole, &[&part, &other, &made], &["more: – → 1"]),
            // Without its beginning nobody knows what the rest was.
            (&whole, &[&part], &["on: true", "more: 1"]),
            (&whole, &[], &["name: y", "on: true", "more: 1"]),
            (&made, &[], &["name: x", "on: true"]),
        ];
        for (event, earlier, expected) in rows {
            let lines = changes(event, &mut Before::of(event, earlier));

            assert_eq!(lines, expected, "{event}");
        }
    }
}
