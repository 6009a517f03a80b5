//! Limits for each address, in the memory of this node: clients that fail to prove themselves, devices that ask for
//! codes, and people who guess at those.
//!
//! Several nodes count each for itself, so an attacker has the allowance once for each of them. What people type is
//! counted in the database; these limits are on paths that must touch none.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use cloakroom_model::Timestamp;

mod devices;
mod proofs;

use devices::Bucket;
use proofs::Proofs;

/// So many keys are remembered twice over: those of the present generation, and those of the one before.
const GENERATION: usize = 16 * 1024;

/// The counters of all addresses.
#[derive(Debug, Default)]
pub struct Limits {
    hasher: RandomState,
    proofs: RwLock<Generations<Proofs>>,
    devices: RwLock<Generations<Bucket>>,
    user_codes: RwLock<Generations<Bucket>>,
}

/// Whose failures are counted together: a client's, from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProofKey(u64);

/// What became of a client's failure to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It is told so.
    Refused,
    /// It is told to come back in so many seconds, because it fails too often.
    TooOften(u64),
}

impl Limits {
    /// The key of a client's attempts from an address; addresses of one IPv6 network are one.
    pub fn proof_key(&self, realm: &str, client_id: &str, ip: &str) -> ProofKey {
        ProofKey(self.hasher.hash_one((realm, client_id, network(ip))))
    }

    /// The seconds that a client from this address has to wait before its proof is looked at; `None` if it need not.
    ///
    /// An address from which the client has proved itself need not wait: whoever guesses there, too, does not shut the
    /// client out.
    pub fn proof_wait(&self, key: ProofKey, now: Timestamp) -> Option<u64> {
        let known = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key.0)?.wait(now.millis())
    }

    /// A client has proved itself.
    pub fn proved(&self, key: ProofKey, now: Timestamp) {
        {
            let known = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
            let is_told = known
                .newest(key.0)
                .is_some_and(|one| one.is_told(now.millis()));
            if is_told {
                return;
            }
        }
        let mut all = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(key.0).proved(now.millis());
    }

    /// A client has failed to prove itself.
    pub fn failed(&self, key: ProofKey, now: Timestamp) -> Failed {
        let mut all = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(key.0).failed(now.millis())
    }

    /// Takes one of the codes that somebody at an address may type for a device (RFC 8628 §5.1); the seconds to wait if
    /// there is none left.
    pub fn take_user_code(&self, realm: &str, ip: &str, now: Timestamp) -> Option<u64> {
        let key = self.hasher.hash_one((realm, network(ip)));
        let mut all = self
            .user_codes
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.entry(key).take(now.millis())
    }

    /// The code was a device's, so it was no guess.
    pub fn user_code_was_right(&self, realm: &str, ip: &str) {
        let key = self.hasher.hash_one((realm, network(ip)));
        let mut all = self
            .user_codes
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.entry(key).give_back();
    }

    /// Takes one of the device requests that an address may make; the seconds to wait if there is none left.
    pub fn take_device(&self, realm: &str, ip: &str, now: Timestamp) -> Option<u64> {
        let key = self.hasher.hash_one((realm, network(ip)));
        let mut all = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(key).take(now.millis())
    }
}

/// Counters by key, of which only so many are kept: when a generation is full, the one before it is forgotten.
#[derive(Debug)]
struct Generations<T> {
    present: HashMap<u64, T>,
    before: HashMap<u64, T>,
}

impl<T> Default for Generations<T> {
    fn default() -> Self {
        Self {
            present: HashMap::new(),
            before: HashMap::new(),
        }
    }
}

impl<T: Clone + Default> Generations<T> {
    fn get(&self, key: u64) -> Option<&T> {
        self.present.get(&key).or_else(|| self.before.get(&key))
    }

    /// The counter, if it will outlive the next change of generations.
    fn newest(&self, key: u64) -> Option<&T> {
        self.present.get(&key)
    }

    fn entry(&mut self, key: u64) -> &mut T {
        if self.present.len() >= GENERATION && !self.present.contains_key(&key) {
            self.before = std::mem::take(&mut self.present);
        }
        let before = &mut self.before;
        self.present
            .entry(key)
            .or_insert_with(|| before.remove(&key).unwrap_or_default())
    }
}

/// What stands for all addresses of one subscriber: an IPv6 network has 2^64 of them.
fn network(ip: &str) -> (u8, u64) {
    match ip.parse() {
        Ok(IpAddr::V4(address)) => (4, u64::from(address.to_bits())),
        Ok(IpAddr::V6(address)) => {
            let bits = address.to_bits() >> 64;
            (6, u64::try_from(bits).unwrap_or_default())
        }
        Err(_) => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_subscriber_are_one() {
        let limits = Limits::default();
        let key = |client: &str, ip: &str| limits.proof_key("shop", client, ip);

        assert_eq!(key("web", "2001:db8::1"), key("web", "2001:db8::2"));
        assert_ne!(key("web", "2001:db8::1"), key("web", "2001:db8:0:1::1"));
        assert_ne!(key("web", "192.0.2.1"), key("web", "192.0.2.2"));
        assert_ne!(key("web", "192.0.2.1"), key("app", "192.0.2.1"));
        assert_ne!(
            key("web", "192.0.2.1"),
            limits.proof_key("other", "web", "192.0.2.1")
        );
    }

    #[test]
    fn a_flood_of_names_takes_bounded_memory_and_forgets_nobody_at_once() {
        let mut all: Generations<u32> = Generations::default();
        *all.entry(0) = 7;
        for key in 1..=20_000 {
            all.entry(key);
        }

        assert_eq!(*all.entry(0), 7);
        for key in 0..200_000 {
            all.entry(key);
        }
        assert!(all.present.len() + all.before.len() <= 2 * GENERATION);
    }
}
