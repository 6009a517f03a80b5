//! Request objects (RFC 9101): the parameters of an authorization request, signed by the client.

use std::sync::Arc;

use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Claims, Policy};
use cloakroom_jose::{Alg, VerifyingKey};
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, Fault};
use serde_json::Value;

use super::{Refusal, find_client};
use crate::client_keys::{self, Keys, KeysWanted, RemoteKeys};
use crate::error::Result;
use crate::form::Form;
use crate::provider::Provider;

/// The longest request object, as that of any other parameter.
const LONGEST: usize = 32 * 1024;

/// What is said by the JWT itself, and is no parameter. Its times stay, which a client policy asks for.
const ABOUT_ITSELF: [&str; 5] = ["iss", "sub", "aud", "iat", "jti"];

/// What was fetched for a request before it was checked.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// What was at its `request_uri`; `None` if nothing was found there.
    pub object: Option<String>,
    /// The client's keys from its `jwks.url`.
    pub keys: Option<Arc<RemoteKeys>>,
}

impl Provider {
    /// The address of a request object that has to be fetched: a `request_uri` that the client has
    /// registered. Any other would let strangers send the server wherever they like.
    pub fn object_wanted(&self, cx: &mut Cx<'_>, form: &Form) -> Result<Option<String>> {
        let Some(address) = form.get("request_uri") else {
            return Ok(None);
        };
        let client = find_client(cx, form)?.ok();
        let known = client.is_some_and(|client| is_registered(&client, address));
        Ok((known && !form.has("request")).then(|| bare(address).to_owned()))
    }

    /// The keys that have to be fetched to verify the request object.
    pub fn object_keys_wanted(
        &self,
        cx: &mut Cx<'_>,
        form: &Form,
        fetched: &Fetched,
    ) -> Result<Option<KeysWanted>> {
        let object = form.get("request").or(fetched.object.as_deref());
        let (Some(object), Ok(client)) = (object, find_client(cx, form)?) else {
            return Ok(None);
        };
        let token = Unverified::parse_within(object.trim(), LONGEST);
        Ok(token
            .ok()
            .and_then(|token| client_keys::wanted(&client, &token)))
    }
}

/// `request.uris`, letter by letter; what is behind `#` is a hash for caches and never sent.
fn is_registered(client: &Client, address: &str) -> bool {
    let listed = client.settings.attribute("request.uris");
    let mut listed = listed.unwrap_or_default().split("##");
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    is_web && listed.any(|own| bare(own.trim()) == bare(address))
}

fn bare(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

/// Why there are no parameters to look at.
pub(super) enum Unopened {
    /// The object of this parameter is not the client's, or was not found. As in Keycloak the
    /// browser stays here: nothing in the request is known to come from the client.
    Object(&'static str),
    /// The client sends requests in a way that is not allowed.
    Refused(Refusal),
}

/// The parameters inside the request object; `None` if the request has none.
pub(super) fn open(
    (provider, cx): (&Provider, &Cx<'_>),
    client: &Client,
    form: &Form,
    fetched: &Fetched,
) -> Result<std::result::Result<Option<Form>, Unopened>> {
    let demanded = client.settings.attribute("request.object.required");
    let object = match (form.has("request"), form.has("request_uri")) {
        (true, true) => return Ok(Err(refused("Invalid parameter: request and request_uri"))),
        (false, false) => {
            let demands = demanded.is_some_and(|demanded| demanded != "not required");
            let refused = refused("Missing parameter: request or request_uri");
            return Ok(if demands { Err(refused) } else { Ok(None) });
        }
        (true, false) if demanded == Some("request_uri only") => None,
        (false, true) if demanded == Some("request only") => None,
        (true, false) => form.get("request"),
        (false, true) => match &fetched.object {
            Some(object) => Some(object.as_str()),
            None => return Ok(Err(Unopened::Object("request_uri"))),
        },
    };
    let claims = match object {
        Some(object) => verify((provider, cx), client, object.trim(), fetched)?,
        None => None,
    };
    let inside = claims.and_then(|claims| parameters(client, form, claims));
    Ok(inside.map(Some).ok_or(Unopened::Object("request")))
}

fn refused(why: &str) -> Unopened {
    Unopened::Refused(("invalid_request", Some(why.to_owned())))
}

fn verify(
    (provider, cx): (&Provider, &Cx<'_>),
    client: &Client,
    object: &str,
    fetched: &Fetched,
) -> std::result::Result<Option<Claims>, Fault> {
    let Ok(token) = Unverified::parse_within(object, LONGEST) else {
        return Ok(None);
    };
    let alg = token.header().alg();
    let only = client.settings.attribute("request.object.signature.alg");
    let is_allowed = only.is_none_or(|only| only == "any" || Alg::from_name(only) == Some(alg));
    let is_shared = alg.key_kind() == KeyKind::Oct;
    if !is_allowed {
        return Ok(None);
    }
    let policy = Policy::request_object(&[alg]);
    let now = cx.now.seconds();
    // The algorithm decides on the kind of key: a public key never verifies an HMAC.
    let verified = if is_shared {
        let Some(secret) = client::reveal_secret(cx, client)? else {
            return Ok(None);
        };
        VerifyingKey::from_secret(Some(alg), None, secret.expose().as_bytes())
            .and_then(|key| jwt::verify_with(token, &key, &policy, now))
    } else {
        let Some(keys) = Keys::of(client, fetched.keys.as_ref()) else {
            return Ok(None);
        };
        keys.verify(token, &policy, now)
    };
    let issuer = provider.issuer(cx.realm);
    // RFC 9101 §4 demands neither, and both count where they are there.
    let is_ours = |claims: &Claims| {
        let is_from_client = claims.issuer().is_none_or(|iss| iss == client.client_id);
        let is_for_us = claims.find("aud").is_none() || claims.has_audience(&issuer);
        is_from_client && is_for_us
    };
    Ok(verified.ok().filter(is_ours))
}

/// RFC 9101 §6.3: only what is inside counts; what stands beside it is not signed.
fn parameters(client: &Client, outside: &Form, claims: Claims) -> Option<Form> {
    let client_id = client.client_id.as_str();
    let members = claims.into_members();
    let is_text = |name: &str, value: &str| {
        let inside = members.get(name);
        inside.is_none_or(|inside| inside.as_str() == Some(value))
    };
    // RFC 9101 §4: an object holds no other; §5: the client is the same in both places.
    let nests = members.contains_key("request") || members.contains_key("request_uri");
    // RFC 9101 §10.8: a client's assertion about itself is no request.
    let is_assertion = members.get("sub").and_then(Value::as_str) == Some(client_id);
    let response_type = outside.get("response_type");
    let is_same_type = response_type.is_none_or(|outside| is_text("response_type", outside));
    if nests || is_assertion || !is_text("client_id", client_id) || !is_same_type {
        return None;
    }
    let mut pairs = vec![("client_id".to_owned(), client_id.to_owned())];
    for (name, value) in members {
        if name == "client_id" || ABOUT_ITSELF.contains(&name.as_str()) {
            continue;
        }
        let text = match value {
            Value::String(text) => text,
            Value::Null => continue,
            // `max_age` is a number inside, and `claims` an object.
            other => other.to_string(),
        };
        pairs.push((name, text));
    }
    Form::from_pairs(pairs).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_registered_letter_by_letter_but_for_its_hash() {
        let mut client = Client {
            id: cloakroom_model::id::ClientUuid::new("c"),
            client_id: "shop".to_owned(),
            enabled: true,
            settings: client::Settings::default(),
            secret: None,
            sealed_secret: None,
            default_scopes: Vec::new(),
            optional_scopes: Vec::new(),
            mappers: Vec::new(),
            scope_mappings: Vec::new(),
            created_at: None,
            updated_at: None,
        };
        let listed = "https://rp.test/ro##https://rp.test/other#hash##file:///etc/passwd";
        client
            .settings
            .attributes
            .insert("request.uris".to_owned(), listed.to_owned());
        let rows = [
            ("https://rp.test/ro", true),
            ("https://rp.test/ro#abc", true),
            ("https://rp.test/other", true),
            ("https://rp.test/ro/", false),
            ("https://rp.test/ro?x", false),
            ("http://rp.test/ro", false),
            ("https://evil.test/ro", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("file:///etc/passwd", false),
            ("urn:ietf:params:oauth:request_uri:unknown", false),
        ];
        for (address, expected) in rows {
            assert_eq!(is_registered(&client, address), expected, "{address}");
        }
    }
}
