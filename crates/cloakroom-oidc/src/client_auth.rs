//! Who is the client? Each way to prove it is a file here; nothing else makes a [`ProvenClient`].

mod assertion;
pub mod bearer;
pub mod secret;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, Secret};

use crate::client_keys::{KeysWanted, RemoteKeys};
use crate::dpop;
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::provider::Provider;

/// The methods as discovery lists them.
pub const METHODS: [&str; 4] = [
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
];

/// A client can prove itself by this authenticator, in Keycloak's word.
pub fn is_known(authenticator: &str) -> bool {
    ["client-jwt", "client-secret", "client-secret-jwt"].contains(&authenticator)
}

/// A client that proved itself, or that is public and has nothing to prove with.
#[derive(Clone, Debug)]
pub struct ProvenClient(Arc<Client>);

impl ProvenClient {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.0
    }
}

impl std::ops::Deref for ProvenClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// What a request says about its client.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    basic: Option<(String, Secret)>,
    malformed: bool,
    bearer: Option<Secret>,
    /// The scheme of that token says that it is bound to a key.
    is_bound: bool,
    fetched: Option<Arc<RemoteKeys>>,
}

impl Credentials {
    /// Reads an `Authorization` header. RFC 6749 §2.3.1: both halves are form-encoded.
    pub fn from_header(header: Option<&str>) -> Self {
        let Some((scheme, rest)) = header.and_then(|text| text.split_once(' ')) else {
            return Self::default();
        };
        let is_bound = scheme.eq_ignore_ascii_case(dpop::KIND);
        if is_bound || scheme.eq_ignore_ascii_case("bearer") {
            return Self {
                bearer: Some(Secret::new(rest.trim())),
                is_bound,
                ..Self::default()
            };
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return Self::default();
        }
        let basic = decode_basic(rest.trim());
        Self {
            malformed: basic.is_none(),
            basic,
            ..Self::default()
        }
    }

    /// The access token that the header holds, where it holds one. Only some requests take it for a proof.
    pub fn bearer(&self) -> Option<&str> {
        self.bearer.as_ref().map(Secret::expose)
    }

    /// That token came as one that is bound to a key.
    pub fn is_bound(&self) -> bool {
        self.is_bound
    }

    /// Adds the client's keys, which were fetched for this request.
    #[must_use]
    pub fn with_keys(mut self, fetched: Option<Arc<RemoteKeys>>) -> Self {
        self.fetched = fetched;
        self
    }
}

impl Provider {
    /// The keys that have to be fetched before the client of this request can prove itself.
    pub fn keys_wanted(&self, cx: &mut Cx<'_>, form: &Form) -> Result<Option<KeysWanted>> {
        assertion::keys_wanted(cx, form)
    }
}

impl Credentials {
    /// The name that the request gives its client, proved or not.
    pub fn claimed_client<'a>(&'a self, form: &'a Form) -> Option<&'a str> {
        let basic = self.basic.as_ref().map(|(id, _)| id.as_str());
        form.get("client_id").or(basic)
    }

    /// The client whose failures are counted, if the proof does not hold: the subject of an assertion, where there is one.
    pub fn counted_client(&self, form: &Form) -> Option<String> {
        match form.get("client_assertion") {
            Some(text) => assertion::subject(text),
            None => self.claimed_client(form).map(str::to_owned),
        }
    }

    /// The request holds something that is to prove its client; a public client has nothing.
    pub fn has_proof(&self, form: &Form) -> bool {
        let names = ["client_secret", "client_assertion"];
        self.malformed || self.basic.is_some() || names.iter().any(|name| form.has(name))
    }
}

fn decode_basic(text: &str) -> Option<(String, Secret)> {
    let bytes = STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decode(id)?, Secret::new(form_decode(secret)?)))
}

fn form_decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}

/// The client that a request comes from.
pub fn prove(
    provider: &Provider,
    cx: &mut Cx<'_>,
    credentials: &Credentials,
    form: &Form,
) -> Result<ProvenClient> {
    try_prove(provider, cx, credentials, form).map_err(|error| match error {
        Error::Denied(denied) => OAuthError {
            is_unproven: true,
            ..denied
        }
        .into(),
        fault @ Error::Fault(_) => fault,
    })
}

fn try_prove(
    provider: &Provider,
    cx: &mut Cx<'_>,
    credentials: &Credentials,
    form: &Form,
) -> Result<ProvenClient> {
    if credentials.malformed {
        return Err(unknown_client());
    }
    if form.get("client_assertion_type").is_some() || form.get("client_assertion").is_some() {
        if credentials.basic.is_some() || form.get("client_secret").is_some() {
            // RFC 6749 §2.3: one method a request.
            return Err(
                OAuthError::invalid_request("More than one client authentication method").into(),
            );
        }
        let fetched = credentials.fetched.as_ref();
        return assertion::prove(provider, cx, form, fetched).map(ProvenClient);
    }
    let client_id = match (&credentials.basic, form.get("client_id")) {
        // Keycloak lets the body name the client, and a foreign header then proves nothing.
        (Some((id, _)), Some(named)) if id != named => {
            return public(cx, named);
        }
        (Some((id, _)), _) => id.as_str(),
        (None, Some(named)) => named,
        (None, None) => return Err(unknown_client()),
    };
    let client = find(cx, client_id)?;
    if client.settings.public_client {
        return Ok(ProvenClient(client));
    }
    let given = match &credentials.basic {
        Some((_, secret)) => Some(secret.expose()),
        None => form.get("client_secret"),
    };
    secret::check(cx, &client, given)?;
    Ok(ProvenClient(client))
}

fn public(cx: &mut Cx<'_>, client_id: &str) -> Result<ProvenClient> {
    let client = find(cx, client_id)?;
    if client.settings.public_client {
        return Ok(ProvenClient(client));
    }
    Err(wrong_credentials())
}

/// The client that may be used at all.
pub(crate) fn find(cx: &mut Cx<'_>, client_id: &str) -> Result<Arc<Client>> {
    // RFC 6749 Appendix A.1: printable characters. One of the databases cannot be asked for others.
    if client_id.contains(char::is_control) {
        return Err(unknown_client());
    }
    let client = client::find(cx, client_id)?.ok_or_else(unknown_client)?;
    if !client.enabled {
        return Err(unknown_client());
    }
    Ok(client)
}

const TEXT: &str = "Invalid client or Invalid client credentials";

fn unknown_client() -> Error {
    OAuthError::invalid_client(TEXT).into()
}

fn wrong_credentials() -> Error {
    OAuthError::unauthorized_client(TEXT).into()
}
