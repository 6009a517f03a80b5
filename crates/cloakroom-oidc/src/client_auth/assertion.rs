//! `private_key_jwt` and `client_secret_jwt`: a client signs a statement about itself (RFC 7523).

use std::sync::Arc;

use cloakroom_jose::alg::KeyKind;
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Claims, Policy};
use cloakroom_jose::{Alg, VerifyingKey};
use cloakroom_model::client::{self, Client};
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Timestamp, Ttl};

use super::{find, unknown_client, wrong_credentials};
use crate::client_keys::{self, Keys, KeysWanted, RemoteKeys};
use crate::error::{OAuthError, Result};
use crate::form::Form;
use crate::keyring::ALGS;
use crate::provider::Provider;

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// No assertion may live longer: its `jti` is remembered until its end.
const LONGEST_SECONDS: i64 = 3600;

/// Whom an assertion is about, before anything of it is verified.
pub(super) fn subject(text: &str) -> Option<String> {
    let token = Unverified::parse(text).ok()?;
    token.unverified_claim_for_lookup("sub").ok().flatten()
}

/// The keys that have to be fetched to verify the assertion of this request.
pub(super) fn keys_wanted(cx: &mut Cx<'_>, form: &Form) -> Result<Option<KeysWanted>> {
    let text = form.get("client_assertion").unwrap_or_default();
    let (Ok(token), Some(subject)) = (Unverified::parse(text), subject(text)) else {
        return Ok(None);
    };
    let client = client::find(cx, &subject)?
        .filter(|client| client.enabled)
        .filter(|client| client.settings.client_authenticator_type == "client-jwt");
    Ok(client.and_then(|client| client_keys::wanted(&client, &token)))
}

pub(super) fn prove(
    provider: &Provider,
    cx: &mut Cx<'_>,
    form: &Form,
    fetched: Option<&Arc<RemoteKeys>>,
) -> Result<Arc<Client>> {
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
    let claims = verify((provider, cx), &client, token, fetched)?;
    spend(cx, &client, &claims)?;
    Ok(client)
}

fn verify(
    (provider, cx): (&Provider, &Cx<'_>),
    client: &Client,
    token: Unverified<'_>,
    fetched: Option<&Arc<RemoteKeys>>,
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
        let keys = Keys::of(client, fetched).ok_or_else(unknown_client)?;
        keys.verify(token, &policy, now)
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
