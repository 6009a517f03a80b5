//! The userinfo endpoint (OIDC Core §5.3): claims about the user of an access token.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_jose::Alg;
use cloakroom_model::{Cx, Realm, Timestamp, opaque, user};
use serde_json::{Map, Value, json};

use crate::client_keys::{KeysWanted, RemoteKeys};
use crate::dpop::Presented;
use crate::encryption::Wish;
use crate::error::{OAuthError, Result};
use crate::grant_session;
use crate::issue::SignError;
use crate::issue::{Unsigned, sign};
use crate::keyring::Keyring;
use crate::live::{self, Live};
use crate::mapper::{self, Claims, Facts, Target};
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::scope::{self, OPENID};

/// The answer of the userinfo endpoint, not signed yet.
#[derive(Debug)]
pub struct Userinfo {
    claims: Map<String, Value>,
    signed: Option<Unsigned>,
    encryption: Option<Wish>,
    /// The client that asks, whose web origins may read the answer.
    pub client_id: String,
    /// Until when the answer is the same if nothing changes; `None` where it may differ each time.
    pub stays_until: Option<Timestamp>,
}

/// An answer that is signed, where the client wants that. It cannot be sent yet: the client may want it encrypted.
#[derive(Debug)]
pub struct Signed<'a> {
    body: Body,
    encryption: Option<&'a Wish>,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// `application/json`.
    Json(Value),
    /// `application/jwt`.
    Jwt(String),
}

impl Userinfo {
    /// What has to be fetched before the answer can be encrypted.
    pub fn keys_wanted(&self) -> Option<KeysWanted> {
        self.encryption.as_ref()?.keys_wanted()
    }

    /// Signs the answer, where the client wants that.
    pub fn sign(&self, realm: &Realm) -> std::result::Result<Signed<'_>, SignError> {
        let body = match &self.signed {
            None => Body::Json(Value::Object(self.claims.clone())),
            Some(unsigned) => {
                let keys = Keyring::of(realm)?;
                Body::Jwt(sign(&keys, unsigned)?)
            }
        };
        let encryption = self.encryption.as_ref();
        Ok(Signed { body, encryption })
    }
}

impl Signed<'_> {
    /// Encrypts the answer, where the client wants that, signed or not (OIDC Core §5.3.2).
    pub fn encrypt(self, fetched: Option<&Arc<RemoteKeys>>) -> Result<Body> {
        let Some(wish) = self.encryption else {
            return Ok(self.body);
        };
        let made = match &self.body {
            Body::Jwt(token) => wish.encrypt_token(token, fetched),
            Body::Json(claims) => wish.encrypt_claims(claims.to_string().as_bytes(), fetched),
        };
        made.map(Body::Jwt)
    }
}

/// The claims of an access token: a signed one of this realm, or an opaque one.
pub(crate) fn read_access(
    provider: &Provider,
    cx: &mut Cx<'_>,
    token: &str,
) -> Result<Option<OwnToken>> {
    if token.starts_with(opaque::PREFIX) {
        return Ok(match opaque::find(cx, token)? {
            Some(Value::Object(members)) => Some(OwnToken::from_members(members)),
            _ => None,
        });
    }
    Ok(own_token::read(provider, cx, token, &own_token::ACCESS)?)
}

/// The claims that mappers make for a target from a token that counts.
pub(crate) fn claims_for(
    cx: &mut Cx<'_>,
    target: Target,
    token: &OwnToken,
    live: &Live,
) -> Result<Claims> {
    let scopes = scope::resolve_again(cx, &live.client, token.text("scope").unwrap_or_default());
    let roles = user::effective_roles(cx, &live.user.id)?;
    let mut claims = Claims {
        roles: scope::filter_roles(cx, &live.client, &scopes, &roles)?,
        ..Claims::default()
    };
    let notes = notes(live, token);
    let asked = live.part.as_ref().and_then(grant_session::claims_of);
    let facts = Facts {
        target,
        client: &live.client,
        user: &live.user,
        notes: &notes,
        acr: token.text("acr").unwrap_or("1"),
        amr: live.session.as_ref().map_or("", |session| &session.amr),
        claims: asked.as_ref(),
        nonce: None,
        session: live.session.as_ref().map(|session| &session.id),
    };
    mapper::run(cx, &scopes, &facts, &mut claims)?;
    mapper::run_asked(cx, &roles, &facts, &mut claims)?;
    Ok(claims)
}

fn notes(live: &Live, token: &OwnToken) -> BTreeMap<String, Value> {
    let mut notes = BTreeMap::new();
    if let Some(session) = &live.session {
        notes.extend(
            session
                .notes
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    if let Some(at) = token.number("auth_time") {
        notes.insert("AUTH_TIME".to_owned(), json!(at));
    }
    notes
}

impl Provider {
    /// The claims about the user of this access token. Its proof is still to be spent, where it has one.
    pub fn userinfo(&self, cx: &mut Cx<'_>, shown: &Presented) -> Result<Userinfo> {
        let Some(token) = shown.read(self, cx)? else {
            return Err(refused("Token verification failed"));
        };
        if token.is_expired(cx) {
            return Err(refused("Token verification failed"));
        }
        if !token.has_scope(OPENID) {
            // OIDC Core §5.3: an access token of an OpenID Connect request.
            let denied = OAuthError::new("insufficient_scope", "Missing openid scope");
            return Err(denied.into());
        }
        let Some(live) = live::check_access(cx, &token)? else {
            return Err(refused(
                "User session not found or doesn't have client attached on it",
            ));
        };
        let mut members = claims_for(cx, Target::Userinfo, &token, &live)?.into_members();
        let sub = mapper::subject(&live.client, &live.user.id);
        members.insert("sub".to_owned(), json!(sub));
        let client_id = live.client.client_id.clone();
        let alg = live
            .client
            .settings
            .attribute("user.info.response.signature.alg");
        let signed = alg.and_then(Alg::from_name).map(|alg| {
            let mut members = members.clone();
            // OIDC Core §5.3.2: a signed answer names its issuer and its audience.
            members.insert("iss".to_owned(), json!(self.issuer(cx.realm)));
            members.insert("aud".to_owned(), json!(client_id));
            Unsigned::new(alg, "JWT", members)
        });
        Ok(Userinfo {
            claims: members,
            stays_until: token.end(),
            signed,
            encryption: Wish::of(&live.client, "user.info"),
            client_id,
        })
    }
}

fn refused(text: &'static str) -> crate::Error {
    OAuthError::new("invalid_token", text).into()
}
