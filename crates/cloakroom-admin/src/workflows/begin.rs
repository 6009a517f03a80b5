//! Workflows begin: with what has happened, or because somebody wants it.

use cloakroom_keycloak::workflow::{Step, steps};
use cloakroom_model::workflow::run::{self, At};
use cloakroom_model::workflow::trigger::{self, HOPS, Trigger};
use cloakroom_model::workflow::{self, Resource, Workflow};
use cloakroom_model::{Cx, Result, Timestamp};
use serde_json::Value;

use super::condition::{Facts, fits, is_begun_by};

/// Takes something that has happened, and lets those workflows hear of it that are on.
pub(super) fn with(cx: &mut Cx<'_>, id: &str) -> Result<()> {
    let Some(trigger) = trigger::take(cx, id)? else {
        return Ok(());
    };
    if trigger.hops >= HOPS {
        tracing::warn!(
            realm = %cx.realm.name,
            event = %trigger.kind,
            resource = trigger.resource.id(),
            "workflows that follow from one another go no further"
        );
        return Ok(());
    }
    let mut facts = Facts::of(trigger.resource.clone());
    for workflow in workflow::list(cx)? {
        let steps = steps(&workflow);
        if workflow.is_enabled() && is_about(&steps, &trigger.resource) {
            hear(cx, (&workflow, &steps), &trigger, &mut facts)?;
        }
    }
    Ok(())
}

/// A workflow is for people, or for clients, as its steps are.
pub(crate) fn is_about(steps: &[Step], resource: &Resource) -> bool {
    let is_of_clients = steps.iter().any(|step| step.kind.is_of_clients());
    is_of_clients == matches!(resource, Resource::Client(_))
}

fn hear(
    cx: &mut Cx<'_>,
    (workflow, steps): (&Workflow, &[Step]),
    trigger: &Trigger,
    facts: &mut Facts,
) -> Result<()> {
    let Some(under_way) = run::find_of(cx, &workflow.id, &trigger.resource)? else {
        if is_begun_by(workflow, trigger) && facts.are_for(cx, workflow)? {
            let due_at = cx.now;
            begin(
                cx,
                (workflow, steps),
                &trigger.resource,
                due_at,
                trigger.hops,
            )?;
        }
        return Ok(());
    };
    // What stands there ends or begins anew by the same event, or by another one.
    let mut says = |member: &str| -> Result<bool> {
        let rules = workflow.definition.get("concurrency");
        let rule = rules
            .and_then(|rules| rules.get(member))
            .and_then(Value::as_str);
        match rule {
            None => Ok(false),
            Some("true") => Ok(is_begun_by(workflow, trigger) && facts.are_for(cx, workflow)?),
            Some(text) => Ok(fits(text, trigger)),
        }
    };
    let (restarts, cancels) = (says("restart-in-progress")?, says("cancel-in-progress")?);
    if !restarts && !cancels {
        return Ok(());
    }
    // Who begins anew has been led here by both, so that one that follows from itself comes to an end.
    let hops = trigger.hops.max(under_way.hops);
    // Another node may be about to do a step of it: what cancels it counts nevertheless.
    if run::stop(cx, &under_way.id)? && restarts {
        let due_at = cx.now;
        begin(cx, (workflow, steps), &trigger.resource, due_at, hops)?;
    }
    Ok(())
}

/// Begins a workflow for somebody, its first step as long after an instant as it waits; false if it is under way for them already.
pub(super) fn begin(
    cx: &mut Cx<'_>,
    (workflow, steps): (&Workflow, &[Step]),
    resource: &Resource,
    from: Timestamp,
    hops: i64,
) -> Result<bool> {
    let Some(first) = steps.first() else {
        return Ok(false);
    };
    let at = At {
        step: &first.id,
        due_at: later(from, first.after),
    };
    run::begin(cx, &workflow.id, resource, at, hops)
}

/// Begins a workflow for somebody whom it is for, because an administrator wants it or its schedule is due.
pub(crate) fn by_hand(
    cx: &mut Cx<'_>,
    workflow: &Workflow,
    resource: &Resource,
    not_before: Option<Timestamp>,
) -> Result<bool> {
    let steps = steps(workflow);
    let mut facts = Facts::of(resource.clone());
    if !is_about(&steps, resource) || !facts.are_for(cx, workflow)? {
        return Ok(false);
    }
    let from = not_before.unwrap_or(cx.now);
    begin(cx, (workflow, &steps), resource, from, 0)
}

/// An instant, and so many milliseconds.
pub(crate) fn later(from: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(from.millis().saturating_add(millis))
}
