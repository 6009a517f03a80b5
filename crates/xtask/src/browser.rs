//! Somebody who is signed in, and lets an application have codes.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use regex::Regex;
use ureq::http::Response;
use ureq::{Body, RequestBuilder};

use crate::api::{Api, Later};

/// Who signs in, and what for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    pub(crate) realm: &'static str,
    pub(crate) client: &'static str,
    pub(crate) redirect_uri: &'static str,
    /// Name and password.
    pub(crate) user: (&'static str, &'static str),
}

impl Visit {
    /// The path that asks for a code.
    pub(crate) fn authorize(&self) -> String {
        format!(
            "/realms/{}/protocol/openid-connect/auth?client_id={}&response_type=code&scope=openid\
             &state=x&redirect_uri={}",
            self.realm, self.client, self.redirect_uri
        )
    }
}

/// A browser: an address of the server, and cookies.
pub(crate) struct Browser {
    api: Api,
    visit: Visit,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Nobody is signed in yet.
    pub(crate) fn new(api: &Api, visit: Visit) -> Self {
        Self {
            api: api.clone(),
            visit,
            cookies: BTreeMap::new(),
        }
    }

    /// The same browser on connections of its own.
    pub(crate) fn elsewhere(self, api: &Api) -> Self {
        Self {
            api: api.clone(),
            ..self
        }
    }

    /// Signs in over the form, as a person does.
    pub(crate) fn sign_in(api: &Api, visit: Visit) -> Result<Self> {
        let mut browser = Self::new(api, visit);
        let form = browser.open()?;
        browser.submit(&form)?;
        Ok(browser)
    }

    /// Asks for a code without a session, and answers where the form of the page goes.
    pub(crate) fn open(&mut self) -> Result<String> {
        let mut page = self.authorize()?;
        let html = page.body_mut().read_to_string()?;
        let form = Regex::new(r#"<form id="kc-form-login" action="([^"]+)""#)?;
        let action = form.captures(&html).and_then(|found| found.get(1));
        let action = action.context("the page has no form to sign in")?.as_str();
        let action = action.replace("&amp;", "&").replace("&#38;", "&");
        Ok(match action.starts_with('/') {
            true => format!("{}{action}", self.api.base),
            false => action,
        })
    }

    /// Sends the form, and answers the code.
    pub(crate) fn submit(&mut self, form: &str) -> Result<String> {
        let request = self.api.agent.post(form);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let Visit { user, .. } = self.visit;
        let body = format!("username={}&password={}", user.0, user.1);
        let answer = self.with_cookies(request).send(body.as_str())?;
        self.keep_cookies(&answer);
        if let Some(later) = Later::of(&answer) {
            return Err(later.into());
        }
        self.visit
            .code_of(&answer)
            .context("signing in gave no code")
    }

    /// A code for the session that there is.
    pub(crate) fn code(&mut self) -> Result<String> {
        let mut answer = self.authorize()?;
        // Read to its end, so that the connection can be used again.
        answer.body_mut().read_to_string()?;
        match self.visit.code_of(&answer) {
            Some(code) => Ok(code),
            None => bail!("the session gave no code: {}", answer.status()),
        }
    }

    fn authorize(&mut self) -> Result<Response<Body>> {
        let url = format!("{}{}", self.api.base, self.visit.authorize());
        let request = self.api.agent.get(&url);
        let answer = self.with_cookies(request).call()?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// The value of its `Cookie` header.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn with_cookies<Any>(&self, request: RequestBuilder<Any>) -> RequestBuilder<Any> {
        request.header("Cookie", self.cookies())
    }

    fn keep_cookies(&mut self, answer: &Response<Body>) {
        for header in answer.headers().get_all("set-cookie") {
            let text = header.to_str().unwrap_or_default();
            let pair = text.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Visit {
    fn code_of(&self, answer: &Response<Body>) -> Option<String> {
        let location = answer.headers().get("location")?.to_str().ok()?;
        let query = location
            .strip_prefix(self.redirect_uri)?
            .strip_prefix('?')?;
        let code = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("code="))?;
        Some(code.to_owned())
    }
}
