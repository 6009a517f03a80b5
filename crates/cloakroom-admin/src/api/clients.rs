//! `/admin/realms/{realm}/clients`: applications and their settings.

mod bindings;
mod bundle;
pub(crate) mod change;
mod evaluate;
mod installation;
mod nodes;
mod rotation;
pub(crate) mod saml;
mod saml_example;
mod secret;
mod v2;

use std::borrow::Cow;

use actix_web::HttpResponse;
use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_keycloak::{client as shape, query, read};
use cloakroom_model::authorization::delegation::{self, Kind as Of};
use cloakroom_model::client::{self, Access, Client, Query};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_model::{Cx, Fault, Secret, role, user};
use cloakroom_oidc::client_policy::{Registrant, Source};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::ui_ext::recycle_bin;
use super::{ALL, Answer, Names, Params, USUAL, is_on, listed, no_content, page};
use crate::access::{Admin, Grants, Opened, Sway};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::listed::Listed;

pub(crate) const MANAGE: &[&str] = &["manage-clients"];
pub(crate) const VIEW: &[&str] = &["view-clients", "manage-clients"];
const LIST: &[&str] = &["view-clients", "manage-clients", "query-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/realms/{realm}/clients")
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/realms/{realm}/clients/{client}")
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
    cfg.route(
        "/admin/realms/{realm}/ui-ext/clients",
        web::get().to(list_narrowed),
    );
    let client = "/admin/realms/{realm}/clients/{client}";
    cfg.route(
        &format!("{client}/service-account-user"),
        web::get().to(service_account),
    );
    secret::configure(cfg, client);
    evaluate::configure(cfg, client);
    installation::configure(cfg, client);
    nodes::configure(cfg, client);
    v2::configure(cfg);
}

/// The client with this id as it stands now, or Keycloak's text for none.
pub(crate) fn found(cx: &mut Cx<'_>, id: &str) -> Result<Client> {
    let found = client::load(cx, &ClientUuid::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find client"))
}

/// The same, if the caller may do this with it; who may not see every client does not learn which there are.
pub(crate) fn found_by(cx: &mut Cx<'_>, id: &str, sway: &Sway, scope: &str) -> Result<Client> {
    sway.check(cx, Of::Clients, id, scope)?;
    found(cx, id)
}

/// The same, if a caller with these rights may change it: rights rest on the client whose roles
/// manage the realm, and whoever changes another can act as its service account.
pub(crate) fn found_for_change(cx: &mut Cx<'_>, id: &str, grants: &Grants) -> Result<Client> {
    let client = found_by(cx, id, &grants.sway(MANAGE), "manage")?;
    if is_keeper(cx, &client) {
        let why = "Not supported for this client.";
        return Err(AdminError::described(400, "invalid_input", why));
    }
    if is_management(cx, &client) {
        return Err(AdminError::forbidden());
    }
    grants.check_client(cx, &client.id)?;
    Ok(client)
}

/// Tells whether a client keeps the realm's fine-grained permissions.
fn is_keeper(cx: &Cx<'_>, client: &Client) -> bool {
    delegation::keeper(cx.realm).as_ref() == Some(&client.id)
}

/// Tells whether the roles of a client manage this realm, or, in `master`, another one.
pub(crate) fn is_management(cx: &mut Cx<'_>, client: &Client) -> bool {
    if is_keeper(cx, client) {
        return true;
    }
    if cx.realm.name != MASTER {
        return client.client_id == "realm-management";
    }
    let has_rights = |cx: &mut Cx<'_>| role::find_named(cx, client.id.as_str(), "manage-realm");
    client.client_id.ends_with("-realm") && !matches!(has_rights(cx), Ok(None))
}

/// What a caller sees of clients.
#[derive(Clone)]
struct Sight {
    manages: Sway,
    /// The same, read for a list.
    opened: Option<Opened>,
    grants: Grants,
    /// They may see every secret, so that no single client has to be looked at.
    sees_all: bool,
}

impl Sight {
    fn of(admin: &Admin) -> Self {
        Self {
            manages: admin.sway(MANAGE),
            opened: None,
            grants: admin.grants(),
            sees_all: false,
        }
    }

    fn look(mut self, cx: &mut Cx<'_>) -> Result<Self> {
        self.sees_all = self.manages.is_full() && self.grants.cover_everything(cx)?;
        self.opened = Some(self.manages.open(cx)?);
        Ok(self)
    }

    fn may_manage(&self, cx: &mut Cx<'_>, client: &Client) -> Result<bool> {
        match &self.opened {
            Some(manages) => manages.may(cx, Of::Clients, client.id.as_str(), "manage"),
            None => self
                .manages
                .may(cx, Of::Clients, client.id.as_str(), "manage"),
        }
    }

    /// Whether the caller may see a client's secret, behind which there may be a service account.
    fn sees_secret(&self, cx: &mut Cx<'_>, client: &Client) -> Result<bool> {
        if self.sees_all {
            return Ok(true);
        }
        if !self.may_manage(cx, client)? {
            return Ok(false);
        }
        self.grants.cover_client(cx, &client.id)
    }

    fn show(&self, cx: &mut Cx<'_>, client: &Client) -> Result<Value> {
        self.tell(cx, client, |shown| Ok(serde_json::to_value(shown)?))
    }

    /// Hands a client over as the caller sees it.
    fn tell<T>(
        &self,
        cx: &mut Cx<'_>,
        client: &Client,
        take: impl FnOnce(&shape::Shown<'_>) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let masked = Secret::new(shape::MASK);
        let secret = client::reveal_secret(cx, client)?;
        let has_secrets = secret.is_some() || rotation::before(&client.settings).is_some();
        let hides = has_secrets && !self.sees_secret(cx, client)?;
        let secret = secret.map(|secret| if hides { masked } else { secret });
        let manage = self.may_manage(cx, client)? && !is_management(cx, client);
        let client = match hides {
            true => rotation::masked(client),
            false => Cow::Borrowed(client),
        };
        let mut shown = shape::Shown::of(cx.realm, &client, secret.as_ref());
        shown.access = Some(json!({"view": true, "configure": manage, "manage": manage}));
        Ok(take(&shown)?)
    }
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(LIST)?;
    let asked = params.get("q").map(String::as_str).unwrap_or_default();
    let attributes = query::attributes(asked);
    if !attributes.is_empty() {
        let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        // Keycloak searches by those attributes alone that its operator made searchable: none.
        let why = format!("Attributes [{}] not allowed for search", names.join(", "));
        return Err(AdminError::described(400, "invalid_request", why));
    }
    let search = is_on(&params, "search");
    let (first, max) = match page(&params, ALL)? {
        // There is one of this name at the most, on whatever page.
        _ if params.contains_key("clientId") && !search => (0, ALL),
        asked => asked,
    };
    let query = Query {
        client_id: params.get("clientId").cloned(),
        search,
        first,
        max,
        ..Query::default()
    };
    shown(&admin, query).await
}

/// The same by what clients are as well, which no call of Keycloak knows.
async fn list_narrowed(admin: Admin, params: Params) -> Answer {
    admin.check(LIST)?;
    let (first, max) = page(&params, USUAL)?;
    let said = |name: &str| params.get(name).filter(|value| !value.is_empty());
    let unknown = |name: &str| AdminError::message(400, format!("'{name}' has no such value"));
    let enabled = said("enabled").map(|text| text.parse());
    let access = match said("access").map(String::as_str) {
        None => None,
        Some("public") => Some(Access::Public),
        Some("confidential") => Some(Access::Confidential),
        Some("bearer-only") => Some(Access::BearerOnly),
        Some(_) => return Err(unknown("access")),
    };
    let kind = said("type").map(|name| client::Kind::named(name).ok_or_else(|| unknown("type")));
    let query = Query {
        client_id: said("search").cloned(),
        search: true,
        enabled: enabled.transpose().map_err(|_| unknown("enabled"))?,
        protocol: said("protocol").cloned(),
        access,
        kind: kind.transpose()?,
        first,
        max,
        ..Query::default()
    };
    shown(&admin, query).await
}

/// The clients that a query finds, of those that the caller may see.
async fn shown(admin: &Admin, query: Query) -> Answer {
    let views = admin.sway(VIEW);
    let sight = Sight::of(admin);
    let all = admin
        .read(move |cx| {
            let sight = sight.clone().look(cx)?;
            let query = Query {
                only: views.open(cx)?.only(cx, Of::Clients, "view")?,
                ..query.clone()
            };
            let mut shown = Listed::default();
            client::visit(cx, &query, |cx, client| {
                sight.tell(cx, &client, |one| shown.push(one))
            })?;
            Ok(shown.end())
        })
        .await?;
    Ok(listed(all))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sight = Sight::of(&admin);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            sight.show(cx, &client)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Who makes or changes a client here, as client policies ask.
fn registrant(admin: &Admin) -> Registrant {
    Registrant {
        source: Source::AuthenticatedUser,
        ip: admin.actor.ip.clone(),
        user: Some(admin.actor.user.clone()),
    }
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    let creates = admin.check_sway(&["manage-clients", "create-client"])?;
    let sent = read::object(&body, "ClientRepresentation", shape::FIELDS)?;
    let (grants, actor, by) = (admin.grants(), admin.actor.clone(), registrant(&admin));
    let id = admin
        .write(move |cx| {
            creates.check_all(cx, Of::Clients, "manage")?;
            let id = change::create(cx, &by, &sent, &grants).map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::CREATE, "CLIENT", format!("clients/{id}"))?;
            Ok(id)
        })
        .await?;
    Ok(admin.created("clients", id.as_str()))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "ClientRepresentation", shape::FIELDS)?;
    let (grants, actor, by) = (admin.grants(), admin.actor.clone(), registrant(&admin));
    admin
        .write(move |cx| {
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let place = format!("clients/{}", client.id);
            change::update(cx, &by, client, &sent, &grants).map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::UPDATE, "CLIENT", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The clients that the server itself rests on.
const BUILT_IN: [&str; 5] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "security-admin-console",
];

/// The server rests on this client: its own pages sign people in with it, or its roles manage a realm.
pub(crate) fn is_built_in(cx: &mut Cx<'_>, client: &Client) -> bool {
    BUILT_IN.contains(&client.client_id.as_str()) || is_management(cx, client)
}

/// Removes a client, unless the server rests on it.
pub(crate) fn remove_found(cx: &mut Cx<'_>, client: &Client) -> Result<()> {
    let is_keeper = is_keeper(cx, client);
    if is_management(cx, client) && !is_keeper {
        return Err(AdminError::forbidden());
    }
    if is_keeper || BUILT_IN.contains(&client.client_id.as_str()) {
        let why = "Could not delete client";
        return Err(AdminError::described(400, "invalid_request", why));
    }
    client::remove(cx, &client.id)?;
    delegation::forget(cx, client.id.as_str())?;
    Ok(())
}

async fn remove(admin: Admin, path: Names, params: Params) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let actor = admin.actor.clone();
    let kept = admin
        .write(move |cx| {
            let client = found_by(cx, path.part("client"), &manages, "manage")?;
            let doomed = Doomed {
                kind: Kind::Client,
                id: client.id.as_str(),
                name: &client.client_id,
            };
            let kept = recycle_bin::keep(cx, &actor, &params, doomed)?;
            remove_found(cx, &client).map_err(AdminError::undoing)?;
            let place = format!("clients/{}", client.id);
            audit::record(cx, &actor, audit::DELETE, "CLIENT", place)?;
            Ok(kept)
        })
        .await?;
    Ok(recycle_bin::removed(kept))
}

async fn service_account(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let account = user::find_service_account(cx, &client.id)?;
            match account.filter(|_| client.settings.service_accounts_enabled) {
                Some(account) => Ok(cloakroom_keycloak::user::show(&account)),
                None => {
                    let id = &client.client_id;
                    let why = format!("Service account not enabled for the client '{id}'");
                    Err(AdminError::error(400, why))
                }
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}
