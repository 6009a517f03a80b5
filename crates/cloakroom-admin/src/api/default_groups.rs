//! `/admin/realms/{realm}/default-groups`: the groups that a new user joins.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::id::GroupId;
use cloakroom_model::{Cx, default_group, group};
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/default-groups";
    let one = web::resource(format!("{base}/{{group}}"))
        .route(web::put().to(insert))
        .route(web::delete().to(remove));
    cfg.route(base, web::get().to(list));
    cfg.service(one);
}

async fn list(admin: Admin) -> Answer {
    admin.check(&["view-realm", "manage-realm"])?;
    let shown = admin
        .read(|cx| {
            let ids = group::defaults(cx)?;
            let all = if ids.is_empty() {
                Vec::new()
            } else {
                group::list(cx)?
            };
            let mine = all.iter().filter(|one| ids.contains(&one.id));
            let show = |one: &group::Group| {
                let path = group::path(&all, &one.id);
                let mut shown = json!({
                    "id": one.id,
                    "name": one.name,
                    "path": path,
                    "subGroups": [],
                });
                if let Some(parent) = &one.parent {
                    set(&mut shown, "parentId", json!(parent));
                }
                if let Some(description) = &one.description {
                    set(&mut shown, "description", json!(description));
                }
                shown
            };
            Ok(mine.map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Where the groups that a new user joins are in the tree.
pub(crate) fn paths(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let ids = group::defaults(cx)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let all = group::list(cx)?;
    let mut paths: Vec<String> = ids.iter().map(|id| group::path(&all, id)).collect();
    paths.sort();
    Ok(paths)
}

fn found(cx: &mut Cx<'_>, id: &str) -> Result<GroupId> {
    let found = group::find(cx, &GroupId::new(id))?;
    let found = found.ok_or_else(|| AdminError::error(404, "Group not found"))?;
    Ok(found.id)
}

/// Whoever lets everybody join a group hands on what the group may do.
async fn insert(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(&["manage-realm"])?;
    let id = path.into_inner().1;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let group = found(cx, &id)?;
            for role in group::roles(cx, &group)? {
                grants.check(cx, &role)?;
            }
            default_group::insert(cx, &group)?;
            let path = format!("default-groups/{id}");
            audit::record(cx, &actor, audit::CREATE, "GROUP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(&["manage-realm"])?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let group = found(cx, &id)?;
            default_group::remove(cx, &group)?;
            let path = format!("default-groups/{id}");
            audit::record(cx, &actor, audit::DELETE, "GROUP", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
