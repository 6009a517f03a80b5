//! The introspection endpoint (RFC 7662): is this token active, and what does it say?

use cloakroom_model::{Cx, Realm, Timestamp, refresh, user};
use serde_json::{Map, Value, json};

use crate::client_auth::{self, Credentials, ProvenClient};
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::issue::{self, SignError, Unsigned, sign};
use crate::keyring::Keyring;
use crate::live::{self, Live};
use crate::mapper::Target;
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::uma;
use crate::userinfo::{Body, claims_for, read_access};

/// Client attribute: the answers that this client asks for as JWT also hold the token as one.
const WITH_JWT: &str = "client.introspection.response.allow.jwt.claim.enabled";

/// In which form the caller takes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// `application/json`.
    Json,
    /// `application/jwt`: Keycloak then adds the whole token as a JWT, where the client may have it.
    Jwt,
    /// `application/token-introspection+jwt`: the answer itself is signed (RFC 9701).
    Signed,
}

/// The answer of the introspection endpoint, not signed yet.
#[derive(Debug)]
pub struct Introspection {
    document: Map<String, Value>,
    with_jwt: Option<Unsigned>,
    whole: Option<Unsigned>,
    /// Until when the answer is the same if nothing changes; `None` where it may differ each time.
    pub stays_until: Option<Timestamp>,
}

impl Introspection {
    fn inactive() -> Self {
        let document = Map::from_iter([("active".to_owned(), json!(false))]);
        Self {
            document,
            with_jwt: None,
            whole: None,
            stays_until: None,
        }
    }

    /// Signs what is to be signed.
    pub fn sign(&self, realm: &Realm) -> std::result::Result<Body, SignError> {
        let keys = Keyring::of(realm)?;
        if let Some(unsigned) = &self.whole {
            return sign(&keys, unsigned).map(Body::Jwt);
        }
        let mut document = self.document.clone();
        if let Some(unsigned) = &self.with_jwt {
            let token = sign(&keys, unsigned)?;
            document.insert("jwt".to_owned(), Value::String(token));
        }
        Ok(Body::Json(Value::Object(document)))
    }
}

impl Provider {
    /// What a token says, to a client that proved itself and is among its audiences.
    pub fn introspect(
        &self,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        form: &Form,
        accept: Accept,
    ) -> Result<Introspection> {
        let mut answer = self.inspect(cx, client, form, accept)?;
        if accept == Accept::Signed {
            // The answer says when it was given.
            answer.stays_until = None;
            // RFC 9701 §5: the answer names its issuer and the one it is for.
            let members = Map::from_iter([
                ("iss".to_owned(), json!(self.issuer(cx.realm))),
                ("aud".to_owned(), json!(client.client_id)),
                ("iat".to_owned(), json!(cx.now.seconds())),
                ("token_introspection".to_owned(), json!(answer.document)),
            ]);
            let alg = issue::chosen_alg(cx, client, "introspection.signed.response.alg");
            let typ = "token-introspection+jwt";
            answer.whole = Some(Unsigned::new(alg, typ, members));
        }
        Ok(answer)
    }

    /// Who asks: a client that proves itself.
    pub fn prove_inspector(
        &self,
        cx: &mut Cx<'_>,
        credentials: &Credentials,
        form: &Form,
    ) -> Result<ProvenClient> {
        let client =
            client_auth::prove(self, cx, credentials, form).map_err(|error| match error {
                Error::Denied(denied) if denied.code == "unauthorized_client" => {
                    OAuthError::invalid_client("Client authentication failed.").into()
                }
                other => other,
            })?;
        if client.settings.public_client {
            // RFC 7662 §2.1: a caller that proves nothing could try out tokens.
            return Err(OAuthError::invalid_request("Client not allowed.")
                .with_status(403)
                .into());
        }
        Ok(client)
    }

    fn inspect(
        &self,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        form: &Form,
        accept: Accept,
    ) -> Result<Introspection> {
        let Some(text) = form.get("token") else {
            // Keycloak's adapters ask about what is in the header, which may be nothing, and read "not active".
            if form.has("token") {
                return Ok(Introspection::inactive());
            }
            return Err(OAuthError::invalid_request("Token not provided.").into());
        };
        let token = match read_access(self, cx, text)? {
            Some(token) => Some(token),
            None => own_token::read(self, cx, text, &["Refresh", "Offline"])?,
        };
        let Some(token) = token else {
            return Ok(Introspection::inactive());
        };
        let Some(live) = live::check_access(cx, &token)? else {
            return Ok(Introspection::inactive());
        };
        if form.get("token_type_hint") == Some("requesting_party_token") {
            let is_mine = token.has_audience(&client.client_id);
            let document = uma::describe(&token).filter(|_| is_mine);
            return Ok(
                document.map_or_else(Introspection::inactive, |document| Introspection {
                    document,
                    with_jwt: None,
                    whole: None,
                    stays_until: None,
                }),
            );
        }
        let is_access = token.is_access();
        if !is_access && is_spent(cx, &token)? {
            return Ok(Introspection::inactive());
        }
        let members = match is_access {
            true => whole(cx, &token, &live)?,
            false => token.members().clone(),
        };
        // RFC 7662 §4: who is not meant to have the token learns nothing about it.
        let mine = match is_access {
            true => OwnToken::from_members(members.clone()).has_audience(&client.client_id),
            false => token.text("azp") == Some(client.client_id.as_str()),
        };
        if !mine {
            return Ok(Introspection::inactive());
        }
        let is_told = accept == Accept::Jwt && is_access && client.settings.has(WITH_JWT);
        let with_jwt = is_told.then(|| {
            let alg = issue::chosen_alg(cx, &live.client, "access.token.signed.response.alg");
            Unsigned::new(alg, "JWT", members.clone())
        });
        Ok(Introspection {
            document: describe(members, &token, &live),
            with_jwt,
            whole: None,
            // A refresh token is spent by its use, and nobody is told.
            stays_until: is_access.then(|| token.end()).flatten(),
        })
    }
}

/// A refresh token that rotates was used before, or revoked.
fn is_spent(cx: &mut Cx<'_>, token: &OwnToken) -> Result<bool> {
    let jti = token.text("jti").unwrap_or_default();
    if !jti.starts_with(issue::STORED) {
        return Ok(false);
    }
    let row = refresh::find(cx, jti)?;
    Ok(row.is_none_or(|row| row.spent_at.is_some()))
}

/// The token's claims, with those that a lightweight token leaves to this endpoint.
fn whole(cx: &mut Cx<'_>, token: &OwnToken, live: &Live) -> Result<Map<String, Value>> {
    let mut claims = claims_for(cx, Target::Introspection, token, live)?;
    if live.session.is_none() && user::service_account(cx, &live.client.id)?.is_some() {
        claims
            .members
            .insert("client_id".to_owned(), json!(live.client.client_id));
    }
    let mut members = claims.into_members();
    members.extend(token.members().clone());
    Ok(members)
}

fn describe(mut members: Map<String, Value>, token: &OwnToken, live: &Live) -> Map<String, Value> {
    members.insert("client_id".to_owned(), json!(live.client.client_id));
    members.insert("username".to_owned(), json!(live.user.username));
    members.insert("token_type".to_owned(), json!(token.kind()));
    members.insert("active".to_owned(), json!(true));
    members
}
