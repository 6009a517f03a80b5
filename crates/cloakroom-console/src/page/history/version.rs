//! One version of a thing beside what it is now, and the way back to it.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{KINDS, Kind, representation};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::nav;
use crate::part::{Ask, Card, Cell, Facts, Input, Piece, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// What the trail has in place of a secret: such a member stays as it is now.
const MASK: &str = "**********";

/// Members that no change of a thing itself sets: they name it, are counted, or have pages of their own.
const OTHERS: &[&str] = &[
    "id",
    "access",
    "authenticationFlowBindingOverrides",
    "clientRole",
    "composite",
    "composites",
    "containerId",
    "createdTimestamp",
    "credentials",
    "disableableCredentialTypes",
    "federatedIdentities",
    "internalId",
    "parentId",
    "path",
    "protocolMappers",
    "subGroupCount",
    "subGroups",
    "totp",
    "userProfileMetadata",
    "clientScopeMappings",
    "defaultClientScopes",
    "optionalClientScopes",
];

/// A version, and what it would change.
struct Version {
    kind: &'static Kind,
    id: String,
    /// When it began, in milliseconds since 1970.
    time: Option<i64>,
    name: String,
    etag: Option<String>,
    /// The thing as it is now, with the version's values in it.
    restored: Value,
    /// Name, value of the version, value of now.
    differences: Vec<(String, String, String)>,
}

async fn find(desk: &Desk) -> Result<Version, Problem> {
    let (kind, id) = (desk.part("kind"), desk.part("id"));
    let kind = KINDS.iter().find(|own| own.name == kind);
    let kind = kind.ok_or_else(Problem::not_found)?;
    desk.check(kind.manage)?;
    let wanted = desk.part("event");
    let asked = format!("admin-events?{}&id={}", kind.trail(&id), encode(&wanted));
    let trail = desk.get(&asked).await?;
    let mut all = trail.as_array().into_iter().flatten();
    let event = all.find(|one| {
        text_of(one, "id") == wanted && text_of(one, "resourcePath") == kind.api_of(&id)
    });
    let event = event.ok_or_else(Problem::not_found)?;
    let was = representation(event);
    let now = desk.get_tagged(&kind.api_of(&id)).await?;
    let mut restored = now.json.clone();
    let differences = put_back(&mut restored, &was);
    let named = ["username", "clientId", "alias", "realm", "name"];
    let mut names = named.iter().map(|member| text_of(&now.json, member));
    Ok(Version {
        kind,
        time: event.get("time").and_then(Value::as_i64),
        name: names.find(|name| !name.is_empty()).unwrap_or_default(),
        etag: now.etag,
        restored,
        differences,
        id,
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A version holds nothing that can be read where this stands.
fn is_masked(value: &Value) -> bool {
    match value {
        Value::String(text) => text == MASK,
        Value::Array(all) => all.iter().any(is_masked),
        _ => false,
    }
}

/// The same value, for whoever reads it.
fn is_same(a: &Value, b: &Value) -> bool {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        _ => false,
    };
    a == b || (is_nothing(a) && is_nothing(b))
}

/// Puts what a version holds into the thing as it is now, and tells what that changes.
fn put_back(now: &mut Value, was: &Value) -> Vec<(String, String, String)> {
    let (Some(now), Some(was)) = (now.as_object_mut(), was.as_object()) else {
        return Vec::new();
    };
    let mut differences = Vec::new();
    for (name, value) in was {
        if OTHERS.contains(&name.as_str()) || is_masked(value) {
            continue;
        }
        let there = now.entry(name.clone()).or_insert(Value::Null);
        match (value, &mut *there) {
            (Value::Object(inside), Value::Object(mine)) => {
                differences.extend(put_inside(name, mine, inside));
            }
            (_, mine) if !is_same(value, mine) => {
                differences.push((name.clone(), shown(value), shown(mine)));
                *mine = value.clone();
            }
            _ => {}
        }
    }
    differences
}

/// The same for named values inside: one that the version has not is emptied, which removes it.
fn put_inside(
    outer: &str,
    now: &mut Map<String, Value>,
    was: &Map<String, Value>,
) -> Vec<(String, String, String)> {
    let mut differences = Vec::new();
    for (name, value) in was {
        let there = now.entry(name.clone()).or_insert(Value::Null);
        if !is_masked(value) && !is_same(value, there) {
            differences.push((format!("{outer}: {name}"), shown(value), shown(there)));
            *there = value.clone();
        }
    }
    for (name, there) in now.iter_mut().filter(|(name, _)| !was.contains_key(*name)) {
        let nothing = match there {
            Value::Array(_) => json!([]),
            _ => json!(""),
        };
        if !is_same(there, &nothing) && !is_masked(there) {
            differences.push((
                format!("{outer}: {name}"),
                shown(&Value::Null),
                shown(there),
            ));
            *there = nothing;
        }
    }
    differences
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let version = find(&desk).await?;
    let rows = version
        .differences
        .iter()
        .map(|(name, was, now)| Row::of(vec![Cell::mono(name), Cell::text(now), Cell::text(was)]));
    let columns = ["column-setting", "column-now", "column-version"];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("history-version"), columns, rows.collect());
    let (kind, id) = (version.kind, encode(&version.id));
    let url = format!(
        "/history/{}/{id}/{}",
        kind.name,
        encode(&desk.part("event"))
    );
    let etag = version.etag.unwrap_or_default();
    let ask = Ask::new(
        &desk,
        "restore",
        desk.url(&url),
        desk.text("history-restore"),
    )
    .input(Input::hidden("etag", &etag))
    .primary();
    let when = Cell::when(version.time, "–");
    let mut heading = Heading::new(&desk.text("history-version"));
    let list = kind.page.trim_end_matches('/');
    if let Some(item) = nav::item_of(list) {
        heading = heading.under(desk.text(item.key), desk.url(list));
    }
    let heading = heading.under(&version.name, desk.url(&kind.page_of(&version.id)));
    let is_same = version.differences.is_empty();
    let facts = Facts::new("facts", desk.text("events-details"))
        .text(desk.text("history-thing"), &version.name)
        .fact(desk.text("column-time"), when);
    Stack::new(desk.frame(heading))
        .with(Piece::Facts(facts))
        .card(
            Card::new("version", desk.text("history-differences"))
                .lead(desk.text("history-restore-lead"))
                .table(table, desk.text("history-same"))
                .ask(!is_same, ask),
        )
        .show(&desk)
}

/// Brings the version back, unless the thing has changed since its comparison was shown.
pub(super) async fn restore(desk: Rc<Desk>) -> Shown {
    let version = find(&desk).await?;
    let seen = desk.form.get("etag").unwrap_or_default();
    if version.etag.as_deref().unwrap_or_default() != seen {
        let here = desk.here(&desk.query);
        return Ok(desk.go_to(&here, Some(&Flash::failed("done-changed-meanwhile"))));
    }
    let (kind, id) = (version.kind, &version.id);
    let api = kind.api_of(id);
    match desk
        .put_if(&api, &version.restored, version.etag.as_deref())
        .await
    {
        Ok(_) => desk.go(&kind.page_of(id), &Flash::done("done-version-restored")),
        Err(problem) if problem.status == 412 => {
            let here = desk.here(&desk.query);
            Ok(desk.go_to(&here, Some(&Flash::failed("done-changed-meanwhile"))))
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_comes_back_without_its_masks_and_without_what_names_the_thing() {
        let mut now = json!({
            "id": "1", "name": "new", "secret": "s", "enabled": true,
            "attributes": {"a": "2", "b": "3", "key": "s"},
            "redirectUris": ["x"],
        });
        let was = json!({
            "id": "2", "name": "old", "secret": MASK, "enabled": true,
            "attributes": {"a": "1", "key": MASK},
            "redirectUris": [],
        });

        let changed = put_back(&mut now, &was);

        let expected = json!({
            "id": "1", "name": "old", "secret": "s", "enabled": true,
            "attributes": {"a": "1", "b": "", "key": "s"},
            "redirectUris": [],
        });
        assert_eq!(now, expected);
        let mut names: Vec<&str> = changed.iter().map(|(name, ..)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["attributes: a", "attributes: b", "name", "redirectUris"]
        );
    }
}
