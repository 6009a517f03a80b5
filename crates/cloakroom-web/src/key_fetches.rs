//! Who fetched the public keys of realms since the last look: counted in memory, so that no request waits for a row about it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use cloakroom_model::key::fetch::{self, Visits};
use cloakroom_model::{Cx, Door, Fault, Realm};

use crate::App;
use crate::app::now;

/// So many programs of a realm are met between two looks; more of them are somebody's game, and not counted.
const MOST: usize = 100;

/// So much of what a program says of itself is kept.
const LONGEST: usize = 120;

/// The programs that came, by address and by what they say they are.
type Agents = HashMap<String, HashMap<String, Visits>>;

/// What was counted and is not stored yet.
#[derive(Debug, Default)]
pub struct KeyFetches(Mutex<HashMap<String, (usize, Agents)>>);

impl KeyFetches {
    /// Counts that somebody has fetched the keys of a realm.
    pub fn count(&self, realm: &Realm, request: &HttpRequest, address: &str) {
        let agent = request.headers().get(USER_AGENT);
        // What is no visible ASCII is no name.
        let agent = agent.and_then(|agent| agent.to_str().ok());
        let agent = agent.unwrap_or_default();
        self.count_named(&realm.name, address, agent.get(..LONGEST).unwrap_or(agent));
    }

    fn count_named(&self, realm: &str, address: &str, agent: &str) {
        let now = now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (many, met) = match all.get_mut(realm) {
            Some(met) => met,
            None => all.entry(realm.to_owned()).or_default(),
        };
        let known = met
            .get_mut(address)
            .and_then(|agents| agents.get_mut(agent));
        if let Some(visits) = known {
            (visits.count, visits.last) = (visits.count.saturating_add(1), now);
        } else if *many < MOST {
            *many += 1;
            let visits = Visits {
                count: 1,
                first: now,
                last: now,
            };
            let agents = met.entry(address.to_owned()).or_default();
            agents.insert(agent.to_owned(), visits);
        }
    }

    fn take(&self) -> HashMap<String, (usize, Agents)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stores what was counted. What a failed round took is lost: it is a list to look at, and no record.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App) -> Result<(), Fault> {
    for (realm, (_, met)) in app.key_fetches.take() {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let work = move |cx: &mut Cx<'_>| store(cx, &met);
        app.enter(&realm, Door::Write, work).await?;
    }
    Ok(())
}

fn store(cx: &mut Cx<'_>, met: &Agents) -> Result<(), Fault> {
    for (address, agents) in met {
        for (agent, visits) in agents {
            fetch::add(cx, address, agent, *visits)?;
        }
    }
    fetch::trim(cx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_plays_with_names_is_not_counted_without_end() {
        let fetches = KeyFetches::default();
        for number in 0..3 * MOST {
            fetches.count_named("acme", "192.0.2.1", &format!("game {number}"));
        }
        fetches.count_named("acme", "192.0.2.1", "game 7");
        fetches.count_named("other", "192.0.2.1", "game 7");

        let all = fetches.take();

        let (many, met) = &all["acme"];
        let agents = &met["192.0.2.1"];
        assert_eq!((*many, agents.len()), (MOST, MOST));
        assert_eq!(agents["game 7"].count, 2);
        assert_eq!(all["other"].1["192.0.2.1"]["game 7"].count, 1);
        assert!(fetches.take().is_empty());
    }
}
