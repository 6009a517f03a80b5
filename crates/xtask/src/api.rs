//! A running server's token endpoint and admin API, as any operator's script calls them.
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;
use ureq::Agent;

use crate::server::ADMIN;

/// The body of a password grant, behind the client's part.
pub(crate) fn password_grant((username, password): (&str, &str)) -> String {
    format!("grant_type=password&username={username}&password={password}")
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
        // A refusal is read like any answer, because its body says what is wrong; a redirect is an answer too.
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Self {
            agent: agent.into(),
            base: base.to_owned(),
        }
    }

    /// An access token of the first administrator.
    pub(crate) fn admin_token(&self) -> Result<String> {
        let form = format!("client_id=admin-cli&{}", password_grant(ADMIN));
        Ok(self.token("master", &form)?.access)
    }

    /// What the token endpoint answers, whatever it is: the status and the body.
    pub(crate) fn post_token(&self, realm: &str, form: &str) -> Result<(u16, Value)> {
        let url = format!("{}/realms/{realm}/protocol/openid-connect/token", self.base);
        let request = self
            .agent
            .post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded");
        let mut answer = request.send(form)?;
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
        let url = format!("{}{path}", self.base);
        let request = self
            .agent
            .post(&url)
            .header("Authorization", format!("Bearer {token}"));
        let mut answer = request.send_json(body)?;
        if answer.status() != 201 {
            bail!(
                "POST {path} answered {} {}",
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
