//! The way from a sign-in that failed to the simulator of its flow, where it is tried again with a change.

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Ask, Input};
use crate::problem::Problem;

/// Whoever may look at flows may try them.
const VIEW: &[&str] = &["view-realm", "manage-realm"];

/// Opens the simulator with what the event says of person and application; nothing where the event is of no sign-in, or the
/// administrator may not look at flows.
pub(super) async fn ask(
    desk: &Desk,
    event: &Value,
    person: Option<&Value>,
) -> Result<Option<Ask>, Problem> {
    if text_of(event, "type") != "LOGIN_ERROR" || !desk.may(VIEW) {
        return Ok(None);
    }
    let client = text_of(event, "clientId");
    let alias = flow(desk, &client).await?;
    if alias.is_empty() {
        return Ok(None);
    }
    let url = desk.url(&format!("/flows/{}", encode(&alias)));
    let mut ask = Ask::new(
        desk,
        "again",
        format!("{url}#simulator"),
        desk.text("explain-simulate"),
    )
    .view()
    .input(Input::hidden("simulate", "true"))
    .input(Input::hidden("client", &client));
    if let Some(person) = person {
        ask = ask.input(Input::hidden("user", &text_of(person, "username")));
    }
    Ok(Some(ask))
}

/// The flow that people of this application sign in by: its own, or that of the realm.
async fn flow(desk: &Desk, client: &str) -> Result<String, Problem> {
    let mut own = String::new();
    if !client.is_empty() {
        let asked = format!("clients?clientId={}&first=0&max=1", encode(client));
        let found = desk.get_if_allowed(&asked).await?.unwrap_or_default();
        let found = found.get(0).unwrap_or(&Value::Null);
        own = text_of(found, "authenticationFlowBindingOverrides/browser");
    }
    if own.is_empty() {
        return Ok(text_of(&desk.get("").await?, "browserFlow"));
    }
    let asked = format!("authentication/flows/{}", encode(&own));
    let flow = desk.get_if_allowed(&asked).await?.unwrap_or_default();
    Ok(text_of(&flow, "alias"))
}
