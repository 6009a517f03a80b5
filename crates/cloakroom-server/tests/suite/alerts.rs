//! Alert rules of a realm's events over HTTP: they fire once, wait for somebody to look, and watch again; and who may say so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::http::{Answer, Request, text};
use crate::realm::Realm;
use crate::server::{Server, pause};

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 3] = [
        ("a-rule-fires-once-until-it-is-cleared", fires_once),
        ("a-rule-is-read-strictly", is_read_strictly),
        ("rules-are-for-who-keeps-events", are_for_who_keeps_events),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::alerts::{name}", server.database), move || {
            let settings = json!({"eventsEnabled": true, "adminEventsEnabled": true, "adminEventsDetailsEnabled": true});
            let realm = Realm::create(&server, &format!("alerts-{name}"), settings);
            story(&realm);
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

const AT: &str = "/ui-ext/alerts";

fn rule(name: &str, search: Value, count: i64) -> Value {
    json!({"name": name, "search": search, "count": count, "periodSeconds": 600})
}

fn make(realm: &Realm, rule: &Value) -> String {
    let made = realm.call("POST", AT, rule);
    assert_eq!(made.status, 201, "{}", made.body);
    text(&made.json(), "id").to_owned()
}

fn find(realm: &Realm, id: &str) -> Value {
    realm
        .call("GET", &format!("{AT}/{id}"), &Value::Null)
        .json()
}

fn is_fired(realm: &Realm, id: &str) -> bool {
    !find(realm, id)["firedAt"].is_null()
}

/// Somebody who is not there tries to sign in at a client: somebody else each time, because who fails again has to wait.
fn fail(realm: &Realm, client: &str) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("nobody-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let fields = [
        ("grant_type", "password"),
        ("client_id", client),
        ("username", name.as_str()),
        ("password", "a guess at nothing"),
    ];
    let refused = Browser::new(&realm.server).send(Request::form(&realm.path("token"), &fields));
    let error = refused.json();
    assert_eq!(text(&error, "error"), "invalid_grant", "{}", refused.body);
}

/// The token of somebody with this right over the realm alone, or with none.
pub(crate) fn deputy(realm: &Realm, right: Option<&str>) -> String {
    let name = right.unwrap_or("nobody");
    let person = realm.create_person(name, json!({}));
    if let Some(right) = right {
        let found = realm.call("GET", "/clients?clientId=realm-management", &Value::Null);
        let manager = text(&found.json()[0], "id").to_owned();
        let path = format!("/clients/{manager}/roles/{right}");
        let role = realm.call("GET", &path, &Value::Null).json();
        let path = format!("/users/{}/role-mappings/clients/{manager}", person.id);
        let given = realm.call("POST", &path, &json!([role]));
        assert_eq!(given.status, 204, "{}", given.body);
    }
    let fields = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", person.username.as_str()),
        ("password", person.password.as_str()),
    ];
    let answer = realm
        .server
        .send(&Request::form(&realm.path("token"), &fields));
    text(&answer.json(), "access_token").to_owned()
}

pub(crate) fn call_with(
    realm: &Realm,
    token: &str,
    method: &str,
    path: &str,
    body: &Value,
) -> Answer {
    let path = format!("/admin/realms/{}{path}", realm.name);
    let mut request = Request::new(method, &path).with("Authorization", &format!("Bearer {token}"));
    if !body.is_null() {
        request = request
            .with("Content-Type", "application/json")
            .with_body(body.to_string().into_bytes());
    }
    realm.server.send(&request)
}

pub(crate) fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "it is not so: {what}");
        pause(Duration::from_millis(200));
    }
}

fn lines(realm: &Realm, name: &str) -> usize {
    let log = realm.server.log();
    let mine = log
        .lines()
        .filter(|line| line.contains("events are as many as an alert rule") && line.contains(name));
    mine.count()
}

fn fires_once(realm: &Realm) {
    for client in ["shop", "other"] {
        let settings = json!({"publicClient": true, "directAccessGrantsEnabled": true});
        realm.create_client(client, settings);
    }
    let search = json!({"types": ["LOGIN_ERROR"], "client": "shop"});
    let name = format!("guessing <b>\"{}", realm.server.database);
    let watched = make(realm, &rule(&name, search.clone(), 3));
    let beyond = make(realm, &rule("beyond", search, 4));
    let code = json!({"types": ["LOGIN_ERROR"], "code": "E-0000-00"});
    let elsewhere = make(realm, &rule("elsewhere", code, 1));
    for client in ["shop", "other", "shop", "other"] {
        fail(realm, client);
    }
    // Long enough for a look: two are not three, and those of another client do not count.
    pause(Duration::from_secs(12));
    assert!(!is_fired(realm, &watched));
    fail(realm, "shop");
    wait_for("three are found", || is_fired(realm, &watched));
    assert!(!is_fired(realm, &beyond) && !is_fired(realm, &elsewhere));
    let shown = name.replace('"', "\\\"");
    assert_eq!(lines(realm, &shown), 1);

    let cleared = realm.call("POST", &format!("{AT}/{watched}/clear"), &json!({}));
    assert_eq!(cleared.status, 204, "{}", cleared.body);
    assert!(!is_fired(realm, &watched));
    // What has been looked at does not count again, and what is new does.
    pause(Duration::from_secs(12));
    assert!(!is_fired(realm, &watched));
    assert_eq!(lines(realm, &shown), 1);
    for _ in 0..3 {
        fail(realm, "shop");
    }
    wait_for("three more are found", || is_fired(realm, &watched));
    wait_for("four are found in all", || is_fired(realm, &beyond));
    assert_eq!(lines(realm, &shown), 2);
}

fn is_read_strictly(realm: &Realm) {
    let errors = json!({"types": ["LOGIN_ERROR"]});
    let id = make(realm, &rule("first", errors.clone(), 5));
    let with = |member: &str, value: Value| {
        let mut rule = rule("second", errors.clone(), 5);
        rule[member] = value;
        rule
    };
    for (wrong, status) in [
        (with("name", json!("")), 400),
        (with("name", json!("x".repeat(101))), 400),
        (with("name", json!("a\u{1}b")), 400),
        (with("name", json!("first")), 409),
        (with("count", json!(0)), 400),
        (with("count", json!(1001)), 400),
        (with("count", json!("many")), 400),
        (with("periodSeconds", json!(59)), 400),
        (with("periodSeconds", json!(86_401)), 400),
        (with("search", json!({})), 400),
        (with("search", json!({"types": ["NONSENSE"]})), 400),
        (
            with("search", json!({"types": [], "from": "2026-01-01"})),
            400,
        ),
        (with("search", json!({"client": "x".repeat(256)})), 400),
        (with("search", json!("type:LOGIN")), 400),
        (with("more", json!(1)), 400),
    ] {
        let refused = realm.call("POST", AT, &wrong);
        assert_eq!(refused.status, status, "{wrong}: {}", refused.body);
    }
    // However often a type is named, it is asked for once.
    let often = vec!["LOGIN_ERROR"; 40_000];
    let often = make(realm, &rule("often", json!({"types": often}), 5));
    assert_eq!(find(realm, &often)["search"], errors);
    let removed = realm.call("DELETE", &format!("{AT}/{often}"), &Value::Null);
    assert_eq!(removed.status, 204, "{}", removed.body);
    let at = format!("{AT}/{id}");
    let seen = find(realm, &id);
    assert_eq!(seen["revision"], json!(1));
    let mut change = rule("renamed", json!({"ipAddress": "192.0.2.1"}), 7);
    change["revision"] = json!(1);
    assert_eq!(realm.call("PUT", &at, &change).status, 204);
    // Whoever saw the rule before that changes nothing of it.
    let late = realm.call("PUT", &at, &change);
    assert_eq!(late.status, 409, "{}", late.body);
    let now = find(realm, &id);
    assert_eq!(
        (&now["name"], &now["count"]),
        (&json!("renamed"), &json!(7))
    );
    assert_eq!(
        now["search"],
        json!({"types": [], "ipAddress": "192.0.2.1"})
    );
    assert_eq!(realm.call("DELETE", &at, &Value::Null).status, 204);
    for (method, end) in [("GET", ""), ("DELETE", ""), ("POST", "/clear")] {
        let gone = realm.call(method, &format!("{at}{end}"), &json!({}));
        assert_eq!(gone.status, 404, "{method}{end}: {}", gone.body);
    }
    let trail = realm.call("GET", "/admin-events?resourceTypes=CUSTOM", &Value::Null);
    let trail = trail.json();
    let done = trail.as_array().unwrap().iter();
    let done: Vec<&str> = done.map(|one| text(one, "operationType")).collect();
    assert_eq!(done, ["DELETE", "UPDATE", "DELETE", "CREATE", "CREATE"]);
}

fn are_for_who_keeps_events(realm: &Realm) {
    let errors = json!({"types": ["LOGIN_ERROR"]});
    let id = make(realm, &rule("watched", errors.clone(), 5));
    let mut change = rule("changed", errors, 5);
    change["revision"] = json!(1);
    let (one, clear) = (format!("{AT}/{id}"), format!("{AT}/{id}/clear"));
    for (right, sees) in [
        (Some("view-events"), true),
        (Some("view-realm"), false),
        (Some("manage-realm"), false),
        (None, false),
    ] {
        let token = deputy(realm, right);
        let status = |method: &str, path: &str, body: &Value| {
            call_with(realm, &token, method, path, body).status
        };
        let seen = if sees { 200 } else { 403 };
        assert_eq!(status("GET", AT, &Value::Null), seen, "{right:?}");
        assert_eq!(status("GET", &one, &Value::Null), seen, "{right:?}");
        for (method, path) in [
            ("POST", AT),
            ("PUT", &one),
            ("POST", &clear),
            ("DELETE", &one),
        ] {
            let refused = status(method, path, &change);
            assert_eq!(refused, 403, "{right:?} {method} {path}");
        }
    }
    assert_eq!(find(realm, &id)["name"], json!("watched"));
    let token = deputy(realm, Some("manage-events"));
    let changed = call_with(realm, &token, "PUT", &one, &change);
    assert_eq!(changed.status, 204, "{}", changed.body);
}
