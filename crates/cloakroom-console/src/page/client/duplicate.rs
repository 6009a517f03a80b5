//! Another client with the same settings: its own id, name and secret, all else as the first one has it.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{page, path};
use crate::desk::Desk;
use crate::flash::Flash;
use crate::page::clients::MANAGE;
use crate::part::{Ask, Card, Input};
use crate::problem::Problem;
use crate::routes::Shown;

/// What belongs to one client alone: ids, and what proves it.
const OWN: [&str; 5] = [
    "id",
    "secret",
    "registrationAccessToken",
    "access",
    "authorizationSettings",
];

/// Attributes that tell about a secret which the new client does not have.
const OF_SECRETS: &str = "client.secret.";

/// The form that asks for the name of the new one.
pub(super) fn card(desk: &Desk, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/duplicate"));
    let ask = Ask::new(desk, "duplicate", url, desk.text("client-duplicate")).input(Input::text(
        "clientId",
        desk.text("client-duplicate-id"),
        "",
    ));
    Card::new("copy", desk.text("client-duplicate"))
        .lead(desk.text("client-duplicate-lead"))
        .ask(may_manage, ask)
}

/// The settings of the new client.
fn copied(mut client: Value, client_id: &str) -> Value {
    if let Some(members) = client.as_object_mut() {
        for name in OWN {
            members.remove(name);
        }
        members.insert("clientId".to_owned(), json!(client_id));
    }
    let mappers = client.get_mut("protocolMappers");
    for mapper in mappers.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = mapper.as_object_mut() {
            members.remove("id");
        }
    }
    if let Some(attributes) = client.get_mut("attributes").and_then(Value::as_object_mut) {
        attributes.retain(|name, _| !name.starts_with(OF_SECRETS));
    }
    client
}

pub(super) async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let client = desk.get(&path(&desk)).await?;
    let client_id = desk.form.trimmed("clientId").to_owned();
    if client_id.is_empty() {
        return Err(Problem::invalid(desk.text("client-duplicate-none")));
    }
    let reply = desk.post("clients", &copied(client, &client_id)).await?;
    desk.go(
        &format!("/clients/{}/settings", reply.id()),
        &Flash::done("done-created").about(&client_id),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_settings_and_nothing_that_is_the_first_ones_own() {
        let first = json!({
            "id": "1", "clientId": "shop", "secret": "hush", "redirectUris": ["https://shop.example/"],
            "protocolMappers": [{"id": "2", "name": "colour"}],
            "attributes": {"client.secret.rotated": "old", "pkce.code.challenge.method": "S256"},
        });

        let copy = copied(first, "till");

        assert_eq!(
            copy,
            json!({
                "clientId": "till", "redirectUris": ["https://shop.example/"],
                "protocolMappers": [{"name": "colour"}],
                "attributes": {"pkce.code.challenge.method": "S256"},
            })
        );
    }
}
