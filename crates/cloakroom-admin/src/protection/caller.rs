//! Who calls the protection API: the bearer of a token that was issued to a resource server.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use cloakroom_model::authorization::Authorization;
use cloakroom_model::id::UserId;
use cloakroom_model::realm;
use cloakroom_model::role;
use cloakroom_model::user;
use cloakroom_model::{Cx, Door, Realm};
use cloakroom_oidc::client_auth::bearer::{self, Bearer};
use cloakroom_oidc::dpop::Presented;
use cloakroom_oidc::uma;
use cloakroom_web::{App, possession};

use crate::api::Names;
use crate::error::{AdminError, Result};

/// A call, before its token has been looked at.
pub(super) struct Call {
    pub(super) app: Data<App>,
    pub(super) realm: Arc<Realm>,
    shown: Presented,
}

/// Somebody known, and what their resource server protects.
pub(super) struct Caller {
    pub(super) all: Authorization,
    pub(super) user: UserId,
    /// Under which id they own resources.
    pub(super) owner: String,
    /// The resource server itself, and not somebody who uses it.
    pub(super) is_server: bool,
    known: Bearer,
}

impl Call {
    pub(super) async fn enter(request: &HttpRequest, path: &Names) -> Result<Self> {
        let app = request.app_data::<Data<App>>().cloned();
        let app = app.ok_or_else(AdminError::not_found)?;
        // Nothing has a NUL in its name, and one of the databases cannot be asked for one.
        if request.uri().to_string().contains("%00") {
            return Err(AdminError::not_found());
        }
        let realm = app.realm(path.part("realm")).await?;
        let realm = realm.filter(|realm| realm.enabled);
        let realm = realm.ok_or_else(|| AdminError::error(404, "Realm does not exist"))?;
        if !app.is_secure_for(&realm, &app.client_ip(request)) {
            return Err(AdminError::insecure());
        }
        Ok(Self {
            shown: possession::presented(&app, request).unwrap_or_else(|| Presented::bearer("")),
            app,
            realm,
        })
    }

    /// Reads for somebody who is known.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>, Caller) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (provider, shown) = (Arc::clone(&self.app.provider), self.shown.clone());
        let work = move |cx: &mut Cx<'_>| {
            let caller = Caller::find(&provider, cx, &shown)?;
            work(cx, caller)
        };
        // A proof is spent by the unit that goes by it.
        let door = match self.shown.has_proof() {
            true => Door::Passing,
            false => Door::Read,
        };
        self.app.enter(&self.realm, door, work).await
    }

    /// Changes something for somebody who is known.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>, Caller) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (provider, shown) = (Arc::clone(&self.app.provider), self.shown.clone());
        let work = move |cx: &mut Cx<'_>| {
            realm::hold(cx)?;
            let caller = Caller::find(&provider, cx, &shown)?;
            work(cx, caller)
        };
        self.app.enter(&self.realm, Door::Write, work).await
    }
}

impl Caller {
    fn find(
        provider: &cloakroom_oidc::Provider,
        cx: &mut Cx<'_>,
        shown: &Presented,
    ) -> Result<Self> {
        let known = bearer::prove(provider, cx, shown).map_err(AdminError::of_protocol)?;
        let known = known.ok_or_else(|| {
            let why = "Could not obtain bearer access_token from request.";
            AdminError::described(403, "invalid_bearer_token", why)
        })?;
        if !cloakroom_model::authorization::is_on(&known.client) {
            let id = &known.client.client_id;
            let why = format!("Client application [{id}] is not registered as a resource server.");
            return Err(AdminError::described(403, "invalid_clientId", why));
        }
        shown.spend(cx).map_err(AdminError::of_protocol)?;
        let account = match known.live.session {
            Some(_) => None,
            None => user::service_account(cx, &known.client.id)?,
        };
        let is_server = account.is_some_and(|account| account.user.id == known.live.user.id);
        let owner = match is_server {
            true => known.client.id.as_str().to_owned(),
            false => known.live.user.id.as_str().to_owned(),
        };
        Ok(Self {
            all: Authorization::load(cx, &known.client)?,
            user: known.live.user.id.clone(),
            owner,
            is_server,
            known,
        })
    }

    /// Refuses who has not the role that the resource server gives to those who protect.
    pub(super) fn check_protects(&self, cx: &mut Cx<'_>) -> Result<()> {
        let known = &self.known;
        let claims = known.token.members();
        let identity = uma::identity(cx, &known.client, &known.live.user, claims);
        let identity = identity.map_err(AdminError::of_protocol)?;
        let role = role::find_named(cx, known.client.id.as_str(), UMA_PROTECTION)?;
        if role.is_some_and(|role| identity.roles.contains(&role.id)) {
            return Ok(());
        }
        let why = "Requires uma_protection scope.";
        Err(AdminError::described(403, "invalid_scope", why))
    }

    /// The token's client.
    pub(super) fn client(&self) -> &cloakroom_model::client::Client {
        &self.known.client
    }
}

/// The role of a resource server by which one may use the protection API.
pub(crate) const UMA_PROTECTION: &str = "uma_protection";
