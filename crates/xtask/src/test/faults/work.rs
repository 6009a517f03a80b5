//! Clients at work while something goes wrong: they write down what they were told, and go on.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::super::crash::load::{Chain, Told};
use super::super::crash::{CLIENT, REALM, USER, check};
use super::{Late, admin_form};
use crate::api::{Api, password_grant, patiently};

/// Clients of each kind.
const EACH: u32 = 2;
/// A chain of refresh tokens rests after so many.
const ROTATIONS: usize = 6;

/// What the clients were told, and what no client may be told.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) told: Told,
    /// Answers of 503 and 429, which say that nothing was done or that nobody knows.
    pub(super) refused: u32,
    /// Connections that broke.
    pub(super) broken: u32,
    /// Answers that a fault is no excuse for.
    pub(super) wrong: Vec<String>,
    pub(super) slowest: Duration,
}

impl Done {
    fn note(&mut self, what: &str, answer: &Result<(u16, Value)>) {
        match answer {
            Err(_) => self.broken += 1,
            Ok((429 | 503, _)) => self.refused += 1,
            Ok((status, body)) => self.wrong.push(format!("{what}: {status} {body}")),
        }
        std::thread::sleep(Duration::from_millis(30));
    }

    fn add(&mut self, other: Self) {
        self.told.add(other.told);
        self.refused += other.refused;
        self.broken += other.broken;
        self.wrong.extend(other.wrong);
        self.slowest = self.slowest.max(other.slowest);
    }

    fn rotations(&self) -> usize {
        self.told.chains.iter().map(|chain| chain.spent.len()).sum()
    }

    pub(super) fn sum(&self) -> String {
        format!(
            "{} users and {} rotations acknowledged, {} refused, {} broken, {} ms at most",
            self.told.users.len(),
            self.rotations(),
            self.refused,
            self.broken,
            self.slowest.as_millis()
        )
    }

    /// Nobody was sent away, and no connection broke. Whoever is told to come later was told so for want of time.
    pub(super) fn everybody_answered(&self) -> Result<()> {
        if self.broken > 0 {
            bail!("connections broke: {}", self.sum());
        }
        if self.refused > 0 {
            return Err(Late(format!("requests were sent away: {}", self.sum())).into());
        }
        Ok(())
    }

    /// Everything that was acknowledged is there, nothing is good twice, and nobody was told anything wrong.
    pub(super) fn check(&self, base: &str) -> Result<()> {
        if let Some(wrong) = self.wrong.first() {
            bail!("{} wrong answers, the first: {wrong}", self.wrong.len());
        }
        if self.told.users.is_empty() || self.rotations() == 0 {
            bail!("nothing was acknowledged, so nothing was tested");
        }
        match check::wrong(&Api::new(base), &self.told)?.first() {
            None => Ok(()),
            Some(wrong) => bail!("{wrong}"),
        }
    }
}

/// The clients; they end when they are told to.
pub(super) struct Work {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Done>>,
}

impl Work {
    /// Starts them; each case names its own, so that two do not make the same user.
    pub(super) fn start(base: &str, name: &str) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = Vec::new();
        // Signed in before anything goes wrong.
        let token = Api::new(base).admin_token()?;
        for number in 0..EACH {
            let (base, token, stop) = (base.to_owned(), token.clone(), Arc::clone(&stop));
            let prefix = format!("{name}-{number}");
            let stop_too = Arc::clone(&stop);
            let base_too = base.clone();
            clients.push(std::thread::spawn(move || {
                create(&base, token, &prefix, &stop)
            }));
            clients.push(std::thread::spawn(move || rotate(&base_too, &stop_too)));
        }
        Ok(Self { stop, clients })
    }

    /// Lets them work for a moment.
    pub(super) fn go_on(&self, time: Duration) {
        std::thread::sleep(time);
    }

    pub(super) fn end(self) -> Result<Done> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Done::default();
        for client in self.clients {
            all.add(
                client
                    .join()
                    .ok()
                    .context("a client of the test panicked")?,
            );
        }
        Ok(all)
    }
}

/// Status and body of a POST of JSON.
pub(super) fn post(api: &Api, token: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
    let request = api.agent.post(format!("{}{path}", api.base));
    let request = request.header("Authorization", format!("Bearer {token}"));
    let mut answer = request.send_json(body)?;
    let text = answer.body_mut().read_to_string()?;
    let body = serde_json::from_str(&text).unwrap_or_default();
    Ok((answer.status().as_u16(), body))
}

/// Status and body of a POST to the token endpoint, whatever it answers.
pub(super) fn token(api: &Api, realm: &str, form: &str) -> Result<(u16, Value)> {
    let url = format!("{}/realms/{realm}/protocol/openid-connect/token", api.base);
    let request = api.agent.post(&url);
    let mut answer = request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send(form)?;
    let text = answer.body_mut().read_to_string()?;
    Ok((
        answer.status().as_u16(),
        serde_json::from_str(&text).unwrap_or_default(),
    ))
}

fn create(base: &str, mut admin: String, prefix: &str, stop: &AtomicBool) -> Done {
    let (api, mut done) = (Api::new(base), Done::default());
    let path = format!("/admin/realms/{REALM}/users");
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let username = format!("{prefix}-user-{number}");
        let begun = Instant::now();
        let answer = post(
            &api,
            &admin,
            &path,
            &json!({ "username": username, "enabled": true }),
        );
        done.slowest = done.slowest.max(begun.elapsed());
        match &answer {
            Ok((201, _)) => done.told.users.push(username),
            // Its minute is over.
            Ok((401, _)) => {
                if let Ok((200, body)) = token(&api, "master", &admin_form()) {
                    admin = body
                        .get("access_token")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned();
                }
            }
            _ => done.note("a user", &answer),
        }
    }
    done
}

fn rotate(base: &str, stop: &AtomicBool) -> Done {
    let (api, mut done) = (Api::new(base), Done::default());
    let refresh = |body: &Value| {
        body.get("refresh_token")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    while !stop.load(Ordering::Relaxed) {
        let mut chain = Chain::default();
        let answer = token(&api, REALM, &format!("{CLIENT}&{}", password_grant(USER)));
        match &answer {
            Ok((200, body)) => chain.last = refresh(body),
            _ => {
                done.note("a sign-in", &answer);
                continue;
            }
        }
        while chain.spent.len() < ROTATIONS && !chain.in_flight {
            let form = format!(
                "{CLIENT}&grant_type=refresh_token&refresh_token={}",
                chain.last
            );
            let begun = Instant::now();
            let answer = token(&api, REALM, &form);
            done.slowest = done.slowest.max(begun.elapsed());
            match &answer {
                Ok((200, body)) => chain
                    .spent
                    .push(std::mem::replace(&mut chain.last, refresh(body))),
                _ => {
                    // Whoever is told 503 cannot know whether the token is spent.
                    chain.in_flight = true;
                    done.note("a refresh", &answer);
                }
            }
        }
        done.told.chains.push(chain);
    }
    done
}

/// A session's tokens by password, once the server has time.
pub(super) fn tokens(base: &str) -> Result<(String, String)> {
    let api = Api::new(base);
    let form = format!("{CLIENT}&scope=openid&{}", password_grant(USER));
    let tokens = patiently(|| api.token(REALM, &form))?;
    Ok((tokens.access, tokens.refresh.unwrap_or_default()))
}

/// The status of a GET, perhaps with a token.
pub(super) fn get(base: &str, path: &str, bearer: Option<&str>) -> Result<u16> {
    let api = Api::new(base);
    let mut request = api.agent.get(format!("{base}{path}"));
    if let Some(token) = bearer {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    Ok(request.call()?.status().as_u16())
}
