//! Looks whether a realm's events are more than one of its alert rules lets pass, and tells whoever watches the server.

use std::sync::Arc;

use cloakroom_model::alert::{self, Rule};
use cloakroom_model::{Door, Fault, Realm, Ttl, lease, realm};
use cloakroom_web::App;

/// Of several nodes one looks, and another so long after it was heard of last.
const LEASE: Ttl = Ttl::seconds(60);

/// One look at all rules of all realms.
pub(super) async fn round(app: &App, node: &str) -> Result<(), Fault> {
    let nobody = Arc::new(Realm::nobody());
    let watched = app.enter(&nobody, Door::Scan, |cx| {
        realm::list_with_alerts(&mut cx.db)
    });
    // Where nobody has a rule that watches, nothing is written either.
    let watched: Vec<realm::RealmRow> = watched.await?;
    if watched.is_empty() {
        return Ok(());
    }
    let holder = node.to_owned();
    let took = app.enter(&nobody, Door::Write, move |cx| {
        lease::take(cx, "alerts", &holder, LEASE)
    });
    let is_mine: bool = took.await?;
    if !is_mine {
        return Ok(());
    }
    for row in watched {
        let realm = Arc::new(Realm::empty(row));
        if let Err(fault) = look(app, &realm).await {
            tracing::warn!(realm = %realm.name, error = %fault, "the alert rules of this realm cannot be read");
        }
    }
    Ok(())
}

/// Asks each rule of a realm. One that cannot be asked keeps no other from it.
async fn look(app: &App, realm: &Arc<Realm>) -> Result<(), Fault> {
    let watching: Vec<Rule> = app.enter(realm, Door::Scan, alert::list_watching).await?;
    for rule in watching {
        let name = rule.draft.name.clone();
        if let Err(fault) = ask(app, realm, rule).await {
            tracing::warn!(realm = %realm.name, rule = %name, error = %fault, "this alert rule cannot be asked");
        }
    }
    Ok(())
}

async fn ask(app: &App, realm: &Arc<Realm>, rule: Rule) -> Result<(), Fault> {
    let asked = rule.clone();
    let found = app.enter(realm, Door::Scan, move |cx| alert::is_exceeded(cx, &asked));
    let is_exceeded: bool = found.await?;
    match is_exceeded {
        true => fire(app, realm, rule).await,
        false => Ok(()),
    }
}

async fn fire(app: &App, realm: &Arc<Realm>, rule: Rule) -> Result<(), Fault> {
    let about = rule.draft.clone();
    let fired = app.enter(realm, Door::Write, move |cx| alert::fire(cx, &rule));
    let is_new: bool = fired.await?;
    if is_new {
        app.metrics.alerted(&realm.name, &about.name);
        tracing::warn!(
            target: "cloakroom::alert",
            realm = %realm.name,
            rule = %about.name,
            count = about.threshold,
            period_s = about.period.as_seconds(),
            "events are as many as an alert rule does not let pass"
        );
    }
    Ok(())
}
