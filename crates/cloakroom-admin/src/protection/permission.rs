//! `/permission`: a resource server asks for a ticket that says what somebody needs (UMA 2.0 Federated
//! Authorization §4).

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::Fault;
use cloakroom_model::authorization::Resource;
use cloakroom_oidc::issue::SignError;
use cloakroom_oidc::uma::{Asked, PermissionTicket};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Map, Value, json};

use super::BASE;
use super::caller::{Call, Caller};
use crate::api::{Answer, Names};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let one = web::resource([format!("{BASE}/permission"), format!("{BASE}/permission/")])
        .route(web::post().to(create));
    cfg.service(one);
}

const FIELDS: &[&str] = &[
    "resource_id",
    "resource_set_id",
    "resource_server_id",
    "resource_scopes",
    "scopes",
    "claims",
];

/// More resources than this are not named by one ticket.
const MOST: usize = 1000;

fn refuse(code: &str, why: impl Into<String>) -> AdminError {
    AdminError::described(400, code, why)
}

pub(super) fn no_resource(name: &str) -> AdminError {
    let why = format!("Resource set with id [{name}] does not exists in this server.");
    refuse("invalid_resource_id", why)
}

pub(super) fn no_scope(name: &str) -> AdminError {
    refuse("invalid_scope", format!("Scope [{name}] is invalid"))
}

/// The resource with an id; or the resource server's, or the caller's, with a name.
pub(super) fn named<'a>(caller: &'a Caller, name: &str) -> Option<&'a Resource> {
    let all = &caller.all;
    let mine = || all.resource_named(&caller.owner, name);
    all.resource(name).or_else(mine)
}

fn read_one(caller: &Caller, sent: &Object) -> Result<Asked> {
    let name = read::text(sent, "resource_id")?.or(read::text(sent, "resource_set_id")?);
    let name = name.filter(|name| !name.is_empty());
    let scopes: Option<Vec<String>> = match read::member(sent, "resource_scopes")? {
        Some(scopes) => Some(scopes),
        None => read::member(sent, "scopes")?,
    };
    let scopes = scopes.unwrap_or_default();
    let Some(name) = name else {
        if scopes.is_empty() {
            let why = "Resource id or name not provided.";
            return Err(refuse("invalid_resource_id", why));
        }
        let is_known = |name: &&String| caller.all.scopes.iter().any(|one| &one.name == *name);
        if let Some(unknown) = scopes.iter().find(|name| !is_known(name)) {
            return Err(no_scope(unknown));
        }
        return Ok(Asked {
            resource: None,
            scopes,
        });
    };
    let resource = named(caller, name).ok_or_else(|| no_resource(name))?;
    for name in &scopes {
        let scope = caller.all.scopes.iter().find(|one| &one.name == name);
        let scope = scope.ok_or_else(|| no_scope(name))?;
        if caller.all.ask(resource, &[scope]).is_none() {
            return Err(no_scope(name));
        }
    }
    Ok(Asked {
        resource: Some(resource.id.clone()),
        scopes,
    })
}

async fn create(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let provider = call.app.provider.clone();
    let ticket = call
        .read(move |cx, caller| {
            let nothing = || refuse("invalid_permission_request", "Invalid permission request.");
            if body.is_empty() {
                return Err(nothing());
            }
            let sent = read::list(&body)?;
            if sent.is_empty() || sent.len() > MOST {
                return Err(nothing());
            }
            let mut asked = Vec::new();
            let mut claims = Map::new();
            for one in &sent {
                let whole = Value::Object(one.clone());
                read::check_members(&body, &whole, "PermissionRequest", FIELDS)?;
                asked.push(read_one(&caller, one)?);
                let more: Option<Map<String, Value>> = read::member(one, "claims")?;
                claims.extend(more.unwrap_or_default());
            }
            let who = (caller.client(), caller.user.as_str());
            Ok(PermissionTicket::new(&provider, cx, who, &asked, claims))
        })
        .await?;
    let ticket = ticket.sign(&call.realm).map_err(|error| match error {
        SignError::Fault(fault) => AdminError::from(fault),
        SignError::Missing(_) => Fault::corrupt("the realm has no key for its own tokens").into(),
    })?;
    Ok(HttpResponse::Created().json(json!({"ticket": ticket})))
}
