//! How many of a realm's people have more than a password.
//!
//! To count everybody takes the longer the more they are, so it is done beside the answer: a number is kept for a while, for the
//! longer the longer it took, and who asks in between is told the last one, or that they are being counted.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::rt;
use actix_web::rt::time::timeout;
use cloakroom_model::id::RealmId;
use cloakroom_model::{Door, Realm, credential, user};
use cloakroom_web::App;
use cloakroom_web::web::Data;
use serde_json::{Value, json};

use crate::access::Admin;
use crate::error::AdminError;

/// A number is kept so many times as long as it took to count.
const TIMES: u32 = 200;
/// So many numbers are kept at the most.
const MOST: usize = 10_000;
/// Few people are counted within this time, and their number is in the answer.
const PATIENCE: Duration = Duration::from_millis(250);
/// A count that has not come to an end after this time is begun again.
const LOST: Duration = Duration::from_secs(300);

/// What is known of a realm.
#[derive(Default)]
struct Kept {
    counted: Option<Value>,
    /// Until when that counts.
    good_until: Option<Instant>,
    /// Since when it is being counted.
    running: Option<Instant>,
}

static KEPT: LazyLock<Mutex<HashMap<RealmId, Kept>>> = LazyLock::new(Mutex::default);

fn kept() -> MutexGuard<'static, HashMap<RealmId, Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `{"people": 12, "withFactor": 5}`, as it was lately; `{"counting": true}` before it is known.
pub(super) async fn told(admin: &Admin) -> Value {
    let id = &admin.realm.id;
    if is_due(id) {
        let counting = rt::spawn(count(admin.app.clone(), Arc::clone(&admin.realm)));
        // Who has waited long enough goes, and the count goes on without them.
        drop(timeout(PATIENCE, counting).await);
    }
    let known = kept().get(id).and_then(|one| one.counted.clone());
    known.unwrap_or_else(|| json!({"counting": true}))
}

/// Nobody counts, and what is known does not count any more. Whoever is told so has to count.
fn is_due(id: &RealmId) -> bool {
    let mut kept = kept();
    if kept.len() >= MOST && !kept.contains_key(id) {
        kept.clear();
    }
    let one = kept.entry(id.clone()).or_default();
    let is_good = one.good_until.is_some_and(|until| Instant::now() < until);
    let is_running = one.running.is_some_and(|since| since.elapsed() < LOST);
    if is_good || is_running {
        return false;
    }
    one.running = Some(Instant::now());
    true
}

async fn count(app: Data<App>, realm: Arc<Realm>) {
    let began = Instant::now();
    let counted = app
        .enter(&realm, Door::Scan, |cx| {
            let people = user::count(cx, &user::Query::default())?;
            let with_factor = credential::count_beside_passwords(cx)?;
            Ok::<_, AdminError>(json!({"people": people, "withFactor": with_factor}))
        })
        .await;
    let mut kept = kept();
    let one = kept.entry(realm.id.clone()).or_default();
    one.running = None;
    match counted {
        Ok(counted) => {
            one.counted = Some(counted);
            one.good_until = Some(Instant::now() + began.elapsed() * TIMES);
        }
        Err(error) => tracing::warn!(%error, "people could not be counted"),
    }
}
