//! What waits in the outbox to be told to others: taken by one node, and told again until it was heard.

use std::sync::Arc;

use cloakroom_model::outbox::{self, Item};
use cloakroom_model::{Changes, Cx, Fault, Link, Realm, Ttl};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

/// How many are told in one round.
const MOST: i64 = 50;

/// Who does not answer is told again after these many seconds, and then no more: what it is about has run out by then.
const AGAIN: [i64; 5] = [5, 30, 120, 600, 1800];

/// Whoever took an item has this long to tell; beyond it the node is taken for gone.
const TAKEN: Ttl = Ttl::seconds(60);

/// Takes what is due of a kind.
pub(super) async fn take(app: &App, kind: &'static str) -> Result<Vec<Item>, Fault> {
    with_outbox(app, move |cx| outbox::take_due(cx, kind, MOST, TAKEN)).await
}

/// Takes an item out that was heard, or has been told often enough; else lets it come again.
pub(super) async fn settle(
    app: &App,
    item: &Item,
    heard: Result<bool, Fault>,
) -> Result<(), Fault> {
    let heard = heard?;
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
