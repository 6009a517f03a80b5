//! The last administrator of `master` stays, whichever call would take them away; of several, each may go.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::administration::{ADMIN, administer, administer_by, administrator};
use super::{Server, start};

struct Master {
    server: Server,
    /// The first administrator.
    admin: String,
    /// The role that administers everything.
    role: Value,
}

impl Master {
    async fn start(folder: &std::path::Path) -> Self {
        let server = start(folder, &ADMIN).await;
        let found = administer(
            &server,
            Method::GET,
            "/master/users?username=admin",
            None,
            None,
        );
        let found: Value = found.await.json().await.unwrap();
        let role = administer(&server, Method::GET, "/master/roles/admin", None, None);
        Self {
            admin: found[0]["id"].as_str().unwrap().to_owned(),
            role: role.await.json().await.unwrap(),
            server,
        }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let body = Some(body).filter(|body| !body.is_null());
        let body = body.map(|body| body.to_string());
        let path = format!("/master/{path}");
        let path = path.trim_end_matches('/');
        let answer = administer(&self.server, method, path, body.as_deref(), None).await;
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Makes something, and gives its id.
    async fn make(&self, kind: &str, body: Value) -> String {
        let path = format!("/master/{kind}");
        let body = body.to_string();
        let made = administer(&self.server, Method::POST, &path, Some(&body), None).await;
        assert_eq!(made.status(), StatusCode::CREATED, "{kind} {body}");
        let at = made.headers()["location"].to_str().unwrap();
        at.rsplit('/').next().unwrap().to_owned()
    }

    /// Makes a client whose service account administers; its id.
    async fn robot(&self, more: Value) -> String {
        let mut client = json!({
            "clientId": "robot", "secret": "a long secret of a robot", "serviceAccountsEnabled": true,
        });
        let both = client.as_object_mut().unwrap();
        both.extend(more.as_object().unwrap().clone());
        let client = self.make("clients", client).await;
        let account = format!("clients/{client}/service-account-user");
        let (_, account) = self.call(Method::GET, &account, Value::Null).await;
        let id = account["id"].as_str().unwrap();
        let theirs = format!("users/{id}/role-mappings/realm");
        self.done(Method::POST, &theirs, json!([self.role])).await;
        client
    }

    async fn done(&self, method: Method, path: &str, body: Value) {
        let (status, said) = self.call(method, path, body).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{path} {said}");
    }

    async fn refused(&self, method: Method, path: &str, body: Value) {
        let (status, said) = self.call(method, path, body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{path} {said}");
        let why = said["errorMessage"].as_str().unwrap_or_default();
        assert!(why.contains("last administrator"), "{path} {said}");
        assert!(self.server.knows("admin", "a good password").await);
    }
}

#[tokio::test]
async fn the_last_administrator_is_neither_removed_nor_disabled_nor_left_without_the_role() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::start(folder.path()).await;
    let user = format!("users/{}", master.admin);
    let roles = format!("{user}/role-mappings/realm");
    let just = json!([master.role]);
    // Neither of these could come in and administer.
    let disabled = json!({"username": "off", "enabled": false});
    let disabled = master.make("users", disabled).await;
    let theirs = format!("users/{disabled}/role-mappings/realm");
    master.done(Method::POST, &theirs, just.clone()).await;
    master.robot(json!({"enabled": false})).await;

    let nothing = Value::Null;
    master.refused(Method::DELETE, &user, nothing.clone()).await;
    let kept = format!("{user}?recycle=true");
    master.refused(Method::DELETE, &kept, nothing.clone()).await;
    master
        .refused(Method::PUT, &user, json!({"enabled": false}))
        .await;
    master.refused(Method::DELETE, &roles, just.clone()).await;
    master
        .refused(Method::DELETE, &roles, nothing.clone())
        .await;
    let same = json!([{"roleId": master.role["id"]}]);
    let mappings = format!("ui-ext/role-mapping-delete/users/{}", master.admin);
    master.refused(Method::POST, &mappings, same).await;

    // By a group, and no longer by themselves.
    let group = master.make("groups", json!({"name": "ops"})).await;
    let given = format!("groups/{group}/role-mappings/realm");
    let below = format!("groups/{group}/children");
    let within = master.make(&below, json!({"name": "night"})).await;
    master.done(Method::POST, &given, just.clone()).await;
    let member = format!("{user}/groups/{within}");
    master.done(Method::PUT, &member, nothing.clone()).await;
    master.done(Method::DELETE, &roles, just.clone()).await;
    master
        .refused(Method::DELETE, &member, nothing.clone())
        .await;
    master.refused(Method::DELETE, &given, just.clone()).await;
    let moved = json!({"id": within, "name": "night"});
    master.refused(Method::POST, "groups", moved).await;
    let above = format!("groups/{group}");
    master
        .refused(Method::DELETE, &above, nothing.clone())
        .await;

    // By a role that holds the role, and by no group.
    let boss = json!({"name": "boss"});
    let made = master.call(Method::POST, "roles", boss).await;
    assert_eq!(made.0, StatusCode::CREATED);
    master
        .done(Method::POST, "roles/boss/composites", just.clone())
        .await;
    let (_, boss) = master
        .call(Method::GET, "roles/boss", nothing.clone())
        .await;
    master.done(Method::POST, &roles, json!([boss])).await;
    master.done(Method::DELETE, &above, nothing.clone()).await;
    master
        .refused(Method::DELETE, "roles/boss/composites", just.clone())
        .await;
    master
        .refused(Method::DELETE, "roles/boss", nothing.clone())
        .await;
    master.refused(Method::DELETE, &user, nothing).await;
}

#[tokio::test]
async fn of_two_administrators_each_may_go_and_the_other_stays() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::start(folder.path()).await;
    let second = json!({
        "username": "second", "enabled": true,
        "credentials": [{"type": "password", "value": "another good password"}],
    });
    let second = master.make("users", second).await;
    let theirs = format!("users/{second}/role-mappings/realm");
    master
        .done(Method::POST, &theirs, json!([master.role]))
        .await;

    let first = format!("users/{}", master.admin);
    // Whoever goes is the last one for the other, so that the two calls never both get through.
    let switched = json!({"enabled": false}).to_string();
    let (path, other) = (
        format!("/master/{first}"),
        format!("/master/users/{second}"),
    );
    let token = administrator(&master.server).await;
    let by = |method, path, body| administer_by(&token, &master.server, method, path, (body, None));
    let (one, two) = tokio::join!(
        by(Method::DELETE, &path, None),
        by(Method::PUT, &other, Some(switched.as_str())),
    );

    let mut ended = [one.status().as_u16(), two.status().as_u16()];
    ended.sort_unstable();
    assert!(matches!(ended, [204, 401 | 409]), "{ended:?}");
    let stays = master.server.knows("admin", "a good password").await;
    let other = master.server.knows("second", "another good password").await;
    assert!(stays != other, "{stays} {other}");
}

#[tokio::test]
async fn a_job_passes_over_the_last_administrator_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::start(folder.path()).await;
    let guest = master
        .make("users", json!({"username": "guest", "enabled": true}))
        .await;

    let job = json!({"kind": "change-users", "act": "delete", "ids": [master.admin, guest]});
    let job = master.make("ui-ext/jobs", job).await;
    let at = format!("ui-ext/jobs/{job}");
    let mut said = Value::Null;
    for _ in 0..100 {
        said = master.call(Method::GET, &at, Value::Null).await.1;
        if said["state"] != "waiting" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

    assert!(said.to_string().contains("last administrator"), "{said}");
    assert!(master.server.knows("admin", "a good password").await);
    let gone = format!("users/{guest}");
    let (status, _) = master.call(Method::GET, &gone, Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_administers_by_a_client_may_remove_the_last_person_and_is_kept_then() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::start(folder.path()).await;
    let client = master.robot(json!({})).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "robot"),
        ("client_secret", "a long secret of a robot"),
    ];
    let server = &master.server;
    let at = format!(
        "{}/realms/master/protocol/openid-connect/token",
        server.base
    );
    let token = super::client().post(at).form(&form).send().await.unwrap();
    let token: Value = token.json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let call = async |method, path: &str, body: Option<Value>| {
        let body = body.map(|body| body.to_string());
        let path = format!("/master/{path}");
        let sent = administer_by(token, server, method, &path, (body.as_deref(), None)).await;
        sent.status()
    };

    let person = call(Method::DELETE, &format!("users/{}", master.admin), None).await;
    let client = format!("clients/{client}");
    let gone = call(Method::DELETE, &client, None).await;
    let mut refused = vec![gone];
    for change in [
        json!({"enabled": false}),
        json!({"serviceAccountsEnabled": false}),
        json!({"publicClient": true}),
    ] {
        let mut body = json!({"clientId": "robot"});
        let both = body.as_object_mut().unwrap();
        both.extend(change.as_object().unwrap().clone());
        refused.push(call(Method::PUT, &client, Some(body)).await);
    }
    let renamed = json!({"clientId": "robot", "name": "the last one"});
    let renamed = call(Method::PUT, &client, Some(renamed)).await;

    assert_eq!(person, StatusCode::NO_CONTENT);
    assert_eq!(refused, [StatusCode::CONFLICT; 4]);
    assert_eq!(renamed, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn whoever_guesses_at_the_last_administrator_locks_them_out_for_a_while_only() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::start(folder.path()).await;
    let token = administrator(&master.server).await;
    let settings = json!({
        "bruteForceProtected": true, "permanentLockout": true, "failureFactor": 1,
        "waitIncrementSeconds": 1, "maxFailureWaitSeconds": 1,
        "minimumQuickLoginWaitSeconds": 1, "quickLoginCheckMilliSeconds": 0,
    });
    master.done(Method::PUT, "", settings).await;

    for _ in 0..2 {
        assert!(!master.server.knows("admin", "a guess").await);
        tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    }

    let by = administer_by(
        &token,
        &master.server,
        Method::GET,
        "/master/users?username=admin",
        (None, None),
    );
    let shown: Value = by.await.json().await.unwrap();
    assert_eq!(shown[0]["enabled"], true, "{shown}");
    assert!(master.server.knows("admin", "a good password").await);
}
