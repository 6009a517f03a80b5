//! Somebody who is signed in, and lets an application have codes.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use regex::Regex;
use ureq::http::Response;
use ureq::{Body, RequestBuilder};

use super::{REALM, REDIRECT_URI, USER};
use crate::api::{Api, Later};

/// A browser: an address of the server, and cookies.
pub(in crate::test) struct Browser {
    api: Api,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Nobody is signed in yet.
    pub(in crate::test) fn new(api: &Api) -> Self {
        Self {
            api: api.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// The same browser on connections of its own.
    pub(in crate::test) fn elsewhere(self, api: &Api) -> Self {
        Self {
            api: api.clone(),
            cookies: self.cookies,
        }
    }

    /// Signs in over the form, as a person does.
    pub(in crate::test) fn sign_in(api: &Api) -> Result<Self> {
        let mut browser = Self::new(api);
        let form = browser.open()?;
        browser.submit(&form)?;
        Ok(browser)
    }

    /// Asks for a code without a session, and answers where the form of the page goes.
    pub(in crate::test) fn open(&mut self) -> Result<String> {
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
    pub(in crate::test) fn submit(&mut self, form: &str) -> Result<String> {
        let request = self.api.agent.post(form);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let body = format!("username={}&password={}", USER.0, USER.1);
        let answer = self.with_cookies(request).send(body.as_str())?;
        self.keep_cookies(&answer);
        if let Some(later) = Later::of(&answer) {
            return Err(later.into());
        }
        code_of(&answer).context("signing in gave no code")
    }

    /// A code for the session that there is.
    pub(in crate::test) fn code(&mut self) -> Result<String> {
        let mut answer = self.authorize()?;
        // Read to its end, so that the connection can be used again.
        answer.body_mut().read_to_string()?;
        match code_of(&answer) {
            Some(code) => Ok(code),
            None => bail!("the session gave no code: {}", answer.status()),
        }
    }

    fn authorize(&mut self) -> Result<Response<Body>> {
        let url = format!(
            "{}/realms/{REALM}/protocol/openid-connect/auth?client_id=app&response_type=code&scope=openid\
             &state=x&redirect_uri={REDIRECT_URI}",
            self.api.base
        );
        let request = self.api.agent.get(&url);
        let answer = self.with_cookies(request).call()?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn with_cookies<Any>(&self, request: RequestBuilder<Any>) -> RequestBuilder<Any> {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header("Cookie", pairs.join("; "))
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

fn code_of(answer: &Response<Body>) -> Option<String> {
    let location = answer.headers().get("location")?.to_str().ok()?;
    let query = location.strip_prefix(REDIRECT_URI)?.strip_prefix('?')?;
    let code = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("code="))?;
    Some(code.to_owned())
}
