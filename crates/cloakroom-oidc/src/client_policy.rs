//! Client policies: what a realm demands of its clients when they are made, when they change, and when
//! they ask. To add an executor: a struct in `executor/` and its line in `executor.rs`.

mod condition;
mod executor;

use cloakroom_model::client::{Client, Settings};
use cloakroom_model::client_policy::{Part, Policy};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::{Cx, Result};

use crate::form::Form;

/// The executor that makes access tokens carry nothing that the server can look up.
pub(crate) const LIGHTWEIGHT: &str = "use-lightweight-access-token";
/// The executor that lets a client keep its registration access token.
pub const KEEPS_REGISTRATION_TOKEN: &str = "registration-access-token-rotation-disabled";
/// The executor that lets secrets end, and the one before live on for a while.
pub const SECRET_ROTATION: &str = "secret-rotation";

/// Clients are held to what an executor of this kind demands, or get what it gives.
pub fn is_executor(kind: &str) -> bool {
    [LIGHTWEIGHT, KEEPS_REGISTRATION_TOKEN, SECRET_ROTATION].contains(&kind)
        || executor::named(kind).is_some()
}

/// It is known when a condition of this kind holds.
pub fn is_condition(kind: &str) -> bool {
    condition::SPOKEN.contains(&kind)
}

/// Why a policy lets something not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code, as the RFCs name it.
    pub error: &'static str,
    /// One sentence for the developer who reads it.
    pub description: String,
}

impl Refused {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        let description = description.into();
        Self { error, description }
    }
}

/// What an executor says.
type Checked = std::result::Result<(), Refused>;

/// By what right somebody makes or changes a client, in Keycloak's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An administrator's access token.
    AuthenticatedUser,
    /// None.
    Anonymous,
    /// An initial access token.
    InitialAccessToken,
    /// The client's own registration access token.
    RegistrationAccessToken,
}

/// Who makes or changes a client.
#[derive(Clone, Debug)]
pub struct Registrant {
    /// By what right.
    pub source: Source,
    /// From where.
    pub ip: String,
    /// The administrator, if it is one.
    pub user: Option<UserId>,
}

/// A client as it is to become.
pub struct Proposal<'a> {
    /// Its id, if it is there.
    pub id: Option<&'a ClientUuid>,
    /// What it is to be; policies may change it.
    pub settings: &'a mut Settings,
    /// Tells whether a member was sent, rather than left to be what it usually is.
    pub says: &'a dyn Fn(&str) -> bool,
}

impl std::fmt::Debug for Proposal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proposal").field("id", &self.id).finish()
    }
}

/// Where a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The browser is at the authorization endpoint.
    Authorization {
        /// The request was pushed before.
        pushed: bool,
        /// It came in an object that the client signed.
        signed: bool,
    },
    /// The client pushes a request.
    Pushed {
        /// It came in an object that the client signed.
        signed: bool,
    },
    /// The client is at the token endpoint.
    Token {
        /// It brings a proof of a key that tokens can be bound to.
        proof: bool,
    },
}

/// What a policy is asked about.
#[derive(Clone, Copy)]
enum Step<'a> {
    Registration(&'a Registrant, Option<&'a ClientUuid>, &'a Settings),
    Request(&'a Client, &'a Form, At),
}

impl Step<'_> {
    fn settings(&self) -> &Settings {
        match self {
            Self::Registration(_, _, settings) => settings,
            Self::Request(client, ..) => &client.settings,
        }
    }

    fn id(&self) -> Option<&ClientUuid> {
        match self {
            Self::Registration(_, id, _) => *id,
            Self::Request(client, ..) => Some(&client.id),
        }
    }
}

/// What an executor may look at when a client asks.
struct Request<'a> {
    issuer: &'a str,
    now: i64,
    client: &'a Client,
    form: &'a Form,
    at: At,
}

/// The policies that apply to a step, in their order.
fn applying(cx: &mut Cx<'_>, step: Step<'_>) -> Result<Vec<Policy>> {
    // Policies are about OpenID Connect; those for SAML have nothing to act on here.
    let protocol = step.settings().protocol.as_deref();
    if cx.realm.policies.is_empty() || protocol.is_some_and(|name| name != "openid-connect") {
        return Ok(Vec::new());
    }
    let realm = cx.realm.clone();
    let mut found = Vec::new();
    for policy in &realm.policies {
        if condition::all_hold(cx, &policy.conditions, step)? {
            found.push(policy.clone());
        }
    }
    Ok(found)
}

/// Asks the policies about a client that is to be made or changed, and lets them complete it.
pub fn register(
    cx: &mut Cx<'_>,
    by: &Registrant,
    proposal: &mut Proposal<'_>,
) -> Result<Option<Refused>> {
    let step = Step::Registration(by, proposal.id, proposal.settings);
    let policies = applying(cx, step)?;
    let parts = policies.iter().flat_map(|policy| &policy.executors);
    for part in parts {
        let Some(executor) = executor::named(&part.kind) else {
            continue;
        };
        if let Err(refused) = executor.register(part, proposal) {
            return Ok(Some(refused));
        }
    }
    Ok(None)
}

/// Asks the policies about a request of a client.
pub(crate) fn refusal(
    cx: &mut Cx<'_>,
    (issuer, at): (&str, At),
    client: &Client,
    form: &Form,
) -> Result<Option<Refused>> {
    let policies = applying(cx, Step::Request(client, form, at))?;
    let request = Request {
        issuer,
        now: cx.now.seconds(),
        client,
        form,
        at,
    };
    let parts = policies.iter().flat_map(|policy| &policy.executors);
    for part in parts {
        let Some(executor) = executor::named(&part.kind) else {
            continue;
        };
        if let Err(refused) = executor.request(part, &request) {
            return Ok(Some(refused));
        }
    }
    Ok(None)
}

/// Tells whether a policy with this executor applies to the client's tokens.
pub(crate) fn demands(cx: &mut Cx<'_>, client: &Client, kind: &str) -> Result<bool> {
    Ok(part_demanded(cx, client, kind)?.is_some())
}

/// The settings of an executor that applies to the client's tokens.
pub(crate) fn part_demanded(cx: &mut Cx<'_>, client: &Client, kind: &str) -> Result<Option<Part>> {
    let form = Form::default();
    let at = At::Token { proof: false };
    let policies = applying(cx, Step::Request(client, &form, at))?;
    let mut parts = policies.into_iter().flat_map(|policy| policy.executors);
    Ok(parts.find(|part| part.kind == kind))
}

/// The settings of an executor that applies to a client that is made or changed.
pub fn demanded(
    cx: &mut Cx<'_>,
    by: &Registrant,
    client: (Option<&ClientUuid>, &Settings),
    kind: &str,
) -> Result<Option<Part>> {
    let policies = applying(cx, Step::Registration(by, client.0, client.1))?;
    let mut parts = policies.into_iter().flat_map(|policy| policy.executors);
    Ok(parts.find(|part| part.kind == kind))
}
