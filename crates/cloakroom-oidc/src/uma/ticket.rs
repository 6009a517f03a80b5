//! Permission tickets (UMA 2.0 Grant §3.2): what a resource server says that somebody needs.
//!
//! A ticket is signed and not kept. It gives nobody anything: it names resources and scopes, and who
//! shows it has to prove who they are. So it may be shown again until it ends, as in Keycloak.

use cloakroom_model::client::Client;
use cloakroom_model::{Cx, Realm};
use serde_json::{Map, Value, json};

use super::denied;
use crate::error::Result;
use crate::issue::{SignError, Unsigned, sign};
use crate::keyring::{INTERNAL_ALG, Keyring};
use crate::own_token;
use crate::provider::Provider;
use crate::session_rules;

/// The claim `typ` of tickets.
const KIND: &str = "PermissionTicket";

/// A resource and scopes that a ticket names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The resource's id; `None` for scopes wherever they are.
    pub resource: Option<String>,
    /// The names of the scopes; empty for all that the resource has.
    pub scopes: Vec<String>,
}

/// A ticket that is not signed yet.
#[derive(Clone, Debug)]
pub struct PermissionTicket {
    members: Map<String, Value>,
}

impl PermissionTicket {
    /// Makes a ticket for a resource server, on behalf of whoever asked it for one.
    pub fn new(
        provider: &Provider,
        cx: &mut Cx<'_>,
        (server, subject): (&Client, &str),
        asked: &[Asked],
        claims: Map<String, Value>,
    ) -> Self {
        let ends = session_rules::access_expires_at(cx.realm, server, None, cx.now);
        let issuer = provider.issuer(cx.realm);
        let permissions = asked.iter().map(|one| {
            let mut shown = Map::new();
            if let Some(resource) = &one.resource {
                shown.insert("rsid".to_owned(), json!(resource));
            }
            if !one.scopes.is_empty() {
                shown.insert("scopes".to_owned(), json!(one.scopes));
            }
            Value::Object(shown)
        });
        let permissions: Vec<Value> = permissions.collect();
        let mut members = Map::from_iter([
            ("exp".to_owned(), json!(ends.seconds())),
            ("iat".to_owned(), json!(cx.now.seconds())),
            ("jti".to_owned(), json!(cx.new_id())),
            ("iss".to_owned(), json!(issuer)),
            ("aud".to_owned(), json!(issuer)),
            ("sub".to_owned(), json!(subject)),
            ("typ".to_owned(), json!(KIND)),
            ("azp".to_owned(), json!(server.client_id)),
            ("permissions".to_owned(), json!(permissions)),
        ]);
        if !claims.is_empty() {
            members.insert("claims".to_owned(), json!(claims));
        }
        Self { members }
    }

    /// Signs the ticket with the realm's key for its own tokens.
    pub fn sign(&self, realm: &Realm) -> std::result::Result<String, SignError> {
        let keys = Keyring::of(realm)?;
        let unsigned = Unsigned::new(INTERNAL_ALG, "JWT", self.members.clone());
        sign(&keys, &unsigned)
    }
}

/// A ticket that somebody shows.
#[derive(Debug)]
pub(super) struct Ticket {
    /// The `client_id` of the resource server that got it.
    pub(super) server: String,
    /// What it names.
    pub(super) asked: Vec<Asked>,
    /// What the resource server says of the circumstances.
    pub(super) claims: Map<String, Value>,
}

/// Reads a ticket of this realm that is not over.
pub(super) fn read(provider: &Provider, cx: &Cx<'_>, text: &str) -> Result<Ticket> {
    let refuse = || denied(403, "invalid_ticket", "Ticket verification failed");
    let token = own_token::read(provider, cx, text, &[KIND])?;
    let token = token
        .filter(|token| !token.is_expired(cx))
        .ok_or_else(refuse)?;
    let server = token.text("azp").ok_or_else(refuse)?.to_owned();
    let named = token.members().get("permissions").and_then(Value::as_array);
    let asked = named.into_iter().flatten().map(|one| {
        let scopes = one.get("scopes").and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(Value::as_str);
        let resource = one.get("rsid").and_then(Value::as_str);
        Asked {
            resource: resource.map(str::to_owned),
            scopes: scopes.map(str::to_owned).collect(),
        }
    });
    let asked = asked.collect();
    let claims = token.members().get("claims").and_then(Value::as_object);
    let claims = claims.cloned().unwrap_or_default();
    Ok(Ticket {
        server,
        asked,
        claims,
    })
}
