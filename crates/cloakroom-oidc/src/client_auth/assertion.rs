//! `private_key_jwt` and `client_secret_jwt`: a client signs a statement about itself (RFC 7523).

use std::sync::Arc;

use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Claims, Policy};
use cloakroom_jose::{Alg, KeySet, VerifyingKey};
use cloakroom_model::client::{self, Client};
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Timestamp, Ttl};

use super::{find, unknown_client, wrong_credentials};
use crate::error::{OAuthError, Result};
use crate::form::Form;
use crate::keyring::ALGS;
use crate::provider::Provider;

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// No assertion may live longer: its `jti` is remembered until its end.
const LONGEST_SECONDS: i64 = 3600;

pub(super) fn prove(provider: &Provider, cx: &mut Cx<'_>, form: &Form) -> Result<Arc<Client>> {
    if form.get("client_assertion_type") != Some(TYPE) {
        return Err(OAuthError::invalid_client(
            "Parameter client_assertion_type is missing or has an invalid value",
        )
        .with_status(400)
        .into());
    }
    let Some(text) = form.get("client_assertion") else {
        return Err(
            OAuthError::invalid_client("client_assertion parameter missing")
                .with_status(400)
                .into(),
        );
    };
    let token = Unverified::parse(text).map_err(|_| unknown_client())?;
    let subject = token
        .unverified_claim_for_lookup("sub")
        .ok()
        .flatten()
        .ok_or_else(unknown_client)?;
    // RFC 7521 §4.2: the parameter, where it is sent, names the same client.
    if form.get("client_id").is_some_and(|named| named != subject) {
        return Err(unknown_client());
    }
    let client = find(cx, &subject)?;
    let claims = verify(provider, cx, &client, token)?;
    spend(cx, &client, &claims)?;
    Ok(client)
}

fn verify(
    provider: &Provider,
    cx: &Cx<'_>,
    client: &Client,
    token: Unverified<'_>,
) -> Result<Claims> {
    let issuer = provider.issuer(cx.realm);
    let endpoint = provider.protocol_url(cx.realm);
    let audiences = [
        issuer,
        format!("{endpoint}/token"),
        format!("{endpoint}/token/introspect"),
        format!("{endpoint}/revoke"),
    ];
    let audiences: Vec<&str> = audiences.iter().map(String::as_str).collect();
    let algs = allowed(client)?;
    let policy = Policy::client_assertion(&algs, &client.client_id, &audiences, LONGEST_SECONDS);
    let now = cx.now.seconds();
    let verified = if client.settings.client_authenticator_type == "client-secret-jwt" {
        let secret = client::reveal_secret(cx, client)?.ok_or_else(wrong_credentials)?;
        let alg = token.header().alg();
        let key = VerifyingKey::from_secret(Some(alg), None, secret.expose().as_bytes());
        key.and_then(|key| jwt::verify_with(token, &key, &policy, now))
    } else {
        match keys(client) {
            Some(Keys::Set(keys)) => jwt::verify_parsed(token, &keys, &policy, now),
            Some(Keys::One(key)) => jwt::verify_with(token, &key, &policy, now),
            None => return Err(unknown_client()),
        }
    };
    verified.map_err(|error| {
        OAuthError::invalid_client(format!("Invalid client assertion: {error}"))
            .with_status(400)
            .into()
    })
}

/// The client's registered method decides: a public key never verifies an HMAC.
fn allowed(client: &Client) -> Result<Vec<Alg>> {
    let wants_secret = match client.settings.client_authenticator_type.as_str() {
        "client-jwt" => false,
        "client-secret-jwt" => true,
        _ => return Err(wrong_credentials()),
    };
    let fitting = |alg: &Alg| (alg.key_kind() == KeyKind::Oct) == wants_secret;
    let only = client
        .settings
        .attribute("token.endpoint.auth.signing.alg")
        .and_then(Alg::from_name);
    Ok(ALGS
        .into_iter()
        .filter(fitting)
        .filter(|alg| only.is_none_or(|only| only == *alg))
        .collect())
}

enum Keys {
    Set(KeySet),
    One(VerifyingKey),
}

fn keys(client: &Client) -> Option<Keys> {
    let settings = &client.settings;
    if settings.has("use.jwks.string") {
        let text = settings.attribute("jwks.string")?;
        return KeySet::parse(text.as_bytes()).ok().map(Keys::Set);
    }
    // Keys behind an address would need the network, which no rule has.
    if settings.has("use.jwks.url") {
        return None;
    }
    if let Some(text) = settings.attribute("jwt.credential.certificate") {
        return VerifyingKey::from_pem(None, None, text)
            .or_else(|_| {
                let (_, der) = cloakroom_jose::pem::decode(text)?;
                VerifyingKey::from_certificate(None, None, &der)
            })
            .ok()
            .map(Keys::One);
    }
    let text = settings.attribute("jwt.credential.public.key")?;
    let (_, der) = cloakroom_jose::pem::decode(text).ok()?;
    VerifyingKey::from_spki(None, None, &der)
        .ok()
        .map(Keys::One)
}

/// RFC 7523 §3: an assertion is used once.
fn spend(cx: &mut Cx<'_>, client: &Client, claims: &Claims) -> Result<()> {
    let jti = claims.jwt_id().ok_or_else(unknown_client)?;
    let end = claims.expires_at().unwrap_or_default();
    // The clock of the client may be ahead, and its token is taken for that long.
    let until = Timestamp::from_seconds(end).plus(Ttl::seconds(120));
    let value = format!("{}\n{jti}", client.id);
    if replay::spend(cx, Kind::ClientAssertion, &value, until)? {
        return Ok(());
    }
    Err(OAuthError::invalid_client("Token reuse detected")
        .with_status(400)
        .into())
}
