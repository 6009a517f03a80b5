//! A running server's token endpoint and admin API, as any operator's script calls them.
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;
use ureq::http::Response;
use ureq::typestate::WithBody;
use ureq::{Agent, Body, RequestBuilder};

use crate::server::ADMIN;

/// The body of a password grant, behind the client's part.
pub(crate) fn password_grant((username, password): (&str, &str)) -> String {
    format!("grant_type=password&username={username}&password={password}")
}

/// The server has no time now, or somebody asks too often: the answer says when to come back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Later {
    pub(crate) seconds: u64,
}

impl fmt::Display for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server says to come back in {} s", self.seconds)
    }
}

impl std::error::Error for Later {}

impl Later {
    /// RFC 9110 §10.2.3: `Retry-After`, in seconds.
    pub(crate) fn of(answer: &Response<Body>) -> Option<Self> {
        if ![429, 503].contains(&answer.status().as_u16()) {
            return None;
        }
        let header = answer.headers().get("retry-after");
        let seconds = header.and_then(|value| value.to_str().ok()?.parse().ok());
        Some(Self {
            seconds: seconds.unwrap_or(1),
        })
    }
}

/// Nobody answers, or the connection broke.
pub(crate) fn is_broken(error: &anyhow::Error) -> bool {
    error.downcast_ref::<ureq::Error>().is_some() || error.downcast_ref::<io::Error>().is_some()
}

/// Asks until there is an answer: waits when told to, and asks again over a broken connection. For what may be asked
/// twice.
pub(crate) fn patiently<T>(ask: impl Fn() -> Result<T>) -> Result<T> {
    const BROKEN: u32 = 5;
    const LONGEST: Duration = Duration::from_secs(300);
    let (begun, mut broken) = (Instant::now(), 0);
    loop {
        let error = match ask() {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let pause = match error.downcast_ref::<Later>() {
            Some(later) => Duration::from_secs(later.seconds),
            None if is_broken(&error) && broken < BROKEN => {
                broken += 1;
                Duration::from_millis(200)
            }
            None => return Err(error),
        };
        if begun.elapsed() + pause > LONGEST {
            return Err(error);
        }
        std::thread::sleep(pause);
    }
}

/// What a token endpoint answers.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

/// A server that is called.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) agent: Agent,
    pub(crate) base: String,
}

impl Api {
    pub(crate) fn new(base: &str) -> Self {
        Self::patient(base, Duration::from_secs(20))
    }

    /// A client that waits so long for an answer.
    pub(crate) fn patient(base: &str, longest: Duration) -> Self {
        // A refusal is read like any answer, because its body says what is wrong; a redirect is an answer too.
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(longest))
            // The server closes a connection that was idle for five seconds, perhaps while it is used again.
            .max_idle_age(Duration::from_secs(2))
            .build();
        Self {
            agent: agent.into(),
            base: base.to_owned(),
        }
    }

    /// An access token of the first administrator.
    pub(crate) fn admin_token(&self) -> Result<String> {
        let form = format!("client_id=admin-cli&{}", password_grant(ADMIN));
        patiently(|| Ok(self.token("master", &form)?.access))
    }

    /// What the token endpoint answers, whatever it is: the status and the body.
    pub(crate) fn post_token(&self, realm: &str, form: &str) -> Result<(u16, Value)> {
        let url = format!("{}/realms/{realm}/protocol/openid-connect/token", self.base);
        let request = self
            .agent
            .post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded");
        let mut answer = request.send(form)?;
        if let Some(later) = Later::of(&answer) {
            return Err(later.into());
        }
        // A body that broke off is no answer: the server may be gone.
        let text = answer.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok((answer.status().as_u16(), body))
    }

    pub(crate) fn token(&self, realm: &str, form: &str) -> Result<Tokens> {
        let (status, body) = self.post_token(realm, form)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        match text("access_token") {
            Some(access) => Ok(Tokens {
                access,
                refresh: text("refresh_token"),
            }),
            None => bail!("{realm}: the token endpoint answered {status} {body}"),
        }
    }

    pub(crate) fn create(&self, token: &str, path: &str, body: &Value) -> Result<()> {
        let request = self.agent.post(format!("{}{path}", self.base));
        Self::send(request, token, path, body, 201)
    }

    pub(crate) fn put(&self, token: &str, path: &str, body: &Value) -> Result<()> {
        let request = self.agent.put(format!("{}{path}", self.base));
        Self::send(request, token, path, body, 204)
    }

    fn send(
        request: RequestBuilder<WithBody>,
        token: &str,
        path: &str,
        body: &Value,
        wanted: u16,
    ) -> Result<()> {
        let request = request.header("Authorization", format!("Bearer {token}"));
        let mut answer = request.send_json(body)?;
        if answer.status() != wanted {
            bail!(
                "{path} answered {} {}",
                answer.status(),
                answer.body_mut().read_to_string().unwrap_or_default()
            );
        }
        Ok(())
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.base);
        let request = self
            .agent
            .get(&url)
            .header("Authorization", format!("Bearer {token}"));
        let mut answer = request.call()?;
        if answer.status() != 200 {
            bail!("GET {path} answered {}", answer.status());
        }
        Ok(answer.body_mut().read_json()?)
    }
}
