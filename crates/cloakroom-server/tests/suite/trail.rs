//! What administrators look at to be sure, over HTTP: whether their trail is what was written, and who has fetched the keys.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::{call_with, deputy, wait_for};
use crate::http::{Request, text};
use crate::realm::Realm;
use crate::server::Server;

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 5] = [
        ("a-chain-holds-until-somebody-changes-a-row", holds),
        ("a-chain-is-asked-for-strictly", is_asked_for_strictly),
        ("a-chain-is-for-who-sees-events", is_for_who_sees_events),
        ("who-fetched-keys-is-told", fetches_are_told),
        ("who-fetched-keys-is-for-who-sees-both", fetches_need_both),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::trail::{name}", server.database), move || {
            let settings = json!({"adminEventsEnabled": true, "adminEventsDetailsEnabled": true});
            let realm = Realm::create(&server, &format!("trail-{name}"), settings);
            story(&realm);
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

const CHAIN: &str = "/ui-ext/audit-chain";
const FETCHES: &str = "/ui-ext/key-fetches";

fn look(realm: &Realm, query: &str) -> Value {
    let answer = realm.call("GET", &format!("{CHAIN}{query}"), &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn number(look: &Value, name: &str) -> i64 {
    look[name].as_i64().unwrap()
}

fn make_group(realm: &Realm, name: &str) {
    let made = realm.call("POST", "/groups", &json!({"name": name}));
    assert_eq!(made.status, 201, "{}", made.body);
}

fn holds(realm: &Realm) {
    let before = number(&look(realm, ""), "last");
    for name in ["one", "two", "three"] {
        make_group(realm, name);
    }
    let whole = look(realm, "");
    assert_eq!(number(&whole, "last"), before + 3);
    assert_eq!(number(&whole, "checked"), before + 3);
    assert_eq!(whole["findings"], json!([]));
    assert_eq!(whole["next"], Value::Null);
    assert!(!text(&whole, "end").is_empty());
    // A file is the server's alone: what is found of one that was changed is a story of the console, and of the storage's own tests.
    let id = &realm.call("GET", "", &Value::Null).json()["id"];
    let id = id.as_str().unwrap();
    let place = format!("realm_id = '{id}' AND number = {}", before + 2);
    if realm.server.change_stored(&format!(
        "UPDATE admin_events SET auth = replace(auth, 'userId', 'userID') WHERE {place}"
    )) {
        let broken = look(realm, "");
        let finding = &broken["findings"][0];
        assert_eq!(finding["wrong"], json!("changed"), "{broken}");
        assert_eq!(finding["number"], json!(before + 2));
        assert_eq!(look(realm, "?last=2")["findings"], broken["findings"]);
        assert_eq!(look(realm, "?last=1")["findings"], json!([]));
        realm
            .server
            .change_stored(&format!("DELETE FROM admin_events WHERE {place}"));
        let finding = &look(realm, "")["findings"][0];
        assert_eq!(
            (&finding["wrong"], &finding["until"]),
            (&json!("missing"), &json!(before + 2))
        );
    }
    let cleared = realm.call("DELETE", "/admin-events", &Value::Null);
    assert_eq!(cleared.status, 204, "{}", cleared.body);
    make_group(realm, "four");
    let anew = look(realm, "");
    assert_eq!(anew["findings"], json!([]), "{anew}");
    assert_eq!(number(&anew, "first"), before + 4);
    assert_eq!(number(&anew, "last"), before + 4);
}

fn is_asked_for_strictly(realm: &Realm) {
    for (query, status) in [
        ("?from=1", 200),
        ("?from=", 200),
        ("?last=9223372036854775807", 200),
        ("?from=9223372036854775807", 200),
        ("?from=9223372036854775808", 400),
        ("?from=-1", 400),
        ("?last=-1", 400),
        ("?last=x", 400),
        ("?from=1&last=1", 400),
    ] {
        let answer = realm.call("GET", &format!("{CHAIN}{query}"), &Value::Null);
        assert_eq!(answer.status, status, "{query}: {}", answer.body);
    }
}

fn is_for_who_sees_events(realm: &Realm) {
    for (right, status) in [
        (Some("view-events"), 200),
        (Some("manage-events"), 200),
        (Some("view-realm"), 403),
        (Some("manage-users"), 403),
        (None, 403),
    ] {
        let token = deputy(realm, right);
        let answer = call_with(realm, &token, "GET", CHAIN, &Value::Null);
        assert_eq!(answer.status, status, "{right:?}: {}", answer.body);
    }
}

fn fetch_keys(realm: &Realm, agent: &str) {
    let path = realm.path("certs");
    let answer = realm
        .server
        .send(&Request::get(&path).with("User-Agent", agent));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn fetchers(realm: &Realm) -> Vec<Value> {
    let answer = realm.call("GET", FETCHES, &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().as_array().unwrap().clone()
}

fn fetches_are_told(realm: &Realm) {
    let long = "x".repeat(500);
    let evil = "<b>\"verifier\"</b>";
    for agent in ["verifier/1.0", "verifier/1.0", evil, &long, "k\u{e4}se"] {
        fetch_keys(realm, agent);
    }
    let count = |agent: &str| {
        let all = fetchers(realm);
        let mine = all.iter().find(|one| text(one, "agent") == agent);
        mine.map(|one| one["count"].as_i64().unwrap())
    };
    wait_for("they are stored", || count("verifier/1.0") == Some(2));
    // A round may end between two of them.
    let of_once = [evil, &long[..120], ""];
    wait_for("the others are stored, what is no name as none", || {
        of_once.iter().all(|agent| count(agent) == Some(1))
    });
    fetch_keys(realm, "verifier/1.0");
    wait_for("it is counted on", || count("verifier/1.0") == Some(3));
    let all = fetchers(realm);
    assert_eq!(text(&all[0], "agent"), "verifier/1.0", "the last one first");
    assert!(all[0]["firstAt"].as_i64() <= all[0]["lastAt"].as_i64());
    assert!(!text(&all[0], "address").is_empty());
    // It has come for an hour, and a game pushes it out no more, even one from its own address.
    let is_old = realm.server.change_stored(
        "UPDATE key_fetches SET first_at = first_at - 3600000 WHERE agent = 'verifier/1.0'",
    );
    // Somebody plays with names: the list stays a list to look at.
    for round in 0..3 {
        for name in 0..150 {
            fetch_keys(realm, &format!("game {round} {name}"));
        }
        wait_for("a round is stored", || {
            let mut all = fetchers(realm).into_iter();
            all.any(|one| text(&one, "agent").starts_with(&format!("game {round}")))
        });
    }
    assert!(fetchers(realm).len() <= 20);
    assert!(!is_old || count("verifier/1.0") == Some(3));
}

fn fetches_need_both(realm: &Realm) {
    for (right, status) in [
        (Some("view-realm"), 403),
        (Some("view-events"), 403),
        (Some("realm-admin"), 200),
        (None, 403),
    ] {
        let token = deputy(realm, right);
        let answer = call_with(realm, &token, "GET", FETCHES, &Value::Null);
        assert_eq!(answer.status, status, "{right:?}: {}", answer.body);
    }
}
