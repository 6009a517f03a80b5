//! What the steps of a workflow do to clients.

use cloakroom_keycloak::workflow::{Kind, Step};
use cloakroom_model::Cx;
use cloakroom_model::client;
use cloakroom_model::id::ClientUuid;
use cloakroom_model::recycle_bin::{Doomed, Kind as Binned};

use crate::access::{Actor, Grants};
use crate::api::clients::{change, is_built_in, remove_found};
use crate::api::ui_ext::recycle_bin;
use crate::audit;
use crate::error::{AdminError, Result};

/// Does a step to a client.
pub(super) fn run(
    cx: &mut Cx<'_>,
    step: &Step,
    id: &ClientUuid,
    (grants, actor): (&Grants, &Actor),
) -> Result<()> {
    let Some(mut client) = client::load(cx, id)? else {
        return Ok(());
    };
    if is_built_in(cx, &client) {
        let why = "The server rests on this client: no workflow disables or deletes it";
        return Err(AdminError::message(400, why));
    }
    grants.check_client(cx, id)?;
    let place = format!("clients/{id}");
    match step.kind {
        Kind::DisableClient if client.enabled => {
            client.enabled = false;
            change::store_settings(cx, client)?;
            audit::record(cx, actor, audit::UPDATE, "CLIENT", place)?;
        }
        Kind::DeleteClient => {
            let doomed = Doomed {
                kind: Binned::Client,
                id: id.as_str(),
                name: &client.client_id,
            };
            recycle_bin::put(cx, actor, doomed)?;
            remove_found(cx, &client)?;
            audit::record(cx, actor, audit::DELETE, "CLIENT", place)?;
        }
        _ => {}
    }
    Ok(())
}
