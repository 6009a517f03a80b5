//! `/admin/realms/{realm}/group-by-path`: a group by the names on the way to it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use cloakroom_model::Cx;
use cloakroom_model::group::{self, Group};
use serde_json::{Map, json};

use super::{Answer, Names};
use crate::access::Admin;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let path = "/admin/realms/{realm}/group-by-path/{path:.*}";
    cfg.route(path, web::get().to(find));
}

async fn find(admin: Admin, names: Names) -> Answer {
    admin.check(&["view-users", "manage-users", "query-groups"])?;
    let path = names.get("path").cloned().unwrap_or_default();
    let body = admin
        .read(move |cx| {
            let all = group::list(cx)?;
            let found = at(&all, path.trim_matches('/'));
            let found = found.ok_or_else(|| AdminError::error(404, "Group path does not exist"))?;
            show(cx, &all, found)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// A name may have slashes of its own, so whole paths are compared.
fn at<'a>(all: &'a [Group], path: &str) -> Option<&'a Group> {
    all.iter().find(|one| whole(all, one) == path)
}

fn whole(all: &[Group], group: &Group) -> String {
    let mut names = vec![group.name.as_str()];
    let mut parent = group.parent.as_ref();
    // No tree is deeper than it has groups, so a damaged parent cannot loop.
    for _ in 0..all.len() {
        let Some(above) = parent.and_then(|id| all.iter().find(|one| &one.id == id)) else {
            break;
        };
        names.push(&above.name);
        parent = above.parent.as_ref();
    }
    names.reverse();
    names.join("/")
}

fn show(cx: &mut Cx<'_>, all: &[Group], group: &Group) -> Result<serde_json::Value> {
    let inside = all
        .iter()
        .filter(|one| one.parent.as_ref() == Some(&group.id));
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(group.id));
    body.insert("name".to_owned(), json!(group.name));
    body.insert("path".to_owned(), json!(format!("/{}", whole(all, group))));
    body.insert("subGroupCount".to_owned(), json!(inside.count()));
    body.insert("subGroups".to_owned(), json!([]));
    body.insert("attributes".to_owned(), json!(group.attributes));
    if let Some(parent) = &group.parent {
        body.insert("parentId".to_owned(), json!(parent));
    }
    if let Some(description) = &group.description {
        body.insert("description".to_owned(), json!(description));
    }
    let (realm, clients) = roles(cx, group)?;
    body.insert("realmRoles".to_owned(), json!(realm));
    body.insert("clientRoles".to_owned(), json!(clients));
    Ok(serde_json::Value::Object(body))
}

type ByClient = std::collections::BTreeMap<String, Vec<String>>;

/// The names of the roles that members get, of the realm and by client.
fn roles(cx: &mut Cx<'_>, group: &Group) -> Result<(Vec<String>, ByClient)> {
    let ids = group::roles(cx, &group.id)?;
    let (mut of_realm, mut of_clients) = (Vec::new(), ByClient::new());
    for role in cloakroom_model::role::list_of(cx, &ids)? {
        if !role.client_role {
            of_realm.push(role.name);
            continue;
        }
        let owner = cloakroom_model::id::ClientUuid::new(role.container_id.clone());
        if let Some(owner) = cloakroom_model::client::find_by_id(cx, &owner)? {
            let mine = of_clients.entry(owner.client_id.clone()).or_default();
            mine.push(role.name);
        }
    }
    Ok((of_realm, of_clients))
}
