//! What begins, moves and ends a workflow.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::http::Request;
use crate::server::pause;

/// A step that is not due while a test runs.
pub(super) fn far() -> Value {
    json!([{"uses": "disable-user", "after": "1d"}])
}

/// The event, the condition, what is true before, what happens, and whether a workflow begins.
const ROWS: [(&str, &str, &str, &str, bool); 21] = [
    ("user-role-granted(small)", "", "", "small", true),
    ("USER_ROLE_GRANTED", "", "", "small", true),
    ("user-role-granted(small)", "", "", "large", false),
    ("user-role-granted(other)", "", "", "small", false),
    ("user-role-granted(small)", "", "small", "small", false),
    ("user-role-revoked(small)", "", "small", "no small", true),
    ("not user-created", "", "", "small", true),
    ("user-created or user-role-granted", "", "", "small", true),
    ("user-created and user-role-granted", "", "", "small", false),
    (ADDED, "", "", "night", true),
    (
        "user-group-membership-added(/staff)",
        "",
        "",
        "night",
        false,
    ),
    (REMOVED, "", "night", "no night", true),
    ("user-role-granted", "has-role(large)", "", "large", true),
    ("user-role-granted", "has-role(small)", "", "large", true),
    ("user-role-granted", "has-role(large)", "", "small", false),
    (
        "user-role-granted",
        "not has-role(large)",
        "",
        "small",
        true,
    ),
    (
        "user-role-granted",
        "is-member-of(/staff)",
        "night",
        "small",
        true,
    ),
    (
        "user-role-granted",
        "is-member-of(night)",
        "night",
        "small",
        false,
    ),
    ("user-role-granted", "has-role", "", "small", false),
    ("user-role-granted", NOTHING, "", "small", false),
    ("user-role-granted", SOMETHING, "", "small", true),
];

const ADDED: &str = "user-group-membership-added(/staff/night)";
const REMOVED: &str = "user-group-membership-removed(/staff/night)";
const NOTHING: &str = "has-user-attribute(email) or has-identity-provider-link(hub)";
const SOMETHING: &str = "has-role(nobody) or has-role(small) and (not is-member-of(/staff))";

pub(super) fn begin(realm: &Realm) {
    let (small, large) = (role(realm, "small"), role(realm, "large"));
    let put = realm.call("POST", "/roles/large/composites", &json!([small]));
    assert_eq!(put.status, 204, "{}", put.body);
    let staff = group(realm, "staff");
    let path = format!("/groups/{staff}/children");
    let made = realm.call("POST", &path, &json!({"name": "night"}));
    let night = text(&made.json(), "id").to_owned();
    let act = |id: &str, what: &str| match what {
        "small" => give(realm, id, &small),
        "large" => give(realm, id, &large),
        "no small" => take_back(realm, id, &small),
        "night" => join(realm, id, &night),
        "no night" => leave(realm, id, &night),
        _ => {}
    };
    for (at, (on, condition, before, happens, expected)) in ROWS.into_iter().enumerate() {
        let id = person(realm, &format!("row-{at}"));
        act(&id, before);
        let name = format!("w{at}");
        let workflow = json!({"name": name, "on": on, "if": condition, "steps": far()});
        let made = make(realm, &workflow);
        act(&id, happens);
        // What comes after it in the same line has been heard of when this has.
        let of_mark = format!("mark{at}");
        let workflow = json!({"name": of_mark, "on": "user-created", "steps": far()});
        let mark = make(realm, &workflow);
        let later = person(realm, &format!("mark-{at}"));
        wait_for("a later event is heard of", || {
            is_under_way(realm, &later, &of_mark)
        });
        let begun = is_under_way(realm, &id, &name);
        assert_eq!(begun, expected, "on {on} if {condition}: {happens}");
        for gone in [made, mark] {
            realm.call("DELETE", &format!("/workflows/{gone}"), &Value::Null);
        }
    }
}

pub(super) fn sign_in(realm: &Realm) {
    let settings = json!({"directAccessGrantsEnabled": true});
    let client = realm.create_client("shop", settings);
    let ada = realm.create_person("ada", json!({}));
    for (name, on) in [
        ("any", "user-authenticated"),
        ("shop", "user_authenticated(shop)"),
        ("other", "user-authenticated(other)"),
    ] {
        make(realm, &json!({"name": name, "on": on, "steps": far()}));
    }
    let fields = [
        ("grant_type", "password"),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("username", ada.username.as_str()),
        ("password", ada.password.as_str()),
    ];
    let tokens = realm
        .server
        .send(&Request::form(&realm.path("token"), &fields));
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    wait_for("both have begun", || {
        is_under_way(realm, &ada.id, "any") && is_under_way(realm, &ada.id, "shop")
    });
    assert!(!is_under_way(realm, &ada.id, "other"));
}

pub(super) fn wait(realm: &Realm) {
    let steps = json!([
        {"uses": "set-user-attribute", "with": {"stage": "begun"}},
        {"uses": "set-user-attribute", "after": "1500ms", "with": {"stage": "waited"}},
        {"uses": "disable-user", "after": "1d"},
    ]);
    let id = make(
        realm,
        &json!({"name": "slow", "on": "user-created", "steps": steps}),
    );
    open_profile(realm);
    let ada = person(realm, "ada");
    wait_for("the first step is done", || {
        under_way(realm, &ada)
            .iter()
            .any(|one| one["steps"][0]["status"] == "COMPLETED")
    });
    wait_for("the second step is done", || {
        under_way(realm, &ada)
            .iter()
            .any(|one| one["steps"][1]["status"] == "COMPLETED")
    });
    let run = under_way(realm, &ada).remove(0);
    assert_eq!(text(&run, "id"), id, "{run}");
    assert_eq!(run["steps"][2]["status"], "PENDING", "{run}");
    let due = run["steps"][2]["scheduled-at"].as_i64().unwrap();
    let day = 24 * 60 * 60 * 1000;
    let now = shown(realm, &ada)["createdTimestamp"].as_i64().unwrap();
    assert!((now + day..now + day + 300_000).contains(&due), "{run}");
    assert!(!is_disabled(realm, &ada));

    // What stands in the workflow is not changed under whoever waits; when it is due may be.
    let other = json!({"name": "slow", "steps": [{"uses": "delete-user"}]});
    let refused = realm.call("PUT", &format!("/workflows/{id}"), &other);
    assert_eq!(refused.status, 400, "{}", refused.body);
    let kept = realm
        .call("GET", &format!("/workflows/{id}"), &Value::Null)
        .json();
    let mut sooner = kept.clone();
    sooner["steps"][2]["after"] = json!("2d");
    let changed = realm.call("PUT", &format!("/workflows/{id}"), &sooner);
    assert_eq!(changed.status, 204, "{}", changed.body);
    let after = realm
        .call("GET", &format!("/workflows/{id}"), &Value::Null)
        .json();
    assert_eq!(after["steps"][2]["id"], kept["steps"][2]["id"], "{after}");
    assert!(is_under_way(realm, &ada, "slow"));
}

pub(super) fn concurrency(realm: &Realm) {
    let (again, stop) = (role(realm, "again"), role(realm, "stop"));
    let steps = json!([
        {"uses": "add-required-action", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "disable-user", "after": "1d"},
    ]);
    let workflow = json!({
        "name": "w", "on": "user-created", "steps": steps,
        "concurrency": {
            "restart-in-progress": "user-role-granted(again)",
            "cancel-in-progress": "user-role-granted(stop)",
        },
    });
    make(realm, &workflow);
    let ada = person(realm, "ada");
    let due = || {
        let all = under_way(realm, &ada);
        let run = all.first()?;
        run["steps"][1]["scheduled-at"]
            .as_i64()
            .filter(|_| run["steps"][0]["status"] == "COMPLETED")
    };
    wait_for("it waits", || due().is_some());
    let first = due().unwrap();
    pause(Duration::from_millis(50));
    give(realm, &ada, &again);
    wait_for("it has begun anew", || due().is_some_and(|due| due > first));
    give(realm, &ada, &stop);
    wait_for("it has ended", || under_way(realm, &ada).is_empty());
    // What is not under way is neither begun anew nor ended.
    take_back(realm, &ada, &again);
    give(realm, &ada, &again);
    pause(Duration::from_millis(1_500));
    assert!(under_way(realm, &ada).is_empty());
}

pub(super) fn go_round(realm: &Realm) {
    let small = role(realm, "small");
    let steps = json!([
        {"uses": "disable-user"},
        {"uses": "grant-role", "after": "300ms", "with": {"role": "small"}},
        {"uses": "restart", "with": {"position": "1"}},
    ]);
    let id = make(realm, &json!({"name": "round", "steps": steps}));
    let ada = person(realm, "ada");
    assert_eq!(activate(realm, &id, &ada).status, 204);
    wait_until_disabled(realm, &ada);
    // It comes back to the second step, and not to the first.
    realm.call("PUT", &format!("/users/{ada}"), &json!({"enabled": true}));
    for _ in 0..2 {
        wait_for("the role is given", || has_role(realm, &ada, "small"));
        take_back(realm, &ada, &small);
    }
    assert!(!is_disabled(realm, &ada));
    assert!(is_under_way(realm, &ada, "round"));
    let gone = realm.call("DELETE", &format!("/workflows/{id}"), &Value::Null);
    assert_eq!(gone.status, 204, "{}", gone.body);
}

pub(super) fn by_hand(realm: &Realm) {
    let ada = person(realm, "ada");
    let two = json!([
        {"uses": "disable-user", "after": "1d"},
        {"uses": "delete-user", "after": "1d"},
    ]);
    let first = make(realm, &json!({"name": "first", "steps": two}));
    let second = make(realm, &json!({"name": "second", "steps": far()}));
    assert_eq!(activate(realm, &first, &ada).status, 204);
    assert!(is_under_way(realm, &ada, "first"));

    // Later than its step says, by a number or by a date.
    let path = format!("/workflows/{second}/activate/USERS/{ada}");
    for (wrong, right) in [
        ("zz", false),
        ("-5", false),
        ("9223372036854775807", false),
        ("3600", true),
    ] {
        let answer = realm.call("POST", &format!("{path}?notBefore={wrong}"), &Value::Null);
        assert_eq!(
            answer.status,
            if right { 204 } else { 400 },
            "{wrong}: {}",
            answer.body
        );
    }
    let all = under_way(realm, &ada);
    let due = |name: &str| {
        let run = all.iter().find(|one| text(one, "name") == name).unwrap();
        run["steps"][0]["scheduled-at"].as_i64().unwrap()
    };
    let more = due("second") - due("first");
    assert!((3_590_000..3_660_000).contains(&more), "{more}");

    let step = |id: &str, at: usize| {
        let shown = realm
            .call("GET", &format!("/workflows/{id}"), &Value::Null)
            .json();
        text(&shown["steps"][at], "id").to_owned()
    };
    let migrate = |from: &str, to: &str| {
        let path = format!("/workflows/migrate?from={from}&to={to}");
        realm.call("POST", &path, &Value::Null)
    };
    let (of_first, other_of_first) = (step(&first, 0), step(&first, 1));
    assert_eq!(migrate(&of_first, "none").status, 400);
    // Whoever is in the other workflow as well stays where they are.
    assert_eq!(migrate(&of_first, &step(&second, 0)).status, 400);
    assert_eq!(migrate(&of_first, &other_of_first).status, 204);
    let all = under_way(realm, &ada);
    let run = all.iter().find(|one| text(one, "name") == "first").unwrap();
    assert_eq!(run["steps"][0]["status"], "COMPLETED", "{run}");
    let path = format!("/workflows/{second}/deactivate/USERS/{ada}");
    assert_eq!(realm.call("POST", &path, &Value::Null).status, 204);
    assert!(!is_under_way(realm, &ada, "second"));
    assert_eq!(migrate(&other_of_first, &step(&second, 0)).status, 204);
    assert!(is_under_way(realm, &ada, "second") && !is_under_way(realm, &ada, "first"));

    // A workflow for people does nothing with a client.
    realm.create_client("shop", json!({}));
    let found = realm
        .call("GET", "/clients?clientId=shop", &Value::Null)
        .json();
    let shop = text(&found[0], "id");
    let path = format!("/workflows/{second}/activate/CLIENTS/{shop}");
    assert_eq!(realm.call("POST", &path, &Value::Null).status, 400);
}
