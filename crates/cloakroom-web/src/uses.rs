//! Which clients took tokens since the last look: counted in memory, so that no request waits for a row about it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cloakroom_model::{Cx, Door, Fault, Realm, Timestamp, client, client_use};

use crate::App;
use crate::app::now;

/// The uses of a realm's clients, by the names that they give themselves.
type Counts = HashMap<String, (i64, Timestamp)>;

/// What was counted and is not stored yet.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<String, Counts>>);

impl Uses {
    /// Counts that a client took tokens. Only one that proved itself, or was answered at an address of its own, is counted, so its name is one that exists.
    pub fn count(&self, realm: &Realm, client_id: &str) {
        let now = now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match all.get_mut(&realm.name) {
            Some(counts) => counts,
            None => all.entry(realm.name.clone()).or_default(),
        };
        match counts.get_mut(client_id) {
            Some((count, last)) => (*count, *last) = (*count + 1, now),
            None => {
                counts.insert(client_id.to_owned(), (1, now));
            }
        }
    }

    fn take(&self) -> HashMap<String, Counts> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stores what was counted. What a failed round took is lost: it is a number to look at, and no record.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App) -> Result<(), Fault> {
    for (realm, counts) in app.uses.take() {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let work = move |cx: &mut Cx<'_>| store(cx, &counts);
        app.enter(&realm, Door::Write, work).await?;
    }
    Ok(())
}

fn store(cx: &mut Cx<'_>, counts: &Counts) -> Result<(), Fault> {
    let names: Vec<&str> = counts.keys().map(String::as_str).collect();
    let ids = client::find_ids(cx, &names)?;
    for (name, (count, last)) in counts {
        // A client that is gone by now has no uses.
        if let Some(id) = ids.get(name) {
            client_use::add(cx, id, *count, *last)?;
        }
    }
    Ok(())
}
