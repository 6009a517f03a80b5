//! What people are found by: the text that searches look through, and the rows of their attributes.

use diesel::prelude::*;

use super::{User, fold};
use crate::Result;
use crate::cx::Cx;
use crate::schema::user_attributes;

/// The values of a search text, each on a line of its own, in this order.
pub(super) const LINE: [&str; 4] = ["username", "email", "first name", "last name"];

/// How much of a value is looked through, in bytes: an index entry of PostgreSQL has room for four.
const LONGEST: usize = 250;

/// Each value stands on a line of its own, so that its beginning or the whole can be asked for, and
/// an absent one has an empty line, so that a line can be asked for by its place.
pub(super) fn search_text(user: &User) -> String {
    let values: [Option<&String>; LINE.len()] = [
        Some(&user.username),
        user.email.as_ref(),
        user.first_name.as_ref(),
        user.last_name.as_ref(),
    ];
    let mut text = String::from("\n");
    for value in values {
        let line = value.map(|value| fold(value).replace('\n', " "));
        let line = line.unwrap_or_default();
        let mut end = line.len().min(LONGEST);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        text.push_str(line.get(..end).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// What of an attribute's value is indexed. PostgreSQL refuses an index entry of many pages.
pub(super) fn indexed(value: &str) -> String {
    value.chars().take(255).collect()
}

/// Replaces the rows by which a user is found by their attributes.
pub(super) fn replace_attributes(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let mine = user_attributes::table
        .filter(user_attributes::realm_id.eq(&cx.realm.id))
        .filter(user_attributes::user_id.eq(&user.id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    insert_attributes(cx, user)
}

/// Stores the rows by which a new user is found by their attributes.
pub(super) fn insert_attributes(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    for (name, values) in &user.attributes {
        for value in values {
            let insert = diesel::insert_into(user_attributes::table).values((
                user_attributes::user_id.eq(&user.id),
                user_attributes::name.eq(name),
                user_attributes::value.eq(indexed(value)),
                user_attributes::realm_id.eq(&cx.realm.id),
                user_attributes::username.eq(fold(&user.username)),
            ));
            crate::sql::Unless(insert, "").execute(cx.db.conn()?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::time::Timestamp;

    #[test]
    fn a_search_text_has_four_lines_and_fits_into_an_index_entry() {
        let user = User {
            id: UserId::new("u"),
            username: "Ada\nL".to_owned(),
            email: None,
            email_verified: false,
            first_name: Some("ß".repeat(255)),
            last_name: Some("Šimko".to_owned()),
            enabled: true,
            created_at: Timestamp::from_millis(0),
            not_before: 0,
            service_account_client: None,
            attributes: super::super::Attributes::new(),
            required_actions: Vec::new(),
        };

        let text = search_text(&user);

        assert_eq!(text, format!("\nada l\n\n{}\nšimko\n", "ß".repeat(125)));
    }
}
