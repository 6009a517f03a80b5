//! What a client's tokens would hold for somebody, claim by claim, before anybody signs in.

use std::rc::Rc;

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{client, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::Shown;

const TAB: &str = "/tokens";

/// The kinds of example: the end of the API's address, and the key of the name.
const KINDS: [(&str, &str); 3] = [
    ("access-token", "token-access"),
    ("id-token", "token-id"),
    ("userinfo", "token-userinfo"),
];

/// Claims that say who a person is, which an access token need not carry to everybody who reads it.
const PERSONAL: [&str; 9] = [
    "email",
    "phone_number",
    "address",
    "birthdate",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "picture",
];

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = client(&desk, TAB).await?;
    let username = desk.query.trimmed("user");
    let kind = desk.query.get("kind").unwrap_or("access-token");
    let (kind, key) = KINDS
        .into_iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(Problem::not_found)?;
    let scope = desk.query.get("scope").unwrap_or("openid");
    let kinds = KINDS.map(|(name, key)| (name.to_owned(), desk.text(key)));
    let ask = Ask::new(
        &desk,
        "preview",
        desk.url(&page(&desk, TAB)),
        desk.text("token-preview"),
    )
    .view()
    .primary()
    .input(Input::text("user", desk.text("users-username"), username))
    .input(Input::text("scope", desk.text("scope"), scope))
    .input(Input::select("kind", desk.text("token-kind"), kinds.to_vec()).chosen(kind));
    let form = Card::new("form", desk.text("token-preview"))
        .lead(desk.text("token-preview-lead"))
        .ask(true, ask);
    let stack = Stack::new(desk.frame(heading)).card(form);
    if username.is_empty() {
        return stack.show(&desk);
    }
    let Some(user) = person(&desk, username).await? else {
        let none = Card::new("none", desk.text("nothing-found"));
        return stack
            .card(none.lead(desk.text("token-no-user")))
            .show(&desk);
    };
    let query = Serializer::new(String::new())
        .append_pair("userId", &user)
        .append_pair("scope", scope)
        .finish();
    let asked = format!(
        "{}/evaluate-scopes/generate-example-{kind}?{query}",
        path(&desk)
    );
    let example = desk.get(&asked).await?;
    let text = serde_json::to_string_pretty(&example).map_err(Problem::broken)?;
    let bytes = u32::try_from(example.to_string().len()).unwrap_or(u32::MAX);
    let whole =
        Card::new("example", desk.text(key)).lead(desk.text_with("token-bytes", "count", bytes));
    stack
        .card(claims(&desk, &example))
        .card(whole.code(text))
        .show(&desk)
}

async fn person(desk: &Desk, username: &str) -> Result<Option<String>, Problem> {
    let found = desk
        .get(&format!("users?exact=true&username={}", encode(username)))
        .await?;
    let first = found.as_array().and_then(|all| all.first());
    Ok(first.map(|one| text_of(one, "id")))
}

fn claims(desk: &Desk, example: &Value) -> Card {
    let members = example.as_object().into_iter().flatten();
    let rows = members.map(|(name, value)| {
        let shown = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_personal = PERSONAL.contains(&name.as_str());
        let pills = if is_personal {
            vec![Pill::warn(desk.text("token-personal"))]
        } else {
            Vec::new()
        };
        let bytes = name.len() + 3 + value.to_string().len();
        Row::of(vec![
            Cell::mono(name.clone()),
            Cell::mono(shown),
            Cell::Number(bytes.to_string()),
            Cell::Pills(pills),
        ])
    });
    let columns = ["claim", "claim-value", "claim-bytes", "claim-note"].map(|key| desk.text(key));
    let table = Table::new(desk.text("claims"), columns.to_vec(), rows.collect());
    Card::new("claims", desk.text("claims")).table(table, desk.text("token-no-claims"))
}
