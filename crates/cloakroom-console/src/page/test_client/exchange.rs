//! One request at the token endpoint's rule, with the same client authentication, limits and events as over HTTP.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::USER_AGENT;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_model::{Cx, Door, Fault, Realm};
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::dpop::Proof;
use cloakroom_oidc::issue::{Issued, SignError};
use cloakroom_oidc::token::TokenRequest;
use cloakroom_oidc::{Error, Form};
use serde_json::{Value, json};

use super::{Tried, VIEW, callback_url, endpoint, heading, verifier};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Action;
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// Asks for tokens and shows the request, the answer, and what is in it.
pub(super) async fn run(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let client_id = desk.form.trimmed("client");
    let tried = Tried::find(&desk, client_id, desk.form.trimmed("scope")).await?;
    let tried = tried.ok_or_else(Problem::not_found)?;
    let pairs = pairs(&desk, &tried)?;
    let secret = tried.secret(&desk).await?;
    let answer = ask(&desk, &pairs, secret.as_deref()).await?;
    let again = desk.url(&format!("/test-client?client={}", encode(client_id)));
    let heading = heading(&desk).action(true, Action::link(desk.text("test-again"), again));
    let shown = serde_json::to_string_pretty(&answer).unwrap_or_default();
    let mut reply = Card::new("answer", desk.text("test-answer")).code(shown);
    let refresh = text_of(&answer, "refresh_token");
    if !refresh.is_empty() {
        let ask = Ask::new(
            &desk,
            "refresh",
            desk.url("/test-client/run"),
            desk.text("test-refresh"),
        )
        .input(Input::hidden("client", client_id))
        .input(Input::hidden("grant", "refresh_token"))
        .input(Input::hidden("refresh", &refresh));
        reply = reply.ask(true, ask);
    }
    if desk.form.get("grant") == Some("refresh_token") {
        let used = desk.form.get("refresh").unwrap_or_default();
        let again = Ask::new(
            &desk,
            "reuse",
            desk.url("/test-client/run"),
            desk.text("test-reuse"),
        )
        .input(Input::hidden("client", client_id))
        .input(Input::hidden("grant", "refresh_token"))
        .input(Input::hidden("refresh", used));
        reply = reply.ask(true, again);
    }
    // Whoever approves a device does so meanwhile.
    if let Some(code) = desk.form.get("device") {
        let is_waiting = ["authorization_pending", "slow_down"];
        let ask = super::device::poll(&desk, client_id, code);
        reply = reply.ask(
            is_waiting.contains(&text_of(&answer, "error").as_str()),
            ask,
        );
    }
    let mut stack = Stack::new(desk.frame(heading))
        .card(Card::new("request", desk.text("test-request")).code(curl(
            (&desk, "token"),
            &pairs,
            secret.is_some(),
        )))
        .card(reply);
    for (id, name, title) in [
        ("access", "access_token", "token-access"),
        ("id", "id_token", "token-id"),
    ] {
        if let Some(claims) = claims(&text_of(&answer, name)) {
            stack = stack.card(Card::new(id, desk.text(title)).code(claims));
        }
    }
    stack.show(&desk)
}

/// What is sent, but for the secret.
fn pairs(desk: &Desk, tried: &Tried) -> Result<Vec<(&'static str, String)>, Problem> {
    let form = |name: &str| desk.form.get(name).unwrap_or_default().to_owned();
    let mut pairs = vec![("client_id", tried.client_id.clone())];
    match desk.form.get("grant") {
        Some("authorization_code") => pairs.extend([
            ("grant_type", "authorization_code".to_owned()),
            ("code", form("code")),
            ("code_verifier", verifier(desk, &form("round"))),
            ("redirect_uri", callback_url(desk)),
        ]),
        Some("refresh_token") => pairs.extend([
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", form("refresh")),
        ]),
        Some("device_code") => pairs.extend([
            ("grant_type", super::device::GRANT.to_owned()),
            ("device_code", form("device")),
        ]),
        Some("client_credentials") => pairs.extend([
            ("grant_type", "client_credentials".to_owned()),
            ("scope", tried.scope.clone()),
        ]),
        _ => return Err(Problem::not_found()),
    }
    Ok(pairs)
}

/// The same for a shell; what is secret is a variable or left out.
pub(super) fn curl(
    (desk, end): (&Desk, &str),
    pairs: &[(&str, String)],
    has_secret: bool,
) -> String {
    let mut lines = vec![format!("curl {}", endpoint(desk, end))];
    for (name, value) in pairs {
        let value = match *name {
            "code" | "code_verifier" | "refresh_token" | "device_code" => {
                format!("${}", name.to_uppercase())
            }
            _ => value.clone(),
        };
        lines.push(format!("  --data-urlencode \"{name}={value}\""));
    }
    if has_secret {
        lines.push("  --data-urlencode \"client_secret=$CLIENT_SECRET\"".to_owned());
    }
    lines.join(" \\\n")
}

fn claims(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    serde_json::to_string_pretty(&payload).ok()
}

async fn ask(
    desk: &Desk,
    pairs: &[(&'static str, String)],
    secret: Option<&str>,
) -> Result<Value, Problem> {
    let agent = desk.request.headers().get(USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok());
    let form = match form(pairs, secret) {
        Ok(form) => form,
        Err(error) => return refused(error),
    };
    let asked = TokenRequest {
        credentials: Credentials::default(),
        form,
        ip: desk.app.client_ip(&desk.request),
        user_agent: agent.unwrap_or_default().chars().take(255).collect(),
        proof: Proof::default(),
    };
    let realm = realm(desk).await?;
    let provider = Arc::clone(&desk.app.provider);
    let work = move |cx: &mut Cx<'_>| -> Result<_, Error> {
        match provider.token(cx, &asked, Door::Write)? {
            Issued::Minted(minted) => Ok(minted),
            Issued::NeedsWrite => {
                Err(Fault::corrupt("a door that writes asked for another").into())
            }
            Issued::Answer(_) => Err(Fault::corrupt("a code was traded for no token").into()),
        }
    };
    let minted = match desk.app.enter(&realm, Door::Write, work).await {
        Ok(minted) => minted,
        Err(error) => return refused(error),
    };
    match minted.sign(&realm) {
        // Keys at an address of the client's are not fetched here: that they are missing is said.
        Ok(signed) => signed.encrypt(None).or_else(refused),
        // The token endpoint makes a key that is missing; here it is only said.
        Err(SignError::Missing(missing)) => Err(Problem::invalid(desk.text_with(
            "test-no-key",
            "name",
            missing.0.name(),
        ))),
        Err(SignError::Fault(fault)) => Err(Problem::broken(fault)),
    }
}

/// What an endpoint refuses is an answer like another.
pub(super) fn refused(error: Error) -> Result<Value, Problem> {
    match error {
        Error::Denied(denied) => Ok(json!({
            "error": denied.code,
            "error_description": denied.description,
        })),
        Error::Fault(fault) => Err(Problem::broken(fault)),
    }
}

/// What is sent, with the secret if there is one.
pub(super) fn form(pairs: &[(&'static str, String)], secret: Option<&str>) -> Result<Form, Error> {
    let sent = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    Form::from_pairs(sent.chain(secret.map(|secret| ("client_secret", secret))))
}

/// The realm that is asked.
pub(super) async fn realm(desk: &Desk) -> Result<Arc<Realm>, Problem> {
    let realm = desk.app.realm(&desk.realm).await.map_err(Problem::broken)?;
    realm.ok_or_else(Problem::not_found)
}
