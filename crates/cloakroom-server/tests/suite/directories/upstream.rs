//! Directories that are far, slow, gone for a while, or talk too much.

use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Story;
use super::gate::Gate;
use super::liar::{GOSSIP, Liar, done, entry, message, wrap};
use super::scene::Scene;
use super::slapd::password_of;

pub(super) const STORIES: &[Story] = &[
    (
        "a-connection-is-used-again-by-the-next-who-signs-in",
        pooled,
    ),
    (
        "a-connection-of-its-own-is-made-for-each-where-they-are-not-kept",
        single,
    ),
    (
        "F4-07-a-directory-that-goes-down-and-comes-back-is-found-again",
        comes_back,
    ),
    (
        "F4-07-a-directory-that-stops-in-the-middle-holds-up-its-own-people-alone",
        stops,
    ),
    (
        "BI-R06-pages-without-end-are-not-read-for-ever",
        endless_pages,
    ),
    (
        "what-a-directory-says-of-an-error-reaches-no-page-and-no-log",
        gossip,
    ),
    (
        "what-a-directory-says-of-a-password-that-it-refuses-reaches-nobody",
        refusal,
    ),
];

/// More sign-ins than there are threads that keep connections.
const MANY: usize = 24;

fn pooled(scene: &Scene) {
    let gate = Gate::to(&scene.slapd);
    let config = json!({"connectionUrl": gate.url, "connectionPooling": "true"});
    let house = scene.house_of("pooled", config);
    let uid = scene.person("pooled");

    for _ in 0..MANY {
        assert_eq!(house.direct(&uid, &password_of(&uid)).status, 200);
        // The connection that has just signed somebody in signs nobody else in.
        assert_ne!(house.direct(&uid, "not the password").status, 200);
        assert_ne!(house.direct(&uid, "").status, 200);
    }

    let visits = gate.visits.load(Ordering::SeqCst);
    assert!(visits < 2 * MANY, "{visits} connections");
    // Other settings are other connections.
    let path = format!("/components/{}", house.directory);
    let mut stored = house.done("GET", &path, &Value::Null);
    stored["config"]["bindCredential"] = json!(["not the password"]);
    house.done("PUT", &path, &stored);
    assert_ne!(house.direct(&uid, &password_of(&uid)).status, 200);
}

fn single(scene: &Scene) {
    let gate = Gate::to(&scene.slapd);
    let house = scene.house_of("single", json!({"connectionUrl": gate.url}));
    let uid = scene.person("single");

    for _ in 0..3 {
        assert_eq!(house.direct(&uid, &password_of(&uid)).status, 200);
    }

    assert_eq!(gate.visits.load(Ordering::SeqCst), 6);
}

fn comes_back(scene: &Scene) {
    let gate = Gate::to(&scene.slapd);
    let config = json!({"connectionUrl": gate.url, "connectionPooling": "true"});
    let house = scene.house_of("comes-back", config);
    let own = house.realm.create_person("own", json!({}));
    let uid = scene.person("comes-back");
    house.sign_in(&uid, &password_of(&uid));

    gate.shut();
    let page = house.refuse(&uid, &password_of(&uid));
    assert_eq!(page.answer.status, 503);
    assert!(page.answer.body.contains("ldap"), "{}", page.answer.body);
    house.sign_in(&own.username, &own.password);

    gate.open();
    house.sign_in(&uid, &password_of(&uid));
    house.refuse(&uid, "not the password");
}

fn stops(scene: &Scene) {
    let gate = Gate::to(&scene.slapd);
    let config = json!({
        "connectionUrl": gate.url, "connectionPooling": "true", "readTimeout": "700",
    });
    let house = scene.house_of("stops", config);
    let own = house.realm.create_person("own", json!({}));
    let uid = scene.person("stops");
    house.sign_in(&uid, &password_of(&uid));

    gate.stop();
    std::thread::scope(|threads| {
        let begun = Instant::now();
        let waiting = threads.spawn(|| house.refuse(&uid, &password_of(&uid)));
        house.sign_in(&own.username, &own.password);
        let page = waiting.join().unwrap();
        assert_eq!(page.answer.status, 503);
        assert!(begun.elapsed() < Duration::from_secs(20), "it was given up");
    });
    gate.open();

    house.sign_in(&uid, &password_of(&uid));
}

/// The end of a page that is never the last one (RFC 2696).
fn end_of_page(number: u8) -> Vec<u8> {
    let value = wrap(0x30, &[&[2, 1, 0][..], &wrap(4, b"more")].concat());
    let control = wrap(
        0x30,
        &[wrap(4, b"1.2.840.113556.1.4.319"), wrap(4, &value)].concat(),
    );
    message(number, &[done(), wrap(0xa0, &control)].concat())
}

fn endless_pages(scene: &Scene) {
    let same = Liar::start(|number, stream| {
        let found: &[(&str, &[u8])] = &[("uid", b"pat"), ("entryUUID", b"1")];
        let found = entry("uid=pat,ou=people,dc=example,dc=org", found);
        let _ = stream.write_all(&message(number, &found));
        let _ = stream.write_all(&end_of_page(number));
    });
    let empty = Liar::start(|number, stream| {
        let _ = stream.write_all(&end_of_page(number));
    });
    for (liar, name, stored) in [(&same, "pages-same", 1), (&empty, "pages-empty", 0)] {
        let mut house = scene.house(name);
        let config = scene.settings(json!({"connectionUrl": liar.url}));
        house.directory = house.add("Liar", config);

        let begun = Instant::now();
        let done = house.sync("triggerFullSync").to_string();

        assert!(begun.elapsed() < Duration::from_secs(60), "{done}");
        assert!(done.contains("Liar"), "the provider is named: {done}");
        assert!(done.contains("page"), "{done}");
        assert_eq!(house.count(), stored, "{done}");
    }
}

fn gossip(scene: &Scene) {
    scene.server.keep_secret(GOSSIP);
    let liar = Liar::start(|number, stream| {
        let text = wrap(4, GOSSIP.as_bytes());
        let end = wrap(0x65, &[&[10, 1, 1, 4, 0][..], &text].concat());
        let _ = stream.write_all(&message(number, &end));
    });
    let mut house = scene.house("gossip");
    let config = scene.settings(json!({"connectionUrl": liar.url}));
    house.directory = house.add("Talker", config);

    let page = house.refuse("x", "a password");
    assert!(!page.answer.body.contains("Xyzzy"), "{}", page.answer.body);
    let answer = house.direct("x", "a password");
    assert!(!answer.body.contains("Xyzzy"), "{}", answer.body);
    let done = house.sync("triggerFullSync");
    assert!(!done.to_string().contains("Xyzzy"), "{done}");
    let users = house
        .realm
        .call("GET", "/users?search=anybody", &Value::Null);
    assert_eq!(users.status, 200);
    assert!(!users.body.contains("Xyzzy"), "{}", users.body);
    let events = house.done("GET", "/events", &Value::Null);
    assert!(!events.to_string().contains("Xyzzy"), "{events}");
}

/// What it says of somebody whose password it knows.
fn refusal(scene: &Scene) {
    scene.server.keep_secret(GOSSIP);
    let liar = Liar::start(|number, stream| {
        let found: &[(&str, &[u8])] = &[
            ("uid", b"pat"),
            ("cn", b"Pat"),
            ("sn", b"Pending"),
            ("mail", b"pat@example.org"),
            ("entryUUID", b"11111111-2222-3333-4444-555555555555"),
        ];
        let found = entry("uid=pat,ou=people,dc=example,dc=org", found);
        let _ = stream.write_all(&message(number, &found));
        let _ = stream.write_all(&message(number, &done()));
    });
    for (name, by_operation) in [("refusal", "true"), ("refusal-by-attribute", "false")] {
        let mut house = scene.house(name);
        let config = scene.settings(json!({
            "connectionUrl": liar.url, "editMode": "WRITABLE",
            "usePasswordModifyExtendedOp": by_operation,
        }));
        house.directory = house.add("Talker", config);
        house.sign_in("pat", "any password is right there");
        let id = house.user("pat")["id"].clone();
        let path = format!("/users/{}", id.as_str().unwrap());

        let wish = json!({"type": "password", "value": "a new passphrase of pat"});
        let answer = house
            .realm
            .call("PUT", &format!("{path}/reset-password"), &wish);
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(!answer.body.contains("Xyzzy"), "{}", answer.body);
        let answer = house
            .realm
            .call("PUT", &path, &json!({"firstName": "Patricia"}));
        assert!(!answer.body.contains("Xyzzy"), "{}", answer.body);
        let events = house.done("GET", "/events", &Value::Null);
        assert!(!events.to_string().contains("Xyzzy"), "{events}");
    }
    let mut house = scene.house("refusal-of-new");
    let config = scene.settings(json!({
        "connectionUrl": liar.url, "editMode": "WRITABLE", "syncRegistrations": "true",
    }));
    house.directory = house.add("Talker", config);
    let person = json!({"username": "robin", "enabled": true, "email": "robin@example.org"});
    let answer = house.realm.call("POST", "/users", &person);
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert!(!answer.body.contains("Xyzzy"), "{}", answer.body);
}
