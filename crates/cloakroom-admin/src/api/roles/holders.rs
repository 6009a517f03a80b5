//! Who was given a role directly: users and groups.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_model::id::OrganizationId;
use cloakroom_model::organization::group as of_organization;
use cloakroom_model::role::Role;
use cloakroom_model::{Cx, group, user};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::Value;

use super::super::groups::show::{self, Shown};
use super::super::organizations::groups::tree::{self, Tree};
use super::super::organizations::{self, members::page_seen};
use super::super::users::{self, find::show_all};
use super::super::{Answer, Names, Params, USUAL, is_brief, page};
use super::{check, found};
use crate::access::Admin;
use crate::error::Result;

pub(super) fn configure(cfg: &mut ServiceConfig, role: &str) {
    cfg.route(&format!("{role}/users"), web::get().to(users));
    cfg.route(&format!("{role}/groups"), web::get().to(groups));
}

async fn users(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, false)?;
    admin.check(users::QUERY)?;
    let sight = admin.sway(users::VIEW);
    let (first, max) = page(&params, USUAL)?;
    let brief = is_brief(&params, false);
    let shown = admin
        .read(move |cx| {
            let role = found(cx, &path, &may)?;
            let list = |cx: &mut Cx<'_>, first, max| user::list_with_role(cx, &role.id, first, max);
            let people = page_seen(cx, &sight, (first, max), list, |one| &one.id)?;
            show_all(cx, &people, brief)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn groups(admin: Admin, path: Names, params: Params) -> Answer {
    let may = check(&admin, &path, false)?;
    let sees_organizations = admin.may(organizations::VIEW);
    let (first, max) = page(&params, USUAL)?;
    let brief = is_brief(&params, true);
    let how = Shown {
        brief,
        count: false,
        access: None,
    };
    let shown = admin
        .read(move |cx| {
            let role = found(cx, &path, &may)?;
            let of_organizations = match sees_organizations {
                true => of_organizations(cx, &role, brief)?,
                false => Vec::new(),
            };
            let (first, max) = (number(first), number(max));
            // The two are in the order of their names, so no page needs more of either than its end.
            let end = i64::try_from(first.saturating_add(max)).unwrap_or(i64::MAX);
            let all = group::list_with_role(cx, &role.id, 0, end)?;
            let mut shown = show::list(cx, &all, &how)?;
            shown.extend(of_organizations);
            shown.sort_by(|one, other| name(one).cmp(name(other)));
            Ok(shown
                .into_iter()
                .skip(first)
                .take(max)
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn number(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn name(group: &Value) -> &str {
    let name = group.get("name").and_then(Value::as_str);
    name.unwrap_or_default()
}

/// The groups of organizations that give the role to their members.
fn of_organizations(cx: &mut Cx<'_>, role: &Role, brief: bool) -> Result<Vec<Value>> {
    let how = tree::Shown {
        brief,
        count: false,
    };
    let mut trees: BTreeMap<OrganizationId, Tree> = BTreeMap::new();
    let mut shown = Vec::new();
    for (of, group) in of_organization::list_with_role(cx, &role.id)? {
        if !trees.contains_key(&of) {
            let tree = Tree::read(cx, &of)?;
            trees.insert(of.clone(), tree);
        }
        if let Some(tree) = trees.get(&of) {
            shown.push(tree.show(cx, &group, how)?);
        }
    }
    Ok(shown)
}
