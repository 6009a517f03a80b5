//! The token endpoint: the phases every grant shares, in the order they must happen.

use cloakroom_model::{Cx, Door, Realm, Verdict as _};

use crate::audit::{self, About};
use crate::client_auth::{self, Credentials, ProvenClient};
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::grant::password::{self, Ask, ProvenUser};
use crate::grant::{self, Grant};
use crate::issue::{self, Authorization, Issued, OPAQUE};
use crate::provider::Provider;

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
}

impl TokenRequest {
    /// The grant takes three steps, because a password has to be hashed in between.
    pub fn is_password(&self) -> bool {
        self.form.get("grant_type") == Some("password")
    }

    /// What the request needs of the database.
    ///
    /// A client that asks for itself with a secret needs nothing, unless the realm keeps events. An
    /// assertion is spent, and so is everything that other grants are made from.
    pub fn door(&self, realm: &Realm) -> Door {
        let for_itself = self.form.get("grant_type") == Some("client_credentials");
        let asserts = self.form.has("client_assertion");
        match for_itself && !asserts && !realm.settings.events_enabled {
            true => Door::Memory,
            false => Door::Write,
        }
    }
}

impl Provider {
    /// Answers a token request that needs no password. `door` is the one that it came through.
    pub fn token(&self, cx: &mut Cx<'_>, request: &TokenRequest, door: Door) -> Result<Issued> {
        let grant = grant_of(request)?;
        let client = client_auth::prove(self, cx, &request.credentials, &request.form);
        let client = self.reported(cx, request, grant, door, client)?;
        if door != Door::Write && client.settings.has(OPAQUE) {
            return Ok(Issued::NeedsWrite);
        }
        let authorization =
            check_usable(&client).and_then(|()| grant.authorize(self, cx, &client, request));
        let authorization = self.reported(cx, request, grant, door, authorization)?;
        self.mint(cx, request, grant, &client, authorization, door)
            .map(Issued::Minted)
    }

    /// The first step of the password grant: all that comes before the password. Writes.
    pub fn ask_password(&self, cx: &mut Cx<'_>, request: &TokenRequest) -> Result<Ask> {
        let grant = grant_of(request)?;
        let asked = client_auth::prove(self, cx, &request.credentials, &request.form)
            .and_then(|client| check_usable(&client).map(|()| client))
            .and_then(|client| password::ask(cx, client, request));
        self.reported(cx, request, grant, Door::Write, asked)
    }

    /// The last step of the password grant: the password was right. Writes.
    pub fn token_for(
        &self,
        cx: &mut Cx<'_>,
        request: &TokenRequest,
        client: &ProvenClient,
        user: ProvenUser,
    ) -> Result<Box<issue::Minted>> {
        let grant = grant_of(request)?;
        let authorization = password::authorize(cx, client, request, user);
        let authorization = self.reported(cx, request, grant, Door::Write, authorization)?;
        self.mint(cx, request, grant, client, authorization, Door::Write)
    }

    fn mint(
        &self,
        cx: &mut Cx<'_>,
        request: &TokenRequest,
        grant: &dyn Grant,
        client: &ProvenClient,
        authorization: Authorization,
        door: Door,
    ) -> Result<Box<issue::Minted>> {
        if door == Door::Write {
            let about = About {
                client_id: Some(client.client_id.clone()),
                user: Some(authorization.account.user.id.clone()),
                session: authorization
                    .session
                    .as_ref()
                    .map(|session| session.id.clone()),
                ip: request.ip.clone(),
                details: [("grant_type".to_owned(), grant.grant_type().to_owned())].into(),
            };
            audit::success(cx, grant.event(), about)?;
        }
        issue::issue(self, cx, client, authorization).map(Box::new)
    }

    /// Writes a refusal down before it is passed on, where this door can write.
    fn reported<T>(
        &self,
        cx: &mut Cx<'_>,
        request: &TokenRequest,
        grant: &dyn Grant,
        door: Door,
        done: Result<T>,
    ) -> Result<T> {
        let Err(error) = &done else { return done };
        if error.fault().is_none()
            && door == Door::Write
            && let Error::Denied(denied) = error
        {
            let about = About {
                client_id: request
                    .form
                    .get("client_id")
                    .map(|id| id.chars().take(255).collect()),
                ip: request.ip.clone(),
                ..About::default()
            };
            audit::refusal(cx, grant.event(), about, denied)?;
        }
        done
    }
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
