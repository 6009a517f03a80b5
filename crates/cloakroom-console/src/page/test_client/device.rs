//! The device flow: a code for a device, an approval in a browser, and the device's question whether there is one (RFC 8628).

use std::rc::Rc;
use std::sync::Arc;

use cloakroom_model::{Cx, Door};
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_web::app::now;

use super::exchange::{curl, form, realm, refused};
use super::{Tried, VIEW, heading};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Action;
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// The grant type (RFC 8628 §3.4).
pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(super) fn card(desk: &Desk, tried: &Tried) -> Card {
    let ask = Ask::new(
        desk,
        "device",
        desk.url("/test-client/device"),
        desk.text("test-device-begin"),
    )
    .input(Input::hidden("client", &tried.client_id))
    .input(Input::hidden("scope", &tried.scope));
    Card::new("device-card", desk.text("test-device"))
        .lead(desk.text("test-device-lead"))
        .ask(true, ask)
}

/// Asks for tokens with the code of a device.
pub(super) fn poll(desk: &Desk, client_id: &str, code: &str) -> Ask {
    let url = desk.url("/test-client/run");
    Ask::new(desk, "poll", url, desk.text("test-device-poll"))
        .input(Input::hidden("client", client_id))
        .input(Input::hidden("grant", "device_code"))
        .input(Input::hidden("device", code))
}

pub(super) async fn run(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let client_id = desk.form.trimmed("client");
    let tried = Tried::find(&desk, client_id, desk.form.trimmed("scope")).await?;
    let tried = tried.ok_or_else(Problem::not_found)?;
    let pairs = vec![
        ("client_id", tried.client_id.clone()),
        ("scope", tried.scope.clone()),
    ];
    let secret = tried.secret(&desk).await?;
    let (realm, provider) = (realm(&desk).await?, Arc::clone(&desk.app.provider));
    let ip = desk.app.client_ip(&desk.request);
    // Each is a row that lies there for minutes, whoever asks for it.
    if let Some(seconds) = desk.app.limits.take_device(realm.id.as_str(), &ip, now()) {
        let words = desk.text_with("test-too-many", "count", seconds.to_string());
        return Err(Problem::invalid(words));
    }
    let answer = match form(&pairs, secret.as_deref()) {
        Ok(form) => {
            let work = move |cx: &mut Cx<'_>| {
                provider.authorize_device(cx, &Credentials::default(), &form)
            };
            let done = desk.app.enter(&realm, Door::Write, work).await;
            done.or_else(refused)?
        }
        Err(error) => refused(error)?,
    };
    let shown = serde_json::to_string_pretty(&answer).unwrap_or_default();
    let code = text_of(&answer, "device_code");
    let user_code = text_of(&answer, "user_code");
    let approve = Ask::new(
        &desk,
        "approve",
        text_of(&answer, "verification_uri"),
        desk.text("test-device-approve"),
    )
    .view()
    .primary()
    .input(Input::hidden("user_code", &user_code));
    let sent = curl((&desk, "auth/device"), &pairs, secret.is_some());
    let again = desk.url(&format!("/test-client?client={}", encode(client_id)));
    let heading = heading(&desk).action(true, Action::link(desk.text("test-again"), again));
    let reply = Card::new("answer", desk.text("test-answer")).code(shown);
    let reply = match code.is_empty() {
        true => reply.lead(desk.text("test-refused")),
        false => reply
            .lead(desk.text("test-device-answer"))
            .ask(true, approve)
            .ask(true, poll(&desk, &tried.client_id, &code)),
    };
    Stack::new(desk.frame(heading))
        .card(Card::new("request", desk.text("test-request")).code(sent))
        .card(reply)
        .show(&desk)
}
