//! A person's attributes: what the profile declares, and the values.

use std::collections::BTreeSet;
use std::rc::Rc;

use actix_web::http::StatusCode;
use serde_json::Value;

use super::{MANAGE, page, path, person};
use crate::desk::{Desk, text_of};
use crate::flash::Flash;
use crate::page::profile;
use crate::part::sheet::{self, Sheet};
use crate::part::{Ask, Card, Cell, Field, Kept, Piece, Pill, Row, Section, Shape, Stack, Table};
use crate::routes::Shown;

fn sections() -> Vec<Section> {
    let all = Field::new("attributes", "user-attribute-lines", Shape::Attributes);
    vec![Section::new("user-attributes", vec![all])]
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (user, heading) = person(&desk, "/attributes").await?;
    let described = desk
        .get(&format!("{}?userProfileMetadata=true", path(&desk)))
        .await?;
    let declared = described
        .get("userProfileMetadata")
        .and_then(|all| all.get("attributes"));
    let rows = declared
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|one| row(&desk, one));
    let columns = [
        "column-name",
        "user-attribute-shown",
        "user-attribute-rules",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("user-declared"), columns, rows.collect());
    let sheet = Sheet::of(&desk, &sections(), &user).read_only(!desk.may(MANAGE));
    let others = match profile::find(&desk).await? {
        Some(profile) => profile::policy(&desk, &profile),
        None => String::new(),
    };
    let lead = format!("{} {others}", desk.text("user-declared-lead"));
    let room = Ask::new(
        &desk,
        "profile",
        desk.url("/profile"),
        desk.text("nav-profile"),
    );
    let declared = Card::new("declared", desk.text("user-declared"))
        .lead(lead.trim().to_owned())
        .table(table, desk.text("user-declared-none"))
        .ask(true, room.view());
    Stack::new(desk.frame(heading))
        .with(Piece::Sheet(sheet))
        .card(declared)
        .show(&desk)
}

fn row(desk: &Desk, one: &Value) -> Row {
    let is_on = |name: &str| one.get(name).and_then(Value::as_bool) == Some(true);
    let mut rules = Vec::new();
    if is_on("required") {
        rules.push(Pill::info(desk.text("rule-required")));
    }
    if is_on("readOnly") {
        rules.push(Pill::plain(desk.text("rule-read-only")));
    }
    let validators = one.get("validators").and_then(Value::as_object);
    rules.extend(
        validators
            .into_iter()
            .flatten()
            .map(|(name, _)| Pill::plain(name.clone())),
    );
    Row::of(vec![
        Cell::mono(text_of(one, "name")),
        Cell::text(desk.locale.resolve(&text_of(one, "displayName"))),
        Cell::Pills(rules),
    ])
}

pub(super) async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = person(&desk, "/attributes").await?;
    let (api, page) = (path(&desk), page(&desk, "/attributes"));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    let answer = sheet::save(&desk, kept, &sections(), desk.frame(heading)).await?;
    if answer.status() != StatusCode::SEE_OTHER {
        return Ok(answer);
    }
    // The API takes what the profile lets be set, and passes over the rest without a word.
    let typed = sheet::typed(&sections(), &desk.form);
    let lost = lost(&typed, &desk.get(&api).await?);
    match lost.is_empty() {
        true => Ok(answer),
        false => {
            let flash = Flash::failed("done-attributes-not-kept");
            desk.go(&page, &flash.about(&lost.join(", ")))
        }
    }
}

/// The names of attributes that are not as they were typed.
fn lost(typed: &Value, stored: &Value) -> Vec<String> {
    let values = |of: &Value, name: &str| {
        let all = of.get("attributes").and_then(|all| all.get(name));
        let mut all: Vec<Value> = all.and_then(Value::as_array).cloned().unwrap_or_default();
        all.sort_by_key(Value::to_string);
        all
    };
    let names = |of: &Value| {
        let all = of.get("attributes").and_then(Value::as_object);
        all.into_iter()
            .flat_map(|all| all.keys().cloned())
            .collect::<BTreeSet<_>>()
    };
    let all = names(typed).into_iter().chain(names(stored));
    let differs = |name: &String| values(typed, name) != values(stored, name);
    all.filter(differs)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lost;

    #[test]
    fn what_is_not_as_it_was_typed_is_named() {
        let typed = json!({"attributes": {"a": ["1"], "b": ["2", "3"], "c": ["4"]}});
        for (stored, expected) in [
            (json!({}), vec!["a", "b", "c"]),
            (typed.clone(), vec![]),
            (
                json!({"attributes": {"b": ["3", "2"], "c": ["5"]}}),
                vec!["a", "c"],
            ),
            (
                json!({"attributes": {"a": ["1"], "b": ["2", "3"], "c": ["4"], "d": ["6"]}}),
                vec!["d"],
            ),
        ] {
            assert_eq!(lost(&typed, &stored), expected, "{stored}");
        }
    }
}
