//! Tells clients over the back channel that a session has ended, until they have heard it.

use std::sync::Arc;

use cloakroom_model::goodbye::{Goodbye, KIND};
use cloakroom_model::outbox::{self, Item};
use cloakroom_model::{Changes, Cx, Door, Fault, Link, Realm, Ttl};
use cloakroom_oidc::Error;
use cloakroom_oidc::backchannel_logout::LogoutNotice;
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

/// How many are told in one round.
const MOST: i64 = 50;

/// A client that does not answer is told again after these many seconds, and then no more: its
/// tokens have run out by then.
const AGAIN: [i64; 5] = [5, 30, 120, 600, 1800];

/// Whoever took an item has this long to tell; beyond it the node is taken for gone.
const TAKEN: Ttl = Ttl::seconds(60);

/// Tells all that are due.
pub(super) async fn round(app: &App) -> Result<(), Fault> {
    for item in take(app).await? {
        if let Err(fault) = tell(app, &item).await {
            tracing::warn!(error = %fault, "a client could not be told of a logout");
        }
    }
    Ok(())
}

/// Runs a question about the outbox, which belongs to no realm.
async fn with_outbox<T: Send + 'static>(
    app: &App,
    mut work: impl FnMut(&mut Cx<'_>) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let vault = app.vault();
    app.db()
        .write(move |conn| {
            let (mut changes, mut rng) = (Changes::default(), random()?);
            let nobody = Arc::new(Realm::nobody());
            work(&mut Cx {
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

async fn take(app: &App) -> Result<Vec<Item>, Fault> {
    with_outbox(app, |cx| outbox::take_due(cx, KIND, MOST, TAKEN)).await
}

async fn tell(app: &App, item: &Item) -> Result<(), Fault> {
    let heard = match app.realm(&item.realm).await? {
        Some(realm) => send(app, &realm, item).await?,
        None => true,
    };
    let wait = usize::try_from(item.attempts)
        .ok()
        .and_then(|tried| AGAIN.get(tried));
    let id = item.id.clone();
    match wait.copied() {
        Some(wait) if !heard => {
            with_outbox(app, move |cx| {
                outbox::postpone(cx, &id, cx.now.plus(Ttl::seconds(wait)))
            })
            .await
        }
        _ => with_outbox(app, move |cx| outbox::remove(cx, &id)).await,
    }
}

/// True if there is nobody to tell any more, or if the client has heard.
async fn send(app: &App, realm: &Arc<Realm>, item: &Item) -> Result<bool, Fault> {
    let goodbye: Goodbye = serde_json::from_value(item.payload.clone())?;
    let provider = Arc::clone(&app.provider);
    let make = move |cx: &mut Cx<'_>| provider.logout_notice(cx, &goodbye);
    let notice: Option<LogoutNotice> = match app.enter(realm, Door::Read, make).await {
        Ok(notice) => notice,
        Err(Error::Fault(fault)) => return Err(fault),
        Err(Error::Denied(denied)) => return Err(Fault::corrupt(denied)),
    };
    let Some(notice) = notice else {
        return Ok(true);
    };
    let token = notice
        .sign(realm)
        .map_err(|_| Fault::corrupt("a logout token could not be signed"))?;
    let sent = app
        .outbound
        .post(&notice.address, &[("logout_token", &token)])
        .await;
    if let Err(error) = &sent {
        tracing::info!(realm = %realm.name, %error, "a client did not take a logout");
    }
    Ok(sent.is_ok())
}
