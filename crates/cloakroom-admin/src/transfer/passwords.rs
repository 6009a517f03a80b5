//! Hashes the passwords that stand in a file in the clear, before the transaction and on all cores
//! but one.

use std::thread;

use cloakroom_keycloak::import::{Hashed, Hashes, ImportError, Plain as Sent};
use cloakroom_login::password::{self, HashPolicy, Plain, Salt};
use cloakroom_login::policy::Policy;
use cloakroom_model::Fault;
use cloakroom_web::app::random;

/// Hashes as the realm's own policy wants it.
pub(super) fn hash(sent: Vec<Sent>, policy: Option<&str>) -> Result<Hashes, ImportError> {
    if sent.is_empty() {
        return Ok(Hashes::new());
    }
    let policy = policy.and_then(|text| Policy::parse(text).ok());
    let policy = policy.map(|policy| policy.hashing()).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let workers = cores.saturating_sub(1).max(1);
    let share = sent.len().div_ceil(workers).max(1);
    let hashed: Result<Vec<Hashes>, ImportError> = thread::scope(|scope| {
        let started: Vec<_> = sent
            .chunks(share)
            .map(|mine| scope.spawn(|| hash_some(mine, &policy)))
            .collect();
        let joined = started.into_iter().map(|worker| {
            let ended = worker.join();
            ended.map_err(|_| Fault::corrupt("a hashing thread ended"))?
        });
        joined.collect()
    });
    Ok(hashed?.into_iter().flatten().collect())
}

fn hash_some(sent: &[Sent], policy: &HashPolicy) -> Result<Hashes, ImportError> {
    let mut rng = random()?;
    let mut all = Hashes::new();
    for one in sent {
        let wrong = |error| {
            let why = format!("users[{}].credentials: {error}", one.username);
            ImportError::invalid(why)
        };
        let plain = Plain::new(one.password.expose().to_owned()).map_err(wrong)?;
        let stored = password::hash(&plain, policy, &Salt::new(&mut rng)).map_err(wrong)?;
        let hashed = Hashed {
            credential_data: stored.credential_data,
            secret_data: stored.secret_data,
        };
        all.insert(one.username.clone(), hashed);
    }
    Ok(all)
}
