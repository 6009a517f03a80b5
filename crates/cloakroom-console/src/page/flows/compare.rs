//! Two lists of steps line by line: what is in both, what went, and what came.

use serde_json::Value;

use super::{level, requirement};
use crate::desk::{Desk, text_of};
use crate::part::{Cell, Pill, Row, Table};

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Same,
    Gone,
    New,
}

/// The differences as a table; without a row if there is none.
pub(super) fn table(desk: &Desk, before: &Value, after: &Value) -> Table {
    let list = |all: &Value| all.as_array().cloned().unwrap_or_default();
    let (before, after) = (list(before), list(after));
    let lines = lines(&before, &after);
    let rows = lines.iter().map(|(fate, step)| {
        let pill = match fate {
            Fate::Same => Pill::plain(desk.text("flow-line-same")),
            Fate::Gone => Pill::danger(desk.text("flow-line-gone")),
            Fate::New => Pill::ok(desk.text("flow-line-new")),
        };
        Row::of(vec![
            Cell::Pills(vec![pill]),
            Cell::inset(level(step), text_of(step, "displayName"), ""),
            Cell::Pills(vec![requirement(step)]),
        ])
    });
    let rows = match lines.iter().all(|(fate, _)| *fate == Fate::Same) {
        true => Vec::new(),
        false => rows.collect(),
    };
    let columns = ["flow-line", "flow-step", "flow-requirement"].map(|key| desk.text(key));
    Table::new(desk.text("flow-compare"), columns.to_vec(), rows)
}

/// Two steps are the same line where they are the same step, as deep, required alike and set alike as far as that is told.
fn is_same(one: &Value, other: &Value) -> bool {
    let both = ["displayName", "providerId", "requirement"];
    level(one) == level(other)
        && both
            .iter()
            .all(|name| text_of(one, name) == text_of(other, name))
}

/// The longest list of lines that both have, and around it what only one has.
fn lines<'a>(before: &'a [Value], after: &'a [Value]) -> Vec<(Fate, &'a Value)> {
    let mut longest = vec![vec![0usize; after.len() + 1]; before.len() + 1];
    let at = |table: &[Vec<usize>], i: usize, j: usize| -> usize {
        table
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    for (i, one) in before.iter().enumerate().rev() {
        for (j, other) in after.iter().enumerate().rev() {
            let length = match is_same(one, other) {
                true => at(&longest, i + 1, j + 1) + 1,
                false => at(&longest, i + 1, j).max(at(&longest, i, j + 1)),
            };
            if let Some(place) = longest.get_mut(i).and_then(|row| row.get_mut(j)) {
                *place = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    loop {
        match (before.get(i), after.get(j)) {
            (Some(one), Some(other)) if is_same(one, other) => {
                found.push((Fate::Same, other));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) => {
                let is_gone = at(&longest, i + 1, j) >= at(&longest, i, j + 1);
                match other.filter(|_| !is_gone) {
                    Some(other) => {
                        found.push((Fate::New, other));
                        j += 1;
                    }
                    None => {
                        found.push((Fate::Gone, one));
                        i += 1;
                    }
                }
            }
            (None, Some(other)) => {
                found.push((Fate::New, other));
                j += 1;
            }
            (None, None) => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_went_and_what_came_is_told_line_by_line() {
        let list = |names: &str| -> Vec<Value> {
            let steps = names.split_whitespace();
            steps.map(|name| json!({"displayName": name})).collect()
        };
        for (before, after, expected) in [
            ("a b c", "a b c", " a  b  c"),
            ("a b c", "a c", " a -b  c"),
            ("a c", "a b c", " a +b  c"),
            ("a b", "b a", "-a  b +a"),
            ("", "a", "+a"),
            ("a", "", "-a"),
        ] {
            let (before, after) = (list(before), list(after));
            let told: String = lines(&before, &after)
                .iter()
                .map(|(fate, one)| {
                    let sign = match fate {
                        Fate::Same => ' ',
                        Fate::Gone => '-',
                        Fate::New => '+',
                    };
                    format!("{sign}{} ", text_of(one, "displayName"))
                })
                .collect();
            assert_eq!(told.trim_end(), expected);
        }
    }
}
