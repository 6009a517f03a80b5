//! One change of a draft: what is sent, as what the editor of trees understands.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::flow::{self as shape, Flows};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::Cx;
use cloakroom_model::flow::{
    AuthenticatorConfig, Book, Change, DEEPEST, Flow, Node, Tree, version,
};
use cloakroom_model::id::{ExecutionId, FlowId};
use cloakroom_web::web::Bytes;
use serde_json::json;

use super::{MANAGE, changed, check_revision, draft_of, live, record};
use crate::access::Admin;
use crate::api::authentication::{check_provider, check_texts, requirement, too_deep};
use crate::api::{Answer, Names};
use crate::audit;
use crate::error::{AdminError, Result};

const FIELDS: &[&str] = &[
    "revision",
    "change",
    "step",
    "into",
    "provider",
    "alias",
    "description",
    "type",
    "requirement",
    "config",
];

/// No flow has more steps than this.
const MOST: usize = 200;

pub(super) async fn change(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "Change", FIELDS)?;
    let actor = admin.actor.clone();
    let revision = admin
        .write(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            let mut draft = draft_of(cx, &flow)?;
            check_revision(&draft, &sent)?;
            let change = of_sent(cx, &draft.tree, &sent)?;
            if !draft.tree.change(cx, change) {
                return Err(AdminError::error(404, "The draft has no such step"));
            }
            if Flows::of(&draft.tree).steps.len() > MOST {
                return Err(AdminError::message(
                    400,
                    "The flow would have too many steps",
                ));
            }
            if draft.tree.depth() > DEEPEST {
                return Err(AdminError::message(400, too_deep()));
            }
            if !version::keep(cx, &draft, actor.user.as_str())? {
                return Err(changed());
            }
            // What is set for a step may be a key to another service.
            let mut about = sent.clone();
            about.remove("config");
            record(
                cx,
                &actor,
                (audit::UPDATE, "draft"),
                &flow,
                Some(json!(about)),
            )?;
            Ok(draft.revision.saturating_add(1))
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"revision": revision})))
}

fn of_sent(cx: &mut Cx<'_>, tree: &Tree, sent: &Object) -> Result<Change> {
    let id = |name: &str| -> Result<Option<ExecutionId>> {
        let text = read::text(sent, name)?.filter(|id| !id.is_empty());
        Ok(text.map(ExecutionId::new))
    };
    let step = id("step")?;
    let needed = || AdminError::message(400, "step is missing");
    let kind = read::text(sent, "change")?.unwrap_or_default();
    if ["add", "add-flow"].contains(&kind) {
        let into = id("into")?;
        let node = match kind {
            "add" => authenticator(cx, within(tree, into.as_ref())?, sent)?,
            _ => sub_flow(cx, tree, sent)?,
        };
        return Ok(Change::Add(into, node));
    }
    let step = step.ok_or_else(needed)?;
    Ok(match kind {
        "require" => {
            let wanted = requirement(sent)?;
            Change::Require(
                step,
                wanted.ok_or_else(|| AdminError::message(400, "requirement is missing"))?,
            )
        }
        "raise" => Change::Raise(step),
        "lower" => Change::Lower(step),
        "duplicate" => Change::Duplicate(step),
        "remove" => Change::Remove(step),
        "configure" => {
            let node = tree
                .node(&step)
                .ok_or_else(|| AdminError::error(404, "The draft has no such step"))?;
            Change::Configure(step, Some(config(cx, node, sent)?))
        }
        _ => {
            let why =
                "change is add, add-flow, require, raise, lower, duplicate, remove or configure";
            return Err(AdminError::message(400, why));
        }
    })
}

/// The kind of the flow that a step goes into.
fn within<'a>(tree: &'a Tree, into: Option<&ExecutionId>) -> Result<&'a Tree> {
    let Some(into) = into else { return Ok(tree) };
    let flow = tree.node(into).and_then(|node| node.flow.as_ref());
    flow.ok_or_else(|| AdminError::error(404, "The draft has no such flow"))
}

fn authenticator(cx: &mut Cx<'_>, parent: &Tree, sent: &Object) -> Result<Node> {
    let provider = read::text(sent, "provider")?;
    let kind = Flow {
        id: parent.id.clone(),
        alias: String::new(),
        description: None,
        provider_id: parent.kind.clone(),
        top_level: false,
        built_in: false,
    };
    check_provider(&kind, provider)?;
    let wanted = requirement(sent)?;
    Ok(Node {
        id: ExecutionId::new(cx.new_ordered_id()),
        requirement: wanted.unwrap_or_else(|| "DISABLED".to_owned()),
        authenticator: provider.map(str::to_owned),
        config: None,
        flow: None,
    })
}

fn sub_flow(cx: &mut Cx<'_>, tree: &Tree, sent: &Object) -> Result<Node> {
    let alias = read::text(sent, "alias")?
        .unwrap_or_default()
        .trim()
        .to_owned();
    if alias.is_empty() {
        return Err(AdminError::message(400, "alias is missing"));
    }
    check_texts(&alias, sent)?;
    let is_here = tree.alias == alias || tree.inner().iter().any(|flow| flow.alias == alias);
    if is_here || Book::load(cx)?.named(&alias).is_some() {
        return Err(AdminError::message(
            409,
            format!("Another flow has the name {alias}"),
        ));
    }
    let wanted = requirement(sent)?;
    let description = read::text(sent, "description")?;
    Ok(Node {
        id: ExecutionId::new(cx.new_ordered_id()),
        requirement: wanted.unwrap_or_else(|| "DISABLED".to_owned()),
        authenticator: None,
        config: None,
        flow: Some(Tree {
            id: FlowId::new(cx.new_id()),
            alias,
            description: description.map(str::to_owned),
            kind: "basic-flow".to_owned(),
            built_in: false,
            steps: Vec::new(),
        }),
    })
}

/// The settings of a step with those that were sent in place; a mask stands for the secret behind it.
fn config(cx: &mut Cx<'_>, node: &Node, sent: &Object) -> Result<AuthenticatorConfig> {
    let mut config = match &node.config {
        Some(config) => config.clone(),
        None => AuthenticatorConfig {
            id: cx.new_id(),
            alias: format!(
                "{} {}",
                node.authenticator.as_deref().unwrap_or_default(),
                node.id
            ),
            config: BTreeMap::new(),
        },
    };
    shape::change_config(&mut config, sent)?;
    Ok(config)
}
