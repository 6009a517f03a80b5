//! A page with a list: search, filters, a table, what is done with what was chosen, and the pages before and after.

use askama::Template;
use serde_json::Value;

use super::{Ask, Table};
use crate::desk::{Desk, Pairs};
use crate::frame::{Action, Frame, Step};
use crate::problem::Problem;
use crate::routes::Shown;

/// The search above a list.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// The name of the field.
    pub(crate) name: &'static str,
    /// What the field is called.
    pub(crate) label: String,
    /// What was searched for.
    pub(crate) value: String,
    /// What can be asked.
    pub(crate) hint: String,
    /// What is wrong with what was asked; empty for nothing.
    pub(crate) error: String,
    /// What the address keeps beside it.
    pub(crate) kept: Vec<(String, String)>,
}

/// What stands in place of a table without rows.
#[derive(Clone, Debug)]
pub(crate) struct Empty {
    /// What it is.
    pub(crate) title: String,
    /// What for, or why there is nothing.
    pub(crate) text: String,
    /// The next step.
    pub(crate) action: Option<Action>,
    /// The same on a command line.
    pub(crate) command: String,
}

/// The pages before and after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    /// Where the list begins.
    pub(crate) first: String,
    /// The page before.
    pub(crate) before: String,
    /// The page after.
    pub(crate) after: String,
    /// What is shown.
    pub(crate) text: String,
}

impl Pager {
    /// How many rows a page has.
    pub(crate) const ROWS: usize = 50;

    /// Pages by position, for lists whose order has no key: `rows` holds one more than a page if there is more.
    pub(crate) fn by_position<T>(desk: &Desk, rows: &mut Vec<T>) -> Self {
        Self::by(desk, FIRST, rows, 0)
    }

    /// The same by a parameter of this name, where a page has several lists, with so many rows after the page as were asked for.
    fn by<T>(desk: &Desk, name: &str, rows: &mut Vec<T>, ahead: usize) -> Self {
        let has_more = rows.len() > Self::ROWS;
        rows.truncate(Self::ROWS + ahead);
        Self::around(desk, name, rows.len().min(Self::ROWS), has_more)
    }

    fn around(desk: &Desk, name: &str, shown: usize, has_more: bool) -> Self {
        let first = Self::first_by(desk, name);
        let at = |first: usize| {
            let first = if first == 0 {
                String::new()
            } else {
                first.to_string()
            };
            desk.here(&desk.query.with(name, &first))
        };
        Self {
            first: String::new(),
            before: if first == 0 {
                String::new()
            } else {
                at(first.saturating_sub(Self::ROWS))
            },
            after: if has_more {
                at(first + Self::ROWS)
            } else {
                String::new()
            },
            text: match shown {
                0 => String::new(),
                shown => format!("{}–{}", first + 1, first + shown),
            },
        }
    }

    /// Pages of what a search found, which is shown inside of what it is inside of: how many were found is known, and not by the rows.
    pub(crate) fn of_found(desk: &Desk, count: usize) -> Self {
        let left = count.saturating_sub(Self::first(desk));
        Self::around(desk, FIRST, left.min(Self::ROWS), left > Self::ROWS)
    }

    /// The position that the address names.
    pub(crate) fn first(desk: &Desk) -> usize {
        Self::first_by(desk, FIRST)
    }

    fn first_by(desk: &Desk, name: &str) -> usize {
        let named = desk.query.get(name).and_then(|text| text.parse().ok());
        named.unwrap_or(0).min(1_000_000_000)
    }

    /// The parameters that ask the API for this page and one row more.
    pub(crate) fn asked(desk: &Desk) -> String {
        Self::asked_by(desk, FIRST, 0)
    }

    fn asked_by(desk: &Desk, name: &str, ahead: usize) -> String {
        let first = Self::first_by(desk, name);
        format!("first={first}&max={}", Self::ROWS + ahead.max(1))
    }

    /// A page of what the API lists at a path, by a parameter of this name; nothing where the administrator may not see it.
    pub(crate) async fn list(
        desk: &Desk,
        path: &str,
        name: &str,
    ) -> Result<(Value, Self), Problem> {
        Self::list_ahead(desk, path, name, 0).await
    }

    /// The same with so many rows after the page, where these say something about it.
    pub(crate) async fn list_ahead(
        desk: &Desk,
        path: &str,
        name: &str,
        ahead: usize,
    ) -> Result<(Value, Self), Problem> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let asked = Self::asked_by(desk, name, ahead);
        let found = desk.get_if_allowed(&format!("{path}{sign}{asked}")).await?;
        let Some(Value::Array(mut all)) = found else {
            return Ok((Value::Null, Self::default()));
        };
        let pager = Self::by(desk, name, &mut all, ahead);
        Ok((Value::Array(all), pager))
    }
}

/// The parameter that says where a page's own list begins.
const FIRST: &str = "first";

/// A page with a list.
#[derive(Debug, Template)]
#[template(path = "console/list.html")]
pub(crate) struct ListPage {
    layout: Frame,
    search: Option<Search>,
    chips: Vec<Step>,
    /// What narrows the list, each by itself: a click puts it on, another takes it off.
    filters: Vec<Step>,
    /// A small form above the list: it keeps this view, or adds a row.
    keep: Option<Ask>,
    /// Where news of this list come from; empty for none.
    live: String,
    table: Table,
    bulk: Vec<Action>,
    pager: Pager,
    empty: Empty,
}

impl ListPage {
    /// A page that shows this table, or what to do while there is nothing in it.
    pub(crate) fn new(layout: Frame, table: Table, empty: Empty) -> Self {
        Self {
            layout,
            search: None,
            chips: Vec::new(),
            filters: Vec::new(),
            keep: None,
            live: String::new(),
            table,
            bulk: Vec::new(),
            pager: Pager::default(),
            empty,
        }
    }

    /// Adds the search; `label` and `hint` are keys.
    pub(crate) fn search(
        mut self,
        desk: &Desk,
        name: &'static str,
        label: &str,
        hint: &str,
    ) -> Self {
        let kept = desk.query.iter().filter(|(own, _)| {
            *own != name && !["first", "after", "before", "kc_locale"].contains(own)
        });
        self.search = Some(Search {
            name,
            label: desk.text(label),
            value: desk.query.get(name).unwrap_or_default().to_owned(),
            hint: if hint.is_empty() {
                String::new()
            } else {
                desk.text(hint)
            },
            error: String::new(),
            kept: kept
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        });
        self
    }

    /// Adds views of the list: the key of a name, and the value that a parameter has then.
    pub(crate) fn chips(mut self, desk: &Desk, name: &str, views: &[(&str, &str)]) -> Self {
        let now = desk.query.get(name).unwrap_or_default();
        let query = desk
            .query
            .with("first", "")
            .with("after", "")
            .with("before", "");
        let chip = |(key, value): &(&str, &str)| {
            let url = desk.here(&Pairs::with(&query, name, value));
            Step::new(desk.text(key), url).current(*value == now)
        };
        self.chips.extend(views.iter().map(chip));
        self
    }

    /// Adds filters: the key of a name, and the word that the query has while it is on. Of two words that narrow by the same,
    /// `enabled:true` and `enabled:false`, the query has one.
    pub(crate) fn filters(mut self, desk: &Desk, name: &str, filters: &[(&str, &str)]) -> Self {
        let now = desk.query.get(name).unwrap_or_default();
        let query = desk.query.with("first", "");
        let filter = |(key, word): &(&str, &str)| {
            let url = desk.here(&query.with(name, &toggled(now, word)));
            let is_on = now.split_whitespace().any(|one| one == *word);
            Step::new(desk.text(key), url).current(is_on)
        };
        self.filters = filters.iter().map(filter).collect();
        self
    }

    /// Something was searched for: without it there may be more.
    fn is_narrowed(&self) -> bool {
        let is_asked = |search: &Search| !search.value.trim().is_empty();
        self.search.as_ref().is_some_and(is_asked)
    }

    /// One of the views is what is shown.
    pub(crate) fn is_on_a_view(&self) -> bool {
        self.chips.iter().any(|chip| chip.is_current)
    }

    /// Adds views that the administrator keeps, and the form that keeps or forgets the one that is shown.
    pub(crate) fn views(mut self, views: Vec<Step>, keep: Option<Ask>) -> Self {
        self.chips.extend(views);
        self.keep = keep;
        self
    }

    /// Adds a small form above the list.
    pub(crate) fn form(mut self, form: Option<Ask>) -> Self {
        self.keep = form;
        self
    }

    /// Lets news appear in the list as they come, from this address; an empty one leaves it as it is.
    pub(crate) fn live(mut self, url: String) -> Self {
        self.live = url;
        self
    }

    /// Adds what is done with the rows that were chosen.
    pub(crate) fn bulk(mut self, bulk: Vec<Action>) -> Self {
        self.bulk = bulk;
        self
    }

    /// Adds the pages before and after.
    pub(crate) fn pager(mut self, pager: Pager) -> Self {
        self.pager = pager;
        self
    }

    /// Says in the field of the search why nothing was searched for. What was typed stays there.
    pub(crate) fn refused(mut self, desk: &Desk, problem: &Problem) -> Self {
        if let Some(search) = &mut self.search {
            search.error = match problem.text.is_empty() {
                true => desk.text("problem-refused"),
                false => problem.text.clone(),
            };
        }
        self.live = String::new();
        self.empty = Empty {
            title: desk.text("search-refused"),
            text: desk.text("search-refused-hint"),
            action: None,
            command: String::new(),
        };
        self
    }

    /// Shows it.
    pub(crate) fn show(self, desk: &Desk) -> Shown {
        let is_refused = |search: &Search| !search.error.is_empty();
        match self.search.as_ref().is_some_and(is_refused) {
            true => desk.show_again(&self),
            false => desk.show(&self),
        }
    }
}

/// The query with a word that was not in it, in place of the one that narrows by the same, or without it.
fn toggled(query: &str, word: &str) -> String {
    let name = word.split_once(':').map_or(word, |(name, _)| name);
    let is_of_name = |one: &str| one.split_once(':').is_some_and(|(of, _)| of == name);
    let is_on = query.split_whitespace().any(|one| one == word);
    let kept = query.split_whitespace().filter(|one| !is_of_name(one));
    let kept: Vec<&str> = kept.chain((!is_on).then_some(word)).collect();
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::toggled;

    #[test]
    fn a_filter_is_put_on_taken_off_and_takes_the_place_of_its_like() {
        let rows = [
            ("", "enabled:true", "enabled:true"),
            ("shop", "enabled:true", "shop enabled:true"),
            ("shop enabled:true", "enabled:true", "shop"),
            ("enabled:true  shop", "enabled:false", "shop enabled:false"),
            (
                "enabled:true",
                "access:public",
                "enabled:true access:public",
            ),
        ];
        for (query, word, expected) in rows {
            assert_eq!(toggled(query, word), expected, "{query} and {word}");
        }
    }
}
