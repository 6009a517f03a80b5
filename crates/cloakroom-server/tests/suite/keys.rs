//! Security keys and passkeys over HTTP, with an authenticator in software; and all that is no signature of one.

mod authenticator;
mod hostile;
mod maker;
mod makers;
mod no_new_key;
mod one_key;
mod passkey_hostile;
mod passkeys;
mod platform;
mod platforms;
mod register;
mod standing;
mod tpms;
mod usual;
mod weaker;

use std::sync::{Arc, OnceLock};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::{Browser, Page, Place};
use crate::further::{Scene, Story};
use crate::realm::Person;
use crate::server::Server;
use authenticator::{Ceremony, Key};

/// The form that asks for a key.
const FORM: &str = "webauth";
/// The kind of credential of a second factor.
const KEY: &str = "webauthn";

/// The certificates of the makers whom the servers under test are told of.
pub(crate) fn listed_makers() -> String {
    maker::listed().pem.clone()
}

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let scene: Arc<OnceLock<Scene>> = Arc::default();
    let all = usual::STORIES
        .iter()
        .chain(hostile::STORIES)
        .chain(register::STORIES)
        .chain(no_new_key::STORIES)
        .chain(makers::STORIES)
        .chain(platforms::STORIES)
        .chain(tpms::STORIES)
        .chain(weaker::STORIES)
        .chain(standing::STORIES);
    let trial = |(name, story): &(&'static str, Story)| {
        let (server, scene) = (Arc::clone(server), Arc::clone(&scene));
        let (name, story) = (*name, *story);
        Trial::test(format!("{}::keys::{name}", server.database), move || {
            story(scene.get_or_init(|| set(&server, "keys", json!({}))), name);
            Ok(())
        })
    };
    let others = passkeys_of(server);
    all.map(trial).chain(others).collect()
}

/// The same in a realm whose forms take passkeys.
fn passkeys_of(server: &Arc<Server>) -> Vec<Trial> {
    let scene: Arc<OnceLock<Scene>> = Arc::default();
    let trial = |(name, story): &(&'static str, Story)| {
        let (server, scene) = (Arc::clone(server), Arc::clone(&scene));
        let (name, story) = (*name, *story);
        Trial::test(format!("{}::keys::{name}", server.database), move || {
            let set = || set(&server, "passkeys", passkeys::settings());
            story(scene.get_or_init(set), name);
            Ok(())
        })
    };
    let all = passkeys::STORIES.iter().chain(passkey_hostile::STORIES);
    all.map(trial).collect()
}

/// A realm in whose flow a key is one of the second factors.
fn set(server: &Arc<Server>, name: &str, settings: Value) -> Scene {
    let scene = Scene::set(server, name, settings);
    for step in ["webauthn-authenticator", "auth-recovery-authn-code-form"] {
        scene.require("browser", step, "ALTERNATIVE");
    }
    scene
}

/// Another realm, with settings of its own.
fn beside(scene: &Scene, name: &str, settings: Value) -> Scene {
    set(&scene.realm.server, &format!("keys-{name}"), settings)
}

/// Somebody with a key.
fn with_key(scene: &Scene, name: &str) -> (Person, Key) {
    let key = Key::new("ES256", name);
    let person = scene.person(name, &[key.credential(KEY, "YubiKey")]);
    (person, key)
}

/// Sends what was signed with the form that stands on the page.
fn send(browser: &mut Browser, page: &Page, fields: &[(&'static str, String)]) -> Place {
    let form = page.form(FORM);
    let mut form = form.unwrap_or_else(|| panic!("no key is asked for: {}", page.answer.body));
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.submit(&page.address, &form)
}

/// Signs as the page asks for it, and sends that.
fn answer(browser: &mut Browser, page: &Page, key: &mut Key) -> Place {
    let signed = key.assert(&Ceremony::get(page));
    send(browser, page, &signed)
}

/// The page asks for a key, and says this.
fn asks_again(place: Place, says: &str) -> Page {
    let page = place.page();
    let body = &page.answer.body;
    assert!(page.form(FORM).is_some(), "{body}");
    assert!(body.contains(says), "{says}: {body}");
    page
}

/// What may be shown of somebody's only key.
fn stored(scene: &Scene, person: &Person) -> Value {
    let all = scene.credentials(person);
    serde_json::from_str(crate::http::text(&all[0], "credentialData")).unwrap()
}
