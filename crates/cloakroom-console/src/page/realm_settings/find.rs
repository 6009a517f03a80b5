//! The search over all settings of a realm: by their names, their sentences, and what the API calls them.

use super::{PARTS, above, sections};
use crate::desk::Desk;
use crate::part::{Ask, Card, Cell, Empty, Field, Input, ListPage, Row, Table};
use crate::problem::Problem;
use crate::routes::Shown;

/// A setting that was found.
pub(in crate::page) struct Match {
    /// Its name.
    pub(in crate::page) name: String,
    /// The sentence about it.
    hint: String,
    /// What the API calls it.
    at: String,
    /// The page that it is on.
    pub(in crate::page) part: String,
    /// Where it stands there.
    pub(in crate::page) url: String,
}

impl Match {
    /// The text, in small letters, stands in one of its words.
    fn is_about(&self, asked: &str) -> bool {
        let is_it = |text: &String| text.to_lowercase().contains(asked);
        [&self.name, &self.hint, &self.at].into_iter().any(is_it)
    }
}

/// The settings that a text is found in.
pub(in crate::page) fn matching(desk: &Desk, asked: &str) -> Result<Vec<Match>, Problem> {
    let asked = asked.to_lowercase();
    let mut found = Vec::new();
    for (part, key) in PARTS {
        let sections = sections(part)?;
        for field in sections.iter().flat_map(|section| &section.fields) {
            let one = described(desk, field, (part, key));
            if one.is_about(&asked) {
                found.push(one);
            }
        }
    }
    let policy = Match {
        name: desk.text("profile-unmanaged"),
        hint: desk.text("profile-unmanaged-hint"),
        at: "unmanagedAttributePolicy".to_owned(),
        part: desk.text("nav-profile"),
        url: desk.url("/profile#f-unmanagedAttributePolicy"),
    };
    if policy.is_about(&asked) {
        found.push(policy);
    }
    Ok(found)
}

fn described(desk: &Desk, field: &Field, (part, key): (&str, &str)) -> Match {
    Match {
        name: desk.text(&field.key),
        hint: desk.text(&format!("{}-hint", field.key)),
        at: field.at.replace('/', "."),
        part: desk.text(key),
        url: desk.url(&format!("/settings/{part}#{}", field.name())),
    }
}

/// The form that searches.
pub(super) fn form(desk: &Desk) -> Card {
    let url = desk.url("/settings");
    let ask = Ask::new(desk, "find-setting", url, desk.text("search"))
        .view()
        .input(Input::text("q", desk.text("settings-search"), ""));
    Card::new("find", desk.text("settings-find")).ask(true, ask)
}

pub(super) async fn show(desk: &Desk) -> Shown {
    let (_, heading) = above(desk, "").await?;
    let found = matching(desk, desk.query.trimmed("q"))?;
    let rows = found.into_iter().map(|one| {
        Row::of(vec![
            Cell::link(one.name, one.url),
            Cell::text(one.hint),
            Cell::text(one.part),
            Cell::mono(one.at),
        ])
    });
    let columns = [
        "column-setting",
        "column-description",
        "settings-page-of",
        "settings-api-name",
    ];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let table = Table::new(desk.text("nav-settings"), columns, rows.collect());
    let empty = Empty {
        title: desk.text("nothing-found"),
        text: desk.text("settings-search-hint"),
        action: None,
        command: format!("kcadm.sh get realms/{}", desk.realm),
    };
    ListPage::new(desk.frame(heading), table, empty)
        .search(desk, "q", "settings-search", "settings-search-hint")
        .show(desk)
}
