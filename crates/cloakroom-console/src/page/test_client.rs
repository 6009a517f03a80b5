//! A client to try the others with: each request, its answer and what the tokens hold.

mod device;
mod exchange;
mod push;

use std::rc::Rc;

use cloakroom_model::Digest;
use cloakroom_web::app::now;
use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::frame::{Action, Heading};
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/test-client", |desk| Box::pin(show(desk))),
    Route::change("/test-client/begin", |desk| Box::pin(push::begin(desk))),
    Route::show("/test-client/callback", |desk| Box::pin(callback(desk))),
    Route::change("/test-client/run", |desk| Box::pin(exchange::run(desk))),
    Route::change("/test-client/push", |desk| Box::pin(push::run(desk))),
    Route::change("/test-client/device", |desk| Box::pin(device::run(desk))),
];

const VIEW: &[&str] = &["view-clients", "manage-clients"];
const MANAGE: &[&str] = &["manage-clients"];

/// A client that is tried.
struct Tried {
    /// As the API shows it.
    client: Value,
    client_id: String,
    scope: String,
}

impl Tried {
    /// The client of a name; `None` where there is none.
    async fn find(desk: &Desk, client_id: &str, scope: &str) -> Result<Option<Self>, Problem> {
        let path = format!("clients?clientId={}", encode(client_id));
        let found = desk.get(&path).await?;
        let client = found.as_array().and_then(|all| all.first()).cloned();
        Ok(client.map(|client| Self {
            client,
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
        }))
    }

    fn is_on(&self, name: &str) -> bool {
        self.client.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// Its secret, as far as the administrator may see it.
    async fn secret(&self, desk: &Desk) -> Result<Option<String>, Problem> {
        if self.is_on("publicClient") {
            return Ok(None);
        }
        let path = format!(
            "clients/{}/client-secret",
            encode(&text_of(&self.client, "id"))
        );
        let found = desk.get_if_allowed(&path).await?.unwrap_or_default();
        Ok(Some(text_of(&found, "value")).filter(|secret| !secret.is_empty()))
    }
}

/// Where an answer comes back to: a page of this console.
fn callback_url(desk: &Desk) -> String {
    let path = format!(
        "/admin/{}/console/{}/test-client/callback",
        encode(&desk.home().name),
        encode(&desk.realm)
    );
    format!("{}{path}", desk.app.base_url)
}

fn endpoint(desk: &Desk, end: &str) -> String {
    let (base, realm) = (desk.frontend(), encode(&desk.realm));
    format!("{base}/realms/{realm}/protocol/openid-connect/{end}")
}

/// The verifier of a round: known to nobody who does not hold this console session.
fn verifier(desk: &Desk, round: &str) -> String {
    Digest::of(format!("{}.verifier.{round}", desk.csrf()).as_bytes()).to_base64url()
}

/// `round.client.proof`; the proof ties it to this console session.
fn state(desk: &Desk, round: &str, client_id: &str) -> String {
    let proof = format!("{}.state.{round}.{client_id}", desk.csrf());
    let proof = Digest::of(proof.as_bytes()).to_base64url();
    format!("{round}.{}.{proof}", encode(client_id).replace('.', "%2E"))
}

fn heading(desk: &Desk) -> Heading {
    Heading::new(&desk.text("nav-test-client")).lead(desk.text("test-lead"))
}

async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let mut stack = Stack::new(desk.frame(heading(&desk))).card(form(&desk));
    let client_id = desk.query.trimmed("client");
    if client_id.is_empty() {
        return stack.show(&desk);
    }
    let Some(tried) = Tried::find(&desk, client_id, desk.query.trimmed("scope")).await? else {
        let none = Card::new("none", desk.text("test-no-client"));
        return stack.card(none).show(&desk);
    };
    stack = stack.card(code_card(&desk, &tried));
    if tried.is_on("serviceAccountsEnabled") {
        stack = stack.card(credentials_card(&desk, &tried));
    }
    if text_of(
        &tried.client,
        "attributes/oauth2.device.authorization.grant.enabled",
    ) == "true"
    {
        stack = stack.card(device::card(&desk, &tried));
    }
    stack.show(&desk)
}

fn form(desk: &Desk) -> Card {
    let scope = desk.query.get("scope").unwrap_or("openid");
    let ask = Ask::new(
        desk,
        "which",
        desk.url("/test-client"),
        desk.text("test-prepare"),
    )
    .view()
    .primary()
    .input(Input::text(
        "client",
        desk.text("test-client-id"),
        desk.query.trimmed("client"),
    ))
    .input(Input::text("scope", desk.text("test-scope"), scope));
    Card::new("client-card", desk.text("test-which")).ask(true, ask)
}

/// The request of a code, ready to be followed; or what keeps it from coming back here.
fn code_card(desk: &Desk, tried: &Tried) -> Card {
    let card = Card::new("code-card", desk.text("test-code"));
    if !tried.is_on("standardFlowEnabled") {
        return card.lead(desk.text("test-code-off"));
    }
    let is_registered = is_registered(desk, tried);
    if !is_registered && !desk.may(MANAGE) {
        let callback = callback_url(desk);
        return card.lead(desk.text("test-not-registered")).code(callback);
    }
    let pairs = request(desk, tried);
    let begin = match is_registered {
        true => go(desk, &pairs),
        false => ask_for(desk, tried, ("begin", "test-go")).primary(),
    };
    let lead = match is_registered {
        true => "test-code-lead",
        false => "test-code-lent",
    };
    card.lead(desk.text(lead))
        .code(lines("GET", &endpoint(desk, "auth"), &pairs))
        .ask(true, begin)
        .ask(true, ask_for(desk, tried, ("push", "test-push")))
}

/// The client may be answered at this console's address, whoever asks.
fn is_registered(desk: &Desk, tried: &Tried) -> bool {
    let callback = callback_url(desk);
    let uris = tried.client.get("redirectUris").and_then(Value::as_array);
    let mut uris = uris.into_iter().flatten();
    uris.any(|uri| uri.as_str() == Some(callback.as_str()))
}

/// A button that does something with the client: the end of its address, and the key of its words.
fn ask_for(desk: &Desk, tried: &Tried, (end, words): (&'static str, &str)) -> Ask {
    let url = desk.url(&format!("/test-client/{end}"));
    Ask::new(desk, end, url, desk.text(words))
        .input(Input::hidden("client", &tried.client_id))
        .input(Input::hidden("scope", &tried.scope))
}

/// The parameters of a request for a code.
fn request(desk: &Desk, tried: &Tried) -> Vec<(&'static str, String)> {
    let round = now().millis().to_string();
    let challenge = Digest::of(verifier(desk, &round).as_bytes()).to_base64url();
    vec![
        ("client_id", tried.client_id.clone()),
        ("redirect_uri", callback_url(desk)),
        ("response_type", "code".to_owned()),
        ("scope", tried.scope.clone()),
        ("state", state(desk, &round, &tried.client_id)),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

/// A request as it is read: the method, the address, a parameter a line.
fn lines(method: &str, address: &str, pairs: &[(&str, String)]) -> String {
    let lines = pairs
        .iter()
        .map(|(name, value)| format!("  {name}={value}"));
    let lines: Vec<String> = lines.collect();
    format!("{method} {address}\n{}", lines.join("\n"))
}

/// The button that takes the browser to the sign-in with these parameters.
fn go(desk: &Desk, pairs: &[(&str, String)]) -> Ask {
    let mut go = Ask::new(desk, "go", endpoint(desk, "auth"), desk.text("test-go"))
        .view()
        .primary();
    for (name, value) in pairs {
        go = go.input(Input::hidden(name, value));
    }
    go
}

fn credentials_card(desk: &Desk, tried: &Tried) -> Card {
    let ask = Ask::new(
        desk,
        "credentials",
        desk.url("/test-client/run"),
        desk.text("test-run"),
    )
    .input(Input::hidden("client", &tried.client_id))
    .input(Input::hidden("scope", &tried.scope))
    .input(Input::hidden("grant", "client_credentials"));
    Card::new("credentials-card", desk.text("test-credentials"))
        .lead(desk.text("test-credentials-lead"))
        .ask(true, ask)
}

/// The provider's answer: a code that can be exchanged, or an error.
async fn callback(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let asked = desk.query.get("state").unwrap_or_default();
    let mut parts = asked.split('.');
    let (round, client_id) = (parts.next(), parts.next());
    let (round, client_id) = (round.unwrap_or_default(), client_id.unwrap_or_default());
    let client_id = crate::desk::decode(client_id);
    let lines = desk.query.iter().map(|(name, value)| {
        // A code is spent once, but it is a secret until then.
        let value = if name == "code" { "…" } else { value };
        format!("{name}={value}")
    });
    let lines: Vec<String> = lines.collect();
    let mut card = Card::new("answer", desk.text("test-answer")).code(lines.join("\n"));
    let expected = Digest::of(state(&desk, round, &client_id).as_bytes());
    if !expected.matches(&Digest::of(asked.as_bytes())) {
        card = card.lead(desk.text("test-foreign"));
    } else if let Some(code) = desk.query.get("code") {
        let ask = Ask::new(
            &desk,
            "exchange",
            desk.url("/test-client/run"),
            desk.text("test-exchange"),
        )
        .primary()
        .input(Input::hidden("client", &client_id))
        .input(Input::hidden("grant", "authorization_code"))
        .input(Input::hidden("round", round))
        .input(Input::hidden("code", code));
        card = card.lead(desk.text("test-answer-lead")).ask(true, ask);
    } else {
        card = card.lead(desk.text("test-refused"));
    }
    let again = desk.url(&format!("/test-client?client={}", encode(&client_id)));
    let heading = heading(&desk).action(true, Action::link(desk.text("test-again"), again));
    Stack::new(desk.frame(heading)).card(card).show(&desk)
}
