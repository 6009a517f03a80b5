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

/// The role with every right over the realm: what a mapping is sent, and the client that has it.
fn every_right(realm: &Realm) -> (Value, String) {
    let found = realm
        .call("GET", "/clients?clientId=realm-management", &Value::Null)
        .json();
    let manager = text(&found[0], "id").to_owned();
    let path = format!("/clients/{manager}/roles/realm-admin");
    (realm.call("GET", &path, &Value::Null).json(), manager)
}

fn granting(role: &str) -> Value {
    json!([{"uses": "grant-role", "with": {"role": role}}])
}

fn step_of(realm: &Realm, id: &str) -> String {
    let path = format!("/workflows/{id}");
    let shown = realm.call("GET", &path, &Value::Null).json();
    text(&shown["steps"][0], "id").to_owned()
}

pub(super) fn raise_nobody(realm: &Realm) {
    let token = deputy(realm, Some("manage-realm"));
    let me = id_of_user(realm, "manage-realm");
    let (admin, manager) = every_right(realm);
    let mighty = group(realm, "mighty");
    let path = format!("/groups/{mighty}/role-mappings/clients/{manager}");
    assert_eq!(realm.call("POST", &path, &json!([admin])).status, 204);
    // Each step, and what comes of it with the right over the realm and the one over people as well.
    let steps = [
        (granting("realm-management/realm-admin"), 403),
        (
            json!([{"uses": "join-group", "with": {"group": "/mighty"}}]),
            403,
        ),
        (json!([{"uses": "disable-user"}]), 201),
        (json!([{"uses": "delete-user"}]), 201),
        (
            json!([{"uses": "set-user-attribute", "with": {"email": "mine@example.org"}}]),
            201,
        ),
        (json!([{"uses": "delete-client"}]), 403),
    ];
    let store = |at: usize, steps: &Value| {
        let workflow = json!({"name": format!("w{at}"), "steps": steps});
        call_with(realm, &token, "POST", "/workflows", &workflow)
    };
    // With the one over the realm alone, nothing that is done to people or clients.
    for (at, (steps, _)) in steps.iter().enumerate() {
        assert_eq!(store(at, steps).status, 403, "{steps}");
    }
    entitle(realm, &me, "manage-users");
    for (at, (steps, status)) in steps.iter().enumerate() {
        let made = store(at, steps);
        assert_eq!(made.status, *status, "{steps}: {}", made.body);
    }
    // Nobody without the right over the realm stores one, or looks at one.
    let other = deputy(realm, Some("manage-users"));
    let workflow = json!({"name": "other", "steps": [{"uses": "disable-user"}]});
    let refused = call_with(realm, &other, "POST", "/workflows", &workflow);
    assert_eq!(refused.status, 403, "{}", refused.body);
    let path = format!("/workflows/scheduled/{me}");
    let refused = call_with(realm, &other, "GET", &path, &Value::Null);
    assert_eq!(refused.status, 403, "{}", refused.body);
}

/// What somebody with every right has stored is neither begun for oneself, nor moved to, nor changed.
pub(super) fn borrow_nothing(realm: &Realm) {
    let token = deputy(realm, Some("manage-realm"));
    let me = id_of_user(realm, "manage-realm");
    entitle(realm, &me, "manage-users");
    let asked =
        |method: &str, path: &str, body: &Value| call_with(realm, &token, method, path, body);
    let steps = granting("realm-management/realm-admin");
    let theirs = make(realm, &json!({"name": "theirs", "steps": steps}));
    let path = format!("/workflows/{theirs}/activate/USERS/{me}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 403);
    let boss = person(realm, "boss");
    entitle(realm, &boss, "realm-admin");
    let ending = json!({"name": "ending", "steps": [{"uses": "disable-user", "after": "1d"}]});
    let ending = make(realm, &ending);
    let path = format!("/workflows/{ending}/activate/USERS/{boss}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 403);
    let path = format!("/workflows/{ending}/activate/USERS/{me}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 204);
    let path = format!("/workflows/{theirs}");
    let mut changed = realm.call("GET", &path, &Value::Null).json();
    changed["on"] = json!("user-authenticated");
    assert_eq!(asked("PUT", &path, &changed).status, 403);
    let steps = json!([{"uses": "add-required-action", "after": "1d", "with": {"action": "UPDATE_PASSWORD"}}]);
    let mine = asked(
        "POST",
        "/workflows",
        &json!({"name": "mine", "steps": steps}),
    );
    assert_eq!(mine.status, 201, "{}", mine.body);
    let mine = id_of(&mine);
    let path = format!("/workflows/{mine}/activate/USERS/{me}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 204);
    let (from, to) = (step_of(realm, &mine), step_of(realm, &theirs));
    let path = format!("/workflows/migrate?from={from}&to={to}");
    assert_eq!(asked("POST", &path, &Value::Null).status, 403);
    assert!(!rights_of(realm, &me).contains("realm-admin"));
}

/// A role that becomes a right after the workflow has been stored is not given by it.
pub(super) fn trap(realm: &Realm) {
    let token = deputy(realm, Some("manage-realm"));
    let me = id_of_user(realm, "manage-realm");
    entitle(realm, &me, "manage-users");
    let workflow = json!({"name": "trap", "steps": granting("later")});
    let made = call_with(realm, &token, "POST", "/workflows", &workflow);
    assert_eq!(made.status, 201, "{}", made.body);
    let (admin, _) = every_right(realm);
    role(realm, "later");
    let put = realm.call("POST", "/roles/later/composites", &json!([admin]));
    assert_eq!(put.status, 204, "{}", put.body);
    assert_eq!(activate(realm, &id_of(&made), &me).status, 204);
    wait_for("it is refused", || {
        let all = under_way(realm, &me);
        let its = all.iter().find(|run| text(run, "name") == "trap");
        its.is_some_and(|run| run["state"]["errors"][0].is_string())
    });
    assert!(!has_role(realm, &me, "later"));
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
