//! People from a table: each row is a new user, or changes one who is there.

use std::time::Instant;

use cloakroom_keycloak::read::Object;
use cloakroom_model::Cx;
use cloakroom_model::job::Line;
use cloakroom_model::user_profile::{Side, UserProfile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ROWS;
use super::sheet::Sheet;
use crate::access::{Actor, Grants};
use crate::api::users::rows;
use crate::error::{AdminError, Result};

/// Columns with one text.
const TEXTS: &[&str] = &["username", "email", "firstName", "lastName"];
/// Columns that are on or off.
const SWITCHES: &[&str] = &["enabled", "emailVerified"];
/// Columns with several texts, with semicolons or bars between.
const LISTS: &[&str] = &["groups", "requiredActions"];
/// What begins the name of a column for an attribute.
const ATTRIBUTE: &str = "attributes.";

/// The longest table.
const MOST: usize = 100_000;

/// What is to be brought in, and what happens where somebody of the name is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Import {
    text: String,
    is_update: bool,
}

impl Import {
    /// Takes a table, and tells how many rows it has.
    pub(crate) fn new(text: String, is_update: bool) -> Result<(Self, usize)> {
        let sheet = Sheet::read(&text).map_err(|why| AdminError::message(400, why))?;
        let is_known = |name: &&String| {
            let plain = [TEXTS, SWITCHES, LISTS]
                .iter()
                .any(|names| names.contains(&name.as_str()));
            let attribute = name.strip_prefix(ATTRIBUTE);
            plain || attribute.is_some_and(|name| !name.is_empty())
        };
        if let Some(unknown) = sheet.columns.iter().find(|name| !is_known(name)) {
            let why = format!(
                "There is no column {unknown}; there are {}, {}, {} and {ATTRIBUTE}…",
                TEXTS.join(", "),
                SWITCHES.join(", "),
                LISTS.join(", ")
            );
            return Err(AdminError::message(400, why));
        }
        let mut names = sheet.columns.clone();
        names.sort();
        names.dedup();
        if names.len() < sheet.columns.len() {
            return Err(AdminError::message(400, "A column is there twice"));
        }
        if !names.iter().any(|name| name == "username") {
            return Err(AdminError::message(400, "There is no column username"));
        }
        let count = sheet.rows.len();
        if count == 0 || count > MOST {
            let why = format!("The table has {count} rows: it may have 1 to {MOST}");
            return Err(AdminError::message(400, why));
        }
        Ok((Self { text, is_update }, count))
    }

    /// The table, line by line.
    pub(super) fn rows(&self) -> std::result::Result<Rows, String> {
        Ok(Rows {
            sheet: Sheet::read(&self.text)?,
            is_update: self.is_update,
        })
    }
}

/// A table that was read.
#[derive(Debug)]
pub(super) struct Rows {
    sheet: Sheet,
    is_update: bool,
}

/// The name of the sentence about a column that is not taken over.
const NOT_KEPT: &str = "error-column-not-kept";

impl Rows {
    /// The columns that the user profile keeps nothing of. A row without them comes in all the same, as it does over the API.
    pub(super) fn lost(&self, profile: &UserProfile) -> Vec<Line> {
        let columns = self.sheet.columns.iter().enumerate();
        let lost = columns.filter(|(at, column)| {
            let is_text = TEXTS.contains(&column.as_str()) && *column != "username";
            let named = match column.strip_prefix(ATTRIBUTE) {
                Some(attribute) => attribute,
                None if is_text => column.as_str(),
                None => return false,
            };
            let mut rows = self.sheet.rows.iter();
            let says =
                rows.any(|(_, cells)| cells.get(*at).is_some_and(|cell| !cell.trim().is_empty()));
            says && !profile.may_edit(named, Side::Admin)
        });
        let line = |(_, column): (usize, &String)| Line {
            line: 1,
            name: String::new(),
            problem: format!(
                "{column}: nothing of this column is kept, because the user profile does not list it, or lets nobody set it here"
            ),
            said: json!([{"field": column, "errorMessage": NOT_KEPT}]),
        };
        lost.map(line).collect()
    }

    /// Handles some rows after those that were handled before, until a moment: how many it was, and what went wrong.
    pub(super) fn some(
        &self,
        cx: &mut Cx<'_>,
        (done, until): (usize, Instant),
        grants: &Grants,
        actor: &Actor,
    ) -> Result<(usize, Vec<Line>)> {
        let (sheet, mut tried, mut wrong) = (&self.sheet, 0, Vec::new());
        for (line, cells) in sheet.rows.iter().skip(done).take(ROWS) {
            if tried > 0 && Instant::now() >= until {
                break;
            }
            tried += 1;
            let handled = match representation(&sheet.columns, cells) {
                Ok(sent) => rows::put(cx, &sent, self.is_update, (grants, actor)),
                Err(why) => Err(AdminError::message(400, why)),
            };
            match handled {
                Ok(()) => {}
                Err(AdminError::Refused { body, .. }) => wrong.push(Line {
                    line: i64::try_from(*line).unwrap_or(i64::MAX),
                    name: name(&sheet.columns, cells),
                    problem: words(&body),
                    said: named(&body),
                }),
                Err(other) => return Err(other),
            }
        }
        Ok((tried, wrong))
    }
}

fn name(columns: &[String], cells: &[String]) -> String {
    let mut pairs = columns.iter().zip(cells);
    let found = pairs.find(|(column, _)| *column == "username");
    let name = found.map(|(_, cell)| cell.trim()).unwrap_or_default();
    name.chars().take(100).collect()
}

/// The complaints about fields, which readers may see in a language of their own; nothing where there are only words.
fn named(body: &Value) -> Value {
    let own = std::slice::from_ref(body);
    let all = body.get("errors").and_then(Value::as_array);
    let all = all.map_or(own, Vec::as_slice).iter();
    let named: Vec<&Value> = all.filter(|one| one.get("field").is_some()).collect();
    match named.is_empty() {
        true => Value::Null,
        false => json!(named),
    }
}

/// What the API would say of a user who was sent like this.
pub(super) fn words(body: &Value) -> String {
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let one = |one: &Value| {
        let said = text(one, "errorMessage").or_else(|| text(one, "error"));
        let said = said.unwrap_or_default();
        match text(one, "field") {
            Some(field) => format!("{field}: {said}"),
            None => said,
        }
    };
    match body.get("errors").and_then(Value::as_array) {
        Some(all) => all.iter().map(one).collect::<Vec<_>>().join("; "),
        None => one(body),
    }
}

/// A row as the API takes a user; an empty cell says nothing.
fn representation(columns: &[String], cells: &[String]) -> std::result::Result<Object, String> {
    if cells.len() > columns.len() {
        return Err(format!(
            "The row has {} values for {} columns",
            cells.len(),
            columns.len()
        ));
    }
    let mut sent = Object::new();
    let mut attributes = Map::new();
    for (column, cell) in columns.iter().zip(cells) {
        let cell = cell.trim();
        if cell.contains('\0') {
            return Err(format!("{column} has a letter that no text may have"));
        }
        if cell.is_empty() {
            continue;
        }
        let parts = || {
            let parts = cell.split([';', '|']).map(str::trim);
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>()
        };
        if let Some(attribute) = column.strip_prefix(ATTRIBUTE) {
            attributes.insert(attribute.to_owned(), json!([cell]));
        } else if SWITCHES.contains(&column.as_str()) {
            sent.insert(column.clone(), json!(switch(column, cell)?));
        } else if LISTS.contains(&column.as_str()) {
            sent.insert(column.clone(), json!(parts()));
        } else {
            sent.insert(column.clone(), json!(cell));
        }
    }
    if !attributes.is_empty() {
        sent.insert("attributes".to_owned(), Value::Object(attributes));
    }
    Ok(sent)
}

fn switch(column: &str, cell: &str) -> std::result::Result<bool, String> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("{column} is true or false, not {cell}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_columns_that_nobody_knows_is_refused() {
        for (text, is_good) in [
            ("username\nada\n", true),
            (
                "username,attributes.colour,groups\nada,red,/eng;/ops\n",
                true,
            ),
            ("username,password\nada,secret\n", false),
            ("username,attributes.\nada,x\n", false),
            ("email\nada@example.org\n", false),
            ("username,username\nada,ada\n", false),
            ("username\n", false),
            ("", false),
        ] {
            let made = Import::new(text.to_owned(), false);
            assert_eq!(made.is_ok(), is_good, "{text:?}");
        }
    }

    #[test]
    fn a_row_is_a_user_as_the_api_takes_one() {
        let columns = [
            "username",
            "enabled",
            "groups",
            "attributes.colour",
            "email",
        ];
        let columns = columns.map(str::to_owned);
        let cells = ["ada", "No", "/eng; /ops", "red", ""].map(str::to_owned);

        let sent = representation(&columns, &cells).unwrap();

        let expected = json!({
            "username": "ada", "enabled": false, "groups": ["/eng", "/ops"],
            "attributes": {"colour": ["red"]},
        });
        assert_eq!(Value::Object(sent), expected);
        for cells in [
            vec!["ada", "maybe"],
            vec!["a", "1", "", "", "", "more"],
            vec!["a\0b"],
        ] {
            let cells: Vec<String> = cells.into_iter().map(str::to_owned).collect();
            assert!(representation(&columns, &cells).is_err(), "{cells:?}");
        }
    }
}
