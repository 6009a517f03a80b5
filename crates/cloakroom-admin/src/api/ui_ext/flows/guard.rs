//! Whether anybody could still sign in after a change of a flow, or of what a flow is used for.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use cloakroom_federation::kerberos::provider;
use cloakroom_keycloak::blueprint;
use cloakroom_login::further::webauthn::Policy;
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::flow::course::{Ways, locks_out};
use cloakroom_model::flow::{self, Book, Change, Tree, bound_alias};
use cloakroom_model::id::{ClientUuid, ExecutionId};
use cloakroom_model::{Cx, client, role};
use serde_json::json;

use crate::access::Admin;
use crate::api::ui_ext::VIEW_REALM;
use crate::api::{Answer, Names, Params};
use crate::error::{AdminError, Result};

/// `step` and `requirement`, or `move`, say what would be changed of a step first, `for` what the flow would be used for
/// besides.
pub(super) async fn show(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(VIEW_REALM)?;
    let text = |name: &str| params.get(name).map_or("", |text| text.trim()).to_owned();
    let (step, requirement, wanted) = (text("step"), text("requirement"), text("for"));
    let way = text("move");
    let locks = admin
        .read(move |cx| {
            let tree = Book::load(cx)?.named(path.part("flow"));
            let tree = tree.ok_or_else(|| AdminError::error(404, "Flow not found"))?;
            let step = ExecutionId::new(step.clone());
            let change = match way.as_str() {
                "raise" => Change::Raise(step.clone()),
                "lower" => Change::Lower(step.clone()),
                _ => Change::Require(step.clone(), requirement.clone()),
            };
            let is_wanted = SIGN_IN.contains(&wanted.as_str());
            let mut locks = is_wanted && lets_nobody_in(cx, &tree)?;
            if step.as_str().is_empty() {
                return Ok(locks || would_lock_out(cx, &tree)?);
            }
            // A step may stand in a flow that is inside another, by which people sign in.
            for mut whole in ways_in(cx)? {
                locks |= whole.change(cx, change.clone()) && lets_nobody_in(cx, &whole)?;
            }
            Ok(locks)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"locksOut": locks})))
}

/// The realm's settings that say by which flow people sign in.
const SIGN_IN: [&str; 2] = ["browserFlow", "directGrantFlow"];

/// The flow is one that people sign in by, and as it is to be it lets nobody in.
pub(super) fn would_lock_out(cx: &mut Cx<'_>, tree: &Tree) -> Result<bool> {
    Ok(is_way_in(cx, tree)? && lets_nobody_in(cx, tree)?)
}

/// The realm's people sign in by this flow, or those of a client.
fn is_way_in(cx: &mut Cx<'_>, flow: &Tree) -> Result<bool> {
    let settings = &cx.realm.settings;
    let mut bound = SIGN_IN.into_iter();
    if bound.any(|name| bound_alias(settings, name) == flow.alias) {
        return Ok(true);
    }
    Ok(flow::has_client(cx, &flow.id)?)
}

/// All flows that somebody signs in by.
fn ways_in(cx: &mut Cx<'_>) -> Result<Vec<Tree>> {
    let book = Book::load(cx)?;
    let top = flow::list(cx)?.into_iter().filter(|flow| flow.top_level);
    let mut found = Vec::new();
    for flow in top {
        if let Some(tree) = book.tree(&flow.id)
            && is_way_in(cx, &tree)?
        {
            found.push(tree);
        }
    }
    Ok(found)
}

fn lets_nobody_in(cx: &mut Cx<'_>, flow: &Tree) -> Result<bool> {
    let providers = cx.realm.providers.iter().map(|one| one.alias.clone());
    let ways = Ways {
        providers: providers.collect(),
        has_tickets: !provider::list(cx)?.is_empty(),
        takes_passkeys: Policy::of(&cx.realm.settings, PASSKEY, "").asks_with_name,
        scopes: scopes_of_console(cx)?,
        roles: roles_of_everybody(cx)?,
        ..Ways::of(cx, flow)?
    };
    Ok(locks_out(flow, &ways))
}

/// The client by which administrators sign in.
const CONSOLE: &str = "security-admin-console";

fn scopes_of_console(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let Some(client) = client::find(cx, CONSOLE)? else {
        return Ok(Vec::new());
    };
    let named = |id| cx.realm.scope(id).map(|scope| scope.name.clone());
    Ok(client.default_scopes.iter().filter_map(named).collect())
}

/// The realm's default role with all inside it, as the conditions of flows name roles.
fn roles_of_everybody(cx: &mut Cx<'_>) -> Result<BTreeSet<String>> {
    let Some(default) = blueprint::default_role(&cx.realm.settings) else {
        return Ok(BTreeSet::new());
    };
    let graph = role::graph(cx)?;
    let mut names = BTreeSet::new();
    for id in graph.expand([default]) {
        let Some(role) = graph.role(&id) else {
            continue;
        };
        if !role.client_role {
            names.insert(role.name.clone());
            continue;
        }
        let owner = ClientUuid::new(role.container_id.clone());
        if let Some(client) = client::find_by_id(cx, &owner)? {
            names.insert(format!("{}.{}", client.client_id, role.name));
        }
    }
    Ok(names)
}
