//! Clients at work: each writes down what it was told, and what it had asked when nobody answered any more.
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::json;

use super::{CLIENT, REALM, REDIRECT_URI, USER, VISIT};
use crate::api::{Api, Later, is_broken, password_grant, patiently};
use crate::browser::Browser;

/// Clients of each kind that work at once.
const EACH: u32 = 3;

/// A chain rests after this many rotations, so that each round leaves some that nobody was using when it ended.
const ROTATIONS: usize = 4;

/// Refresh tokens of one session: those that were traded in, and the one that came last.
#[derive(Clone, Debug, Default)]
pub(in crate::test) struct Chain {
    pub(in crate::test) spent: Vec<String>,
    pub(in crate::test) last: String,
    /// The last one was sent, and no answer came: it may be spent or not.
    pub(in crate::test) in_flight: bool,
}

/// What the clients were told.
#[derive(Debug, Default)]
pub(in crate::test) struct Told {
    /// Users whose creation was acknowledged.
    pub(in crate::test) users: Vec<String>,
    pub(in crate::test) chains: Vec<Chain>,
    /// Codes that were traded for tokens.
    pub(in crate::test) redeemed: Vec<String>,
    /// Codes that were given out and not used.
    pub(in crate::test) kept: Vec<String>,
    /// Codes that were sent, and no answer came.
    pub(in crate::test) in_flight: Vec<String>,
    /// Answers that no client expects from a server that works.
    pub(in crate::test) surprises: Vec<String>,
}

impl Told {
    pub(in crate::test) fn add(&mut self, other: Self) {
        self.users.extend(other.users);
        self.chains.extend(other.chains);
        self.redeemed.extend(other.redeemed);
        self.kept.extend(other.kept);
        self.in_flight.extend(other.in_flight);
        self.surprises.extend(other.surprises);
    }
}

/// The clients of one round.
pub(in crate::test) struct Load(Vec<JoinHandle<Told>>);

impl Load {
    /// Waits until each has noticed that the server is gone.
    pub(in crate::test) fn end(self) -> Result<Told> {
        let mut all = Told::default();
        for client in self.0 {
            let told = client.join();
            all.add(told.map_err(|_| anyhow!("a client of the test panicked"))?);
        }
        Ok(all)
    }
}

/// Starts the clients; each works until the server is gone.
pub(in crate::test) fn start(api: &Api, round: u32) -> Result<Load> {
    let admin = api.admin_token()?;
    let mut clients = Vec::new();
    for number in 0..EACH {
        let (base, token) = (api.base.clone(), admin.clone());
        let prefix = format!("round-{round}-client-{number}");
        clients.push(std::thread::spawn(move || {
            create_users(&Api::new(&base), &token, &prefix)
        }));
        let base = api.base.clone();
        clients.push(std::thread::spawn(move || rotate(&Api::new(&base))));
        // Signed in before the round counts: that hashes a password, and is slow.
        let browser = patiently(|| Browser::sign_in(&Api::new(&api.base), VISIT))?;
        let base = api.base.clone();
        clients.push(std::thread::spawn(move || {
            redeem(&Api::new(&base), browser)
        }));
    }
    Ok(Load(clients))
}

fn create_users(api: &Api, token: &str, prefix: &str) -> Told {
    let mut told = Told::default();
    for number in 0.. {
        let username = format!("{prefix}-user-{number}");
        let user = json!({ "username": username, "enabled": true });
        match api.create(token, &format!("/admin/realms/{REALM}/users"), &user) {
            Ok(()) => told.users.push(username),
            Err(error) => {
                told.surprises.extend(surprise(&error));
                break;
            }
        }
    }
    told
}

/// A refusal is an answer, and a surprise; that nobody answers is what ends a round.
fn surprise(error: &anyhow::Error) -> Option<String> {
    (!is_broken(error)).then(|| error.to_string())
}

/// A client that is told to come back does so, and is no surprise.
fn comes_back(error: &anyhow::Error) -> bool {
    let is_told = error.downcast_ref::<Later>().is_some();
    if is_told {
        // As long as a round lasts: the next question finds the server gone, or free.
        std::thread::sleep(Duration::from_secs(1));
    }
    is_told
}

fn rotate(api: &Api) -> Told {
    let mut told = Told::default();
    let begin = format!("{CLIENT}&{}", password_grant(USER));
    loop {
        let mut chain = Chain::default();
        match api.token(REALM, &begin) {
            Ok(tokens) => chain.last = tokens.refresh.unwrap_or_default(),
            Err(error) if comes_back(&error) => continue,
            Err(error) => {
                told.surprises.extend(surprise(&error));
                return told;
            }
        }
        while chain.spent.len() < ROTATIONS {
            let form = format!(
                "{CLIENT}&grant_type=refresh_token&refresh_token={}",
                chain.last
            );
            match api.token(REALM, &form) {
                Ok(tokens) => {
                    let next = tokens.refresh.unwrap_or_default();
                    chain.spent.push(std::mem::replace(&mut chain.last, next));
                }
                Err(error) if comes_back(&error) => {}
                Err(error) => {
                    told.surprises.extend(surprise(&error));
                    chain.in_flight = true;
                    told.chains.push(chain);
                    return told;
                }
            }
        }
        told.chains.push(chain);
    }
}

fn redeem(api: &Api, mut browser: Browser) -> Told {
    let mut told = Told::default();
    loop {
        // Every other code is kept for after the restart.
        let codes = browser.code().and_then(|kept| Ok((kept, browser.code()?)));
        let (kept, code) = match codes {
            Ok(codes) => codes,
            Err(error) => {
                told.surprises.extend(surprise(&error));
                return told;
            }
        };
        told.kept.push(kept);
        match api.token(REALM, &code_grant(&code)) {
            Ok(_) => told.redeemed.push(code),
            Err(error) => {
                told.surprises.extend(surprise(&error));
                told.in_flight.push(code);
                return told;
            }
        }
    }
}

/// The body that trades a code in.
pub(in crate::test) fn code_grant(code: &str) -> String {
    format!("{CLIENT}&grant_type=authorization_code&redirect_uri={REDIRECT_URI}&code={code}")
}
