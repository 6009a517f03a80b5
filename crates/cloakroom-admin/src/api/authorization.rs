//! `/admin/realms/{realm}/clients/{client}/authz/resource-server`: what a client protects.

mod delegated;
mod evaluate;
mod policies;
pub(crate) mod resources;
mod scopes;
mod server;
pub(crate) mod write;

pub(crate) use write::import;

use cloakroom_model::Cx;
use cloakroom_model::authorization::Authorization;
use cloakroom_model::client::{self, Client};
use cloakroom_model::id::ClientUuid;
use cloakroom_web::web::ServiceConfig;

use super::Names;
use crate::error::{AdminError, Result};

const BASE: &str = "/admin/realms/{realm}/clients/{client}/authz/resource-server";
const MANAGE: &[&str] = &["manage-authorization"];
const VIEW: &[&str] = &["view-authorization", "manage-authorization"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    scopes::configure(cfg);
    resources::configure(cfg);
    evaluate::configure(cfg);
    policies::configure(cfg);
    server::configure(cfg);
}

/// The client in the path, if it has authorization services.
fn owner(cx: &mut Cx<'_>, path: &Names) -> Result<Client> {
    let id = path.get("client").cloned().unwrap_or_default();
    let found = client::load(cx, &ClientUuid::new(id))?;
    let found = found.ok_or_else(|| AdminError::error(404, "Could not find client"))?;
    if !cloakroom_model::authorization::is_on(&found) {
        return Err(AdminError::not_found());
    }
    Ok(found)
}

/// Everything that the client in the path protects.
fn found(cx: &mut Cx<'_>, path: &Names) -> Result<Authorization> {
    let client = owner(cx, path)?;
    Ok(Authorization::load(cx, &client)?)
}

fn part<'a>(path: &'a Names, name: &str) -> &'a str {
    path.get(name).map(String::as_str).unwrap_or_default()
}

pub(crate) fn conflict() -> AdminError {
    AdminError::described(409, "conflict", "Duplicate resource error")
}

/// `first` and `max` of a list that is at hand.
pub(crate) fn slice<T>(all: Vec<T>, params: &super::Params) -> Result<Vec<T>> {
    let (first, max) = super::page(params, i64::from(i32::MAX))?;
    let (first, max) = (usize::try_from(first), usize::try_from(max));
    let rest = all.into_iter().skip(first.unwrap_or(0));
    Ok(rest.take(max.unwrap_or(usize::MAX)).collect())
}
