//! A code from the browser, traded once for tokens (RFC 6749 §4.1.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_jose::{Alg, base64url};
use cloakroom_model::client::Client;
use cloakroom_model::code::{self, Redeemed};
use cloakroom_model::id::SessionId;
use cloakroom_model::session::{self, Found};
use cloakroom_model::user::{self, ServiceAccount};
use cloakroom_model::{Cx, Fault};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::code_grant::CodeGrant;
use crate::dpop;
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::grant_session::{self, CLAIMS_NOTE};
use crate::issue::{Authorization, Front, RefreshPlan};
use crate::live;
use crate::provider::Provider;
use crate::scope::{self, OFFLINE_ACCESS};
use crate::session_rules;
use crate::token::TokenRequest;

pub(super) struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn grant_type(&self) -> &'static str {
        "authorization_code"
    }

    fn event(&self) -> &'static str {
        "CODE_TO_TOKEN"
    }

    fn authorize(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization> {
        let form = &request.form;
        // Spent before it is checked: a code in the wrong hands is worth more dead than retried.
        let code = match code::redeem(cx, form.require("code")?)? {
            Redeemed::Fresh(code) => code,
            Redeemed::Again(code) => {
                // RFC 6749 §4.1.2: somebody holds a copy, so what the code began ends.
                session::leave(cx, &code.session, false, &code.client)?;
                session::leave(cx, &code.session, true, &code.client)?;
                return Err(denied("Code not valid"));
            }
            Redeemed::Unknown => return Err(denied("Code not valid")),
        };
        if code.expires_at <= cx.now {
            return Err(denied("Code is expired"));
        }
        if code.client != client.id {
            return Err(denied("Auth error"));
        }
        let grant: CodeGrant = serde_json::from_value(code.grant.clone()).map_err(Fault::from)?;
        check_redirect_uri(&grant, form)?;
        check_verifier(&grant, form)?;
        dpop::check_key(grant.dpop_jkt.as_deref(), request.proof.thumbprint())?;
        conclude(provider, cx, client, &code.session, grant)
    }
}

fn denied(text: &'static str) -> Error {
    OAuthError::invalid_grant(text).into()
}

/// What somebody allowed in a browser, once it is certain that this client may have it.
pub(super) fn conclude(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &ProvenClient,
    session: &SessionId,
    grant: CodeGrant,
) -> Result<Authorization> {
    allowed(provider, cx, client, (session, grant), None)
}

/// The same for what goes through the browser at once. The client proves itself by nothing but its address.
pub(crate) fn conclude_in_front(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &Client,
    of: (&SessionId, CodeGrant),
    front: Front,
) -> Result<Authorization> {
    allowed(provider, cx, client, of, Some(front))
}

fn allowed(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &Client,
    (session, grant): (&SessionId, CodeGrant),
    front: Option<Front>,
) -> Result<Authorization> {
    let Some(found) = live::find_session(cx, session, client)? else {
        return Err(denied("Session not active"));
    };
    let Found {
        session: online,
        user,
        given,
        part,
    } = found;
    if !user.enabled {
        return Err(denied("User disabled"));
    }
    if online.started_at.seconds() < session_rules::not_before(cx.realm, client, &user) {
        return Err(denied("Session not active"));
    }
    let roles = user::expand(cx, given)?;
    let account = Arc::new(ServiceAccount { user, roles });
    let mut scopes = scope::resolve_again(cx, client, &grant.scope);
    if front.is_some() {
        // OpenID Connect Core 1.0 §11: without a refresh token there is nothing that could go on.
        scopes = scopes.without(OFFLINE_ACCESS);
    }
    let auth_time = online.auth_time.seconds();
    let is_offline = scopes.has(OFFLINE_ACCESS);
    if is_offline {
        grant_session::check_offline(cx, &scopes, &account)?;
    }
    let acr = match grant.acr.is_empty() {
        true => "1".to_owned(),
        false => grant.acr,
    };
    let mut notes = grant_session::notes(provider, cx);
    notes.insert("acr".to_owned(), json!(acr));
    notes.insert("auth_time".to_owned(), json!(auth_time));
    if let Some(claims) = &grant.claims {
        notes.insert(CLAIMS_NOTE.to_owned(), json!(claims));
    }
    // The browser's session ends with a logout, the offline one goes on: the client is part of both.
    grant_session::join(cx, client, (&online, part.as_ref()), &scopes, notes.clone())?;
    let session = match is_offline {
        true => {
            let offline = grant_session::go_offline(cx, &online)?;
            grant_session::join(cx, client, (&offline, None), &scopes, notes)?;
            offline
        }
        false => online,
    };
    Ok(Authorization {
        account,
        session: Some(session),
        scopes,
        nonce: grant.nonce,
        acr,
        auth_time: Some(auth_time),
        notes: BTreeMap::new(),
        claims: grant.claims,
        // RFC 6749 §4.2.2: none leaves through a browser.
        refresh: match front {
            Some(_) => RefreshPlan::None,
            None => grant_session::first_refresh(client),
        },
        exchange: None,
        permissions: None,
        front,
        binding: None,
    })
}

/// RFC 6749 §4.1.3: the same redirect URI as in the authorization request, letter by letter.
fn check_redirect_uri(grant: &CodeGrant, form: &Form) -> Result<()> {
    match (grant.redirect_uri.as_deref(), form.get("redirect_uri")) {
        (Some(before), Some(now)) if before == now => Ok(()),
        (None, None) => Ok(()),
        _ => Err(denied("Incorrect redirect_uri")),
    }
}

/// RFC 7636 §4.6, with S256 as the only method.
pub(super) fn check_verifier(grant: &CodeGrant, form: &Form) -> Result<()> {
    match (grant.code_challenge.as_deref(), form.get("code_verifier")) {
        (None, None) => Ok(()),
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
        (None, Some(_)) => Err(denied(
            "PKCE code verifier specified but challenge not present in authorization",
        )),
        (Some(_), None) => Err(denied("PKCE code verifier not specified")),
        (Some(challenge), Some(verifier)) => {
            let fits = (43..=128).contains(&verifier.len())
                && verifier
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
            if !fits {
                return Err(denied("PKCE verification failed: Invalid code verifier"));
            }
            let digest = cloakroom_jose::digest(Alg::RS256, verifier.as_bytes());
            let computed = base64url::encode(&digest);
            match bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) {
                true => Ok(()),
                false => Err(denied("PKCE verification failed: Code mismatch")),
            }
        }
    }
}
