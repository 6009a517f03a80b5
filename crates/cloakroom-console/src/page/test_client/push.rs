//! A request for a code that is pushed first, so that the browser carries nothing but a reference to it (RFC 9126).
//!
//! It is also how a client is tried that does not have the address of this console: the reference stands for a request
//! that an administrator may make, who could give the client that address for good. Nobody else gets an answer there.

use std::rc::Rc;
use std::sync::Arc;

use cloakroom_model::{Cx, Door};
use cloakroom_oidc::authorize::Fetched;
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::dpop::Proof;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::exchange::{curl, form, realm, refused};
use super::{MANAGE, Tried, VIEW, endpoint, go, heading, is_registered, request};
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
    let way = match is_registered(&desk, &tried) || !desk.may(MANAGE) {
        true => Way::Client,
        false => Way::Lent,
    };
    let answer = push(&desk, (&pairs, secret.as_deref()), way).await?;
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

/// Whose request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The client's, as over HTTP.
    Client,
    /// The client's, with the address of this console lent to it.
    Lent,
    /// An administrator's, who needs no proof of the client.
    Administrator,
}

async fn push(
    desk: &Desk,
    (pairs, secret): (&[(&'static str, String)], Option<&str>),
    way: Way,
) -> Result<Value, Problem> {
    let form = match form(pairs, secret) {
        Ok(form) => form,
        Err(error) => return refused(error),
    };
    let (realm, provider) = (realm(desk).await?, Arc::clone(&desk.app.provider));
    let work = move |cx: &mut Cx<'_>| {
        let nobody = Credentials::default();
        match way {
            Way::Client => {
                let shown = (&nobody, &Proof::default());
                provider.push(cx, shown, &form, &Fetched::default())
            }
            Way::Lent => provider.push_trial(cx, Some(&nobody), &form),
            Way::Administrator => provider.push_trial(cx, None, &form),
        }
    };
    let done = desk.app.enter(&realm, Door::Write, work).await;
    done.or_else(refused)
}

/// Takes the browser to the sign-in of a client that does not have this console's address.
pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let client_id = desk.form.trimmed("client");
    let tried = Tried::find(&desk, client_id, desk.form.trimmed("scope")).await?;
    let tried = tried.ok_or_else(Problem::not_found)?;
    let pairs = request(&desk, &tried);
    let answer = push(&desk, (&pairs, None), Way::Administrator).await?;
    let reference = text_of(&answer, "request_uri");
    if reference.is_empty() {
        let shown = serde_json::to_string_pretty(&answer).unwrap_or_default();
        let reply = Card::new("answer", desk.text("test-answer")).code(shown);
        let reply = reply.lead(desk.text("test-refused"));
        let stack = Stack::new(desk.frame(heading(&desk))).card(reply);
        return stack.show(&desk);
    }
    let to = Serializer::new(format!("{}?", endpoint(&desk, "auth")))
        .append_pair("client_id", &tried.client_id)
        .append_pair("request_uri", &reference)
        .finish();
    Ok(desk.go_to(&to, None))
}
