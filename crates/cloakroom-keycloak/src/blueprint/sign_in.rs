//! The way back for a realm that a flow locks everybody out of: the flows of a new realm are bound again, or put in where a
//! realm never had them.

use std::collections::BTreeSet;

use cloakroom_model::client::{self, Draft};
use cloakroom_model::flow::version;
use cloakroom_model::flow::{self, Book, Flow, Replaced, Tree};
use cloakroom_model::id::FlowId;
use cloakroom_model::realm::{self, RealmRow};
use cloakroom_model::{Cx, Link, Result};
use serde_json::json;

use super::flows::{insert_missing, own_inside, tree_of};

/// By what people sign in: the realm's setting, and the flow of a new realm.
const SIGN_IN: [(&str, &str); 2] = [
    ("browserFlow", "browser"),
    ("directGrantFlow", "direct grant"),
];

/// The applications that administrators sign in to. What they are bound to themselves counts before the realm's flows.
const ADMINISTRATION: [&str; 2] = ["admin-cli", "security-admin-console"];

/// A realm that does not say by which flow people sign in, and lacks the one that is meant then: its name, the setting and
/// the flow. Nobody comes in there.
pub type Lacking = (String, &'static str, &'static str);

/// The realms that lack a flow by which people sign in.
///
/// Earlier versions left them that way, which took a realm's own flows for all that it needs. A setting that names a flow
/// is not among them: what stands there somebody chose.
pub fn list_lacking(link: &mut Link<'_>) -> Result<Vec<Lacking>> {
    let mut lacking = Vec::new();
    for (setting, alias) in SIGN_IN {
        let found = realm::list_without_flow(link, alias)?.into_iter();
        let is_unset = |realm: &RealmRow| {
            let set = realm.settings.rest.get(setting);
            set.and_then(|alias| alias.as_str())
                .is_none_or(str::is_empty)
        };
        let unset = found.filter(is_unset);
        lacking.extend(unset.map(|realm| (realm.name, setting, alias)));
    }
    Ok(lacking)
}

/// The realms that name a flow which they do not have: the realm, the setting and the flow. Only an administrator knows
/// which one is to be in its place.
pub fn list_gone(link: &mut Link<'_>) -> Result<Vec<(String, &'static str, String)>> {
    let mut gone = Vec::new();
    for (setting, _) in SIGN_IN {
        let found = realm::list_with_flow_gone(link, setting)?;
        gone.extend(
            found
                .into_iter()
                .map(|(realm, alias)| (realm.name, setting, alias)),
        );
    }
    Ok(gone)
}

/// A flow that a realm lacked: the setting, the flow, and the realm's own flow that kept it from being put in.
pub type PutIn = (&'static str, &'static str, Option<String>);

/// Puts in the flows by which people sign in that the request's realm lacks, and says which.
///
/// It is none where another node was quicker. One that would have a flow of the realm's own inside is not put in: nobody knows what that lets pass.
pub fn put_in_lacking(cx: &mut Cx<'_>) -> Result<Vec<PutIn>> {
    realm::hold(cx)?;
    let name = cx.realm.name.clone();
    let lacking = list_lacking(&mut cx.db)?;
    let mut put_in = Vec::new();
    for (realm, setting, alias) in lacking {
        if realm != name {
            continue;
        }
        let own = own_inside(cx, alias)?;
        if own.is_none() {
            let there = flow::list(cx)?.into_iter();
            let present: BTreeSet<String> = there.map(|one| one.alias).collect();
            insert_missing(cx, alias, &present)?;
        }
        put_in.push((setting, alias, own));
    }
    Ok(put_in)
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// The realm's settings, with the id and the name of the flow that each says now.
    pub bound: Vec<(&'static str, FlowId, String)>,
    /// The clients that are bound to no flow of their own any more.
    pub freed: Vec<String>,
}

/// Makes the flows of the request's realm by which people sign in those of a new realm. What stood there is a version of
/// its flow, so that an administrator can bring it back.
pub fn restore_sign_in(cx: &mut Cx<'_>, by: &str) -> Result<Restored> {
    realm::hold(cx)?;
    let mut restored = Restored::default();
    let mut settings = cx.realm.settings.clone();
    for (setting, alias) in SIGN_IN {
        let (id, name) = restore(cx, alias, by)?;
        settings.rest.insert(setting.to_owned(), json!(name));
        restored.bound.push((setting, id, name));
    }
    let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
    realm::update(cx, &name, enabled, &settings)?;
    for client_id in ADMINISTRATION {
        if free(cx, client_id)? {
            restored.freed.push(client_id.to_owned());
        }
    }
    Ok(restored)
}

/// Puts the steps of a new realm's flow in its place; where others use what is inside it, a flow of another name gets
/// them. Says which flow has them.
fn restore(cx: &mut Cx<'_>, alias: &str, by: &str) -> Result<(FlowId, String)> {
    let live = Book::load(cx)?.named(alias);
    if let Some(live) = live {
        let tree = tree_of(cx, alias, (&live.id, alias), &live)?;
        if same_steps(&tree, &live) {
            return Ok((live.id, live.alias));
        }
        if version::publish(cx, &tree, by)?.is_ok() {
            return Ok((live.id, live.alias));
        }
    }
    let taken = flow::list(cx)?;
    let is_free = |name: &str| !taken.iter().any(|flow| flow.alias.starts_with(name));
    let mut names = (1..).map(|number| match number {
        1 => format!("{alias} recovered"),
        number => format!("{alias} recovered {number}"),
    });
    let name = names.find(|name| is_free(name)).unwrap_or_default();
    let top = Flow {
        id: FlowId::new(cx.new_id()),
        alias: name.clone(),
        description: None,
        provider_id: "basic-flow".to_owned(),
        top_level: true,
        built_in: false,
    };
    flow::insert(cx, &top)?;
    let empty = Tree {
        id: top.id.clone(),
        alias: name.clone(),
        description: None,
        kind: top.provider_id.clone(),
        built_in: false,
        steps: Vec::new(),
    };
    let tree = tree_of(cx, alias, (&top.id, &name), &empty)?;
    match version::publish(cx, &tree, by)? {
        Ok(_) | Err(Replaced::Done) => Ok((top.id, name)),
        Err(_) => Err(cloakroom_model::Fault::busy()),
    }
}

/// The two have the same steps in the same order, whatever their ids are.
fn same_steps(one: &Tree, other: &Tree) -> bool {
    one.steps.len() == other.steps.len()
        && one.steps.iter().zip(&other.steps).all(|(one, other)| {
            let settings = |step: &flow::Node| step.config.as_ref().map(|one| one.config.clone());
            let inside = match (&one.flow, &other.flow) {
                (Some(one), Some(other)) => same_steps(one, other),
                (None, None) => true,
                _ => false,
            };
            inside
                && one.authenticator == other.authenticator
                && one.requirement == other.requirement
                && settings(one) == settings(other)
        })
}

/// Takes off what a client binds itself to; false if that is nothing.
fn free(cx: &mut Cx<'_>, client_id: &str) -> Result<bool> {
    let Some(id) = client::find_id(cx, client_id)? else {
        return Ok(false);
    };
    let Some(found) = client::load(cx, &id)? else {
        return Ok(false);
    };
    const BOUND: &str = "authenticationFlowBindingOverrides";
    let mut settings = found.settings.clone();
    let before = settings.rest.insert(BOUND.to_owned(), json!({}));
    // A blank text binds it to nothing.
    let is_flow = |id: &serde_json::Value| id.as_str().is_some_and(|id| !id.trim().is_empty());
    let was_bound = before.is_some_and(|before| {
        let all = before.as_object();
        all.is_some_and(|all| all.values().any(is_flow))
    });
    if !was_bound {
        return Ok(false);
    }
    let draft = Draft {
        id,
        client_id: client_id.to_owned(),
        enabled: found.enabled,
        secret: client::reveal_secret(cx, &found)?,
        settings,
    };
    client::update(cx, &draft)
}
