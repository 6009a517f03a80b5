//! Flows over time: the draft of one that goes on as it is, its versions, and what comes of somebody in it.

mod change;
mod guard;
mod simulation;

use actix_web::HttpResponse;
use cloakroom_keycloak::flow::{Flows, show_config};
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::flow::version::{self, Draft, is_same};
use cloakroom_model::flow::{Book, Replaced, Tree};
use cloakroom_model::{Cx, flow};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::VIEW_REALM;
use crate::access::{Actor, Admin};
use crate::api::{Answer, Names, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/flows";
    cfg.route(at, web::get().to(drafted));
    let at = format!("{at}/{{flow}}");
    let draft = web::resource(format!("{at}/draft"))
        .route(web::get().to(show))
        .route(web::post().to(begin))
        .route(web::delete().to(discard));
    cfg.service(draft);
    cfg.route(
        &format!("{at}/draft/changes"),
        web::post().to(change::change),
    );
    cfg.route(&format!("{at}/draft/publish"), web::post().to(publish));
    cfg.route(&format!("{at}/versions"), web::get().to(versions));
    let one = format!("{at}/versions/{{version}}");
    cfg.route(&one, web::get().to(show_version));
    cfg.route(&format!("{one}/restore"), web::post().to(restore));
    cfg.route(&format!("{at}/simulation"), web::get().to(simulation::show));
    cfg.route(&format!("{at}/guard"), web::get().to(guard::show));
}

const MANAGE: &[&str] = &["manage-realm"];

/// The flow of this name that is not a part of another: what is inside one is changed with it, because only then it can be
/// told whether somebody is still let in.
fn live(cx: &mut Cx<'_>, alias: &str) -> Result<Tree> {
    let is_whole = flow::list(cx)?
        .iter()
        .any(|flow| flow.top_level && flow.alias == alias);
    let flow = Book::load(cx)?.named(alias).filter(|_| is_whole);
    flow.ok_or_else(|| AdminError::error(404, "Flow not found"))
}

fn draft_of(cx: &mut Cx<'_>, flow: &Tree) -> Result<Draft> {
    let draft = version::draft(cx, &flow.id)?;
    draft.ok_or_else(|| AdminError::error(404, "The flow has no draft"))
}

/// The steps as those of a flow are shown, one below the other, with what is set for them.
fn steps(tree: &Tree) -> Vec<Value> {
    let all = Flows::of(tree);
    let mut shown = all.show_steps(&tree.id);
    for one in &mut shown {
        let id = one.get("authenticationConfig").and_then(Value::as_str);
        let config = id.and_then(|id| all.config(id)).map(show_config);
        if let Some(config) = config.as_ref().and_then(|config| config.get("config")) {
            set(one, "config", config.clone());
        }
    }
    shown
}

/// The names of the flows that have a draft.
async fn drafted(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    let names = admin
        .read(|cx| {
            let book = Book::load(cx)?;
            let ids = version::list_drafted(cx)?;
            let names = ids.iter().filter_map(|id| Some(book.tree(id)?.alias));
            Ok(names.collect::<Vec<String>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(names))
}

async fn show(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW_REALM)?;
    let shown = admin
        .read(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            let draft = draft_of(cx, &flow)?;
            Ok(json!({
                "revision": draft.revision,
                "changedBy": draft.changed_by,
                "changedAt": draft.changed_at.millis(),
                "isBehind": !is_same(&draft.base, &flow),
                "isChanged": !is_same(&draft.tree, &flow),
                "locksOut": guard::would_lock_out(cx, &draft.tree)?,
                "steps": steps(&draft.tree),
            }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn begin(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            if !version::begin(cx, &flow, actor.user.as_str())? {
                return Err(AdminError::message(409, "The flow has a draft already"));
            }
            record(cx, &actor, (audit::CREATE, "draft"), &flow, None)
        })
        .await?;
    Ok(no_content())
}

async fn discard(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            if !version::discard(cx, &flow.id, None)? {
                return Err(AdminError::error(404, "The flow has no draft"));
            }
            record(cx, &actor, (audit::DELETE, "draft"), &flow, None)
        })
        .await?;
    Ok(no_content())
}

fn record(
    cx: &mut Cx<'_>,
    actor: &Actor,
    (operation, what): (&'static str, &str),
    flow: &Tree,
    about: Option<Value>,
) -> Result<()> {
    let path = format!("authentication/flows/{}/{what}", flow.id);
    let about = about.map(|about| about.to_string());
    audit::record_with(cx, actor, (operation, "AUTH_FLOW"), &path, about)?;
    Ok(())
}

/// Refuses what was made for another revision of the draft.
fn check_revision(draft: &Draft, sent: &Object) -> Result<()> {
    let revision: Option<i64> = read::member(sent, "revision")?;
    match revision {
        Some(revision) if revision == draft.revision => Ok(()),
        _ => Err(changed()),
    }
}

fn changed() -> AdminError {
    AdminError::message(409, "Somebody else has changed the draft meanwhile")
}

async fn publish(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "Publication", &["revision", "overwrite", "force"])?;
    let actor = admin.actor.clone();
    let number = admin
        .write(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            let mut draft = draft_of(cx, &flow)?;
            check_revision(&draft, &sent)?;
            let overwrites = read::switch(&sent, "overwrite")?.unwrap_or(false);
            if !overwrites && !is_same(&draft.base, &flow) {
                let why = "The flow was changed since its draft began";
                return Err(AdminError::message(409, why));
            }
            // What came with the realm is what it came with no more, and may be changed from now on.
            own(&mut draft.tree);
            let forces = read::switch(&sent, "force")?.unwrap_or(false);
            let number = put(cx, &flow, draft.tree, (actor.user.as_str(), forces))?;
            if !version::discard(cx, &flow.id, Some(draft.revision))? {
                return Err(changed().undoing());
            }
            record(
                cx,
                &actor,
                (audit::UPDATE, "versions"),
                &flow,
                Some(json!({"version": number, "forced": forces})),
            )?;
            Ok(number)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"version": number})))
}

fn own(tree: &mut Tree) {
    tree.built_in = false;
    let flows = tree.steps.iter_mut().filter_map(|step| step.flow.as_mut());
    flows.for_each(own);
}

/// Puts a tree in place of a flow, unless nobody could sign in then and that was not said to be wanted.
fn put(cx: &mut Cx<'_>, flow: &Tree, mut tree: Tree, (by, forces): (&str, bool)) -> Result<i64> {
    flow.alias.clone_into(&mut tree.alias);
    if !forces && guard::would_lock_out(cx, &tree)? {
        let why = "Nobody could sign in any more: no way through this flow lets anybody in";
        return Err(AdminError::message(409, why));
    }
    match version::publish(cx, &tree, by)? {
        Ok(number) => Ok(number),
        Err(Replaced::Taken(alias)) => {
            let why = format!("Another flow has the name {alias}");
            Err(AdminError::message(409, why))
        }
        Err(Replaced::Shared(alias)) => {
            let why = format!("The flow {alias} is a part of another flow too");
            Err(AdminError::message(409, why))
        }
        Err(Replaced::Gone | Replaced::Done) => Err(AdminError::error(404, "Flow not found")),
    }
}

async fn versions(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW_REALM)?;
    let shown = admin
        .read(move |cx| {
            let flow = live(cx, path.part("flow"))?;
            let all = version::list(cx, &flow.id)?;
            let shown = all.iter().map(|one| {
                json!({"version": one.number, "madeBy": one.made_by, "madeAt": one.made_at.millis()})
            });
            Ok(shown.collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The flow, and what it was in the version that the address names.
fn version_of(cx: &mut Cx<'_>, path: &Names) -> Result<(Tree, Tree)> {
    let flow = live(cx, path.part("flow"))?;
    let number = path.part("version").parse().ok();
    let found = match number {
        Some(number) => version::find(cx, &flow.id, number)?,
        None => None,
    };
    let found = found.ok_or_else(|| AdminError::error(404, "The flow has no such version"))?;
    Ok((flow, found))
}

async fn show_version(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW_REALM)?;
    let shown = admin
        .read(move |cx| {
            let (flow, found) = version_of(cx, &path)?;
            let locks_out = guard::would_lock_out(cx, &found)?;
            Ok(json!({
                "isLive": is_same(&found, &flow),
                "locksOut": locks_out,
                "steps": steps(&found),
            }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn restore(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = match body.is_empty() {
        true => Object::new(),
        false => read::object(&body, "Restoration", &["force"])?,
    };
    let forces = read::switch(&sent, "force")?.unwrap_or(false);
    let actor = admin.actor.clone();
    let number = admin
        .write(move |cx| {
            let (flow, found) = version_of(cx, &path)?;
            let number = put(cx, &flow, found, (actor.user.as_str(), forces))?;
            let restored = path.part("version");
            let about = json!({"version": number, "restored": restored, "forced": forces});
            record(cx, &actor, (audit::UPDATE, "versions"), &flow, Some(about))?;
            Ok(number)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"version": number})))
}
