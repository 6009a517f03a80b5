//! What workflows may not be: as fast as they like, as long as they like, and begun by half a name.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::run::far;
use super::{
    Realm, activate, give, is_under_way, make, open_profile, person, role, shown, text, under_way,
    wait_for, wait_until_disabled,
};
use crate::server::pause;

/// One that waits for nearly nothing goes round once a second, and not as often as the server can.
pub(super) fn rest(realm: &Realm) {
    let steps = json!([
        {"uses": "add-required-action", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "remove-required-action", "after": "1ms", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "restart"},
    ]);
    let id = make(realm, &json!({"name": "round", "steps": steps}));
    let ada = person(realm, "ada");
    let begun = Instant::now();
    assert_eq!(activate(realm, &id, &ada).status, 204);
    let count = || {
        let path = format!("/admin-events?max=1000&operationTypes=UPDATE&resourcePath=users/{ada}");
        let all = realm.call("GET", &path, &Value::Null).json();
        all.as_array().map_or(0, Vec::len)
    };
    wait_for("it goes round", || count() >= 4);
    pause(Duration::from_secs(4));
    let rounds = u64::try_from(count() / 2).unwrap();
    let seconds = begun.elapsed().as_secs();
    assert!(rounds <= seconds + 2, "{rounds} in {seconds} s");
    let gone = realm.call("DELETE", &format!("/workflows/{id}"), &Value::Null);
    assert_eq!(gone.status, 204, "{}", gone.body);
}

/// A step is one unit of work, so nobody makes one of a hundred thousand roles.
pub(super) fn size(realm: &Realm) {
    let roles = |count: usize| -> Vec<String> { (0..count).map(|at| format!("r{at}")).collect() };
    let giving = |count| json!([{"uses": "grant-role", "with": {"role": roles(count)}}]);
    let long = |count| -> Value {
        (0..count)
            .map(|_| json!({"uses": "disable-user"}))
            .collect()
    };
    for (name, steps, status) in [
        ("a", giving(100), 201),
        ("b", giving(101), 400),
        ("c", long(100), 201),
        ("d", long(101), 400),
    ] {
        let workflow = json!({"name": name, "steps": steps});
        let made = realm.call("POST", "/workflows", &workflow);
        assert_eq!(made.status, status, "{name}: {}", made.body);
        assert_eq!(made.body.contains("at most 100"), status == 400, "{name}");
    }
}

/// What an administrator could not have written, no step writes.
pub(super) fn unfit(realm: &Realm) {
    for count in [255, 256] {
        // Letters that take more bytes than there is room for in an index.
        let workflow = json!({"name": "\u{1F512}".repeat(count), "steps": far()});
        let made = realm.call("POST", "/workflows", &workflow);
        let status = if count == 255 { 201 } else { 400 };
        assert_eq!(made.status, status, "{count}: {}", made.body);
    }
    open_profile(realm);
    let ada = person(realm, "ada");
    let before = shown(realm, &ada);
    let rows = [
        json!({"username": "a".repeat(300)}),
        json!({"username": "a<script>"}),
        json!({"email": "nobody\r\nBcc: eve@example.org"}),
        json!({"firstName": "a".repeat(300)}),
        json!({"plan": "a".repeat(3_000)}),
    ];
    for (at, with) in rows.iter().enumerate() {
        let name = format!("w{at}");
        let steps = json!([{"uses": "set-user-attribute", "with": with}]);
        let id = make(realm, &json!({"name": name, "steps": steps}));
        assert_eq!(activate(realm, &id, &ada).status, 204);
        wait_for("it is refused", || {
            let all = under_way(realm, &ada);
            let its = all.iter().find(|run| text(run, "name") == name);
            its.is_some_and(|run| run["state"]["errors"][0].is_string())
        });
    }
    assert_eq!(shown(realm, &ada), before);
    // What is wrong with somebody already is not for a step to mend.
    let mut profile = realm.call("GET", "/users/profile", &Value::Null).json();
    let all = profile["attributes"].as_array_mut().expect("attributes");
    let email = all.iter_mut().find(|one| one["name"] == json!("email"));
    email.expect("the address")["required"] = json!({"roles": ["admin", "user"]});
    let changed = realm.call("PUT", "/users/profile", &profile);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let steps = json!([{"uses": "set-user-attribute", "with": {"plan": "gold"}}]);
    let id = make(realm, &json!({"name": "fits", "steps": steps}));
    assert_eq!(activate(realm, &id, &ada).status, 204);
    wait_for("it is written", || {
        shown(realm, &ada)["attributes"]["plan"] == json!(["gold"])
    });
}

/// What stands on a line of its own in a name is no name.
pub(super) fn names(realm: &Realm) {
    let workflow = json!({"name": "w", "on": "user-role-granted(ping)", "steps": far()});
    make(realm, &workflow);
    let made = realm.call("POST", "/roles", &json!({"name": "x\nping"}));
    assert_eq!(made.status, 201, "{}", made.body);
    let all = realm.call("GET", "/roles", &Value::Null).json();
    let mut all = all.as_array().into_iter().flatten();
    let odd = all.find(|role| text(role, "name") == "x\nping");
    let odd = odd.expect("the role is listed");
    let (ada, bob) = (person(realm, "ada"), person(realm, "bob"));
    give(realm, &ada, odd);
    give(realm, &bob, &role(realm, "ping"));
    // The older of the two is heard of first.
    wait_for("it has begun", || is_under_way(realm, &bob, "w"));
    assert!(under_way(realm, &ada).is_empty());
}

/// Of two steps that a file gives one id, both are done.
pub(super) fn same_ids(realm: &Realm) {
    let name = format!("{}-again", realm.name);
    let step = |kind: &str, priority: &str| {
        json!({"id": "one-id", "providerId": kind, "config": {
            "priority": [priority], "action": ["UPDATE_PASSWORD"],
        }})
    };
    let family = "org.keycloak.models.workflow.WorkflowProvider";
    let steps = json!([step("add-required-action", "1"), step("disable-user", "2")]);
    let workflow = json!({
        "providerId": "default",
        "config": {"name": ["both"], "enabled": ["true"]},
        "subComponents": {"org.keycloak.models.workflow.WorkflowStepProvider": steps},
    });
    let file = json!({"realm": name, "enabled": true, "components": {family: [workflow]}});
    let made = realm.admin("POST", "/admin/realms", &file);
    assert_eq!(made.status, 201, "{}", made.body);
    let again = Realm::known(&realm.server, &name);
    let all = again.call("GET", "/workflows", &Value::Null).json();
    let ada = person(&again, "ada");
    assert_eq!(activate(&again, text(&all[0], "id"), &ada).status, 204);
    wait_until_disabled(&again, &ada);
    assert_eq!(
        shown(&again, &ada)["requiredActions"],
        json!(["UPDATE_PASSWORD"])
    );
}
