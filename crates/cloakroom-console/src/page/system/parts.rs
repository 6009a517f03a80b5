//! What the server is made of: each part with its version and its licence, from a list that is written when dependencies change.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::desk::Desk;
use crate::frame::{Action, Heading};
use crate::part::{Card, Cell, Row, Stack, Table};
use crate::routes::Shown;

/// The lines, each with a name, a version and a licence.
const PARTS: &str = include_str!("../../../parts.tsv");

/// The way to the page.
pub(super) fn action(desk: &Desk) -> Action {
    Action::link(desk.text("parts"), desk.url("/system/parts"))
}

/// Name, version and licence of each.
fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = PARTS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?))
    })
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(&[])?;
    let mut licences: BTreeMap<&str, u32> = BTreeMap::new();
    for (.., licence) in all() {
        *licences.entry(licence).or_default() += 1;
    }
    let mut licences: Vec<(&str, u32)> = licences.into_iter().collect();
    licences.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
    let count = u32::try_from(all().count()).unwrap_or(u32::MAX);
    let heading = Heading::new(&desk.text("parts"))
        .count(count)
        .under(desk.text("nav-system-page"), desk.url("/system"))
        .lead(desk.text("parts-lead"));
    let rows = licences
        .into_iter()
        .map(|(licence, many)| Row::of(vec![Cell::text(licence), Cell::Number(many.to_string())]));
    let columns = ["parts-licence", "parts-many"].map(|key| desk.text(key));
    let table = Table::new(
        desk.text("parts-licences"),
        columns.to_vec(),
        rows.collect(),
    );
    let licences = Card::new("licences", desk.text("parts-licences"));
    let rows = all().map(|(name, version, licence)| {
        Row::of(vec![
            Cell::text(name),
            Cell::text(version),
            Cell::text(licence),
        ])
    });
    let columns = ["column-name", "system-version", "parts-licence"].map(|key| desk.text(key));
    let whole = Table::new(desk.text("parts"), columns.to_vec(), rows.collect());
    Stack::new(desk.frame(heading))
        .card(licences.table(table, String::new()))
        .card(Card::new("parts", desk.text("parts")).table(whole, String::new()))
        .show(&desk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_names_a_part_with_its_licence() {
        let lines = PARTS.lines().filter(|line| !line.starts_with('#')).count();

        assert_eq!(all().count(), lines);
        assert!(all().all(|(name, version, licence)| {
            !name.is_empty()
                && version.starts_with(|c: char| c.is_ascii_digit())
                && !licence.is_empty()
        }));
        assert!(all().any(|(name, ..)| name == "actix-web"));
    }
}
