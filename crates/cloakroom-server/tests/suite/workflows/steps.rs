//! What the steps of a workflow do, and that each is done once.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::server::pause;

fn begin(realm: &Realm, name: &str, steps: Value, id: &str) -> String {
    let workflow = make(realm, &json!({"name": name, "steps": steps}));
    let begun = activate(realm, &workflow, id);
    assert_eq!(begun.status, 204, "{}", begun.body);
    workflow
}

/// What the steps are about: somebody, a group that they join, and a client.
struct Scene {
    ada: String,
    staff: String,
    shop: String,
}

impl Scene {
    fn set(realm: &Realm) -> Self {
        open_profile(realm);
        role(realm, "plain");
        let old = role(realm, "old");
        realm.create_client("shop", json!({}));
        let found = realm
            .call("GET", "/clients?clientId=shop", &Value::Null)
            .json();
        let shop = text(&found[0], "id").to_owned();
        let of_shop = format!("/clients/{shop}/roles");
        let made = realm.call("POST", &of_shop, &json!({"name": "buyer"}));
        assert_eq!(made.status, 201, "{}", made.body);
        let (staff, guests) = (group(realm, "staff"), group(realm, "guests"));
        let provider = json!({
            "alias": "hub", "providerId": "oidc", "enabled": true,
            "config": {
                "authorizationUrl": "https://hub.test/a", "tokenUrl": "https://hub.test/t",
                "clientId": "c", "clientSecret": "s",
            },
        });
        let made = realm.call("POST", "/identity-provider/instances", &provider);
        assert_eq!(made.status, 201, "{}", made.body);
        let ada = person(realm, "ada");
        give(realm, &ada, &old);
        join(realm, &ada, &guests);
        let link = json!({"userId": "1", "userName": "ada"});
        let path = format!("/users/{ada}/federated-identity/hub");
        let linked = realm.call("POST", &path, &link);
        assert_eq!(linked.status, 204, "{}", linked.body);
        Self { ada, staff, shop }
    }

    /// Says what has become of somebody.
    fn check(&self, realm: &Realm) {
        let ada = &self.ada;
        let user = shown(realm, ada);
        assert_eq!(user["firstName"], "Ada", "{user}");
        let kept = json!({"plan": ["gold", "blue"]});
        assert_eq!(user["attributes"], kept, "{user}");
        let actions = json!(["UPDATE_PASSWORD"]);
        assert_eq!(user["requiredActions"], actions, "{user}");
        assert!(has_role(realm, ada, "plain") && !has_role(realm, ada, "old"));
        let path = format!("/users/{ada}/role-mappings/clients/{}", self.shop);
        let buyer = realm.call("GET", &path, &Value::Null).json();
        assert_eq!(buyer[0]["name"], "buyer", "{buyer}");
        let path = format!("/users/{ada}/groups");
        let groups = realm.call("GET", &path, &Value::Null).json();
        assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
        assert_eq!(text(&groups[0], "id"), self.staff, "{groups}");
        let path = format!("/users/{ada}/federated-identity");
        let links = realm.call("GET", &path, &Value::Null).json();
        assert_eq!(links, json!([]));
    }
}

pub(super) fn all(realm: &Realm) {
    let scene = Scene::set(realm);
    let ada = &scene.ada;
    let steps = json!([
        {"uses": "set-user-attribute", "with": {"plan": ["gold", "blue"], "gone": "x", "firstName": "Ada"}},
        {"uses": "remove-user-attribute", "with": {"attribute": ["gone", "never"]}},
        {"uses": "add-required-action", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "add-required-action", "with": {"action": "VERIFY_EMAIL"}},
        {"uses": "add-required-action", "with": {"action": "NOTHING_KNOWN"}},
        {"uses": "remove-required-action", "with": {"action": "VERIFY_EMAIL"}},
        {"uses": "grant-role", "with": {"role": ["plain", "shop/buyer", "nobody knows"]}},
        {"uses": "revoke-role", "with": {"role": "old"}},
        {"uses": "join-group", "with": {"group": "/staff"}},
        {"uses": "leave-group", "with": {"group": "guests"}},
        {"uses": "unlink-user", "with": {"idp": "*"}},
        {"uses": "disable-user"},
    ]);
    let workflow = begin(realm, "all", steps, ada);
    wait_until_disabled(realm, ada);
    scene.check(realm);
    wait_for("it is over", || under_way(realm, ada).is_empty());

    // The trail says that the workflow did it.
    let events = realm
        .call("GET", "/admin-events?max=100", &Value::Null)
        .json();
    let its = json!(format!("workflows/{workflow}"));
    let mut mine = Vec::new();
    for event in events.as_array().into_iter().flatten() {
        if event["authDetails"]["userId"] == its {
            mine.push(text(event, "resourceType"));
        }
    }
    for kind in [
        "USER",
        "REALM_ROLE_MAPPING",
        "CLIENT_ROLE_MAPPING",
        "GROUP_MEMBERSHIP",
    ] {
        assert!(mine.contains(&kind), "{kind}: {mine:?}");
    }
    begin(realm, "end", json!([{"uses": "delete-user"}]), ada);
    let path = format!("/users/{ada}");
    wait_for("nobody is left", || {
        realm.call("GET", &path, &Value::Null).status == 404
    });
}

pub(super) fn letters(realm: &Realm) {
    open_profile(realm);
    let made = realm.call(
        "POST",
        "/users",
        &json!({
            "username": "eve", "enabled": true, "email": "eve@example.org",
                "attributes": {"nick": ["<b>Eve</b>"]},
        }),
    );
    let eve = id_of(&made);
    let steps = json!([
        {"uses": "notify-user", "with": {"subject": "For ${user.username}", "message": "<p>Dear ${user.attributes.nick} of ${realm.name}, ${unknown}</p>"}},
        {"uses": "disable-user"},
    ]);
    let id = begin(realm, "letter", steps, &eve);
    // Without a sender it would wait for ever: the step says so, and nothing after it is done.
    let problem = || {
        let all = under_way(realm, &eve);
        all.first()
            .map(|run| run["state"]["errors"][0].to_string())
            .unwrap_or_default()
    };
    wait_for("it says why", || problem().contains("sender"));
    assert!(!is_disabled(realm, &eve));
    let path = format!("/workflows/{id}/deactivate/USERS/{eve}");
    assert_eq!(realm.call("POST", &path, &Value::Null).status, 204);

    realm.change(
        "",
        json!({"smtpServer": {"host": "mail.test", "from": "realm@example.org"}}),
    );
    assert_eq!(activate(realm, &id, &eve).status, 204);
    wait_until_disabled(realm, &eve);
    // Whoever has no address gets none, and the workflow goes on.
    let bob = person(realm, "bob");
    assert_eq!(activate(realm, &id, &bob).status, 204);
    wait_until_disabled(realm, &bob);
    let stored = realm.server.stored();
    let stored = String::from_utf8_lossy(&stored);
    let said = format!(
        "<p>Dear &lt;b&gt;Eve&lt;/b&gt; of {}, ${{unknown}}</p>",
        realm.name
    );
    assert!(stored.contains(&said), "no letter is stored");
    assert!(stored.contains("For eve") && !stored.contains("For bob"));
}

pub(super) fn clients(realm: &Realm) {
    let steps = json!([{"uses": "disable-client"}, {"uses": "delete-client", "after": "1d"}]);
    let workflow = json!({"name": "new", "on": "client-created", "steps": steps});
    let new = make(realm, &workflow);
    realm.create_client("shop", json!({}));
    let find = |name: &str| {
        let path = format!("/clients?clientId={name}");
        realm.call("GET", &path, &Value::Null).json()[0].clone()
    };
    wait_for("the client is disabled", || {
        find("shop")["enabled"] == json!(false)
    });
    let shop = text(&find("shop"), "id").to_owned();
    assert!(is_under_way(realm, &shop, "new"));
    let end = make(
        realm,
        &json!({"name": "end", "steps": [{"uses": "delete-client"}]}),
    );
    let begin = |id: &str| {
        let path = format!("/workflows/{end}/activate/CLIENTS/{id}");
        assert_eq!(realm.call("POST", &path, &Value::Null).status, 204);
    };
    begin(&shop);
    wait_for("the client is gone", || find("shop").is_null());
    assert!(under_way(realm, &shop).is_empty());
    let gone = realm.call("DELETE", &format!("/workflows/{new}"), &Value::Null);
    assert_eq!(gone.status, 204, "{}", gone.body);
    // What the server rests on stays.
    let console = text(&find("security-admin-console"), "id").to_owned();
    begin(&console);
    wait_for("it says why", || {
        let all = under_way(realm, &console);
        all.first()
            .is_some_and(|run| run["state"]["errors"][0].is_string())
    });
    assert_eq!(find("security-admin-console")["enabled"], json!(true));

    // A client that asks for itself.
    let asks = json!({"name": "asks", "on": "client-authenticated", "steps": [{"uses": "disable-client", "after": "1d"}]});
    make(realm, &asks);
    let robot = realm.create_client("robot", json!({"serviceAccountsEnabled": true}));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", robot.id.as_str()),
        ("client_secret", robot.secret.as_str()),
    ];
    let request = crate::http::Request::form(&realm.path("token"), &fields);
    wait_for("it is heard of", || {
        realm.server.send(&request);
        is_under_way(realm, text(&find("robot"), "id"), "asks")
    });
}

/// Where several nodes share a database, each of them looks for what is due.
pub(super) fn once(realm: &Realm) {
    let steps = json!([
        {"uses": "add-required-action", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "remove-required-action", "after": "1s", "with": {"action": "UPDATE_PASSWORD"}},
        {"uses": "disable-user"},
    ]);
    let id = make(
        realm,
        &json!({"name": "w", "on": "user-created", "steps": steps}),
    );
    let people: Vec<String> = (0..15).map(|at| person(realm, &format!("p{at}"))).collect();
    for one in &people {
        wait_until_disabled(realm, one);
    }
    pause(Duration::from_millis(1_500));
    let events = realm
        .call("GET", "/admin-events?max=1000", &Value::Null)
        .json();
    let its = format!("workflows/{id}");
    for one in &people {
        let place = format!("users/{one}");
        let mut count = 0;
        for event in events.as_array().into_iter().flatten() {
            let is_its = event["authDetails"]["userId"] == json!(its);
            count += usize::from(is_its && event["resourcePath"] == json!(place));
        }
        assert_eq!(count, 3, "{one}: each step once");
    }
}
