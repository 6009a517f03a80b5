//! Single steps of flows by their id: their place among others, and their settings.

use actix_web::HttpResponse;
use cloakroom_keycloak::flow::{self as shape, Flows};
use cloakroom_keycloak::read;
use cloakroom_model::flow::{self, AuthenticatorConfig, Execution};
use cloakroom_model::id::ExecutionId;
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};

use super::steps::{check_nesting, check_provider, check_size, next_place, requirement};
use super::{MANAGE, VIEW, check_own, step_found};
use crate::access::{Admin, encode};
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication/executions";
    let one = format!("{base}/{{execution}}");
    cfg.route(base, web::post().to(create));
    for (way, up) in [("raise", true), ("lower", false)] {
        let path = format!("{one}/{way}-priority");
        cfg.route(
            &path,
            web::post().to(move |admin, path| shift(admin, path, up)),
        );
    }
    cfg.route(&format!("{one}/config"), web::post().to(create_config));
    cfg.route(&format!("{one}/config/{{config}}"), web::get().to(config));
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::delete().to(remove));
    cfg.service(one);
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let (_, step) = admin.read(move |cx| step_found(cx, &id)).await?;
    Ok(HttpResponse::Ok().json(shape::show_step(&step)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(
        &body,
        "AuthenticationExecutionRepresentation",
        shape::STEP_FIELDS,
    )?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let parent = read::text(&sent, "parentFlow")?;
            let parent = parent
                .ok_or_else(|| AdminError::error(400, "parent flow not set on new execution"))?;
            let parent = all
                .flow(parent)
                .ok_or_else(|| AdminError::error(400, "execution parent flow does not exist"))?;
            if parent.built_in {
                let why = "It is illegal to add execution to a built in flow";
                return Err(AdminError::error(400, why));
            }
            let child = read::text(&sent, "flowId")?.map(|id| all.flow(id));
            let child = match child {
                Some(None) => return Err(AdminError::error(400, "execution flow does not exist")),
                Some(Some(flow)) => {
                    check_nesting(&all, &parent.id, Some(&flow.id))?;
                    Some(flow.id.clone())
                }
                None => None,
            };
            let provider = read::text(&sent, "authenticator")?;
            if child.is_none() {
                check_provider(parent, provider)?;
                check_size(&all, &parent.id, None)?;
            }
            let priority: Option<i64> = read::member(&sent, "priority")?;
            let step = Execution {
                id: ExecutionId::new(cx.new_ordered_id()),
                flow: parent.id.clone(),
                authenticator: provider.map(str::to_owned),
                child_flow: child,
                config: None,
                requirement: requirement(&sent)?.unwrap_or_else(|| "DISABLED".to_owned()),
                priority: priority.unwrap_or_else(|| next_place(&all, &parent.id)),
            };
            flow::insert_execution(cx, &step)?;
            let path = format!("authentication/executions/{}", step.id);
            audit::record(cx, &actor, audit::CREATE, "AUTH_EXECUTION", path)?;
            Ok(step.id)
        })
        .await?;
    Ok(admin.created("authentication/executions", id.as_str()))
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let (all, step) = step_found(cx, &id)?;
            let why = "It is illegal to remove execution from a built in flow";
            check_own(&all, &step, why)?;
            flow::remove_execution(cx, &step)?;
            let path = format!("authentication/executions/{id}");
            audit::record(cx, &actor, audit::DELETE, "AUTH_EXECUTION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Changes places with the step before it or after it.
async fn shift(admin: Admin, path: Path<(String, String)>, up: bool) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let (all, mut step) = step_found(cx, &id)?;
            let why = "It is illegal to modify execution in a built in flow";
            check_own(&all, &step, why)?;
            let beside: Vec<&Execution> = all.steps_of(&step.flow).collect();
            let at = beside.iter().position(|one| one.id == step.id);
            let other = at.and_then(|at| if up { at.checked_sub(1) } else { Some(at + 1) });
            let other = other.and_then(|at| beside.get(at));
            if let Some(other) = other {
                let mut other = (*other).clone();
                std::mem::swap(&mut step.priority, &mut other.priority);
                flow::update_execution(cx, &other)?;
                flow::update_execution(cx, &step)?;
            }
            let path = format!("authentication/executions/{id}");
            audit::record(cx, &actor, audit::UPDATE, "AUTH_EXECUTION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Gives a step settings; those that it had go.
async fn create_config(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(
        &body,
        "AuthenticatorConfigRepresentation",
        shape::CONFIG_FIELDS,
    )?;
    let (actor, step_id) = (admin.actor.clone(), id.clone());
    let made = admin
        .write(move |cx| {
            let (all, mut step) = step_found(cx, &step_id)?;
            let alias = read::text(&sent, "alias")?.unwrap_or_default();
            super::configs::check_alias(&all, alias)?;
            let config = AuthenticatorConfig {
                id: cx.new_id(),
                alias: alias.to_owned(),
                config: shape::config_sent(&sent)?,
            };
            if let Some(old) = &step.config {
                flow::remove_config(cx, old)?;
            }
            flow::insert_config(cx, &config)?;
            step.config = Some(config.id.clone());
            flow::update_execution(cx, &step)?;
            let path = format!("authentication/executions/{step_id}/config/{}", config.id);
            audit::record(cx, &actor, audit::CREATE, "AUTH_EXECUTION", path)?;
            Ok(config.id)
        })
        .await?;
    let kind = format!("authentication/executions/{}/config", encode(&id));
    Ok(admin.created(&kind, &made))
}

async fn config(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().2;
    let all = admin.read(|cx| Ok(Flows::load(cx)?)).await?;
    let config = all.config(&id).ok_or_else(super::configs::missing)?;
    Ok(HttpResponse::Ok().json(shape::show_config(config)))
}
