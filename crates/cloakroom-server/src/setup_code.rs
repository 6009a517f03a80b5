//! The set-up code: proves who may make the first administrator. One for all nodes, good for once.
//!
//! It is a row of the database, sealed. Whoever removes the row has spent the code, in the same
//! transaction that makes the administrator, so nodes and requests at once make exactly one.

use std::sync::{Mutex, PoisonError};

use cloakroom_model::{Cx, Digest, Fault, Secret, Timestamp, Ttl, server_state};
use rand::CryptoRng;

/// The row's name.
const NAME: &str = "setup_code";

/// Wrong codes in a row before a minute's pause.
const GUESSES: u32 = 5;
const PAUSE: Ttl = Ttl::seconds(60);

/// The code that the database has, made if it has none.
pub(crate) fn offer(cx: &mut Cx<'_>) -> Result<Secret, Fault> {
    let fresh = new(cx.rng);
    let sealed = cx
        .vault
        .seal(cx.rng, NAME, fresh.expose().as_bytes())?
        .to_base64url();
    if server_state::insert(&mut cx.db, NAME, &sealed)? {
        return Ok(fresh);
    }
    let kept = server_state::find(&mut cx.db, NAME)?;
    let kept = kept.ok_or_else(|| Fault::corrupt("the set-up code is gone"))?;
    let sealed = cloakroom_model::Sealed::from_base64url(&kept)?;
    cx.vault.open_text(NAME, &sealed)
}

/// Spends the code: of any number of calls at once, exactly one gets true.
pub(crate) fn spend(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    server_state::remove(&mut cx.db, NAME)
}

/// The code is still to be spent.
pub(crate) fn is_offered(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    Ok(server_state::find(&mut cx.db, NAME)?.is_some())
}

/// Letters and digits that cannot be mistaken for one another, in two groups of four.
fn new(rng: &mut dyn CryptoRng) -> Secret {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut bytes = [0u8; 8];
    rng.fill_bytes(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte & 31)));
    let mut code: String = letters.map(|letter| char::from(*letter)).collect();
    code.insert(4, '-');
    Secret::new(code)
}

/// This node's knowledge of the code, and its count of wrong ones.
#[derive(Debug)]
pub(crate) struct Setup(Mutex<State>);

#[derive(Debug)]
struct State {
    code: Option<Secret>,
    wrong: u32,
    paused_until: Timestamp,
}

/// What a code was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is the code.
    Right,
    /// It is not.
    Wrong,
    /// Too many were wrong: none counts for a minute.
    Paused,
    /// There is none any more: somebody else has just used it.
    Over,
}

impl Setup {
    /// Without a code the set-up is over.
    pub(crate) fn new(code: Option<Secret>) -> Self {
        let state = State {
            code,
            wrong: 0,
            paused_until: Timestamp::from_millis(0),
        };
        Self(Mutex::new(state))
    }

    /// The code, for the log of the first start; `None` once there is an administrator.
    pub(crate) fn code(&self) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.code.as_ref().map(|code| code.expose().to_owned())
    }

    /// The set-up page may still be shown; another node may know better.
    pub(crate) fn is_open(&self) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.code.is_some()
    }

    /// Forgets the code: it is spent, here or on another node.
    pub(crate) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).code = None;
    }

    /// Compares a typed code, in any case and with or without its dash.
    pub(crate) fn check(&self, typed: &str, now: Timestamp) -> Checked {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(code) = &state.code else {
            return Checked::Over;
        };
        if now < state.paused_until {
            return Checked::Paused;
        }
        if plain(typed).matches(&plain(code.expose())) {
            return Checked::Right;
        }
        state.wrong += 1;
        if state.wrong >= GUESSES {
            state.wrong = 0;
            state.paused_until = now.plus(PAUSE);
        }
        Checked::Wrong
    }
}

fn plain(code: &str) -> Digest {
    let letters: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    Digest::of(letters.to_ascii_uppercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_codes_pause_for_a_minute() {
        let setup = Setup::new(Some(Secret::new("ABCD-2345")));
        let start = Timestamp::from_seconds(1000);

        let wrong: Vec<_> = (0..5).map(|_| setup.check("ZZZZ-ZZZZ", start)).collect();
        let paused = setup.check("ABCD-2345", start);
        let later = setup.check("abcd2345", start.plus(PAUSE));

        assert_eq!(wrong, [Checked::Wrong; 5]);
        assert_eq!(paused, Checked::Paused);
        assert_eq!(later, Checked::Right);
    }

    #[test]
    fn a_closed_set_up_takes_no_code() {
        let setup = Setup::new(Some(Secret::new("ABCD-2345")));
        setup.close();

        assert_eq!(
            setup.check("ABCD-2345", Timestamp::from_seconds(1)),
            Checked::Over
        );
        assert!(!setup.is_open() && setup.code().is_none());
    }
}
