//! Mints tokens: the only place where claims become an access, an ID or a refresh token.

mod front;
pub(crate) mod kept;
mod minted;
mod refresh;

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_jose::Alg;
use cloakroom_model::client::Client;
use cloakroom_model::session::Session;
use cloakroom_model::user::ServiceAccount;
use cloakroom_model::{Cx, opaque};
use serde_json::{Map, Value, json};

use crate::authorize::{ClaimsRequest, Place};
use crate::client_policy;
use crate::dpop::{self, Binding};
use crate::encryption::Wish;
use crate::error::{OAuthError, Result};
use crate::grant::token_exchange::Exchange;
use crate::keyring;
use crate::mapper::{self, Claims, Facts, Target};
use crate::provider::Provider;
use crate::scope::{self, Scopes};
use crate::uma;

pub(crate) use front::DETACHED;
pub use front::Front;
pub use minted::{Minted, SignError, Signed};
pub use refresh::{RefreshPlan, rotates};
pub(crate) use refresh::{STORED, next as next_refresh};

use minted::Access;
pub(crate) use minted::{Unsigned, sign};

/// Client attribute: access tokens of this client are opaque.
pub const OPAQUE: &str = "cloakroom.access.token.opaque";

/// Client attribute: access tokens of this client carry no claims that the server can look up.
const LIGHTWEIGHT: &str = "client.use.lightweight.access.token.enabled";

/// What a grant allows: the only thing that tokens are made from.
#[derive(Debug)]
pub struct Authorization {
    /// Whom the tokens are about, with all roles.
    pub account: Arc<ServiceAccount>,
    /// The session they come from.
    pub session: Option<Session>,
    /// What was granted.
    pub scopes: Scopes,
    /// The nonce that the ID token returns.
    pub nonce: Option<String>,
    /// How well the user was proved.
    pub acr: String,
    /// When the user was proved, where a browser was there to see it.
    pub auth_time: Option<i64>,
    /// Further notes for mappers.
    pub notes: BTreeMap<String, Value>,
    /// The claims that were asked for one by one.
    pub claims: Option<ClaimsRequest>,
    /// What becomes of the refresh token.
    pub refresh: RefreshPlan,
    /// What a token exchange wishes of the answer; `None` for every other grant.
    pub exchange: Option<Exchange>,
    /// What policies permit, for tokens that say so.
    pub permissions: Option<Permissions>,
    /// What a browser takes to the client by itself; `None` for what a client fetches.
    pub front: Option<Front>,
    /// The key that the tokens are bound to, where the client has shown one.
    pub binding: Option<Binding>,
}

/// What policies permit somebody.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// The permissions as tokens show them.
    pub granted: Vec<Value>,
    /// The token is for the resource server alone, whoever holds it; `None` for one that is refreshed.
    pub rpt: Option<Rpt>,
}

/// A token for a resource server that another client holds.
#[derive(Clone, Debug)]
pub struct Rpt {
    /// The client that holds it.
    pub holder: Arc<Client>,
    /// It has all that the one before it had.
    pub upgraded: bool,
}

impl Authorization {
    /// There is an ID token in the answer.
    fn has_id_token(&self) -> bool {
        if let Some(front) = &self.front {
            return front.id;
        }
        let is_asked = self.scopes.has_openid();
        match &self.exchange {
            Some(exchange) => exchange.is_for_id_token() || (is_asked && !exchange.keeps_openid),
            None => is_asked,
        }
    }

    /// The thumbprint of the key that the access token is bound to.
    fn key(&self) -> Option<&str> {
        self.binding.as_ref()?.of_access()
    }

    /// What the access token is called: its claim `typ`, and the type that the answer names.
    fn kind(&self) -> &'static str {
        match self.key() {
            Some(_) => dpop::KIND,
            None => "Bearer",
        }
    }

    fn rpt(&self) -> Option<&Rpt> {
        self.permissions.as_ref()?.rpt.as_ref()
    }

    /// The member of tokens that says what policies permit.
    fn authorization_claim(&self) -> Option<Value> {
        let permissions = self.permissions.as_ref()?;
        Some(json!({"permissions": permissions.granted}))
    }
}

/// What the token endpoint ends with.
#[derive(Debug)]
pub enum Issued {
    /// Tokens that are still to be signed, after the commit and outside of it.
    Minted(Box<Minted>),
    /// The client's settings demand a write, and this door has none: the request has to run again.
    NeedsWrite,
    /// An answer without tokens.
    Answer(Value),
}

/// Turns a grant into tokens.
pub(crate) fn issue(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &Client,
    mut grant: Authorization,
) -> Result<Minted> {
    grant.scopes = scope::permitted(cx, grant.scopes, &grant.account.roles)?;
    grant.scopes = scope::organization::of_member(cx, grant.scopes, &grant.account.user.id)?;
    let notes = notes(&grant);
    let is_lightweight = client.settings.has(LIGHTWEIGHT)
        || client_policy::demands(cx, client, client_policy::LIGHTWEIGHT)?;
    let facts = Facts {
        target: match is_lightweight {
            true => Target::Lightweight,
            false => Target::Access,
        },
        client,
        user: &grant.account.user,
        notes: &notes,
        acr: &grant.acr,
        amr: grant.session.as_ref().map_or("", |session| &session.amr),
        claims: grant.claims.as_ref(),
        nonce: grant.nonce.as_deref(),
        session: grant.session.as_ref().map(|session| &session.id),
    };
    let issuer = provider.issuer(cx.realm);
    let (access, aud) = match grant.has_access_token() {
        true => access(cx, &issuer, &grant, &facts)?,
        false => (Access::Absent, None),
    };
    let mut rest = rest(cx, client, &grant);
    let is_for_id_token = grant
        .exchange
        .as_ref()
        .is_some_and(Exchange::is_for_id_token);
    let id = match grant.has_id_token() {
        true => {
            let target = grant.id_target();
            Some(id_token(cx, &issuer, &grant, &Facts { target, ..facts })?)
        }
        false => None,
    };
    let holder = grant.rpt().map_or(client, |rpt| &rpt.holder);
    let refresh = refresh::mint(cx, &issuer, holder, &grant, aud)?;
    let refresh_ends = refresh
        .as_ref()
        .and_then(|claims| claims.get("exp")?.as_i64());
    let refresh_in = refresh_ends.map_or(0, |end| end.saturating_sub(cx.now.seconds()));
    rest.insert("refresh_expires_in".to_owned(), json!(refresh_in));
    if let Some(rpt) = grant.rpt() {
        rest.insert("upgraded".to_owned(), json!(rpt.upgraded));
        rest.retain(|name, _| name != "scope" && name != "session_state");
    }
    // RFC 8693 §2.2.1: what was asked for stands in `access_token`, whatever kind it is.
    let (access, id) = match id {
        Some(id) if is_for_id_token => {
            rest.insert("token_type".to_owned(), json!("N_A"));
            (Access::Jwt(id), None)
        }
        id => (access, id),
    };
    Ok(Minted {
        access,
        id,
        encryption: Wish::of(client, "id.token"),
        id_member: match is_for_id_token {
            true => "access_token",
            false => "id_token",
        },
        refresh,
        rest,
    })
}

/// What an answer says beside its tokens.
fn rest(cx: &Cx<'_>, client: &Client, grant: &Authorization) -> Map<String, Value> {
    let ends = grant.ends(cx, client);
    let expires_in = ends.seconds().saturating_sub(cx.now.seconds());
    let mut rest = Map::new();
    rest.insert("expires_in".to_owned(), json!(expires_in));
    rest.insert("token_type".to_owned(), json!(grant.kind()));
    rest.insert(
        "not-before-policy".to_owned(),
        json!(cx.realm.settings.not_before),
    );
    rest.insert("scope".to_owned(), json!(grant.scopes.shown_names()));
    if let Some(exchange) = &grant.exchange {
        rest.insert("issued_token_type".to_owned(), json!(exchange.issued));
    }
    if let Some(session) = &grant.session {
        rest.insert("session_state".to_owned(), json!(session.id));
    }
    rest
}

fn notes(grant: &Authorization) -> BTreeMap<String, Value> {
    let mut notes = grant.notes.clone();
    if let Some(session) = &grant.session {
        for (name, value) in &session.notes {
            notes.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    if let Some(at) = grant.auth_time {
        notes.insert("AUTH_TIME".to_owned(), json!(at));
    }
    notes
}

/// The claims that each kind of token has.
fn common(
    cx: &mut Cx<'_>,
    issuer: &str,
    kind: &str,
    grant: &Authorization,
    facts: &Facts<'_>,
) -> Claims {
    let mut claims = Claims::default();
    let ends = grant.ends(cx, facts.client);
    let jti = cx.new_id();
    let mut put = |name: &str, value: Value| {
        claims.members.insert(name.to_owned(), value);
    };
    put("exp", json!(ends.seconds()));
    put("iat", json!(cx.now.seconds()));
    put("jti", json!(jti));
    put("iss", json!(issuer));
    put("typ", json!(kind));
    put("azp", json!(facts.client.client_id));
    if let Some(session) = &grant.session {
        put("sid", json!(session.id));
    }
    claims
}

fn access(
    cx: &mut Cx<'_>,
    issuer: &str,
    grant: &Authorization,
    facts: &Facts<'_>,
) -> Result<(Access, Option<Value>)> {
    let settings = &facts.client.settings;
    let mut claims = common(cx, issuer, grant.kind(), grant, facts);
    let shown = grant.scopes.shown_names();
    claims.members.insert("scope".to_owned(), json!(shown));
    claims.roles = scope::filter_roles(cx, facts.client, &grant.scopes, &grant.account.roles)?;
    if facts.target == Target::Lightweight {
        // Whoever reads such a token looks everything else up by this.
        let sub = mapper::subject(facts.client, &grant.account.user.id);
        claims.members.insert("sub".to_owned(), json!(sub));
    }
    mapper::run(cx, &grant.scopes, facts, &mut claims)?;
    keep_subject(&mut claims, grant, facts);
    if let Some(key) = grant.key() {
        // RFC 9449 §6.1: whoever gets the token looks for the key here.
        let cnf = json!({ "jkt": key });
        claims.members.insert("cnf".to_owned(), cnf);
    }
    if let Some(exchange) = &grant.exchange {
        narrow(&mut claims, &exchange.audience)?;
    }
    let mut aud = None;
    if let Some(rpt) = grant.rpt() {
        // What the holder's own tokens are for stays in its refresh token.
        let mut usual = Claims {
            audience: std::mem::take(&mut claims.audience),
            ..Claims::default()
        }
        .into_members();
        aud = usual.remove("aud");
        claims.audience.insert(facts.client.client_id.clone());
        let holder = json!(rpt.holder.client_id);
        claims.members.insert("azp".to_owned(), holder);
    }
    if let Some(permissions) = grant.authorization_claim() {
        claims.members.insert(uma::CLAIM.to_owned(), permissions);
    }
    let members = claims.into_members();
    let aud = aud.or_else(|| members.get("aud").cloned());
    if settings.has(OPAQUE) {
        let ends = grant.ends(cx, facts.client);
        let token = opaque::issue(cx, &Value::Object(members), ends)?;
        return Ok((Access::Opaque(token), aud));
    }
    let typ = match settings.has("access.token.header.type.rfc9068") {
        true => "at+jwt",
        false => "JWT",
    };
    let alg = chosen_alg(cx, facts.client, "access.token.signed.response.alg");
    Ok((Access::Jwt(Unsigned::new(alg, typ, members)), aud))
}

/// Without a session the subject alone says whose token it is, so no mapper may name somebody else.
fn keep_subject(claims: &mut Claims, grant: &Authorization, facts: &Facts<'_>) {
    if grant.session.is_none() && claims.members.contains_key("sub") {
        let sub = mapper::subject(facts.client, &grant.account.user.id);
        claims.members.insert("sub".to_owned(), json!(sub));
    }
}

/// Leaves in the audience what was asked for; all of it, where nothing was.
fn narrow(claims: &mut Claims, wanted: &[String]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    if let Some(missing) = wanted.iter().find(|name| !claims.audience.contains(*name)) {
        let text = format!("Requested audience not available: {missing}");
        return Err(OAuthError::invalid_request(text).into());
    }
    claims.audience.retain(|name| wanted.contains(name));
    Ok(())
}

fn id_token(
    cx: &mut Cx<'_>,
    issuer: &str,
    grant: &Authorization,
    facts: &Facts<'_>,
) -> Result<Unsigned> {
    let mut claims = common(cx, issuer, "ID", grant, facts);
    claims.audience.insert(facts.client.client_id.clone());
    claims.roles = scope::filter_roles(cx, facts.client, &grant.scopes, &grant.account.roles)?;
    let sub = mapper::subject(facts.client, &grant.account.user.id);
    claims.members.insert("sub".to_owned(), json!(sub));
    if !grant.is_signature_alone(facts.client) {
        mapper::run(cx, &grant.scopes, facts, &mut claims)?;
        mapper::run_asked(cx, &grant.account.roles, facts, &mut claims)?;
    }
    keep_subject(&mut claims, grant, facts);
    let asked = grant.claims.as_ref();
    if asked.is_some_and(|asked| asked.wishes(Place::IdToken).contains_key("acr")) {
        // It is the answer to how well the client wanted the user proved, whatever its scopes.
        claims.members.insert("acr".to_owned(), json!(facts.acr));
    }
    if let Some(at) = grant.auth_time {
        claims.members.insert("auth_time".to_owned(), json!(at));
    }
    if let Some(nonce) = &grant.nonce {
        claims.members.insert("nonce".to_owned(), json!(nonce));
    }
    let alg = chosen_alg(cx, facts.client, "id.token.signed.response.alg");
    let mut members = claims.into_members();
    if let Some(front) = &grant.front {
        front.bind(alg, &mut members);
    }
    Ok(Unsigned::new(alg, "JWT", members))
}

/// The algorithm that a client's attribute names, or the realm's.
pub(crate) fn chosen_alg(cx: &Cx<'_>, client: &Client, attribute: &str) -> Alg {
    client
        .settings
        .attribute(attribute)
        .and_then(Alg::from_name)
        .unwrap_or_else(|| keyring::default_alg(cx.realm))
}
