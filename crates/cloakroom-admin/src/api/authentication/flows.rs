//! Flows: their list, their copies and what is said of them.

use std::collections::HashMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::flow::{self as shape, Flows};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::flow::{self, AuthenticatorConfig, BINDINGS, Flow, bound_alias};
use cloakroom_model::id::{ExecutionId, FlowId};
use cloakroom_model::{Cx, realm};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{MANAGE, VIEW, VIEW_FLOWS};
use crate::access::{Admin, encode};
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::names;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/authentication/flows";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{base}/{{flow}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.route(&format!("{base}/{{flow}}/copy"), web::post().to(copy));
    cfg.service(all).service(one);
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW_FLOWS)?;
    let all = admin.read(|cx| Ok(Flows::load(cx)?)).await?;
    // The flow of SAML's ECP profile is not for consoles.
    let top = all
        .flows
        .iter()
        .filter(|flow| flow.top_level && flow.alias != "saml ecp");
    let shown: Vec<Value> = top.map(|flow| all.show(flow)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

fn missing() -> AdminError {
    AdminError::error(404, "Could not find flow with id")
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let all = admin.read(|cx| Ok(Flows::load(cx)?)).await?;
    let flow = all.flow(&id).ok_or_else(missing)?;
    Ok(HttpResponse::Ok().json(all.show(flow)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "AuthenticationFlowRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let known = Flows::load(cx)?;
            // A name that is taken is told of before anything else that is wrong.
            if let Some(flow) = known.named(read::text(&sent, "alias")?.unwrap_or_default()) {
                let why = format!("Flow {} already exists", flow.alias);
                return Err(AdminError::message(409, why));
            }
            let flow = from_sent(cx, &sent)?;
            if known.flow(flow.id.as_str()).is_some() {
                return Err(conflict());
            }
            flow::insert(cx, &flow)?;
            let path = format!("authentication/flows/{}", flow.id);
            audit::record(cx, &actor, audit::CREATE, "AUTH_FLOW", path)?;
            Ok(flow.id)
        })
        .await?;
    Ok(admin.created("authentication/flows", id.as_str()))
}

fn conflict() -> AdminError {
    AdminError::described(409, "conflict", "Duplicate resource error")
}

/// Refuses an alias or a description that no flow may have.
pub(crate) fn check_texts(alias: &str, sent: &Object) -> Result<()> {
    names::check(alias)?;
    names::check_length("alias", alias)?;
    let description = read::text(sent, "description")?;
    names::check_length("description", description.unwrap_or_default())
}

fn from_sent(cx: &mut Cx<'_>, sent: &Object) -> Result<Flow> {
    let alias = read::text(sent, "alias")?.unwrap_or_default();
    if alias.is_empty() {
        let why = "Failed to create flow with empty alias name";
        return Err(AdminError::message(409, why));
    }
    check_texts(alias, sent)?;
    let provider_id = read::text(sent, "providerId")?.ok_or_else(conflict)?;
    let id = read::id(sent, "id")?;
    Ok(Flow {
        id: FlowId::new(id.map_or_else(|| cx.new_id(), str::to_owned)),
        alias: alias.to_owned(),
        description: Some(
            read::text(sent, "description")?
                .unwrap_or_default()
                .to_owned(),
        ),
        provider_id: provider_id.to_owned(),
        top_level: read::switch(sent, "topLevel")?.unwrap_or(false),
        built_in: read::switch(sent, "builtIn")?.unwrap_or(false),
    })
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "AuthenticationFlowRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let mut flow = all.flow(&id).cloned().ok_or_else(missing)?;
            let before = flow.alias.clone();
            let kind = (flow.provider_id.clone(), flow.top_level);
            apply(&mut flow, &sent)?;
            if (&flow.provider_id, flow.top_level) != (&kind.0, kind.1) && is_bound(cx, &before) {
                let why = "A flow that the realm is bound to keeps its kind";
                return Err(AdminError::message(409, why));
            }
            if flow.alias != before {
                if all.named(&flow.alias).is_some() {
                    return Err(AdminError::message(409, "Flow alias name already exists"));
                }
                rebind(cx, &before, &flow.alias)?;
            }
            flow::update(cx, &flow)?;
            let path = format!("authentication/flows/{id}");
            audit::record(cx, &actor, audit::UPDATE, "AUTH_FLOW", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

fn apply(flow: &mut Flow, sent: &Object) -> Result<()> {
    let alias = read::text(sent, "alias")?.unwrap_or_default();
    if alias.is_empty() {
        let why = "Failed to update flow with empty alias name";
        return Err(AdminError::message(409, why));
    }
    check_texts(alias, sent)?;
    alias.clone_into(&mut flow.alias);
    if let Some(description) = read::text(sent, "description")? {
        flow.description = Some(description.to_owned());
    }
    if let Some(provider) = read::text(sent, "providerId")? {
        provider.clone_into(&mut flow.provider_id);
    }
    if let Some(on) = read::switch(sent, "topLevel")? {
        flow.top_level = on;
    }
    if let Some(on) = read::switch(sent, "builtIn")? {
        flow.built_in = on;
    }
    Ok(())
}

/// The realm signs people in by this flow, or does something else with it.
fn is_bound(cx: &Cx<'_>, alias: &str) -> bool {
    let mut all = BINDINGS.iter();
    all.any(|(name, _)| bound_alias(&cx.realm.settings, name) == alias)
}

/// The realm names its flows by alias, so a new alias is a new setting.
fn rebind(cx: &mut Cx<'_>, before: &str, after: &str) -> Result<()> {
    let mut settings = cx.realm.settings.clone();
    let mut changed = false;
    for (name, _) in BINDINGS {
        if bound_alias(&cx.realm.settings, name) == before {
            settings.rest.insert(name.to_owned(), json!(after));
            changed = true;
        }
    }
    if changed {
        let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
        realm::update(cx, &name, enabled, &settings)?;
    }
    Ok(())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let flow = all.flow(&id).cloned();
            let flow = flow.ok_or_else(|| AdminError::error(404, "Flow not found"))?;
            if flow.built_in {
                return Err(AdminError::error(400, "Can't delete built in flow"));
            }
            if is_bound(cx, &flow.alias) || flow::has_client(cx, &flow.id)? {
                let why = format!("Cannot delete flow {}: it is in use", flow.alias);
                return Err(AdminError::message(409, why));
            }
            flow::remove(cx, &flow.id)?;
            let path = format!("authentication/flows/{id}");
            audit::record(cx, &actor, audit::DELETE, "AUTH_FLOW", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn copy(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(&body, "Map", &["newName"])?;
    let new = read::text(&sent, "newName")?.unwrap_or_default().to_owned();
    let (actor, from) = (admin.actor.clone(), alias.clone());
    let id = admin
        .write(move |cx| {
            let all = Flows::load(cx)?;
            let taken = || AdminError::message(409, "New flow alias name already exists");
            let source = all.named(&from);
            if new.is_empty() || all.named(&new).is_some() {
                return Err(if source.is_none() { no_flow() } else { taken() });
            }
            names::check(&new)?;
            let source = source.ok_or_else(no_flow)?;
            let id = Copy {
                all: &all,
                new: &new,
                made: HashMap::new(),
            }
            .flow(cx, source, &new)?;
            let path = format!("authentication/flows/{from}/copy/{id}");
            audit::record(cx, &actor, audit::CREATE, "AUTH_FLOW", path)?;
            Ok(id)
        })
        .await?;
    let kind = format!("authentication/flows/{}/copy", encode(&alias));
    Ok(admin.created(&kind, id.as_str()))
}

fn no_flow() -> AdminError {
    AdminError::error(404, "Flow not found")
}

/// A copy of a flow with all that is inside it, each with the new name before its own.
struct Copy<'a> {
    all: &'a Flows,
    new: &'a str,
    made: HashMap<FlowId, FlowId>,
}

impl Copy<'_> {
    fn flow(&mut self, cx: &mut Cx<'_>, source: &Flow, alias: &str) -> Result<FlowId> {
        let flow = Flow {
            id: FlowId::new(cx.new_id()),
            alias: alias.to_owned(),
            built_in: false,
            ..source.clone()
        };
        self.made.insert(source.id.clone(), flow.id.clone());
        if self.all.named(alias).is_some() {
            let taken = AdminError::message(409, "New flow alias name already exists");
            return Err(taken.undoing());
        }
        flow::insert(cx, &flow)?;
        let all = self.all;
        for step in all.steps_of(&source.id) {
            let mut copied = step.clone();
            copied.id = ExecutionId::new(cx.new_id());
            copied.flow = flow.id.clone();
            let child = step
                .child_flow
                .as_ref()
                .and_then(|id| all.flow(id.as_str()));
            if let Some(child) = child {
                copied.child_flow = Some(self.child(cx, child)?);
            }
            let config = step.config.as_deref().and_then(|id| all.config(id));
            if let Some(config) = config {
                copied.config = Some(self.config(cx, config)?);
            }
            flow::insert_execution(cx, &copied)?;
        }
        Ok(flow.id)
    }

    fn child(&mut self, cx: &mut Cx<'_>, child: &Flow) -> Result<FlowId> {
        match self.made.get(&child.id) {
            Some(made) => Ok(made.clone()),
            None => self.flow(cx, child, &format!("{} {}", self.new, child.alias)),
        }
    }

    fn config(&self, cx: &mut Cx<'_>, config: &AuthenticatorConfig) -> Result<String> {
        let copied = AuthenticatorConfig {
            id: cx.new_id(),
            alias: format!("{} {}", self.new, config.alias),
            config: config.config.clone(),
        };
        flow::insert_config(cx, &copied)?;
        Ok(copied.id)
    }
}
