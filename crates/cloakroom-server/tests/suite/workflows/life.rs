//! Workflows by the clock, switched off, left behind, and carried to another realm.

use std::time::Duration;

use serde_json::{Value, json};

use super::run::far;
use super::{
    Realm, activate, group, is_disabled, is_under_way, join, leave, make, person, text, under_way,
    wait_for, wait_until_disabled,
};
use crate::server::pause;

pub(super) fn schedule(realm: &Realm) {
    let staff = group(realm, "staff");
    let people: Vec<String> = (0..7)
        .map(|at| person(realm, &format!("person-{at}")))
        .collect();
    for id in people.iter().take(5) {
        join(realm, id, &staff);
    }
    let workflow = json!({
        "name": "sweep", "if": "is-member-of(/staff)", "steps": [{"uses": "leave-group", "with": {"group": "/staff"}}],
        "schedule": {"after": "3s", "batch-size": 2},
    });
    make(realm, &workflow);
    let left = || {
        let path = format!("/groups/{staff}/members");
        let members = realm.call("GET", &path, &Value::Null).json();
        members.as_array().map_or(0, Vec::len)
    };
    // Two at a time, and no more until the schedule is due again.
    wait_for("two have left", || left() <= 3);
    assert_eq!(left(), 3);
    wait_for("all have left", || left() == 0);

    let refused = json!({"name": "never", "schedule": {"after": "-1s"}, "steps": far()});
    assert_eq!(realm.call("POST", "/workflows", &refused).status, 400);
}

pub(super) fn off(realm: &Realm) {
    let steps = json!([{"uses": "disable-user", "after": "5s"}]);
    let workflow = json!({"name": "w", "on": "user-created", "steps": steps});
    let id = make(realm, &workflow);
    let ada = person(realm, "ada");
    wait_for("it has begun", || is_under_way(realm, &ada, "w"));
    let switched = |on: bool| {
        let path = format!("/workflows/{id}");
        let mut shown = realm.call("GET", &path, &Value::Null).json();
        shown["enabled"] = json!(on);
        assert_eq!(realm.call("PUT", &path, &shown).status, 204);
    };
    switched(false);
    let bob = person(realm, "bob");
    assert_eq!(activate(realm, &id, &bob).status, 400);
    pause(Duration::from_millis(6_500));
    // It waits for whom it had begun, and begins for nobody else.
    assert!(is_under_way(realm, &ada, "w") && !is_disabled(realm, &ada));
    assert!(under_way(realm, &bob).is_empty());
    switched(true);
    wait_until_disabled(realm, &ada);
    assert!(!is_disabled(realm, &bob));
}

pub(super) fn gone(realm: &Realm) {
    let (kept, gone) = (
        make(realm, &json!({"name": "kept", "steps": far()})),
        make(realm, &json!({"name": "gone", "steps": far()})),
    );
    let ada = person(realm, "ada");
    for id in [&kept, &gone] {
        assert_eq!(activate(realm, id, &ada).status, 204);
    }
    assert_eq!(
        realm
            .call("DELETE", &format!("/workflows/{gone}"), &Value::Null)
            .status,
        204
    );
    assert!(is_under_way(realm, &ada, "kept") && !is_under_way(realm, &ada, "gone"));
    assert_eq!(
        realm
            .call("DELETE", &format!("/users/{ada}"), &Value::Null)
            .status,
        204
    );
    assert!(under_way(realm, &ada).is_empty());
    // Nobody is under way in it any more, so that its steps may change.
    let other = json!({"name": "kept", "steps": [{"uses": "delete-user"}]});
    assert_eq!(
        realm
            .call("PUT", &format!("/workflows/{kept}"), &other)
            .status,
        204
    );
}

pub(super) fn not_for_them(realm: &Realm) {
    let staff = group(realm, "staff");
    let steps = json!([{"uses": "disable-user", "after": "5s"}]);
    let workflow = json!({"name": "w", "if": "is-member-of(/staff)", "steps": steps});
    let id = make(realm, &workflow);
    let (ada, bob) = (person(realm, "ada"), person(realm, "bob"));
    // By hand too, it begins for those alone whom it is for.
    assert_eq!(activate(realm, &id, &bob).status, 204);
    assert!(under_way(realm, &bob).is_empty());
    join(realm, &ada, &staff);
    assert_eq!(activate(realm, &id, &ada).status, 204);
    assert!(is_under_way(realm, &ada, "w"));
    leave(realm, &ada, &staff);
    wait_for("it has ended", || under_way(realm, &ada).is_empty());
    assert!(!is_disabled(realm, &ada));
}

pub(super) fn exported(realm: &Realm) {
    let steps = json!([
        {"uses": "grant-role", "after": "1d", "with": {"role": ["a", "b"]}},
        {"uses": "restart", "with": {"position": "0"}},
    ]);
    let workflow = json!({
        "name": "all of it", "enabled": false, "on": "user-created or user-authenticated(app)", "if": "has-role(a)",
        "schedule": {"after": "5d", "batch-size": 7},
        "concurrency": {"restart-in-progress": "true", "cancel-in-progress": "user-role-revoked"},
        "steps": steps,
    });
    let id = make(realm, &workflow);
    let before = realm
        .call(
            "GET",
            &format!("/workflows/{id}?includeId=false"),
            &Value::Null,
        )
        .json();
    let file = realm.call("POST", "/partial-export", &json!({})).json();
    let family = "org.keycloak.models.workflow.WorkflowProvider";
    let mut parts = file["components"][family].clone();
    assert_eq!(parts.as_array().map(Vec::len), Some(1), "{parts}");
    // Ids are unique among all realms.
    parts[0]["id"] = Value::Null;
    let name = format!("{}-again", realm.name);
    let file = json!({"realm": name, "enabled": true, "components": {family: parts}});
    let made = realm.admin("POST", "/admin/realms", &file);
    assert_eq!(made.status, 201, "{}", made.body);
    let again = Realm::known(&realm.server, &name);
    let all = again.call("GET", "/workflows", &Value::Null).json();
    let id = text(&all[0], "id").to_owned();
    let after = again
        .call(
            "GET",
            &format!("/workflows/{id}?includeId=false"),
            &Value::Null,
        )
        .json();
    assert_eq!(after, before);
}
