//! How an application is connected: its addresses, and code with the real values in it.

use std::rc::Rc;

use serde_json::Value;

use super::{client, page, snippets, unsafe_settings};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Action;
use crate::page::clients::Kind;
use crate::part::{Ask, Card, Cell, Facts, Input, Piece, Stack};
use crate::routes::Shown;

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (object, heading) = client(&desk, "").await?;
    let values = values(&desk, &object);
    // An API takes tokens and asks for none.
    let is_tried = text_of(&object, "protocol") != "saml" && Kind::of(&object) != Kind::Api;
    let tried = format!(
        "/test-client?client={}&scope=openid",
        encode(&values.client_id)
    );
    let heading = heading.action(
        is_tried,
        Action::link(desk.text("client-try"), desk.url(&tried)).primary(),
    );
    let mut stack = Stack::new(desk.frame(heading));
    if let Some(card) = unsafe_settings(&desk, &object) {
        stack = stack.card(card);
    }
    stack
        .with(Piece::Facts(facts(&desk, &values)))
        .card(code(&desk, &object, &values))
        .show(&desk)
}

fn values(desk: &Desk, object: &Value) -> snippets::Values {
    let uris = object.get("redirectUris").and_then(Value::as_array);
    let first = uris
        .and_then(|uris| uris.first())
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_relative = first.starts_with('/');
    // Keycloak's own clients stand at the server's address, under one of these names.
    let root = match text_of(object, "rootUrl").as_str() {
        "${authBaseUrl}" => desk.frontend(),
        "${authAdminUrl}" => desk.app.base_url.clone(),
        root => root.to_owned(),
    };
    let below = match root.as_str() {
        // As at the endpoint: an address without a host is one of the server's.
        "" => origin_of(&desk.frontend()).to_owned(),
        root => root.to_owned(),
    };
    snippets::Values {
        base: desk.frontend(),
        realm: desk.realm.clone(),
        issuer: format!("{}/realms/{}", desk.frontend(), desk.realm),
        client_id: text_of(object, "clientId"),
        redirect_uri: if is_relative {
            format!("{below}{first}")
        } else {
            first.to_owned()
        },
        root,
    }
}

/// Scheme, host and port of the server's address.
fn origin_of(base: &str) -> &str {
    let path = base
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    let path = path.map_or(0, |(_, path)| path.len() + 1);
    base.get(..base.len() - path).unwrap_or(base)
}

fn facts(desk: &Desk, values: &snippets::Values) -> Facts {
    let issuer = &values.issuer;
    let below = |end: &str| format!("{issuer}{end}");
    let all = [
        ("client-issuer", issuer.clone()),
        (
            "client-discovery",
            below("/.well-known/openid-configuration"),
        ),
        ("client-id", values.client_id.clone()),
        ("client-redirect", values.redirect_uri.clone()),
        (
            "client-token-endpoint",
            below("/protocol/openid-connect/token"),
        ),
        ("client-keys", below("/protocol/openid-connect/certs")),
    ];
    let facts = Facts::new("addresses", desk.text("client-addresses"));
    all.into_iter().fold(facts, |facts, (key, value)| {
        let name = desk.text(key);
        let cell = match value.is_empty() {
            true => Cell::muted("–"),
            false => Cell::copied(desk, &name, value),
        };
        facts.fact(name, cell)
    })
}

fn code(desk: &Desk, object: &Value, values: &snippets::Values) -> Card {
    let kind = Kind::of(object);
    let fitting: Vec<_> = snippets::ALL
        .iter()
        .filter(|one| one.kinds.contains(&kind))
        .collect();
    let asked = desk.query.get("with").unwrap_or_default();
    let chosen = fitting
        .iter()
        .find(|one| one.id == asked)
        .or_else(|| fitting.first());
    let options = fitting
        .iter()
        .map(|one| (one.id.to_owned(), one.name.to_owned()));
    let ask = Ask::new(
        desk,
        "with",
        desk.url(&page(desk, "")),
        desk.text("client-snippet-show"),
    )
    .view()
    .input(
        Input::select("with", desk.text("client-snippet"), options.collect())
            .chosen(chosen.map_or("", |one| one.id)),
    );
    let card =
        Card::new("snippet", desk.text("client-snippet")).lead(desk.text("client-snippet-lead"));
    match chosen {
        Some(one) => card.ask(true, ask).copied(desk, one.filled(values)),
        None => card,
    }
}
