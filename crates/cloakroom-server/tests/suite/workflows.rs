//! Workflows over HTTP: what begins them, what their steps do and when, who may store them, and what stops them.

mod hostile;
mod life;
mod run;
mod steps;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::wait_for;
use crate::http::{Answer, text};
use crate::realm::Realm;
use crate::server::Server;

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 20] = [
        ("begin-with-what-happens", run::begin),
        ("begin-with-a-sign-in", run::sign_in),
        ("wait-for-their-time", run::wait),
        ("begin-anew-and-end-by-events", run::concurrency),
        ("go-round", run::go_round),
        ("are-begun-ended-and-moved-by-hand", run::by_hand),
        ("look-through-everybody-by-a-schedule", life::schedule),
        ("rest-while-they-are-off", life::off),
        ("go-with-whom-they-are-for", life::gone),
        ("leave-whom-they-are-not-for-any-more", life::not_for_them),
        ("come-along-with-their-realm", life::exported),
        ("do-what-their-steps-say", steps::all),
        ("write-letters-to-the-outbox", steps::letters),
        ("change-clients", steps::clients),
        ("do-each-step-once", steps::once),
        ("raise-nobody", hostile::raise_nobody),
        ("lend-no-right", hostile::borrow_nothing),
        ("give-no-role-that-became-a-right", hostile::trap),
        ("touch-no-mightier-account", hostile::spare_the_mighty),
        ("end-a-chase", hostile::chase),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(
            format!("{}::workflows::{name}", server.database),
            move || {
                let settings =
                    json!({"adminEventsEnabled": true, "adminEventsDetailsEnabled": true});
                let realm = Realm::create(&server, &format!("workflows-{name}"), settings);
                story(&realm);
                Ok(())
            },
        )
    };
    stories.into_iter().map(trial).collect()
}

/// Stores a workflow: its id.
fn make(realm: &Realm, workflow: &Value) -> String {
    let made = realm.call("POST", "/workflows", workflow);
    assert_eq!(made.status, 201, "{workflow}: {}", made.body);
    id_of(&made)
}

fn id_of(made: &Answer) -> String {
    let place = made.location().unwrap_or_default();
    place.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Makes somebody of whom nothing but a name is known: their id.
fn person(realm: &Realm, name: &str) -> String {
    let made = realm.call(
        "POST",
        "/users",
        &json!({"username": name, "enabled": true}),
    );
    assert_eq!(made.status, 201, "{}", made.body);
    id_of(&made)
}

fn shown(realm: &Realm, id: &str) -> Value {
    realm
        .call("GET", &format!("/users/{id}"), &Value::Null)
        .json()
}

/// Lets people of the realm have attributes that its profile does not name.
fn open_profile(realm: &Realm) {
    let mut profile = realm.call("GET", "/users/profile", &Value::Null).json();
    profile["unmanagedAttributePolicy"] = json!("ENABLED");
    let opened = realm.call("PUT", "/users/profile", &profile);
    assert_eq!(opened.status, 200, "{}", opened.body);
}

/// What is under way for somebody.
fn under_way(realm: &Realm, id: &str) -> Vec<Value> {
    let path = format!("/workflows/scheduled/{id}");
    let listed = realm.call("GET", &path, &Value::Null).json();
    listed.as_array().cloned().unwrap_or_default()
}

fn is_under_way(realm: &Realm, id: &str, workflow: &str) -> bool {
    let all = under_way(realm, id);
    all.iter().any(|one| text(one, "name") == workflow)
}

fn activate(realm: &Realm, workflow: &str, id: &str) -> Answer {
    let path = format!("/workflows/{workflow}/activate/USERS/{id}");
    realm.call("POST", &path, &Value::Null)
}

fn is_disabled(realm: &Realm, id: &str) -> bool {
    shown(realm, id)["enabled"] == json!(false)
}

fn wait_until_disabled(realm: &Realm, id: &str) {
    wait_for("somebody is disabled", || is_disabled(realm, id));
}

/// A role of the realm: what a mapping is sent.
fn role(realm: &Realm, name: &str) -> Value {
    let made = realm.call("POST", "/roles", &json!({"name": name}));
    assert_eq!(made.status, 201, "{}", made.body);
    realm
        .call("GET", &format!("/roles/{name}"), &Value::Null)
        .json()
}

fn give(realm: &Realm, id: &str, role: &Value) {
    let path = format!("/users/{id}/role-mappings/realm");
    let given = realm.call("POST", &path, &json!([role]));
    assert_eq!(given.status, 204, "{}", given.body);
}

fn take_back(realm: &Realm, id: &str, role: &Value) {
    let path = format!("/users/{id}/role-mappings/realm");
    let taken = realm.call("DELETE", &path, &json!([role]));
    assert_eq!(taken.status, 204, "{}", taken.body);
}

fn has_role(realm: &Realm, id: &str, name: &str) -> bool {
    let path = format!("/users/{id}/role-mappings/realm");
    let all = realm.call("GET", &path, &Value::Null).json();
    let mut all = all.as_array().into_iter().flatten();
    all.any(|role| text(role, "name") == name)
}

/// A group at the top: its id.
fn group(realm: &Realm, name: &str) -> String {
    let made = realm.call("POST", "/groups", &json!({"name": name}));
    assert_eq!(made.status, 201, "{}", made.body);
    id_of(&made)
}

fn join(realm: &Realm, id: &str, group: &str) {
    let path = format!("/users/{id}/groups/{group}");
    let joined = realm.call("PUT", &path, &json!({}));
    assert_eq!(joined.status, 204, "{}", joined.body);
}

fn leave(realm: &Realm, id: &str, group: &str) {
    let path = format!("/users/{id}/groups/{group}");
    let left = realm.call("DELETE", &path, &Value::Null);
    assert_eq!(left.status, 204, "{}", left.body);
}
