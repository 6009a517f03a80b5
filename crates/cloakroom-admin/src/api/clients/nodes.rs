//! The nodes of a client's cluster, which adapters once registered so that the server could call them.
//!
//! They are kept as they are told. None is called: a client learns of an ended session by
//! back-channel logout and of a new not-before from introspection.

use actix_web::HttpResponse;
use cloakroom_keycloak::read;
use cloakroom_model::Cx;
use cloakroom_model::client::Client;
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Map, Value, json};

use super::super::{Answer, Names, no_content};
use super::{MANAGE, change, found_for_change};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig, client: &str) {
    cfg.route(&format!("{client}/nodes"), web::post().to(add));
    cfg.route(
        &format!("{client}/nodes/{{node}}"),
        web::delete().to(remove),
    );
    cfg.route(
        &format!("{client}/push-revocation"),
        web::post().to(reach_nobody),
    );
    cfg.route(
        &format!("{client}/test-nodes-available"),
        web::get().to(reach_nobody),
    );
}

const NODES: &str = "registeredNodes";

fn nodes(client: &Client) -> Map<String, Value> {
    let known = client.settings.rest.get(NODES);
    known
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

fn store(cx: &mut Cx<'_>, mut client: Client, nodes: Map<String, Value>) -> Result<()> {
    let rest = &mut client.settings.rest;
    match nodes.is_empty() {
        true => rest.remove(NODES),
        false => rest.insert(NODES.to_owned(), Value::Object(nodes)),
    };
    change::store_settings(cx, client)
}

async fn add(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check_sway(MANAGE)?;
    let sent = read::map(&body)?;
    let node = read::text(&sent, "node")?;
    let node = node
        .ok_or_else(|| AdminError::error(400, "Node not found in params"))?
        .to_owned();
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let mut nodes = nodes(&client);
            nodes.insert(node.clone(), json!(cx.now.seconds()));
            let place = format!("clients/{}/nodes/{node}", client.id);
            store(cx, client, nodes)?;
            audit::record(cx, &actor, audit::CREATE, "CLUSTER_NODE", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let (node, mut nodes) = (path.part("node"), nodes(&client));
            if nodes.remove(node).is_none() {
                return Err(AdminError::error(404, "Client does not have node "));
            }
            let place = format!("clients/{}/nodes/{node}", client.id);
            store(cx, client, nodes)?;
            audit::record(cx, &actor, audit::DELETE, "CLUSTER_NODE", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn reach_nobody(admin: Admin, path: Names) -> Answer {
    admin.check_sway(MANAGE)?;
    let grants = admin.grants();
    admin
        .read(move |cx| found_for_change(cx, path.part("client"), &grants))
        .await?;
    Ok(HttpResponse::Ok().json(json!({})))
}
