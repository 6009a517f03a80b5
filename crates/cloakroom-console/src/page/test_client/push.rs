//! A request for a code that is pushed first, so that the browser carries nothing but a reference to it (RFC 9126).

use std::rc::Rc;
use std::sync::Arc;

use cloakroom_model::{Cx, Door};
use cloakroom_oidc::authorize::Fetched;
use cloakroom_oidc::client_auth::Credentials;

use super::exchange::{curl, form, realm, refused};
use super::{Tried, VIEW, go, heading, request};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Action;
use crate::part::{Card, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

pub(super) async fn run(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let client_id = desk.form.trimmed("client");
    let tried = Tried::find(&desk, client_id, desk.form.trimmed("scope")).await?;
    let tried = tried.ok_or_else(Problem::not_found)?;
    let pairs = request(&desk, &tried);
    let secret = tried.secret(&desk).await?;
    let (realm, provider) = (realm(&desk).await?, Arc::clone(&desk.app.provider));
    let answer = match form(&pairs, secret.as_deref()) {
        Ok(form) => {
            let nothing = Fetched::default();
            let work =
                move |cx: &mut Cx<'_>| provider.push(cx, &Credentials::default(), &form, &nothing);
            let done = desk.app.enter(&realm, Door::Write, work).await;
            done.or_else(refused)?
        }
        Err(error) => refused(error)?,
    };
    let shown = serde_json::to_string_pretty(&answer).unwrap_or_default();
    let reference = text_of(&answer, "request_uri");
    let follow = go(
        &desk,
        &[
            ("client_id", tried.client_id.clone()),
            ("request_uri", reference.clone()),
        ],
    );
    let sent = curl((&desk, "ext/par/request"), &pairs, secret.is_some());
    let again = desk.url(&format!("/test-client?client={}", encode(client_id)));
    let heading = heading(&desk).action(true, Action::link(desk.text("test-again"), again));
    let reply = Card::new("answer", desk.text("test-answer")).code(shown);
    let reply = match reference.is_empty() {
        true => reply.lead(desk.text("test-refused")),
        false => reply.lead(desk.text("test-pushed")).ask(true, follow),
    };
    Stack::new(desk.frame(heading))
        .card(Card::new("request", desk.text("test-request")).code(sent))
        .card(reply)
        .show(&desk)
}
