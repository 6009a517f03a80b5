//! Whom a name that nobody has may mean: people whose names or addresses are a few letters away from it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::page::user;
use crate::part::{Card, Cell, Row, Table};
use crate::problem::Problem;

/// So many people are named.
const MOST: usize = 3;

/// So many people with the same beginning are compared.
const COMPARED: usize = 50;

/// No name that is looked up is longer, in characters.
const LONGEST: usize = 255;

/// The people whom the name may mean, for administrators who may see them; nothing where nobody is called alike.
pub(super) async fn card(desk: &Desk, typed: &str) -> Result<Option<Card>, Problem> {
    let typed = first_word(typed);
    let close = close(desk, &typed).await?;
    if close.is_empty() {
        return Ok(None);
    }
    let rows = close.iter().map(|one| {
        let name = format!("{} {}", text_of(one, "firstName"), text_of(one, "lastName"));
        Row::of(vec![
            user::link(desk, &text_of(one, "id"), &text_of(one, "username")),
            Cell::text(name.trim()),
            Cell::text(text_of(one, "email")),
        ])
    });
    let columns = ["users-username", "column-name", "users-email"];
    let columns = columns.map(|key| desk.text(key)).to_vec();
    let title = desk.text("explain-meant");
    let table = Table::new(title.clone(), columns, rows.collect());
    let lead = desk.text_with("explain-meant-lead", "name", typed);
    Ok(Some(
        Card::new("meant", title)
            .lead(lead)
            .table(table, String::new()),
    ))
}

/// The people whose names are the closest, the closest first.
async fn close(desk: &Desk, typed: &str) -> Result<Vec<Value>, Problem> {
    let mut found: BTreeMap<(usize, String), Value> = BTreeMap::new();
    for beginning in beginnings(typed) {
        let asked = format!(
            "users?briefRepresentation=true&search={}&first=0&max={COMPARED}",
            encode(&beginning)
        );
        let Some(Value::Array(people)) = desk.get_if_allowed(&asked).await? else {
            return Ok(Vec::new());
        };
        for one in people {
            // Somebody has this name, or has it by now.
            let own = ["username", "email"].map(|own| text_of(&one, own));
            if own.iter().any(|own| own == typed) {
                return Ok(Vec::new());
            }
            let names = names(&one);
            let nearest = names.iter().map(|name| distance(typed, name)).min();
            if let Some(steps) = nearest.filter(|steps| *steps <= furthest(typed)) {
                found.insert((steps, text_of(&one, "username")), one);
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    Ok(found.into_values().take(MOST).collect())
}

/// A name as it is looked up; what stands after a blank is none.
fn first_word(typed: &str) -> String {
    let word = typed.split_whitespace().next().unwrap_or_default();
    let letters = word.chars().filter(|c| !matches!(c, '*' | '"'));
    letters.take(LONGEST).collect::<String>().to_lowercase()
}

/// What the names may begin with: as much as can be of what was typed, before the letter that is wrong; and the family name in
/// `given.family`, where the wrong letter comes first.
fn beginnings(typed: &str) -> Vec<String> {
    let local = typed.split('@').next().unwrap_or_default();
    let long = local.chars().count();
    let mut lengths = [long * 3 / 4, long / 2, 3, 2].to_vec();
    lengths.retain(|length| (2..=long).contains(length));
    lengths.sort_unstable_by(|one, other| other.cmp(one));
    lengths.dedup();
    let cut = |length: usize| -> String { local.chars().take(length).collect() };
    let mut all: Vec<String> = lengths.into_iter().map(cut).collect();
    if let Some((_, family)) = local.rsplit_once('.')
        && family.chars().count() > 2
    {
        all.push(family.chars().take(4).collect());
    }
    all
}

/// What somebody may sign in with or be looked for by.
fn names(one: &Value) -> Vec<String> {
    let (username, email) = (text_of(one, "username"), text_of(one, "email"));
    let local = email.split('@').next().unwrap_or_default().to_owned();
    let (given, family) = (text_of(one, "firstName"), text_of(one, "lastName"));
    let whole = match given.is_empty() || family.is_empty() {
        true => String::new(),
        false => format!("{given}.{family}").to_lowercase(),
    };
    let all = [username, local, email, whole];
    all.into_iter().filter(|name| !name.is_empty()).collect()
}

/// How many letters may be wrong in a name.
fn furthest(typed: &str) -> usize {
    (typed.chars().count() / 4).clamp(1, 3)
}

/// How many letters have to be put in, left out, changed or exchanged with the next to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 3 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut next = vec![at + 1];
        for (there, theirs) in other.iter().enumerate() {
            let cost = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let changed = cost(&row, there) + usize::from(letter != theirs);
            let mut least = changed
                .min(cost(&row, there + 1) + 1)
                .min(cost(&next, there) + 1);
            let is_crossed = at > 0
                && there > 0
                && one.get(at - 1) == Some(theirs)
                && other.get(there - 1) == Some(letter);
            if is_crossed {
                least = least.min(cost(&before, there - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_wrong_are_counted() {
        for (one, other, steps) in [
            ("ada", "ada", 0),
            ("adaa", "ada", 1),
            ("aad", "ada", 1),
            ("ada.bryon", "ada.byron", 1),
            ("eda", "ada", 1),
            ("", "ada", 3),
            ("grace", "ada", 4),
            ("ada", "a-long-name", usize::MAX),
        ] {
            assert_eq!(distance(one, other), steps, "{one} and {other}");
            assert_eq!(distance(other, one), steps, "{other} and {one}");
        }
    }

    #[test]
    fn people_are_looked_for_by_what_may_be_right_of_a_name() {
        for (typed, expected) in [
            ("ada.bryon", vec!["ada.br", "ada.", "ada", "ad", "bryo"]),
            ("adaa@example.org", vec!["ada", "ad"]),
            ("a", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(beginnings(typed), expected, "{typed}");
        }
        assert_eq!(first_word(" \"A*da Byron"), "ada");
    }
}
