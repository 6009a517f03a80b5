//! An API and what it says to those it refuses (RFC 6750 §3, RFC 9449 §7.1, RFC 9728).
use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use crate::error::{SetupError, VerifyError};
use crate::presented::Scheme;
use crate::verifier::Verifier;

/// RFC 9728 §3: where the metadata of a resource is.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A protected API: a verifier and the address under which clients know the API; cheap to clone.
#[derive(Clone, Debug)]
pub struct Protection {
    verifier: Verifier,
    resource: Arc<Url>,
    metadata: Arc<Map<String, Value>>,
}

impl Protection {
    /// Protects the API with this address, as its clients see it: in front of any proxy.
    ///
    /// DPoP proofs have to be made for addresses that begin with its scheme, host and port.
    ///
    /// # Errors
    /// If `resource` is no `https` address (or `http`, for an API on the machine itself or behind a
    /// proxy), or has a query or a fragment (RFC 9728 §1.2).
    pub fn new(verifier: Verifier, resource: &str) -> Result<Self, SetupError> {
        const BAD: SetupError = SetupError("the address of the API is no https address");
        let url = Url::parse(resource).map_err(|_| BAD)?;
        let is_plain = url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() || !is_plain {
            return Err(BAD);
        }
        let bindings = verifier.bindings();
        let algs = bindings.algs().iter().map(|alg| alg.name().into());
        let mut metadata = Map::new();
        let mut set = |name: &str, value: Value| {
            metadata.insert(name.to_owned(), value);
        };
        set("resource", resource.into());
        set(
            "authorization_servers",
            vec![Value::from(verifier.issuer().name())].into(),
        );
        set(
            "bearer_methods_supported",
            vec![Value::from("header")].into(),
        );
        set(
            "dpop_signing_alg_values_supported",
            Value::Array(algs.collect()),
        );
        Ok(Self {
            verifier,
            resource: Arc::new(url),
            metadata: Arc::new(metadata),
        })
    }

    /// Names the scopes that clients may ask for.
    #[must_use]
    pub fn scopes(self, scopes: &[&str]) -> Self {
        self.member("scopes_supported", scopes.to_vec().into())
    }

    /// Names the API for people.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.member("resource_name", name.into())
    }

    /// Says where the API is described.
    #[must_use]
    pub fn documentation(self, address: &str) -> Self {
        self.member("resource_documentation", address.into())
    }

    /// Adds a member to the metadata, such as `resource_policy_uri`, or
    /// `tls_client_certificate_bound_access_tokens` where the app hands in client certificates.
    #[must_use]
    pub fn member(mut self, name: &str, value: Value) -> Self {
        Arc::make_mut(&mut self.metadata).insert(name.to_owned(), value);
        self
    }

    /// Checks the tokens.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The metadata of the API (RFC 9728 §2), to be answered as JSON at [`Protection::metadata_path`].
    pub fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }

    /// The path of the metadata (RFC 9728 §3.1: the well-known part, then the path of the API).
    pub fn metadata_path(&self) -> String {
        let path = self.resource.path().trim_end_matches('/');
        format!("{WELL_KNOWN}{path}")
    }

    /// The address of a path of this server, as its clients know it.
    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.resource.origin().ascii_serialization())
    }

    /// The values of `WWW-Authenticate` for a refusal; each is a header of its own.
    ///
    /// All schemes are offered that may lead further, and the one that the client used, or the first, says
    /// what was wrong with it (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). There is none
    /// for a 400 or 503.
    pub fn challenges(&self, error: &VerifyError, used: Option<Scheme>) -> Vec<String> {
        if !matches!(error.status(), 401 | 403) {
            return Vec::new();
        }
        // RFC 9449 §7.1: whoever has a bound token gets no further as a bearer.
        let offered: &[Scheme] = match used {
            Some(Scheme::Dpop) => &[Scheme::Dpop],
            _ => &[Scheme::Bearer, Scheme::Dpop],
        };
        let speaks = used.unwrap_or(Scheme::Bearer);
        let challenge = |scheme: &Scheme| self.challenge(*scheme, error, speaks == *scheme);
        offered.iter().map(challenge).collect()
    }

    fn challenge(&self, scheme: Scheme, error: &VerifyError, says_why: bool) -> String {
        let mut parameters = Vec::new();
        let mut add = |name: &str, value: &str| {
            parameters.push(format!("{name}=\"{}\"", quotable(value)));
        };
        if let Some(code) = error.code().filter(|_| says_why) {
            add("error", code);
            add("error_description", &error.to_string());
        }
        if let VerifyError::InsufficientScope(scope) = error {
            add("scope", scope);
        }
        if scheme == Scheme::Dpop {
            let algs = self.verifier.bindings().algs().iter();
            add(
                "algs",
                &algs.map(|alg| alg.name()).collect::<Vec<_>>().join(" "),
            );
        }
        add("resource_metadata", &self.address_of(&self.metadata_path()));
        format!("{} {}", scheme.name(), parameters.join(", "))
    }
}

/// RFC 6750 §3: the letters that a description, a scope or an address may have.
fn quotable(text: &str) -> String {
    let is_fit = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    text.chars().filter(is_fit).collect()
}
