//! Which signature algorithms a client may have.

use cloakroom_jose::jws::Unverified;
use cloakroom_model::client_policy::Part;

use super::{Executor, request};
use crate::client_policy::{At, Checked, Proposal, Request};

/// FAPI 1.0 Advanced §8.6: no RS256, and no shared secret.
const SECURE: [&str; 7] = [
    "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
];

/// What is set where a policy does not say.
const USUAL: &str = "PS256";

/// Where a client says which algorithms it wants.
const ATTRIBUTES: [&str; 5] = [
    "user.info.response.signature.alg",
    "request.object.signature.alg",
    "id.token.signed.response.alg",
    "token.endpoint.auth.signing.alg",
    "access.token.signed.response.alg",
];

const WHY: &str = "not allowed signature algorithm.";

pub(super) struct Signatures;

impl Executor for Signatures {
    fn kind(&self) -> &'static str {
        "secure-signature-algorithm"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let default = config.text("default-algorithm");
        let default = default.filter(|name| SECURE.contains(name));
        let attributes = &mut proposal.settings.attributes;
        for name in ATTRIBUTES {
            let own = attributes.entry(name.to_owned()).or_default();
            if own.is_empty() {
                default.unwrap_or(USUAL).clone_into(own);
            }
            if !SECURE.contains(&own.as_str()) {
                return request(WHY);
            }
        }
        Ok(())
    }
}

pub(super) struct SignedAssertions;

impl Executor for SignedAssertions {
    fn kind(&self) -> &'static str {
        "secure-signature-algorithm-signed-jwt"
    }

    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        if !matches!(asked.at, At::Token { .. }) || asked.client.settings.public_client {
            return Ok(());
        }
        let Some(text) = asked.form.get("client_assertion") else {
            return match config.has("require-client-assertion") {
                true => request("not allowed input format."),
                false => Ok(()),
            };
        };
        let alg = Unverified::parse(text).map(|token| token.header().alg());
        match alg {
            Ok(alg) if SECURE.contains(&alg.name()) => Ok(()),
            _ => request(WHY),
        }
    }
}
