//! A tiny browser: cookies, redirects, the login form, and no JavaScript.

use std::collections::BTreeMap;

use openidconnect::url::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::setup::http_client;

const MOST_REDIRECTS: usize = 20;

/// The browser of one person; it stops before it would load an address of the application.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
    stop_at: String,
}

/// Where the browser ended: at the application, or on a page.
enum Place {
    Application(Url),
    Page(Url, String),
}

impl Browser {
    pub(crate) fn new(stop_at: &str) -> Self {
        Self {
            http: http_client(),
            cookies: BTreeMap::new(),
            stop_at: stop_at.to_owned(),
        }
    }

    /// Fills in the login form that `url` leads to and returns the address at which the application is called.
    pub(crate) async fn sign_in(&mut self, url: Url, username: &str, password: &str) -> Url {
        let Place::Page(address, page) = self.follow(url, None).await else {
            unreachable!("a new browser is asked for the password");
        };
        let (action, mut fields) = login_form(&page);
        fields.insert("username".to_owned(), username.to_owned());
        fields.insert("password".to_owned(), password.to_owned());
        let target = address.join(&action).expect("the form has an address");
        match self.follow(target, Some(fields)).await {
            Place::Application(landed) => landed,
            Place::Page(address, page) => unreachable!("the login led to {address}: {page}"),
        }
    }

    async fn follow(&mut self, mut url: Url, mut form: Option<BTreeMap<String, String>>) -> Place {
        for _ in 0..MOST_REDIRECTS {
            if url.as_str().starts_with(&self.stop_at) {
                return Place::Application(url);
            }
            let request = match form.take() {
                Some(fields) => self.http.post(url.clone()).form(&fields),
                None => self.http.get(url.clone()),
            };
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let response = request
                .header(COOKIE, pairs.join("; "))
                .send()
                .await
                .expect("the server answers");
            for cookie in response.headers().get_all(SET_COOKIE) {
                self.keep(cookie.to_str().expect("a cookie is text"));
            }
            let Some(next) = response.headers().get(LOCATION) else {
                return Place::Page(url, response.text().await.expect("the page is text"));
            };
            let next = next.to_str().expect("an address is text");
            url = url.join(next).expect("an address is a URL");
        }
        unreachable!("more than {MOST_REDIRECTS} redirects, the last to {url}");
    }

    /// Keeps a cookie, or forgets it when the server ends it.
    fn keep(&mut self, line: &str) {
        let (name, value) = line
            .split(';')
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a cookie has a name");
        let is_ended = line
            .to_ascii_lowercase()
            .split(';')
            .any(|part| part.trim() == "max-age=0");
        if is_ended {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Reads the action and the filled-in fields of the form with the password field.
fn login_form(page: &str) -> (String, BTreeMap<String, String>) {
    let form = page
        .split("<form")
        .skip(1)
        .filter_map(|rest| rest.split("</form>").next())
        .find(|form| form.contains("type=\"password\""))
        .expect("the page has a login form");
    let action = attribute(form.split('>').next().unwrap_or_default(), "action")
        .expect("the form has an action");
    let fields = form
        .split("<input")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|input| !input.contains("type=\"checkbox\"") && !input.contains("type=\"submit\""))
        .filter_map(|input| {
            Some((
                attribute(input, "name")?,
                attribute(input, "value").unwrap_or_default(),
            ))
        })
        .collect();
    (action, fields)
}

/// The value of `name` in a start tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(start..)?.split('"').next()?;
    Some(
        value
            .replace("&#x2F;", "/")
            .replace("&#47;", "/")
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}
