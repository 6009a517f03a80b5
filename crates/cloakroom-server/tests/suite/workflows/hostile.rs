//! Nobody gets by a workflow what they have not, and none goes on for ever.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::alerts::{call_with, deputy};
use crate::server::pause;

/// Gives somebody a right over the realm.
fn entitle(realm: &Realm, id: &str, right: &str) {
    let found = realm
        .call("GET", "/clients?clientId=realm-management", &Value::Null)
        .json();
    let manager = text(&found[0], "id");
    let path = format!("/clients/{manager}/roles/{right}");
    let role = realm.call("GET", &path, &Value::Null).json();
    let path = format!("/users/{id}/role-mappings/clients/{manager}");
    let given = realm.call("POST", &path, &json!([role]));
    assert_eq!(given.status, 204, "{}", given.body);
}

fn id_of_user(realm: &Realm, name: &str) -> String {
    let path = format!("/users?username={name}&exact=true");
    let found = realm.call("GET", &path, &Value::Null).json();
    text(&found[0], "id").to_owned()
}

fn rights_of(realm: &Realm, id: &str) -> String {
    let path = format!("/users/{id}/role-mappings");
    realm.call("GET", &path, &Value::Null).body
}

pub(super) fn raise_nobody(realm: &Realm) {
    let token = deputy(realm, Some("manage-realm"));
    let me = id_of_user(realm, "manage-realm");
    let before = rights_of(realm, &me);
    let asked =
        |method: &str, path: &str, body: &Value| call_with(realm, &token, method, path, body);
    let mighty = realm.call("POST", "/groups", &json!({"name": "mighty"}));
    let mighty = id_of(&mighty);
    let found = realm
        .call("GET", "/clients?clientId=realm-management", &Value::Null)
        .json();
    let manager = text(&found[0], "id");
    let path = format!("/clients/{manager}/roles/realm-admin");
    let admin = realm.call("GET", &path, &Value::Null).json();
    let path = format!("/groups/{mighty}/role-mappings/clients/{manager}");
    assert_eq!(realm.call("POST", &path, &json!([admin])).status, 204);

    // With the right over the realm alone, nothing that is done to people or clients.
    let steps = [
        json!({"uses": "grant-role", "with": {"role": "realm-management/realm-admin"}}),
        json!({"uses": "join-group", "with": {"group": "/mighty"}}),
        json!({"uses": "disable-user"}),
        json!({"uses": "delete-user"}),
        json!({"uses": "set-user-attribute", "with": {"email": "mine@example.org"}}),
        json!({"uses": "delete-client"}),
    ];
    for (at, step) in steps.iter().enumerate() {
        let workflow =
            json!({"name": format!("w{at}"), "on": "user-role-granted", "steps": [step]});
        assert_eq!(asked("POST", "/workflows", &workflow).status, 403, "{step}");
    }
    // With the one over people as well, what changes people, and no right.
    entitle(realm, &me, "manage-users");
    let expected = [403, 403, 201, 201, 201, 403];
    for (at, (step, status)) in steps.iter().zip(expected).enumerate() {
        let workflow = json!({"name": format!("w{at}"), "steps": [step]});
        let made = asked("POST", "/workflows", &workflow);
        assert_eq!(made.status, status, "{step}: {}", made.body);
    }
    // What somebody else has stored is neither begun for oneself nor changed.
    let steps = json!([{"uses": "grant-role", "with": {"role": "realm-management/realm-admin"}}]);
    let theirs = make(realm, &json!({"name": "theirs", "steps": steps}));
    let path = format!("/workflows/{theirs}/activate/USERS/{me}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 403);
    let mut changed = realm
        .call("GET", &format!("/workflows/{theirs}"), &Value::Null)
        .json();
    changed["on"] = json!("user-authenticated");
    let path = format!("/workflows/{theirs}");
    assert_eq!(asked("PUT", &path, &changed).status, 403);
    let steps = json!([{"uses": "add-required-action", "after": "1d", "with": {"action": "UPDATE_PASSWORD"}}]);
    let mine = asked(
        "POST",
        "/workflows",
        &json!({"name": "mine", "steps": steps}),
    );
    let mine = id_of(&mine);
    assert_eq!(
        asked(
            "POST",
            &format!("/workflows/{mine}/activate/USERS/{me}"),
            &Value::Null
        )
        .status,
        204
    );
    let step = |id: &str| {
        let shown = realm
            .call("GET", &format!("/workflows/{id}"), &Value::Null)
            .json();
        text(&shown["steps"][0], "id").to_owned()
    };
    let path = format!(
        "/workflows/migrate?from={}&to={}",
        step(&mine),
        step(&theirs)
    );
    assert_eq!(asked("POST", &path, &Value::Null).status, 403);

    // A role that becomes a right after the workflow has been stored is not given by it.
    let later = json!([{"uses": "grant-role", "with": {"role": "later"}}]);
    let trap = asked(
        "POST",
        "/workflows",
        &json!({"name": "trap", "steps": later}),
    );
    assert_eq!(trap.status, 201, "{}", trap.body);
    role(realm, "later");
    assert_eq!(
        realm
            .call("POST", "/roles/later/composites", &json!([admin]))
            .status,
        204
    );
    let trap = id_of(&trap);
    assert_eq!(activate(realm, &trap, &me).status, 204);
    wait_for("it is refused", || {
        let all = under_way(realm, &me);
        let its = all.iter().find(|run| text(run, "name") == "trap");
        its.is_some_and(|run| run["state"]["errors"][0].is_string())
    });
    assert!(!has_role(realm, &me, "later"));
    let after = rights_of(realm, &me);
    assert_eq!(
        before.contains("realm-admin"),
        after.contains("realm-admin")
    );
    // Nobody without the right over the realm stores one, or looks at one.
    let other = deputy(realm, Some("manage-users"));
    let workflow = json!({"name": "other", "steps": [{"uses": "disable-user"}]});
    assert_eq!(
        call_with(realm, &other, "POST", "/workflows", &workflow).status,
        403
    );
    let path = format!("/workflows/scheduled/{me}");
    assert_eq!(
        call_with(realm, &other, "GET", &path, &Value::Null).status,
        403
    );
}

pub(super) fn spare_the_mighty(realm: &Realm) {
    let token = deputy(realm, Some("manage-realm"));
    let me = id_of_user(realm, "manage-realm");
    entitle(realm, &me, "manage-users");
    let boss = person(realm, "boss");
    entitle(realm, &boss, "realm-admin");
    let ada = person(realm, "ada");
    let steps = json!([{"uses": "set-user-attribute", "with": {"email": "mine@example.org"}}, {"uses": "delete-user"}]);
    let workflow = json!({"name": "w", "steps": steps});
    let made = call_with(realm, &token, "POST", "/workflows", &workflow);
    assert_eq!(made.status, 201, "{}", made.body);
    let id = id_of(&made);
    for one in [&boss, &ada] {
        assert_eq!(activate(realm, &id, one).status, 204);
    }
    let path = format!("/users/{ada}");
    wait_for("an account that has no right goes", || {
        realm.call("GET", &path, &Value::Null).status == 404
    });
    wait_for("one with more rights stays", || {
        let all = under_way(realm, &boss);
        all.first()
            .is_some_and(|run| run["state"]["errors"][0].is_string())
    });
    assert!(shown(realm, &boss)["email"].is_null());
    // What somebody with every right has stored may.
    let mut shown_one = realm
        .call("GET", &format!("/workflows/{id}"), &Value::Null)
        .json();
    shown_one["name"] = json!("trusted");
    assert_eq!(
        realm
            .call("PUT", &format!("/workflows/{id}"), &shown_one)
            .status,
        204
    );
    let again = format!("/workflows/{id}/deactivate/USERS/{boss}");
    assert_eq!(realm.call("POST", &again, &Value::Null).status, 204);
    assert_eq!(activate(realm, &id, &boss).status, 204);
    let path = format!("/users/{boss}");
    wait_for("the account goes", || {
        realm.call("GET", &path, &Value::Null).status == 404
    });
}

pub(super) fn chase(realm: &Realm) {
    let ping = role(realm, "ping");
    let on = |on: &str, step: &str| json!({"name": on, "on": format!("{on}(ping)"), "steps": [{"uses": step, "with": {"role": "ping"}}]});
    make(realm, &on("user-role-granted", "revoke-role"));
    make(realm, &on("user-role-revoked", "grant-role"));
    let ada = person(realm, "ada");
    give(realm, &ada, &ping);
    let count = || {
        let path = format!("/admin-events?max=1000&resourcePath=users/{ada}/role-mappings/realm");
        let all = realm.call("GET", &path, &Value::Null).json();
        all.as_array().map_or(0, Vec::len)
    };
    wait_for("it goes back and forth", || count() >= 8);
    let mut last = 0;
    for _ in 0..20 {
        pause(Duration::from_millis(2_000));
        let now = count();
        if now == last {
            break;
        }
        last = now;
    }
    // By hand once, and as often as workflows may follow from one another.
    assert!((8..=10).contains(&last), "{last}");
    assert_eq!(count(), last);
}
