//! Directories whose people are taken over from time to time, without anybody asking.

use std::sync::Arc;

use cloakroom_federation::directory::{self, Directory};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Changes, Cx, Door, Fault, Link, Realm, component};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

use super::abandoned;
use super::sync::{Kind, Wish, run};
use crate::error::AdminError;

/// Nobody takes people over more often than that, in seconds, whatever a setting says.
const SHORTEST: i64 = 60;

/// Takes over the people of each directory whose time has come. Of several nodes, one does each.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App) -> Result<(), Fault> {
    app.outbound.rest_directories();
    for left in abandoned::end(app).await? {
        if let Some(directory) = find(app, &left.realm, left.directory).await? {
            take_over(app, &left.realm, &directory, left.wish).await?;
        }
    }
    for (realm, id) in periodic(app).await? {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let Some(directory) = find(app, &realm, id).await? else {
            continue;
        };
        let Some(kind) = due(&directory, now().seconds()) else {
            continue;
        };
        let wish = Wish {
            kind,
            is_preview: false,
            may_remove_many: false,
            actor: "{}".to_owned(),
            again: 0,
        };
        take_over(app, &realm, &directory, wish).await?;
    }
    Ok(())
}

/// A directory that is switched on.
async fn find(app: &App, realm: &Arc<Realm>, id: ComponentId) -> Result<Option<Directory>, Fault> {
    let find = move |cx: &mut Cx<'_>| directory::find(cx, &id);
    let found = app.enter(realm, Door::Read, find).await?;
    Ok(found.filter(|directory| directory.is_on))
}

async fn take_over(
    app: &App,
    realm: &Arc<Realm>,
    directory: &Directory,
    wish: Wish,
) -> Result<(), Fault> {
    match run(app, realm, directory, wish).await {
        Ok(_) => Ok(()),
        Err(AdminError::Fault(fault)) => Err(fault),
        Err(error) => {
            tracing::warn!(realm = realm.name, %error, "a sync of users was undone");
            Ok(())
        }
    }
}

async fn periodic(app: &App) -> Result<Vec<(String, ComponentId)>, Fault> {
    let vault = app.vault();
    app.db()
        .read(move |conn| {
            let (mut changes, mut rng) = (Changes::default(), random()?);
            let nobody = Arc::new(Realm::nobody());
            component::periodic(&mut Cx {
                db: Link::Open(conn),
                realm: &nobody,
                now: now(),
                rng: &mut rng,
                vault: &vault,
                changes: &mut changes,
            })
        })
        .await
}

/// What is due, by the settings and the last time.
fn due(directory: &Directory, now: i64) -> Option<Kind> {
    let number = |name: &str| {
        directory
            .text(name)
            .and_then(|text| text.parse::<i64>().ok())
    };
    let period = |name: &str| number(name).filter(|period| *period > 0);
    let period = |name: &str| period(name).map(|period| period.max(SHORTEST));
    let since = now.saturating_sub(number("lastSync").unwrap_or(0));
    let is_due = |name: &str| period(name).is_some_and(|period| since >= period);
    if is_due("fullSyncPeriod") {
        return Some(Kind::Full);
    }
    is_due("changedSyncPeriod").then_some(Kind::Changed)
}
