//! The flows by which people sign in, where a realm has none that lets anybody in: put in at the start where it never had
//! them, and bound again by whoever has the machine.

use cloakroom_keycloak::blueprint::{self, PutIn, Restored};
use cloakroom_model::event::admin::{self, AdminEvent, Auth};
use cloakroom_model::{Cx, Door, Fault, Link, Realm, client};
use cloakroom_web::App;
use serde_json::{Value, json};

use super::{master, text};

/// Who has the machine, where an administrator's name would stand.
const RECOVERY: &str = "cloakroom recover";
/// The server itself, in the same place.
const START: &str = "cloakroom start";

/// Puts in the flows by which people sign in that realms lack, and writes down that it was done. Of several nodes that start
/// at once, one does.
pub(super) async fn put_in_lacking(app: &App) -> Result<(), String> {
    let found = app
        .db()
        .read(|conn| blueprint::list_lacking(&mut Link::Open(conn)));
    let lacking: Vec<blueprint::Lacking> = found.await.map_err(text)?;
    let mut names: Vec<String> = lacking.into_iter().map(|(realm, ..)| realm).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        // Whoever administers the other realms has to come in all the same.
        if let Err(error) = put_in(app, &name).await {
            tracing::error!(realm = %name, %error, "this realm lacks a flow to sign in by, and it could not be put in");
        }
    }
    // A realm that another node was quicker with was read here before that node's change.
    app.keep_only(&app.db().versions().await.map_err(text)?);
    Ok(())
}

async fn put_in(app: &App, name: &str) -> Result<(), String> {
    let master = master(app).await?;
    let Some(realm) = app.realm(name).await.map_err(text)? else {
        return Ok(());
    };
    let put_in: Result<Vec<PutIn>, Fault> = app
        .enter(&realm, Door::Write, move |cx| {
            let put_in = blueprint::put_in_lacking(cx)?;
            for (setting, alias, own) in &put_in {
                if own.is_some() {
                    continue;
                }
                let what = json!({"alias": alias, "boundTo": setting});
                let by = (&*master, START);
                let made = ("CREATE", "AUTH_FLOW", "authentication/flows");
                record(cx, by, made, &what)?;
            }
            Ok(put_in)
        })
        .await;
    for (setting, flow, own) in put_in.map_err(text)? {
        match own {
            None => tracing::warn!(
                realm = %name,
                setting,
                flow,
                "nobody could sign in to this realm: it lacked a flow and was bound to no other. It has the flow of a new \
                 realm now"
            ),
            Some(own) => tracing::error!(
                realm = %name,
                setting,
                flow,
                own,
                "nobody can sign in to this realm: it lacks a flow, which cannot be put in around one of its own. \
                 `cloakroom recover flows` with the realm's name gets people in again"
            ),
        }
    }
    Ok(())
}

/// Binds the flows of a new realm again by which people of this realm sign in, and writes down that it was done.
pub(crate) async fn recover(app: &App, name: &str) -> Result<Restored, String> {
    let master = master(app).await?;
    let realm = app.realm(name).await.map_err(text)?;
    let realm = realm.ok_or_else(|| format!("there is no realm {name}"))?;
    let restored: Result<Restored, Fault> = app
        .enter(&realm, Door::Write, move |cx| {
            let by = (&*master, RECOVERY);
            let restored = blueprint::restore_sign_in(cx, RECOVERY)?;
            for (setting, flow, _) in &restored.bound {
                let path = format!("authentication/flows/{flow}");
                let what = json!({"boundTo": setting});
                record(cx, by, ("UPDATE", "AUTH_FLOW", &path), &what)?;
            }
            for client in &restored.freed {
                let id = client::find_id(cx, client)?;
                let path = id.map_or_else(String::new, |id| format!("clients/{id}"));
                let what = json!({"authenticationFlowBindingOverrides": {}});
                record(cx, by, ("UPDATE", "CLIENT", &path), &what)?;
            }
            Ok(restored)
        })
        .await;
    restored.map_err(text)
}

/// Writes what was done from the machine itself among what administrators did, whether or not the realm keeps that.
fn record(
    cx: &mut Cx<'_>,
    (master, by): (&Realm, &str),
    (operation, kind, path): (&str, &str, &str),
    what: &Value,
) -> Result<(), Fault> {
    let event = AdminEvent {
        operation: operation.to_owned(),
        resource_type: kind.to_owned(),
        resource_path: path.to_owned(),
        auth: Auth {
            realm_id: master.id.as_str().to_owned(),
            client_id: by.to_owned(),
            user_id: String::new(),
            ip_address: String::new(),
        },
        representation: Some(what.to_string()),
    };
    admin::record(cx, &event)
}
