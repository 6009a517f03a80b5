//! Why somebody has each of their roles: given to them, through a group, or inside another role.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use cloakroom_model::id::{ClientUuid, GroupId, RoleId};
use cloakroom_model::role::RoleGraph;
use cloakroom_model::{Cx, client, group, role, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::users::{VIEW, found};
use crate::api::{Answer, Names};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(
        "/admin/realms/{realm}/ui-ext/because/{kind}/{id}",
        web::get().to(because),
    );
}

/// One reason: `direct`, a `group` by its path, a `role` by its name.
type Reasons = BTreeMap<RoleId, BTreeSet<(&'static str, String)>>;

async fn because(admin: Admin, names: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let id = names.part("id");
            let mut reasons = Reasons::new();
            match names.part("kind") {
                "users" => of_user(cx, id, &mut reasons)?,
                "groups" => of_group(cx, &GroupId::new(id), &mut reasons)?,
                _ => return Err(AdminError::not_found()),
            }
            let graph = role::graph(cx)?;
            inside(&graph, &mut reasons);
            show(cx, &graph, &reasons)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn of_user(cx: &mut Cx<'_>, id: &str, reasons: &mut Reasons) -> Result<()> {
    let user = found(cx, id)?;
    for role in user::direct_roles(cx, &user.id)? {
        let direct = ("direct", String::new());
        reasons.entry(role).or_default().insert(direct);
    }
    for id in user::groups(cx, &user.id)? {
        of_group(cx, &id, reasons)?;
    }
    Ok(())
}

/// The roles of a group and of those it is in.
fn of_group(cx: &mut Cx<'_>, id: &GroupId, reasons: &mut Reasons) -> Result<()> {
    let none = || AdminError::error(404, "Could not find group by id");
    let found = group::find(cx, id)?.ok_or_else(none)?;
    let line = group::ancestors(cx, &found)?;
    for one in &line {
        let path = group::path(&line, &one.id);
        for role in group::direct_roles(cx, &one.id)? {
            let through = ("group", path.clone());
            reasons.entry(role).or_default().insert(through);
        }
    }
    Ok(())
}

/// Adds the roles inside those that are held, each with the role it is inside of.
fn inside(graph: &RoleGraph, reasons: &mut Reasons) {
    let mut open: Vec<RoleId> = reasons.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(outer) = graph.role(&id) else {
            continue;
        };
        for inner in graph.children(&id) {
            let is_new = !reasons.contains_key(inner);
            let through = ("role", outer.name.clone());
            reasons.entry(inner.clone()).or_default().insert(through);
            if is_new {
                open.push(inner.clone());
            }
        }
    }
}

fn show(cx: &mut Cx<'_>, graph: &RoleGraph, reasons: &Reasons) -> Result<Vec<Value>> {
    let mut shown = Vec::new();
    for (id, why) in reasons {
        let Some(role) = graph.role(id) else {
            continue;
        };
        let owner = match role.client_role {
            true => client::find_by_id(cx, &ClientUuid::new(role.container_id.clone()))?,
            false => None,
        };
        let owner = owner.map(|client| client.client_id.clone());
        let why = why
            .iter()
            .map(|(kind, name)| json!({"kind": kind, "name": name}));
        let key = (owner.clone(), role.name.clone());
        let one = json!({
            "id": id,
            "name": role.name,
            "client": owner,
            "because": why.collect::<Vec<_>>(),
        });
        shown.push((key, one));
    }
    shown.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(shown.into_iter().map(|(_, one)| one).collect())
}
