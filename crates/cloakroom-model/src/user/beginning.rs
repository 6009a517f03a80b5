//! Who has a name that begins with a word: from indexes of their own, where a search would read the names of everybody.
//!
//! What is found here may be too much, never too little: the search looks at each of them again.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::fold;
use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::UserId;

/// How much of a given or a family name stands in its index, in characters: so much of a word is looked for.
const HELD: usize = 40;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Those with a username, an address or a name that begins as a word of a search does; `None` if they are more than so many,
/// or if the word says nothing of a beginning.
pub(super) fn ids(cx: &mut Cx<'_>, word: &str, most: usize) -> Result<Option<Vec<UserId>>> {
    let beginning = beginning(word);
    let Some(past) = past(&beginning).filter(|_| !beginning.is_empty()) else {
        return Ok(None);
    };
    let realm = cx.realm;
    let realm = realm.id.as_str();
    let limit = most.saturating_add(1);
    let found: Vec<Found> = match cx.db.conn()? {
        Conn::Postgres(conn) => sql_query(statement(&postgres_lines(), "$", limit))
            .bind::<Text, _>(realm)
            .bind::<Text, _>(&beginning)
            .bind::<Text, _>(&past)
            .load(conn)?,
        Conn::Sqlite(conn) => sql_query(statement(&sqlite_lines(), "?", limit))
            .bind::<Text, _>(realm)
            .bind::<Text, _>(&beginning)
            .bind::<Text, _>(&past)
            .load(conn)?,
    };
    if found.len() > most {
        return Ok(None);
    }
    let mut ids: Vec<String> = found.into_iter().map(|one| one.id).collect();
    ids.sort_unstable();
    // Who has the word in several places is found in each.
    ids.dedup();
    Ok(Some(ids.into_iter().map(UserId::new).collect()))
}

/// What a value has to begin with so that the word fits: `"word"` is the whole of it, and `*` stands for anything.
fn beginning(word: &str) -> String {
    let folded = fold(word);
    let whole = folded
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let sure = whole.unwrap_or_else(|| folded.split('*').next().unwrap_or_default());
    sure.chars().take(HELD).collect()
}

/// The least text that is greater than all that begin so, in the order of bytes; `None` if there is none.
fn past(beginning: &str) -> Option<String> {
    let mut chars: Vec<char> = beginning.chars().collect();
    while let Some(last) = chars.pop() {
        let mut above = u32::from(last) + 1..=u32::from(char::MAX);
        if let Some(next) = above.find_map(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// One look into each index, which ends as soon as enough was found.
fn statement(lines: &[String], mark: &str, limit: usize) -> String {
    let looks: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "SELECT id FROM users WHERE realm_id = {mark}1 AND {line} >= {mark}2 AND {line} < {mark}3"
            )
        })
        .collect();
    let looks = looks.join(" UNION ALL ");
    format!("SELECT id FROM ({looks}) AS found LIMIT {limit}")
}

/// Usernames, addresses, given and family names, as the indexes of PostgreSQL have them.
fn postgres_lines() -> [String; 4] {
    let line = |place: u8| format!("left(split_part(search, chr(10), {place}), {HELD})");
    ["username".to_owned(), "email".to_owned(), line(4), line(5)]
        .map(|line| format!("{line} COLLATE \"C\""))
}

/// The same of SQLite, which finds a line by what follows the end of the one before.
fn sqlite_lines() -> [String; 4] {
    let after = |text: &str| format!("substr({text}, instr({text}, char(10)) + 1)");
    let first = after(&after("substr(search, 2)"));
    let last = after(&first);
    let held = |text: String| format!("substr({text}, 1, {HELD})");
    [
        "username".to_owned(),
        "email".to_owned(),
        held(first),
        held(last),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_how_values_begin() {
        let long = "é".repeat(60);
        for (word, expected) in [
            ("Ada", "ada"),
            ("\"Ada\"", "ada"),
            ("a*m", "a"),
            ("*dam", ""),
            ("\"*\"", "*"),
            ("\"", "\""),
            (long.as_str(), &"é".repeat(40)),
        ] {
            assert_eq!(beginning(word), expected, "{word}");
        }
    }

    #[test]
    fn what_begins_so_is_less_than_what_is_past_it() {
        let last = char::MAX.to_string();
        for (beginning, expected) in [
            ("ada", Some("adb")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            (&format!("a{last}"), Some("b")),
            (&last, None),
            ("", None),
        ] {
            let past = past(beginning);

            assert_eq!(past.as_deref(), expected, "{beginning}");
            assert!(past.is_none_or(|past| past.as_str() > format!("{beginning}{last}").as_str()));
        }
    }
}
