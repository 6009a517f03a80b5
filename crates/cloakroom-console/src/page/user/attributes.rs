//! A person's attributes: what the profile declares, and the values.

use std::rc::Rc;

use serde_json::Value;

use super::{MANAGE, page, path, person};
use crate::desk::{Desk, text_of};
use crate::part::sheet::{self, Sheet};
use crate::part::{Card, Cell, Field, Kept, Piece, Pill, Row, Section, Shape, Stack, Table};
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
    let declared = Card::new("declared", desk.text("user-declared"))
        .lead(desk.text("user-declared-lead"))
        .table(table, desk.text("user-declared-none"));
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
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}
