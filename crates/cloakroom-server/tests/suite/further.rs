//! One-time codes over HTTP: at a sign-in, at the token endpoint and when they are set up; and all that is no such code.

mod codes;
mod demands;
mod hostile;
mod levels;
mod methods;
mod proved;
mod risen;
mod set_up;
mod spared;
mod standing;
mod usual;

use std::sync::{Arc, OnceLock};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::{Browser, Page, Place};
use crate::html::Form;
use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

pub(crate) use codes::{Device, paper};
pub(crate) use hostile::has_nothing;
pub(crate) use usual::shown;

/// The form that asks for a one-time code.
pub(crate) const OTP: &str = "kc-otp-login-form";
/// The form that asks for a code on paper.
pub(crate) const RECOVERY: &str = "kc-recovery-code-login-form";
/// The form with which one-time codes are set up.
pub(crate) const ENROL: &str = "kc-totp-settings-form";
/// The form that says that somebody has their new codes on paper.
pub(crate) const PAPER: &str = "kc-recovery-codes-settings-form";

/// A realm whose people have devices.
pub(super) struct Scene {
    pub(super) realm: Realm,
    pub(super) shop: Client,
}

/// What a test does, with a name that no other has.
pub(super) type Story = fn(&Scene, &str);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let scene: Arc<OnceLock<Scene>> = Arc::default();
    let all = usual::STORIES
        .iter()
        .chain(hostile::STORIES)
        .chain(set_up::STORIES)
        .chain(methods::STORIES)
        .chain(proved::STORIES)
        .chain(standing::STORIES)
        .chain(levels::STORIES)
        .chain(demands::STORIES)
        .chain(risen::STORIES)
        .chain(spared::STORIES);
    let trial = |(name, story): &(&'static str, Story)| {
        let (server, scene) = (Arc::clone(server), Arc::clone(&scene));
        let (name, story) = (*name, *story);
        Trial::test(format!("{}::further::{name}", server.database), move || {
            story(
                scene.get_or_init(|| Scene::set(&server, "further", json!({}))),
                name,
            );
            Ok(())
        })
    };
    all.map(trial).collect()
}

impl Scene {
    pub(super) fn set(server: &Arc<Server>, name: &str, settings: Value) -> Self {
        let events = json!({"eventsEnabled": true});
        let realm = Realm::create(server, name, crate::realm::merged(events, settings));
        let shop = realm.create_client("shop", json!({"directAccessGrantsEnabled": true}));
        Self { realm, shop }
    }

    /// Another realm, with settings of its own.
    pub(super) fn beside(&self, name: &str, settings: Value) -> Self {
        Self::set(&self.realm.server, &format!("further-{name}"), settings)
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    /// Somebody with these credentials beside a password.
    pub(super) fn person(&self, name: &str, credentials: &[Value]) -> Person {
        let name: String = name.chars().take(40).collect();
        let password =
            json!({"type": "password", "value": format!("an honest passphrase of {name}")});
        let all: Vec<&Value> = std::iter::once(&password).chain(credentials).collect();
        self.realm.create_person(&name, json!({"credentials": all}))
    }

    pub(super) fn request(&self, more: &str) -> String {
        let asked = [
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        format!("{}?{}{more}", self.realm.path("auth"), encode(&asked))
    }

    /// Signs in as far as the password goes.
    pub(super) fn half(&self, browser: &mut Browser, person: &Person) -> Page {
        browser.answer(&self.request(""), person).page()
    }

    pub(super) fn by_password(&self, person: &Person, more: &[(&str, &str)]) -> Answer {
        self.browser().send(self.grant(person, more))
    }

    pub(super) fn grant(&self, person: &Person, more: &[(&str, &str)]) -> Request {
        let mut fields = vec![
            ("grant_type", "password"),
            ("client_id", self.shop.id.as_str()),
            ("client_secret", self.shop.secret.as_str()),
            ("username", person.username.as_str()),
            ("password", person.password.as_str()),
            ("scope", "openid"),
        ];
        fields.extend(more);
        Request::form(&self.realm.path("token"), &fields)
    }

    /// The subject of the tokens that a code is traded for.
    pub(super) fn subject(&self, place: Place) -> String {
        let callback = place.client();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.shop.id.as_str()),
            ("client_secret", self.shop.secret.as_str()),
            ("redirect_uri", CALLBACK),
            ("code", callback.get("code")),
        ];
        let answer = self
            .browser()
            .send(Request::form(&self.realm.path("token"), &fields));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let claims = crate::jwt::claims(text(&answer.json(), "access_token"));
        text(&claims, "sub").to_owned()
    }

    /// The errors of sign-ins of somebody, the last first.
    pub(super) fn errors(&self, person: &Person) -> Vec<Value> {
        let path = format!("/events?type=LOGIN_ERROR&user={}", person.id);
        let found = self.realm.call("GET", &path, &Value::Null).json();
        found.as_array().cloned().unwrap_or_default()
    }

    pub(super) fn credentials(&self, person: &Person) -> Vec<Value> {
        let path = format!("/users/{}/credentials", person.id);
        let found = self.realm.call("GET", &path, &Value::Null).json();
        let mut found = found.as_array().cloned().unwrap_or_default();
        found.retain(|one| one["type"] != json!("password"));
        found
    }

    /// Sets what a step of the flow is required to.
    pub(super) fn require(&self, flow: &str, step: &str, requirement: &str) {
        let path = format!("/authentication/flows/{flow}/executions");
        let all = self.realm.call("GET", &path, &Value::Null).json();
        let is_it =
            |one: &&Value| [&one["providerId"], &one["displayName"]].contains(&&json!(step));
        let mut found = all.as_array().unwrap().iter().find(is_it).unwrap().clone();
        found["requirement"] = json!(requirement);
        let done = self.realm.call("PUT", &path, &found);
        assert!(done.status < 300, "{}", done.body);
    }
}

/// Sends a code with the form that stands on the page.
pub(crate) fn send(browser: &mut Browser, page: &Page, code: &str) -> Place {
    send_with(browser, page, code, &[])
}

pub(super) fn send_with(
    browser: &mut Browser,
    page: &Page,
    code: &str,
    more: &[(&str, &str)],
) -> Place {
    let mut form = question(page);
    let field = match form.id.as_str() {
        RECOVERY => "recoveryCodeInput",
        ENROL => "totp",
        _ => "otp",
    };
    form.set(field, code);
    for (name, value) in more {
        form.set(name, value);
    }
    browser.submit(&page.address, &form)
}

/// The form of a page that asks for more than a password.
pub(super) fn question(page: &Page) -> Form {
    let mut all = [OTP, RECOVERY, ENROL].iter();
    let found = all.find_map(|id| page.form(id));
    found.unwrap_or_else(|| panic!("nothing is asked: {}", page.answer.body))
}

/// The page asks for a code, and says this.
pub(crate) fn asks_again(place: Place, says: &str) -> Page {
    let page = place.page();
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    assert!(
        page.answer.body.contains(says),
        "{says}: {}",
        page.answer.body
    );
    page
}

/// Somebody with a device of the usual kind.
pub(super) fn with_app(scene: &Scene, name: &str) -> (Person, Device) {
    let device = Device::new(name);
    let person = scene.person(name, &[device.credential("")]);
    (person, device)
}
