//! The token endpoint: the phases every grant shares, in the order they must happen.

use std::collections::BTreeMap;

use cloakroom_jose::base64url;
use cloakroom_model::lap::Step;
use cloakroom_model::{Cx, Door, Link, Realm};
use serde_json::Value;

use crate::audit::{self, About};
use crate::client_auth::{self, Credentials, ProvenClient};
use crate::client_policy::{self, At};
use crate::dpop::{self, Binding, Proof};
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::grant::password::{self, Ask, ProvenUser};
use crate::grant::{self, Grant};
use crate::issue::kept::Question;
use crate::issue::{self, Authorization, Issued, OPAQUE};
use crate::keyring::Keyring;
use crate::provider::Provider;
use crate::uma;

/// A request to the token endpoint.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// What the header says about the client.
    pub credentials: Credentials,
    /// The parameters.
    pub form: Form,
    /// Where it came from.
    pub ip: String,
    /// The caller's name for itself.
    pub user_agent: String,
    /// What it shows of a key that tokens can be bound to.
    pub proof: Proof,
}

impl TokenRequest {
    /// The grant takes three steps, because a password has to be hashed in between.
    pub fn is_password(&self) -> bool {
        self.form.get("grant_type") == Some("password")
    }

    /// What the request needs of the database.
    ///
    /// A client that asks for itself with a secret needs nothing, unless the realm keeps events or a workflow waits for it. An
    /// assertion is spent, and so are a proof of possession and everything that other grants are made from.
    pub fn door(&self, realm: &Realm) -> Door {
        let asserts = self.form.has("client_assertion");
        match self.form.get("grant_type") {
            Some("client_credentials")
                if !asserts
                    && self.proof.is_absent()
                    && !realm.settings.events_enabled
                    && !realm.awaited.contains("client-authenticated") =>
            {
                Door::Memory
            }
            // The most frequent of all, and each reads and stores the same of its own session.
            Some("refresh_token") => Door::Together,
            _ => Door::Write,
        }
    }
}

/// One request at one grant, through one door.
#[derive(Clone, Copy)]
struct Call<'a> {
    request: &'a TokenRequest,
    grant: &'static dyn Grant,
    door: Door,
}

impl<'a> Call<'a> {
    fn new(request: &'a TokenRequest, door: Door) -> Result<Self> {
        Ok(Self {
            request,
            grant: grant_of(request)?,
            door,
        })
    }
}

impl Provider {
    /// Answers a token request that needs no password. `door` is the one that it came through.
    pub fn token(&self, cx: &mut Cx<'_>, request: &TokenRequest, door: Door) -> Result<Issued> {
        if request.form.get("grant_type") == Some(uma::GRANT_TYPE) {
            return uma::answer(self, cx, request);
        }
        let call = Call::new(request, door)?;
        cx.lap(Step::Request);
        let client = client_auth::prove(self, cx, &request.credentials, &request.form);
        cx.lap(Step::Proof);
        let client = reported(cx, call, client)?;
        if !writes(door) && client.settings.has(OPAQUE) {
            return Ok(Issued::NeedsWrite);
        }
        let allowed = check_usable(&client)
            .and_then(|()| self.check_policies(cx, &client, request))
            .and_then(|()| dpop::admit(cx, &client, &request.proof));
        cx.lap(Step::Allowed);
        let authorization = allowed.and_then(|binding| {
            let granted = call.grant.authorize(self, cx, &client, request)?;
            Ok(bound(granted, binding))
        });
        cx.lap(Step::Grant);
        let authorization = reported(cx, call, authorization)?;
        self.mint(cx, call, &client, authorization)
            .map(Issued::Minted)
    }

    /// The first step of the password grant: all that comes before the password. Writes.
    pub fn ask_password(&self, cx: &mut Cx<'_>, request: &TokenRequest) -> Result<Ask> {
        let call = Call::new(request, Door::Write)?;
        let asked = client_auth::prove(self, cx, &request.credentials, &request.form)
            .and_then(|client| check_usable(&client).map(|()| client))
            .and_then(|client| {
                self.check_policies(cx, &client, request)?;
                dpop::check(&client, &request.proof)?;
                Ok(client)
            })
            .and_then(|client| password::ask(cx, client, request));
        reported(cx, call, asked)
    }

    /// The last step of the password grant: the password was right. Writes.
    pub fn token_for(
        &self,
        cx: &mut Cx<'_>,
        request: &TokenRequest,
        client: &ProvenClient,
        user: ProvenUser,
    ) -> Result<Box<issue::Minted>> {
        let call = Call::new(request, Door::Write)?;
        let authorization = dpop::admit(cx, client, &request.proof).and_then(|binding| {
            let granted = password::authorize(self, cx, client, request, user)?;
            Ok(bound(granted, binding))
        });
        let authorization = reported(cx, call, authorization)?;
        self.mint(cx, call, client, authorization)
    }

    /// The realm's client policies let the client have tokens in this way.
    fn check_policies(
        &self,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<()> {
        let issuer = self.issuer(cx.realm);
        let at = At::Token {
            proof: !request.proof.is_absent(),
        };
        let asked = (issuer.as_str(), at);
        match client_policy::refusal(cx, asked, client, &request.form)? {
            Some(refused) => {
                let denied = OAuthError::new(refused.error, refused.description);
                Err(denied.with_status(400).into())
            }
            None => Ok(()),
        }
    }

    fn mint(
        &self,
        cx: &mut Cx<'_>,
        call: Call<'_>,
        client: &ProvenClient,
        authorization: Authorization,
    ) -> Result<Box<issue::Minted>> {
        if writes(call.door) {
            return self.mint_and_tell(cx, call, client, authorization);
        }
        // Without a database the same question has the same answer.
        let question = match call.door {
            Door::Memory => {
                let issuer = self.issuer(cx.realm);
                Question::of(issuer, client, &authorization, &call.request.ip)
            }
            Door::Read | Door::Scan | Door::Write | Door::Together | Door::Passing => None,
        };
        let Some(question) = question else {
            return issue::issue(self, cx, client, authorization).map(Box::new);
        };
        let keys = Keyring::of(cx.realm)?;
        if let Some(minted) = keys.kept.again(cx, &question) {
            return Ok(Box::new(minted));
        }
        let minted = issue::issue(self, cx, client, authorization)?;
        if matches!(cx.db, Link::Closed) {
            keys.kept.keep(question, &minted);
        }
        Ok(Box::new(minted))
    }

    /// Tokens, and the event that says which ones they are.
    fn mint_and_tell(
        &self,
        cx: &mut Cx<'_>,
        call: Call<'_>,
        client: &ProvenClient,
        authorization: Authorization,
    ) -> Result<Box<issue::Minted>> {
        let session = authorization.session.as_ref();
        let mut about = About {
            client_id: Some(client.client_id.clone()),
            user: Some(authorization.account.user.id.clone()),
            session: session.map(|session| session.id.clone()),
            ip: call.request.ip.clone(),
            details: details(call, client, &authorization),
        };
        let minted = issue::issue(self, cx, client, authorization)?;
        if audit::is_kept(cx, call.grant.event()) {
            for (name, value) in minted.told() {
                about.details.insert(name.to_owned(), value);
            }
            if let Some(brought) = brought(&call.request.form) {
                // Keycloak's names: the one that was brought has the plain one.
                let next = about.details.insert("refresh_token_id".to_owned(), brought);
                let next = next.map(|id| ("updated_refresh_token_id".to_owned(), id));
                about.details.extend(next);
            }
        }
        audit::success(cx, call.grant.event(), about)?;
        Ok(Box::new(minted))
    }
}

/// What was granted, as tokens that are bound to the client's key, where it has shown one.
fn bound(granted: Authorization, binding: Option<Binding>) -> Authorization {
    Authorization { binding, ..granted }
}

/// The id of the refresh token that a request brought. It was checked by its grant when this is asked.
fn brought(form: &Form) -> Option<String> {
    let payload = form.get("refresh_token")?.split('.').nth(1)?;
    let payload = base64url::decode(payload).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("jti")?.as_str().map(str::to_owned)
}

/// What an event says beside who it is about: how the client proved itself, and the name of whoever signed in by that.
fn details(
    call: Call<'_>,
    client: &ProvenClient,
    authorization: &Authorization,
) -> BTreeMap<String, String> {
    let mut details = BTreeMap::new();
    let mut say = |name: &str, value: &str| {
        details.insert(name.to_owned(), value.to_owned());
    };
    say("grant_type", call.grant.grant_type());
    if !client.settings.public_client {
        let method = &client.settings.client_authenticator_type;
        say("client_auth_method", method);
    }
    if ["LOGIN", "CLIENT_LOGIN"].contains(&call.grant.event()) {
        say("username", &authorization.account.user.username);
        say("auth_method", "openid-connect");
    }
    details
}

/// Writes a refusal down before it is passed on, where this door can write.
fn reported<T>(cx: &mut Cx<'_>, call: Call<'_>, done: Result<T>) -> Result<T> {
    let Err(Error::Denied(denied)) = &done else {
        return done;
    };
    if writes(call.door) {
        let claimed = call.request.credentials.claimed_client(&call.request.form);
        let about = About {
            client_id: claimed.map(|id| id.chars().take(255).collect()),
            ip: call.request.ip.clone(),
            ..About::default()
        };
        audit::refusal(cx, call.grant.event(), about, denied)?;
    }
    done
}

/// The door leads to the writer.
fn writes(door: Door) -> bool {
    matches!(door, Door::Write | Door::Together | Door::Passing)
}

fn grant_of(request: &TokenRequest) -> Result<&'static dyn Grant> {
    let named = request.form.get("grant_type").ok_or_else(|| {
        Error::from(OAuthError::invalid_request(
            "Missing form parameter: grant_type",
        ))
    })?;
    grant::named(named)
}

fn check_usable(client: &ProvenClient) -> Result<()> {
    if client.settings.bearer_only {
        let denied = OAuthError::invalid_client("Bearer-only not allowed");
        return Err(denied.with_status(400).into());
    }
    Ok(())
}
