//! The provider's description of itself (OIDC Discovery §3, RFC 8414), and the realm's own document.

use std::sync::PoisonError;

use cloakroom_jose::Alg;
use cloakroom_jose::jwe::{Enc, KeyAlg};
use cloakroom_model::{Fault, Realm};
use serde_json::{Value, json};

use crate::authorize::{level, response_type};
use crate::client_auth;
use crate::dpop;
use crate::encryption;
use crate::grant;
use crate::keyring::{ALGS, Document, Keyring};
use crate::provider::Provider;
use crate::uma;

impl Provider {
    /// The discovery document as it is answered: only what is true, in Keycloak's words.
    pub fn discovery(&self, realm: &Realm) -> Result<Document, Fault> {
        let keys = Keyring::of(realm)?;
        let known = keys.discovery.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let mut addresses = known.iter();
        if let Some((_, known)) = addresses.find(|(address, _)| address == self.base_url(realm)) {
            return Ok(known.clone());
        }
        drop(known);
        let made = Document::new(&self.describe(realm))?;
        let known = keys.discovery.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.push((self.base_url(realm).to_owned(), made.clone()));
        Ok(made)
    }

    /// The document at the realm's own address, which older adapters read.
    pub fn realm_document(&self, realm: &Realm) -> Result<Value, Fault> {
        let keys = Keyring::of(realm)?;
        Ok(json!({
            "realm": realm.name,
            "public_key": keys.public_key(),
            "token-service": self.protocol_url(realm),
            "account-service": format!("{}/account", self.issuer(realm)),
            "tokens-not-before": realm.settings.not_before,
        }))
    }

    /// The same as a UMA 2.0 client reads it (UMA 2.0 Grant §2), with the addresses of the protection API.
    pub fn uma_document(&self, realm: &Realm) -> Value {
        let mut document = self.describe(realm);
        let base = format!("{}/authz/protection", self.issuer(realm));
        if let Some(members) = document.as_object_mut() {
            for (name, path) in [
                ("resource_registration_endpoint", "resource_set"),
                ("permission_endpoint", "permission"),
                ("policy_endpoint", "uma-policy"),
            ] {
                members.insert(name.to_owned(), json!(format!("{base}/{path}")));
            }
        }
        document
    }

    fn describe(&self, realm: &Realm) -> Value {
        let endpoints = self.protocol_url(realm);
        let mut grants: Vec<&str> = grant::ALL.iter().map(|grant| grant.grant_type()).collect();
        grants.extend([response_type::IMPLICIT, uma::GRANT_TYPE]);
        let algs: Vec<&str> = ALGS.into_iter().map(Alg::name).collect();
        let methods = client_auth::METHODS;
        let mut scopes = vec!["openid"];
        let own = realm
            .scopes
            .iter()
            .filter(|scope| scope.protocol == "openid-connect");
        scopes.extend(own.map(|scope| scope.name.as_str()));
        let mut document = json!({
            "issuer": self.issuer(realm),
            "authorization_endpoint": format!("{endpoints}/auth"),
            "token_endpoint": format!("{endpoints}/token"),
            "introspection_endpoint": format!("{endpoints}/token/introspect"),
            "userinfo_endpoint": format!("{endpoints}/userinfo"),
            "end_session_endpoint": format!("{endpoints}/logout"),
            "revocation_endpoint": format!("{endpoints}/revoke"),
            "pushed_authorization_request_endpoint": format!("{endpoints}/ext/par/request"),
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "frontchannel_logout_supported": true,
            "frontchannel_logout_session_supported": true,
            "device_authorization_endpoint": format!("{endpoints}/auth/device"),
            "jwks_uri": format!("{endpoints}/certs"),
            "registration_endpoint": format!(
                "{}/clients-registrations/openid-connect",
                self.issuer(realm)
            ),
            "check_session_iframe": format!("{endpoints}/login-status-iframe.html"),
            "grant_types_supported": grants,
            "acr_values_supported": level::names(realm),
            "response_types_supported": response_type::offered(realm),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["public", "pairwise"],
            "prompt_values_supported": prompts(realm),
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": scopes,
            "claim_types_supported": ["normal"],
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "auth_time", "name", "given_name",
                "family_name", "preferred_username", "email", "acr", "azp", "nonce",
            ],
            "claims_parameter_supported": true,
            "request_parameter_supported": true,
            "request_uri_parameter_supported": true,
            "require_request_uri_registration": true,
            "require_pushed_authorization_requests": false,
            "authorization_response_iss_parameter_supported": true,
            "tls_client_certificate_bound_access_tokens": false,
        });
        let listed = [
            ("id_token_signing_alg_values_supported", json!(algs)),
            ("userinfo_signing_alg_values_supported", json!(algs)),
            ("request_object_signing_alg_values_supported", json!(algs)),
            ("token_endpoint_auth_methods_supported", json!(methods)),
            (
                "token_endpoint_auth_signing_alg_values_supported",
                json!(algs),
            ),
            (
                "introspection_endpoint_auth_methods_supported",
                json!(methods),
            ),
            (
                "introspection_endpoint_auth_signing_alg_values_supported",
                json!(algs),
            ),
            ("revocation_endpoint_auth_methods_supported", json!(methods)),
            (
                "revocation_endpoint_auth_signing_alg_values_supported",
                json!(algs),
            ),
        ];
        if let Some(members) = document.as_object_mut() {
            members.extend(listed.map(|(name, value)| (name.to_owned(), value)));
            members.extend(encryptions().chain([proofs()]));
        }
        document
    }
}

/// The algorithms of proofs of possession (RFC 9449 §5.1).
fn proofs() -> (String, Value) {
    let algs: Vec<&str> = dpop::algs().map(Alg::name).collect();
    ("dpop_signing_alg_values_supported".to_owned(), json!(algs))
}

/// What a client may have encrypted, and how.
fn encryptions() -> impl Iterator<Item = (String, Value)> {
    let algs = encryption::ALGS.map(KeyAlg::name);
    let encs = Enc::ALL.map(Enc::name);
    let of = move |kind| {
        [
            (
                format!("{kind}_encryption_alg_values_supported"),
                json!(algs),
            ),
            (
                format!("{kind}_encryption_enc_values_supported"),
                json!(encs),
            ),
        ]
    };
    ["id_token", "userinfo"].into_iter().flat_map(of)
}

fn prompts(realm: &Realm) -> Vec<&'static str> {
    let mut prompts = vec!["none", "login", "consent", "select_account"];
    if realm.settings.registration_allowed {
        prompts.push("create");
    }
    prompts
}
