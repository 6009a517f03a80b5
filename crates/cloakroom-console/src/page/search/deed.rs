//! What can be done, by name: `rotate keys`, and with whom: `sign out ada`. Each leads to the page that asks once more.

use serde_json::Value;

use super::{Found, MOST, rank};
use crate::desk::{Desk, encode, text_of};
use crate::problem::Problem;

/// Something to do: the key of its name, where it is done, and the rights of which one is needed.
type Deed = (&'static str, &'static str, &'static [&'static str]);

const USERS: &[&str] = &["manage-users"];
const CLIENTS: &[&str] = &["manage-clients"];
const REALM: &[&str] = &["manage-realm"];

const PLAIN: &[Deed] = &[
    ("users-new-one", "/users/new", USERS),
    ("users-import", "/users/import", USERS),
    ("clients-new", "/clients/new", CLIENTS),
    ("deed-scope", "/client-scopes/new", CLIENTS),
    ("deed-role", "/roles/new", REALM),
    ("deed-rotate", "/keys", REALM),
    (
        "deed-provider",
        "/identity-providers/new",
        &["manage-identity-providers"],
    ),
    ("deed-export", "/transfer", REALM),
    ("deed-end-sessions", "/sessions/end-matching", USERS),
    ("deed-realm", "/realms/new", &["create-realm"]),
];

/// What is done with a person: the key of its beginning, and the tab of their page where it is done.
const WITH_PEOPLE: &[Deed] = &[
    ("deed-sign-out", "/sessions", USERS),
    ("deed-lock", "", USERS),
    ("deed-unlock", "", USERS),
    ("deed-reset", "/sign-in", USERS),
    ("deed-roles", "/access", USERS),
];

/// What can be done without naming anybody.
pub(super) fn plain(desk: &Desk, asked: &str) -> Vec<Found> {
    let mine = PLAIN.iter().filter(|(.., rights)| desk.may(rights));
    let fits = mine.filter_map(|(key, path, _)| {
        let text = desk.text(key);
        Some(Found {
            rank: rank(&text, asked)?,
            note: desk.text("deed"),
            url: desk.url(path),
            text,
        })
    });
    fits.collect()
}

/// What is typed after the name of something that is done with people, and who is found by it.
pub(super) async fn with_people(desk: &Desk, asked: &str) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for (key, tab, rights) in WITH_PEOPLE {
        let text = desk.text(key);
        let name = after(asked, &text);
        let Some(name) = name.filter(|_| desk.may(rights)) else {
            continue;
        };
        let path = format!(
            "users?briefRepresentation=true&search={}&first=0&max={MOST}",
            encode(name)
        );
        let people = desk.get_if_allowed(&path).await?.unwrap_or_default();
        for person in people.as_array().into_iter().flatten() {
            found.push(one(desk, (&text, tab), person, name));
        }
    }
    Ok(found)
}

fn one(desk: &Desk, (text, tab): (&str, &str), person: &Value, name: &str) -> Found {
    let username = text_of(person, "username");
    Found {
        rank: rank(&username, name).unwrap_or(3),
        text: format!("{text} {username}"),
        note: desk.text("deed"),
        url: desk.url(&format!("/users/{}{tab}", encode(&text_of(person, "id")))),
    }
}

/// What follows the beginning and a space, whatever its capital letters.
fn after<'a>(asked: &'a str, beginning: &str) -> Option<&'a str> {
    let own = asked.get(..beginning.len())?;
    let rest = asked.get(beginning.len()..)?.strip_prefix(' ')?.trim();
    let is_it = own.to_lowercase() == beginning.to_lowercase();
    (is_it && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_name_follows_what_is_to_be_done() {
        for (asked, expected) in [
            ("sign out ada", Some("ada")),
            ("Sign Out  ada lovelace ", Some("ada lovelace")),
            ("sign out ", None),
            ("sign out", None),
            ("sign outada", None),
            ("sign", None),
            ("ä sign out ada", None),
        ] {
            assert_eq!(after(asked, "Sign out"), expected, "{asked}");
        }
    }
}
