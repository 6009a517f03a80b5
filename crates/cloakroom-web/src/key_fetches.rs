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

/// So many of them from one address: a game must not leave the others uncounted.
const OF_ONE: usize = 10;

/// So much of what a program says of itself is kept.
const LONGEST: usize = 120;

/// The programs that came, by address and by what they say they are.
type Agents = HashMap<String, HashMap<String, Visits>>;

/// What was counted of a realm.
#[derive(Debug, Default)]
struct Met {
    many: usize,
    /// How many of them came from an address, or the network of one.
    of_one: HashMap<String, usize>,
    agents: Agents,
}

/// What was counted and is not stored yet.
#[derive(Debug, Default)]
pub struct KeyFetches(Mutex<HashMap<String, Met>>);

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
        let met = match all.get_mut(realm) {
            Some(met) => met,
            None => all.entry(realm.to_owned()).or_default(),
        };
        let known = met
            .agents
            .get_mut(address)
            .and_then(|agents| agents.get_mut(agent));
        if let Some(visits) = known {
            (visits.count, visits.last) = (visits.count.saturating_add(1), now);
        } else if met.many < MOST {
            let of_one = met.of_one.entry(fetch::network(address)).or_default();
            if *of_one >= OF_ONE {
                return;
            }
            *of_one += 1;
            met.many += 1;
            let visits = Visits {
                count: 1,
                first: now,
                last: now,
            };
            let agents = met.agents.entry(address.to_owned()).or_default();
            agents.insert(agent.to_owned(), visits);
        }
    }

    fn take(&self) -> HashMap<String, Met> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stores what was counted. What a failed round took is lost: it is a list to look at, and no record.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App) -> Result<(), Fault> {
    for (realm, Met { agents, .. }) in app.key_fetches.take() {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let work = move |cx: &mut Cx<'_>| store(cx, &agents);
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
        // Nor does it leave somebody else uncounted.
        fetches.count_named("acme", "192.0.2.2", "verifier");

        let all = fetches.take();

        let met = &all["acme"];
        let agents = &met.agents["192.0.2.1"];
        assert_eq!((met.many, agents.len()), (OF_ONE + 1, OF_ONE));
        assert_eq!(agents["game 7"].count, 2);
        assert_eq!(met.agents["192.0.2.2"]["verifier"].count, 1);
        assert_eq!(all["other"].agents["192.0.2.1"]["game 7"].count, 1);
        assert!(fetches.take().is_empty());
    }

    #[test]
    fn whoever_has_a_network_of_addresses_has_one_and_all_together_have_an_end() {
        let fetches = KeyFetches::default();
        for number in 0..3 * MOST {
            fetches.count_named("acme", &format!("2001:db8::{number:x}"), "game");
        }
        for number in 0..3 * MOST {
            let address = format!("2001:db8:{number:x}::1");
            fetches.count_named("other", &address, "game");
        }

        let all = fetches.take();

        assert_eq!((all["acme"].many, all["other"].many), (OF_ONE, MOST));
    }
}
