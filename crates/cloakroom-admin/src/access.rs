//! Who is calling and what they may do: roles are read from the database, not from the token.

mod again;
mod gifts;
mod grants;
mod last;
mod media;
mod source;
mod standing;
mod sway;

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_model::client::Client;
use cloakroom_model::id::{RealmId, RoleId, SessionId, UserId};
use cloakroom_model::{Cx, Door, Realm, client, role, session, user};
use cloakroom_oidc::dpop::Presented;
use cloakroom_oidc::{Provider, own_token};
use cloakroom_web::{App, possession};
use serde_json::{Map, Value};

use crate::cors;
use crate::error::{AdminError, Result};
use crate::seat::{self, Seat};
use crate::sent::Sent;

pub(crate) use cloakroom_web::address::{decode, encode};
pub(crate) use grants::Grants;
pub(crate) use last::{check_without, keeping};
pub(crate) use standing::standing;
pub(crate) use sway::{COMPOSED, GIVEN, Mapping, Opened, PASSED_ON, Sway};

/// Who is calling, for the audit trail.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// The realm the token is from.
    pub(crate) realm: RealmId,
    /// The client the token was issued to.
    pub(crate) client: String,
    /// The user or the service account.
    pub(crate) user: UserId,
    /// The session that the token is from, if it is from one.
    pub(crate) session: Option<SessionId>,
    /// Where the call came from.
    pub(crate) ip: String,
    /// What was sent, if it is short enough to be kept.
    pub(crate) sent: Option<Sent>,
}

/// A call by somebody known, and what they may do in the realm that it is about.
pub(crate) struct Admin {
    pub(crate) app: Data<App>,
    /// The realm in the path; the caller's own where the path has none.
    pub(crate) realm: Arc<Realm>,
    pub(crate) actor: Actor,
    /// The realm that the caller's token is from.
    home: Arc<Realm>,
    roles: Arc<BTreeSet<RoleId>>,
    rights: BTreeSet<String>,
    /// The caller as the realm's permissions look at them, where those have a say.
    who: Option<Arc<sway::Who>>,
}

impl FromRequest for Admin {
    type Error = AdminError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::enter(&request).await })
    }
}

impl Admin {
    /// Finds out who is calling.
    pub(crate) async fn enter(request: &HttpRequest) -> Result<Self> {
        let app = request.app_data::<Data<App>>().cloned();
        let app = app.ok_or_else(AdminError::not_found)?;
        let seat = request.extensions().get::<Seat>().cloned();
        let (home, caller) = match seat {
            Some(seat) => by_seat(&app, seat).await?,
            None => by_token(&app, request).await?,
        };
        // Nothing has a NUL in its name, and one of the databases cannot be asked for one.
        if request.uri().to_string().contains("%00") {
            return Err(AdminError::not_found());
        }
        media::check(request)?;
        let ip = app.client_ip(request);
        let realm = match request.match_info().get("realm") {
            // What is asked of the server itself is judged by the rights in one's own realm.
            None => Some(Arc::clone(&home)),
            Some(name) => app.realm(&decode(name)).await?,
        };
        let realm = again::known(realm)?;
        let actor = Actor {
            realm: home.id.clone(),
            client: caller.client.clone(),
            user: caller.user.clone(),
            session: caller.session.clone(),
            ip,
            sent: request.extensions().get::<Sent>().cloned(),
        };
        let mut admin = Self {
            app,
            realm,
            actor,
            home,
            roles: Arc::clone(&caller.roles),
            rights: BTreeSet::new(),
            who: None,
        };
        admin.who = sway::who((&admin, &caller));
        admin.rights = admin.rights_in(&admin.realm.name).await?;
        if admin.app.db().is_shared() && admin.rights.iter().all(|right| right == "create-realm") {
            admin.catch_up().await?;
        }
        if admin.home.name != MASTER && admin.home.id != admin.realm.id {
            return Err(AdminError::forbidden());
        }
        Ok(admin)
    }

    /// The names of the management roles that the caller has over a realm.
    pub(crate) async fn rights_in(&self, realm: &str) -> Result<BTreeSet<String>> {
        let (roles, realm) = (Arc::clone(&self.roles), realm.to_owned());
        self.app
            .enter(&self.home, Door::Read, move |cx| rights(cx, &roles, &realm))
            .await
    }

    /// The realm that the caller's token is from.
    pub(crate) fn home(&self) -> &Arc<Realm> {
        &self.home
    }

    /// The caller belongs to `master`, which administers all realms.
    pub(crate) fn is_of_master(&self) -> bool {
        self.home.name == MASTER
    }

    /// The same for many realms, in their order.
    pub(crate) async fn rights_in_all(&self, realms: Vec<String>) -> Result<Vec<BTreeSet<String>>> {
        let roles = Arc::clone(&self.roles);
        self.app
            .enter(&self.home, Door::Read, move |cx| {
                rights_in_all(cx, &roles, &realms)
            })
            .await
    }

    /// The caller has one of these rights.
    pub(crate) fn may(&self, any_of: &[&str]) -> bool {
        any_of.iter().any(|right| self.rights.contains(*right))
    }

    /// The names of all rights that the caller has here.
    pub(crate) fn rights(&self) -> &BTreeSet<String> {
        &self.rights
    }

    /// Refuses the call unless the caller has one of these rights.
    pub(crate) fn check(&self, any_of: &[&str]) -> Result<()> {
        if self.may(any_of) {
            return Ok(());
        }
        Err(AdminError::forbidden())
    }

    /// Refuses unless the caller administers something here.
    pub(crate) fn check_any(&self) -> Result<()> {
        if self.rights.is_empty() {
            return Err(AdminError::forbidden());
        }
        Ok(())
    }

    /// Refuses to hand on a right that the caller has not: nobody may raise themselves.
    pub(crate) fn grants(&self) -> Grants {
        Grants::new(Arc::clone(&self.roles), self.rights.clone()).of(self.who.clone())
    }

    /// The caller's token is from the realm that the call is about.
    pub(crate) fn is_at_home(&self) -> bool {
        self.home.id == self.realm.id
    }

    /// Reads in the realm that the call is about.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.enter(&self.realm, Door::Read, work).await
    }

    /// Reads much of the realm that the call is about, beside the requests that others wait for.
    pub(crate) async fn scan<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.enter(&self.realm, Door::Scan, work).await
    }

    /// Changes something in the realm that the call is about, which stays there until the change is done.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let work = move |cx: &mut Cx<'_>| last::keeping(cx, &mut work);
        self.app.enter(&self.realm, Door::Write, work).await
    }

    /// The address of something below the realm.
    pub(crate) fn address(&self, kind: &str, id: &str) -> String {
        let base = &self.app.base_url;
        let (realm, id) = (encode(&self.realm.name), encode(id));
        format!("{base}/admin/realms/{realm}/{kind}/{id}")
    }

    /// 201 with the address of what was made, below the realm.
    pub(crate) fn created(&self, kind: &str, id: &str) -> HttpResponse {
        HttpResponse::Created()
            .insert_header((LOCATION, self.address(kind, id)))
            .finish()
    }
}

/// Somebody known, with all their roles.
pub(crate) struct Caller {
    pub(crate) user: UserId,
    /// The client that they call with.
    pub(crate) client: String,
    pub(crate) session: Option<SessionId>,
    pub(crate) roles: Arc<BTreeSet<RoleId>>,
    /// The claims of their token; none of somebody who sits in the console.
    pub(crate) claims: Map<String, Value>,
}

/// The bearer of a token, and the realm that it is from.
async fn by_token(app: &App, request: &HttpRequest) -> Result<(Arc<Realm>, Caller)> {
    let shown = possession::presented(app, request).ok_or_else(AdminError::unauthorized)?;
    let home = home(app, shown.token()).await?;
    let (provider, asked) = (Arc::clone(&app.provider), shown.clone());
    let (client, caller) = app
        .enter(&home, Door::Read, move |cx| caller(cx, &provider, &asked))
        .await?;
    cors::check(request, app, &client)?;
    let spent = possession::spend(app, &home, &shown).await;
    spent.map_err(AdminError::of_protocol)?;
    Ok((home, caller))
}

/// Whoever sits in the console, and their realm.
async fn by_seat(app: &App, seat: Seat) -> Result<(Arc<Realm>, Caller)> {
    let home = Arc::clone(seat.home());
    let caller = app
        .enter(&home, Door::Read, move |cx| seat::caller(cx, &seat))
        .await?;
    Ok((home, caller))
}

/// The bearer, and the client that the token was issued to. The token's signature, lifetime, session,
/// owner and key are looked at; its roles are not.
fn caller(
    cx: &mut Cx<'_>,
    provider: &Provider,
    shown: &Presented,
) -> Result<(Arc<Client>, Caller)> {
    let claims = own_token::read(provider, cx, shown.token(), &own_token::ACCESS)?;
    let claims = claims.filter(|claims| !claims.is_expired(cx));
    let claims = claims.ok_or_else(AdminError::unauthorized)?;
    shown.check(&claims).map_err(AdminError::of_protocol)?;
    let subject = claims.text("sub").ok_or_else(AdminError::unauthorized)?;
    let id = UserId::new(subject);
    let known = user::find(cx, &id)?.filter(|user| user.enabled);
    let user = known.ok_or_else(AdminError::unauthorized)?;
    let issued = claims.number("iat").unwrap_or_default();
    if issued < user.not_before || issued < cx.realm.settings.not_before {
        return Err(AdminError::unauthorized());
    }
    let azp = claims.text("azp").unwrap_or_default();
    let client = client::find(cx, azp)?.filter(|client| client.enabled);
    let client = client.ok_or_else(AdminError::unauthorized)?;
    if issued < client.settings.not_before {
        return Err(AdminError::unauthorized());
    }
    let sid = claims.text("sid").map(SessionId::new);
    if let Some(sid) = &sid {
        let online = session::find(cx, sid, false)?;
        let offline = if online.is_none() {
            session::find(cx, sid, true)?
        } else {
            None
        };
        let owner = online.or(offline).map(|session| session.user);
        if owner.as_ref() != Some(&id) {
            return Err(AdminError::unauthorized());
        }
    }
    let caller = Caller {
        roles: user::shared_roles(cx, &id)?,
        client: client.id.as_str().to_owned(),
        session: sid,
        user: id,
        claims: claims.members().clone(),
    };
    Ok((client, caller))
}

/// The management roles among `roles`, as seen from the realm that they belong to.
fn rights(cx: &mut Cx<'_>, roles: &BTreeSet<RoleId>, realm: &str) -> Result<BTreeSet<String>> {
    let manager = if cx.realm.name == MASTER {
        format!("{realm}-realm")
    } else if cx.realm.name == realm {
        "realm-management".to_owned()
    } else {
        return Ok(BTreeSet::new());
    };
    let manager = client::find(cx, &manager)?.map(|client| client.id.as_str().to_owned());
    let is_master = cx.realm.name == MASTER;
    let graph = role::graph(cx)?;
    let managing = manager.iter().flat_map(|id| graph.owned_by(id));
    let creating = graph.owned_by(cx.realm.id.as_str());
    let creating = creating.filter(|role| is_master && role.name == "create-realm");
    let held = managing
        .chain(creating)
        .filter(|role| roles.contains(&role.id));
    Ok(held.map(|role| role.name.clone()).collect())
}

/// The management roles among `roles` over each of the realms, looked through once for all.
fn rights_in_all(
    cx: &mut Cx<'_>,
    roles: &BTreeSet<RoleId>,
    realms: &[String],
) -> Result<Vec<BTreeSet<String>>> {
    let is_master = cx.realm.name == MASTER;
    let graph = role::graph(cx)?;
    let mut by_owner: HashMap<&str, BTreeSet<String>> = HashMap::new();
    let mut everywhere = BTreeSet::new();
    for role in roles.iter().filter_map(|id| graph.role(id)) {
        if role.client_role {
            let owned = by_owner.entry(role.container_id.as_str()).or_default();
            owned.insert(role.name.clone());
        } else if is_master && role.name == "create-realm" {
            everywhere.insert(role.name.clone());
        }
    }
    let managers: Vec<Option<String>> = realms
        .iter()
        .map(|realm| {
            if is_master {
                Some(format!("{realm}-realm"))
            } else {
                (&cx.realm.name == realm).then(|| "realm-management".to_owned())
            }
        })
        .collect();
    let names: Vec<&str> = managers.iter().flatten().map(String::as_str).collect();
    let ids = client::find_ids(cx, &names)?;
    let rights = |manager: Option<String>| {
        let Some(manager) = manager else {
            return BTreeSet::new();
        };
        let owned = ids.get(&manager).and_then(|id| by_owner.get(id.as_str()));
        let mut rights = owned.cloned().unwrap_or_default();
        rights.extend(everywhere.iter().cloned());
        rights
    };
    Ok(managers.into_iter().map(rights).collect())
}

/// The realm that a token says it is from; the signature is checked with that realm's keys, and the issuer with its address.
async fn home(app: &App, token: &str) -> Result<Arc<Realm>> {
    let claimed = own_token::claimed_issuer(token);
    // A realm may have an address of its own, so only the end of an issuer says which one it is.
    let named = claimed
        .as_deref()
        .and_then(|iss| iss.rsplit_once("/realms/"));
    let (_, name) = named.ok_or_else(AdminError::unauthorized)?;
    let realm = app
        .realm(&decode(name))
        .await?
        .filter(|realm| realm.enabled);
    realm.ok_or_else(AdminError::unauthorized)
}
