//! Who registers a client, or looks after the registration of one.

use std::future::Future;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, Door, Realm, initial_access, realm};
use cloakroom_oidc::client_policy::{Registrant, Source};
use cloakroom_oidc::dpop::Presented;
use cloakroom_oidc::registration_token::{ANONYMOUS, AUTH, AUTHENTICATED};
use cloakroom_oidc::{initial_access as access_token, own_token, registration_token};
use cloakroom_web::{App, cors, possession};
use serde_json::Value;

use super::format::Format;
use super::{Registered, refused};
use crate::access::{Actor, Admin, Grants};
use crate::api::{Names, clients};
use crate::error::{AdminError, Result};

/// Who calls, by the token that came along.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// Nobody that is known.
    Stranger,
    /// Who holds an initial access token, with the id of its right.
    InitialAccess(String),
    /// Who holds a registration access token.
    Registration {
        /// The token's id, which its client's row names.
        jti: String,
        /// How the client came to be.
        auth: &'static str,
    },
    /// An administrator of this realm.
    Administrator {
        /// They may register clients.
        creates: bool,
        /// They may look at clients.
        views: bool,
        /// They may change clients.
        manages: bool,
    },
}

/// A call, and what it is about.
pub(super) struct Call {
    pub(super) app: Data<App>,
    pub(super) realm: Arc<Realm>,
    pub(super) caller: Caller,
    /// Where it came from.
    pub(super) ip: String,
    /// Of the page that calls, if one does.
    pub(super) origin: Option<String>,
    admin: Option<Admin>,
    token: Option<Presented>,
}

pub(super) fn unauthorized(why: &str) -> AdminError {
    refused(401, "invalid_token", why)
}

fn forbidden() -> AdminError {
    refused(403, "insufficient_scope", "Forbidden")
}

/// The right to register is spent.
pub(super) fn nothing_left() -> AdminError {
    unauthorized("No remaining count on initial access token")
}

impl Call {
    /// Who makes or changes a client here, as client policies ask.
    pub(super) fn registrant(&self) -> Registrant {
        Registrant {
            source: match self.caller {
                Caller::Stranger => Source::Anonymous,
                Caller::InitialAccess(_) => Source::InitialAccessToken,
                Caller::Registration { .. } => Source::RegistrationAccessToken,
                Caller::Administrator { .. } => Source::AuthenticatedUser,
            },
            ip: self.ip.clone(),
            user: self.admin.as_ref().map(|admin| admin.actor.user.clone()),
        }
    }

    /// Finds out who is calling.
    pub(super) async fn enter(request: &HttpRequest, path: &Names) -> Result<Self> {
        let mut call = Self::arrive(request, path).await?;
        if request.headers().contains_key(AUTHORIZATION) {
            call.identify(request).await?;
        }
        Ok(call)
    }

    /// Takes a call in whose caller is not known yet.
    pub(super) async fn arrive(request: &HttpRequest, path: &Names) -> Result<Self> {
        let app = request.app_data::<Data<App>>().cloned();
        let app = app.ok_or_else(AdminError::not_found)?;
        // Nothing has a NUL in its name, and one of the databases cannot be asked for one.
        if path.values().any(|part| part.contains('\0')) {
            return Err(AdminError::not_found());
        }
        let realm = app.realm(path.part("realm")).await?;
        let realm = realm.filter(|realm| realm.enabled);
        let realm = realm.ok_or_else(|| AdminError::error(404, "Realm does not exist"))?;
        let ip = app.client_ip(request);
        if !app.is_secure_for(&realm, &ip) {
            return Err(AdminError::insecure());
        }
        let token = possession::presented(&app, request);
        Ok(Self {
            ip,
            origin: cors::origin(request),
            app: App::of(app, Some(&realm)),
            realm,
            caller: Caller::Stranger,
            admin: None,
            token,
        })
    }

    /// The signature is looked at before anything else that the token says.
    async fn identify(&mut self, request: &HttpRequest) -> Result<()> {
        let shown = self.token.clone();
        let shown = shown.ok_or_else(|| unauthorized("Failed decode token"))?;
        let provider = self.app.provider.clone();
        let mut kinds = own_token::ACCESS.to_vec();
        if !shown.has_proof() {
            // Rights to register are bound to no key.
            kinds.extend([access_token::KIND, registration_token::KIND]);
        }
        let read = move |cx: &mut Cx<'_>| {
            let claims = own_token::read(&provider, cx, shown.token(), &kinds)?;
            let claims = claims.ok_or_else(|| unauthorized("Failed decode token"))?;
            // These tokens have 0 for an end that never comes.
            if claims.number("exp") != Some(0) && claims.is_expired(cx) {
                return Err(unauthorized("Token is not active"));
            }
            Ok(claims)
        };
        let claims = self.read(read).await?;
        let id = claims.text("jti").unwrap_or_default().to_owned();
        self.caller = match claims.kind() {
            access_token::KIND => {
                self.check_origin(&id, self.origin.clone()).await?;
                Caller::InitialAccess(id)
            }
            registration_token::KIND => Caller::Registration {
                jti: id,
                auth: match claims.text(AUTH) {
                    Some(ANONYMOUS) => ANONYMOUS,
                    _ => AUTHENTICATED,
                },
            },
            _ => self.administrator(request).await?,
        };
        Ok(())
    }

    async fn administrator(&mut self, request: &HttpRequest) -> Result<Caller> {
        let admin = Admin::enter(request).await.map_err(|error| match error {
            AdminError::Refused { status: 401, .. } => unauthorized("Failed decode token"),
            AdminError::Refused { status: 403, .. } => forbidden(),
            other => other,
        })?;
        let caller = Caller::Administrator {
            creates: admin.may(&["manage-clients", "create-client"]),
            views: admin.may(clients::VIEW),
            manages: admin.may(clients::MANAGE),
        };
        self.admin = Some(admin);
        Ok(caller)
    }

    /// A right may be for certain pages alone.
    async fn check_origin(&self, id: &str, origin: Option<String>) -> Result<()> {
        let id = id.to_owned();
        let right = self
            .read(move |cx| Ok(initial_access::find(cx, &id)?))
            .await?;
        let right = right.ok_or_else(|| unauthorized("Initial Access Token not found"))?;
        let is_fine =
            |origin: &String| right.web_origins.is_empty() || right.web_origins.contains(origin);
        if origin.as_ref().is_none_or(is_fine) {
            return Ok(());
        }
        Err(refused(403, "insufficient_scope", "Origin not allowed"))
    }

    pub(super) fn actor(&self) -> Option<&Actor> {
        self.admin.as_ref().map(|admin| &admin.actor)
    }

    pub(super) fn admin(&self) -> Option<&Admin> {
        self.admin.as_ref()
    }

    /// Only an administrator has rights to hand on.
    pub(super) fn grants(&self) -> Grants {
        self.admin.as_ref().map_or_else(Grants::none, Admin::grants)
    }

    /// The registration access token that the caller has used.
    pub(super) fn registration_token(&self) -> Option<&str> {
        let is_one = matches!(self.caller, Caller::Registration { .. });
        self.token.as_ref().map(Presented::token).filter(|_| is_one)
    }

    pub(super) fn registered(&self, format: Format, body: Value) -> Registered {
        Registered {
            app: self.app.clone(),
            realm: self.realm.name.clone(),
            format,
            body,
        }
    }

    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> {
        self.app.enter(&self.realm, Door::Read, work)
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> {
        let work = move |cx: &mut Cx<'_>| {
            realm::hold(cx)?;
            work(cx)
        };
        self.app.enter(&self.realm, Door::Write, work)
    }
}

impl Caller {
    pub(super) fn is_administrator(&self) -> bool {
        matches!(self, Self::Administrator { .. })
    }

    /// Which of the realm's policies hold.
    pub(super) fn auth(&self) -> &'static str {
        match self {
            Self::Stranger => ANONYMOUS,
            Self::Registration { auth, .. } => auth,
            Self::InitialAccess(_) | Self::Administrator { .. } => AUTHENTICATED,
        }
    }

    /// Refuses who may not register a client; tells which policies hold for it.
    pub(super) fn may_create(&self, cx: &mut Cx<'_>) -> Result<&'static str> {
        match self {
            Self::Administrator { creates: false, .. } => return Err(forbidden()),
            Self::Administrator { .. } | Self::Stranger => {}
            Self::Registration { .. } => {
                return Err(unauthorized("Not an initial access token"));
            }
            Self::InitialAccess(id) => {
                let right = initial_access::find(cx, id)?;
                let right = right.ok_or_else(|| unauthorized("Initial Access Token not found"))?;
                if right.is_expired(cx.now) {
                    return Err(unauthorized("Expired initial access token"));
                }
                if right.remaining <= 0 {
                    return Err(nothing_left());
                }
            }
        }
        Ok(self.auth())
    }

    /// The client, if the caller may see it.
    pub(super) fn may_view(&self, cx: &mut Cx<'_>, client_id: &str) -> Result<Client> {
        let why = "Not authorized to view client. Not valid token or client credentials provided.";
        match self {
            Self::Administrator { views: false, .. } => Err(forbidden()),
            Self::Administrator { .. } => known(cx, client_id),
            _ => self.own(cx, client_id, why),
        }
    }

    /// Whether the caller may see the client's secret: the client itself, and an administrator who
    /// has every right of the service account behind it.
    pub(super) fn sees_secret(
        &self,
        cx: &mut Cx<'_>,
        client: &Client,
        grants: &Grants,
    ) -> Result<bool> {
        match self {
            Self::Administrator { manages: false, .. } => Ok(false),
            Self::Administrator { .. } => grants.cover_client(cx, &client.id),
            _ => Ok(true),
        }
    }

    /// The client, if the caller may change it, and which policies hold for that.
    pub(super) fn may_change(
        &self,
        cx: &mut Cx<'_>,
        client_id: &str,
        grants: &Grants,
    ) -> Result<(Client, &'static str)> {
        let why = "Not authorized to update client. Maybe missing token or bad token type.";
        let client = match self {
            Self::Administrator { manages: false, .. } => return Err(forbidden()),
            Self::Administrator { .. } => {
                let client = known(cx, client_id)?;
                grants
                    .check_client(cx, &client.id)
                    .map_err(|_| forbidden())?;
                client
            }
            _ => self.own(cx, client_id, why)?,
        };
        // Rights rest on the client whose roles manage the realm.
        if clients::is_management(cx, &client) {
            return Err(forbidden());
        }
        Ok((client, self.auth()))
    }

    /// The client whose one registration access token this is.
    pub(super) fn own(&self, cx: &mut Cx<'_>, client_id: &str, why: &str) -> Result<Client> {
        let Self::Registration { jti, .. } = self else {
            return Err(unauthorized(why));
        };
        let Some(id) = client::find_id(cx, client_id)? else {
            return Err(unauthorized(why));
        };
        if jti.is_empty() || client::registration_token(cx, &id)?.as_ref() != Some(jti) {
            return Err(unauthorized(why));
        }
        known(cx, client_id)
    }
}

fn known(cx: &mut Cx<'_>, client_id: &str) -> Result<Client> {
    let found = match client::find_id(cx, client_id)? {
        Some(id) => client::load(cx, &id)?,
        None => None,
    };
    found.ok_or_else(|| refused(404, "invalid_request", "Client not found"))
}
