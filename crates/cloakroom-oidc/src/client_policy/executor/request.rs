//! What an authorization request has to hold, and how it has to come.

use cloakroom_model::client_policy::Part;

use super::{Executor, completes, metadata, request};
use crate::client_policy::{At, Checked, Proposal, Request};
use crate::issue::DETACHED;

/// The browser is at the authorization endpoint.
fn is_asked(asked: &Request<'_>) -> bool {
    matches!(asked.at, At::Authorization { .. })
}

pub(super) struct Pkce;

const PKCE: &str = "pkce.code.challenge.method";

impl Executor for Pkce {
    fn kind(&self) -> &'static str {
        "pkce-enforcer"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let attributes = &mut proposal.settings.attributes;
        if completes(config) {
            attributes.insert(PKCE.to_owned(), "S256".to_owned());
        }
        if attributes.get(PKCE).is_some_and(|method| method == "S256") {
            return Ok(());
        }
        metadata("code_challenge_method")
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        if !is_asked(asked) {
            return Ok(());
        }
        match asked.form.get("code_challenge_method") {
            None => request("Missing parameter: code_challenge_method"),
            Some("S256") if asked.form.get("code_challenge").is_none() => {
                request("Missing parameter: code_challenge")
            }
            Some("S256") => Ok(()),
            Some(_) => request("Invalid parameter: invalid code_challenge_method"),
        }
    }
}

pub(super) struct Session;

impl Executor for Session {
    fn kind(&self) -> &'static str {
        "secure-session"
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        if !is_asked(asked) {
            return Ok(());
        }
        let scope = asked.form.get("scope").unwrap_or_default();
        let name = match scope.split(' ').any(|word| word == "openid") {
            true => "nonce",
            false => "state",
        };
        match asked.form.get(name) {
            Some(_) => Ok(()),
            None => request(&format!("Missing parameter: {name}")),
        }
    }
}

pub(super) struct ResponseType;

impl Executor for ResponseType {
    fn kind(&self) -> &'static str {
        "secure-response-type"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let settings = &mut *proposal.settings;
        if completes(config) {
            let on = "true".to_owned();
            settings.attributes.insert(DETACHED.to_owned(), on);
        }
        if settings.has(DETACHED) {
            return Ok(());
        }
        metadata("ID Token as detached signature in disabled")
    }

    /// What may be asked for is refused later where it is not offered.
    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        let wanted = asked.form.get("response_type").unwrap_or_default();
        let mut words: Vec<&str> = wanted.split(' ').collect();
        words.sort_unstable();
        let mode = asked.form.get("response_mode").unwrap_or_default();
        let is_secure = match words.as_slice() {
            ["code", "id_token"] => true,
            ["code", "id_token", "token"] => config.has("allow-token-response-type"),
            ["code"] => mode == "jwt" || mode.ends_with(".jwt"),
            _ => false,
        };
        if is_asked(asked) && !is_secure {
            return request("invalid response_type");
        }
        Ok(())
    }
}

pub(super) struct RequestObject;

/// How long an object may live where the policy does not say, in seconds.
const PERIOD: i64 = 3600;

impl Executor for RequestObject {
    fn kind(&self) -> &'static str {
        "secure-request-object"
    }

    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        let signed = match asked.at {
            // It was looked at when it was pushed.
            At::Authorization { pushed: true, .. } | At::Token { .. } => return Ok(()),
            At::Authorization { signed, .. } | At::Pushed { signed } => signed,
        };
        if !signed {
            return request("Missing parameter: 'request' or 'request_uri'");
        }
        if config.has("encryption-required") {
            return request("Request object not encrypted");
        }
        let time = |name: &str| {
            asked
                .form
                .get(name)
                .and_then(|text| text.parse::<i64>().ok())
        };
        let Some(end) = time("exp") else {
            return request("Missing parameter in the 'request' object: exp");
        };
        if !config.switch("verify-nbf").unwrap_or(true) {
            return Ok(());
        }
        let Some(start) = time("nbf") else {
            return request("Missing parameter in the 'request' object: nbf");
        };
        let period = config.number("available-period").unwrap_or(PERIOD);
        if start > asked.now || end.saturating_sub(start) > period {
            return request("Request object's available period is long");
        }
        Ok(())
    }
}

pub(super) struct Par;

impl Executor for Par {
    fn kind(&self) -> &'static str {
        "secure-par-content"
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        match asked.at {
            At::Authorization { pushed: false, .. } => request("PAR request_uri not included."),
            _ => Ok(()),
        }
    }
}

/// A kind of executor that nothing here can do: a policy is not passed over in silence, so what it
/// would look at is refused.
pub(super) struct Unavailable(pub(super) &'static str);

impl Executor for Unavailable {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        match is_asked(asked) {
            true => request(&format!(
                "A client policy demands {}, which is not available",
                self.0
            )),
            false => Ok(()),
        }
    }
}
