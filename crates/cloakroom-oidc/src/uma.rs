//! User-managed access (UMA 2.0): a token for what policies permit, or only their answer.
//!
//! Keycloak's form of it: whoever asks may name resources without a permission ticket, and choose what
//! the answer is.

mod asked;
mod asker;
mod rpt;
mod submit;
mod ticket;

use cloakroom_model::Cx;
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::decision::{Decision, Identity};
use cloakroom_model::authorization::request::Asks;
use cloakroom_model::client::{self, Client};
use serde_json::{Map, Value, json};

use crate::audit::{self, About};
use crate::dpop;
use crate::error::{Error, OAuthError, Result};
use crate::issue::{self, Issued};
use crate::provider::Provider;
use crate::token::TokenRequest;

pub use asker::identity;
pub use ticket::{Asked, PermissionTicket};

pub(crate) use rpt::{CLAIM, describe, still_granted};

use asker::Asker;

/// The value of `grant_type`.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:uma-ticket";

/// Keycloak's name of the event.
const EVENT: &str = "PERMISSION_TOKEN";

fn denied(status: u16, code: &'static str, why: impl Into<String>) -> Error {
    OAuthError::new(code, why.into()).with_status(status).into()
}

fn invalid(why: impl Into<String>) -> Error {
    OAuthError::invalid_request(why.into()).into()
}

/// Answers a request for permissions. Writes: a refusal may become a question to the owner.
pub(crate) fn answer(
    provider: &Provider,
    cx: &mut Cx<'_>,
    request: &TokenRequest,
) -> Result<Issued> {
    let mut about = About {
        ip: request.ip.clone(),
        ..About::default()
    };
    let answered = decide(provider, cx, request, &mut about);
    match &answered {
        Err(Error::Denied(denied)) => audit::refusal(cx, EVENT, about, denied)?,
        Err(Error::Fault(_)) => {}
        Ok(_) => audit::success(cx, EVENT, about)?,
    }
    answered
}

fn decide(
    provider: &Provider,
    cx: &mut Cx<'_>,
    request: &TokenRequest,
    about: &mut About,
) -> Result<Issued> {
    let form = &request.form;
    let mode = mode(form.get("response_mode"))?;
    let limit = match form.get("response_permissions_limit") {
        None => usize::MAX,
        Some(text) => text
            .parse()
            .map_err(|_| invalid("Invalid response_permissions_limit"))?,
    };
    let mut asker = Asker::find(provider, cx, request)?;
    about.client_id = Some(asker.client.client_id.clone());
    let binding = dpop::admit(cx, &asker.client, &request.proof)?;
    about.user = Some(asker.user.id.clone());
    about.session = asker.session.as_ref().map(|session| session.id.clone());
    let before = rpt::before(provider, cx, form.get("rpt"))?;
    let ticket = match form.get("ticket") {
        Some(text) => Some(ticket::read(provider, cx, text)?),
        None => None,
    };
    asker.push_claims(form)?;
    let audience = match &ticket {
        Some(ticket) => Some(ticket.server.clone()),
        None => form.given("audience").next().map(str::to_owned),
    };
    let server = server(cx, audience.as_deref())?;
    about
        .details
        .insert("audience".to_owned(), server.client_id.clone());
    let all = Authorization::load(cx, &server)?;
    let asks = match &ticket {
        Some(ticket) => {
            asker.add_context(&ticket.claims);
            asked::by_ticket(&all, ticket, &asker.owner)?
        }
        None => asked::by_form(&all, form, &asker.owner)?,
    };
    let identity = asker.identity(cx)?;
    let with_names = form.get(NAMES) != Some("false");
    let mut granted = permitted(cx, &all, &asks, (&identity, with_names))?;
    if !granted.is_empty() && before.is_some() {
        // What an earlier token holds is decided about anew, and never alone.
        let asks = asked::with_those_before(&all, asks.clone(), before.as_ref());
        granted = permitted(cx, &all, &asks, (&identity, with_names))?;
    }
    granted.truncate(limit);
    if granted.is_empty() {
        let submits = ticket.is_some() && form.get("submit_request") != Some("false");
        if submits {
            submit::ask_owners(cx, &all, &asks, &asker)?;
            return Err(denied(403, "access_denied", "request_submitted"));
        }
        return Err(denied(403, "access_denied", "not_authorized"));
    }
    match mode {
        Mode::Decision => Ok(Issued::Answer(json!({"result": true}))),
        Mode::Permissions => Ok(Issued::Answer(Value::Array(granted))),
        Mode::Token => {
            let grant = rpt::grant(cx, asker, &server, (granted, before.as_ref()))?;
            let grant = issue::Authorization { binding, ..grant };
            issue::issue(provider, cx, &server, grant)
                .map(|minted| Issued::Minted(Box::new(minted)))
        }
    }
}

/// The permissions that a request comes to.
fn permitted(
    cx: &mut Cx<'_>,
    all: &Authorization,
    asks: &Asks<'_>,
    (identity, with_names): (&Identity, bool),
) -> Result<Vec<Value>> {
    let mut granted = Vec::new();
    for ask in asks.iter() {
        let decision = all.decide(cx, ask, identity)?;
        if decision.permits {
            granted.push(permission(&decision, &ask.claims, with_names));
        }
    }
    Ok(granted)
}

/// The parameter by which permissions come without the names of their resources.
const NAMES: &str = "response_include_resource_name";

/// What the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Token,
    Decision,
    Permissions,
}

fn mode(text: Option<&str>) -> Result<Mode> {
    match text {
        None => Ok(Mode::Token),
        Some("decision") => Ok(Mode::Decision),
        Some("permissions") => Ok(Mode::Permissions),
        Some(_) => Err(invalid("Invalid response_mode")),
    }
}

/// The client whose resources are asked for.
fn server(cx: &mut Cx<'_>, client_id: Option<&str>) -> Result<Client> {
    let Some(client_id) = client_id else {
        return Err(invalid("You must provide the issuedFor"));
    };
    let is_possible = client_id.len() <= 255 && !client_id.contains(char::is_control);
    let known = match is_possible {
        true => client::find(cx, client_id)?,
        false => None,
    };
    let Some(known) = known.filter(|client| client.enabled) else {
        return Err(invalid(format!(
            "Unknown resource server id: [{client_id}]"
        )));
    };
    if !cloakroom_model::authorization::is_on(&known) {
        return Err(invalid("Client does not support permissions"));
    }
    Ok(known.as_ref().clone())
}

/// A permission as tokens and answers show it.
fn permission(decision: &Decision<'_>, claims: &Map<String, Value>, with_name: bool) -> Value {
    let mut shown = Map::new();
    if let Some(resource) = decision.resource {
        shown.insert("rsid".to_owned(), json!(resource.id));
        if with_name {
            shown.insert("rsname".to_owned(), json!(resource.name));
        }
    }
    if !decision.allowed.is_empty() {
        let scopes = decision.allowed.iter().map(|scope| scope.name.as_str());
        shown.insert("scopes".to_owned(), json!(scopes.collect::<Vec<_>>()));
    }
    if !claims.is_empty() {
        shown.insert("claims".to_owned(), json!(claims));
    }
    Value::Object(shown)
}
