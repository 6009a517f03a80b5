//! The steps of a flow, named by the flow's alias: the list, new ones, and their requirements.

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog;
use cloakroom_keycloak::flow::{self as shape, Flows};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::Cx;
use cloakroom_model::flow::{self, Execution, Flow};
use cloakroom_model::id::{ExecutionId, FlowId};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};

use super::{MANAGE, VIEW_FLOWS, step_found};
use crate::access::Admin;
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication/flows/{flow}/executions";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::put().to(update));
    cfg.service(all);
    cfg.route(&format!("{base}/execution"), web::post().to(add));
    cfg.route(&format!("{base}/flow"), web::post().to(add_flow));
}

async fn list(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW_FLOWS)?;
    let alias = path.into_inner().1;
    let all = admin.read(|cx| Ok(Flows::load(cx)?)).await?;
    let flow = all.named(&alias);
    let flow = flow.ok_or_else(|| AdminError::error(404, "Flow not found"))?;
    Ok(HttpResponse::Ok().json(all.show_steps(&flow.id)))
}

/// The place after all other steps of the flow.
pub(super) fn next_place(all: &Flows, flow: &FlowId) -> i64 {
    all.steps_of(flow)
        .map(|step| step.priority)
        .max()
        .map_or(0, |last| last.saturating_add(1))
}

const REQUIREMENTS: [&str; 4] = ["REQUIRED", "ALTERNATIVE", "CONDITIONAL", "DISABLED"];

/// One of the four requirements.
pub(crate) fn requirement(sent: &Object) -> Result<Option<String>> {
    match read::text(sent, "requirement")? {
        None => Ok(None),
        Some(text) if REQUIREMENTS.contains(&text) => Ok(Some(text.to_owned())),
        Some(_) => Err(AdminError::error(
            400,
            "requirement is REQUIRED, ALTERNATIVE, CONDITIONAL or DISABLED",
        )),
    }
}

/// Steps that know one requirement start with it, all others are off.
fn first_requirement(provider: &str) -> String {
    let choices = catalog::authenticator(provider).map(|entry| entry.choices.as_slice());
    match choices {
        Some([only]) => only.clone(),
        _ => "DISABLED".to_owned(),
    }
}

/// Refuses a step that is not made for this kind of flow.
pub(crate) fn check_provider(flow: &Flow, provider: Option<&str>) -> Result<()> {
    let kind = match flow.provider_id.as_str() {
        "client-flow" => "client",
        "form-flow" => "action",
        _ => "authenticator",
    };
    let known = provider.is_some_and(|id| catalog::authenticators(kind).any(|one| one.id == id));
    if known {
        return Ok(());
    }
    let name = provider.unwrap_or("null");
    let why = format!("No authentication provider found for id: {name}");
    Err(AdminError::error(400, why))
}

/// Refuses a flow that would have itself inside, or be nested deeper or have more steps than are read; without a child, one
/// that is new.
pub(super) fn check_nesting(all: &Flows, parent: &FlowId, child: Option<&FlowId>) -> Result<()> {
    // Keycloak takes it, and falls over at the next sign-in.
    if child.is_some_and(|child| all.is_inside(parent, child)) {
        return Err(AdminError::error(400, "The flow would have itself inside"));
    }
    let below = child.map_or(0, |child| all.depth(child, flow::DEEPEST + 1));
    if all.height(parent, flow::DEEPEST + 1) + 1 + below > flow::DEEPEST {
        return Err(AdminError::error(400, too_deep()));
    }
    check_size(all, parent, child)
}

/// Refuses a step by which a flow would have more of them than are read.
pub(super) fn check_size(all: &Flows, parent: &FlowId, child: Option<&FlowId>) -> Result<()> {
    if all.is_full(parent, child) {
        let why = format!("No flow has more than {} steps", flow::MOST);
        return Err(AdminError::error(400, why));
    }
    Ok(())
}

/// What is said of a flow that is nested too deep.
pub(crate) fn too_deep() -> String {
    format!("No flow is nested deeper than {}", flow::DEEPEST)
}

async fn add(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::map(&body)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let parent = all.named(&alias);
            let parent =
                parent.ok_or_else(|| AdminError::error(400, "Parent flow doesn't exist"))?;
            if parent.built_in {
                let why = "It is illegal to add execution to a built in flow";
                return Err(AdminError::error(400, why));
            }
            let provider = read::text(&sent, "provider")?;
            check_provider(parent, provider)?;
            let provider = provider.unwrap_or_default();
            check_size(&all, &parent.id, None)?;
            let priority: Option<i64> = read::member(&sent, "priority")?;
            let step = Execution {
                id: ExecutionId::new(cx.new_ordered_id()),
                flow: parent.id.clone(),
                authenticator: Some(provider.to_owned()),
                child_flow: None,
                config: None,
                requirement: first_requirement(provider),
                priority: priority.unwrap_or_else(|| next_place(&all, &parent.id)),
            };
            flow::insert_execution(cx, &step)?;
            let path = format!("authentication/flows/{alias}/executions/execution");
            audit::record(cx, &actor, audit::CREATE, "AUTH_EXECUTION", path)?;
            Ok(step.id)
        })
        .await?;
    Ok(admin.created("authentication/executions", id.as_str()))
}

async fn add_flow(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::map(&body)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let parent = all.named(&alias);
            let parent =
                parent.ok_or_else(|| AdminError::message(400, "Parent flow doesn't exist"))?;
            if parent.built_in {
                let why = "It is illegal to add sub-flow to a built in flow";
                return Err(AdminError::error(400, why));
            }
            let id = insert_flow(cx, &all, parent, &sent)?;
            let path = format!("authentication/flows/{alias}/executions/flow");
            audit::record(cx, &actor, audit::CREATE, "AUTH_EXECUTION_FLOW", path)?;
            Ok(id)
        })
        .await?;
    Ok(admin.created("authentication/flows", id.as_str()))
}

fn insert_flow(cx: &mut Cx<'_>, all: &Flows, parent: &Flow, sent: &Object) -> Result<FlowId> {
    let alias = read::text(sent, "alias")?.unwrap_or_default();
    if alias.is_empty() {
        let why = "Failed to create flow with empty alias name";
        return Err(AdminError::message(409, why));
    }
    if all.named(alias).is_some() {
        return Err(AdminError::message(
            409,
            "New flow alias name already exists",
        ));
    }
    super::flows::check_texts(alias, sent)?;
    check_nesting(all, &parent.id, None)?;
    // Keycloak falls over one without it (500), and makes nothing.
    let kind = read::text(sent, "type")?;
    let kind = kind.ok_or_else(|| AdminError::message(400, "'type' of the flow is missing"))?;
    let flow = Flow {
        id: FlowId::new(cx.new_id()),
        alias: alias.to_owned(),
        description: Some(
            read::text(sent, "description")?
                .unwrap_or_default()
                .to_owned(),
        ),
        provider_id: kind.to_owned(),
        top_level: false,
        built_in: false,
    };
    flow::insert(cx, &flow)?;
    let form = read::text(sent, "provider")?.filter(|_| kind == "form-flow");
    let priority: Option<i64> = read::member(sent, "priority")?;
    let step = Execution {
        id: ExecutionId::new(cx.new_ordered_id()),
        flow: parent.id.clone(),
        authenticator: form.map(str::to_owned),
        child_flow: Some(flow.id.clone()),
        config: None,
        requirement: "DISABLED".to_owned(),
        priority: priority.unwrap_or_else(|| next_place(all, &parent.id)),
    };
    flow::insert_execution(cx, &step)?;
    Ok(flow.id)
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(
        &body,
        "AuthenticationExecutionInfoRepresentation",
        shape::STEP_INFO_FIELDS,
    )?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            if Flows::load(cx)?.named(&alias).is_none() {
                return Err(AdminError::error(404, "flow not found"));
            }
            let id = read::text(&sent, "id")?.unwrap_or_default();
            let (_, mut step) = step_found(cx, id)?;
            if let Some(requirement) = requirement(&sent)? {
                step.requirement = requirement;
            }
            // Who says no place gets the first one, as in Keycloak; tools take what they left out for 0, and look again.
            step.priority = read::member(&sent, "priority")?.unwrap_or_default();
            flow::update_execution(cx, &step)?;
            let path = format!("authentication/flows/{alias}/executions");
            audit::record(cx, &actor, audit::UPDATE, "AUTH_EXECUTION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
