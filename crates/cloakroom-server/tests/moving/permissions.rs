//! A realm whose administrators have fine-grained permissions: they come in, hold, and go out again.

use serde_json::{Value, json};

use crate::server::Installation;

/// Keycloak's own form of such a realm: a delegate may see one user, one group and one organization, and nobody else.
fn realm() -> Value {
    let person = |id: &str, name: &str| {
        json!({
            "id": id, "username": name, "email": format!("{name}@acme.example"), "emailVerified": true,
            "firstName": name, "lastName": "L", "enabled": true, "groups": [],
            "realmRoles": ["default-roles-delegated"],
            "credentials": [{"type": "password", "value": format!("the passphrase of {name}")}],
        })
    };
    let mut delegate = person("delegate-id", "delegate");
    delegate["clientRoles"] =
        json!({"realm-management": ["query-users", "query-groups", "query-organizations"]});
    let kind = |name: &str, scopes: &[&str]| {
        let scopes: Vec<Value> = scopes.iter().map(|name| json!({"name": name})).collect();
        json!({"name": name, "type": name, "ownerManagedAccess": false, "attributes": {}, "uris": [], "scopes": scopes})
    };
    let single = |name: &str| json!({"name": name, "ownerManagedAccess": false, "attributes": {}, "uris": [], "scopes": [{"name": "view"}]});
    let permission = |name: &str, kind: &str, of: &str| {
        json!({
            "name": name, "type": "scope", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS",
            "config": {
                "defaultResourceType": kind, "resources": json!([of]).to_string(),
                "scopes": "[\"view\"]", "applyPolicies": "[\"the delegate\"]",
            },
        })
    };
    let scopes = ["view", "manage", "map-roles", "map-role", "manage-members"];
    let scopes = scopes.map(|name| json!({"name": name}));
    json!({
        "id": "delegated", "realm": "delegated", "enabled": true, "sslRequired": "none", "keycloakVersion": "26.8.1",
        "adminPermissionsEnabled": true, "organizationsEnabled": true,
        "groups": [
            {"id": "staff-id", "name": "staff", "path": "/staff", "attributes": {}, "realmRoles": [], "clientRoles": {}, "subGroups": []},
            {"id": "guests-id", "name": "guests", "path": "/guests", "attributes": {}, "realmRoles": [], "clientRoles": {}, "subGroups": []},
        ],
        "organizations": [
            {"id": "acme-id", "name": "Acme", "alias": "acme", "enabled": true, "domains": [{"name": "acme.example"}], "members": [{"username": "alice"}, {"username": "bob"}]},
            {"id": "beta-id", "name": "Beta", "alias": "beta", "enabled": true, "domains": [{"name": "beta.example"}]},
        ],
        "users": [delegate, person("alice-id", "alice"), person("bob-id", "bob")],
        "clients": [
            {"id": "shop-id", "clientId": "shop", "enabled": true, "secret": "shop-secret-of-acme-0123456789", "publicClient": false, "directAccessGrantsEnabled": true, "fullScopeAllowed": true, "redirectUris": []},
            {
                "id": "keeper-id", "clientId": "admin-permissions", "enabled": true, "protocol": "openid-connect",
                "publicClient": false, "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
                "redirectUris": [], "attributes": {"realm_client": "false"},
                "authorizationSettings": {
                    "allowRemoteResourceManagement": true, "policyEnforcementMode": "ENFORCING", "decisionStrategy": "UNANIMOUS",
                    "scopes": scopes,
                    "resources": [
                        kind("Users", &["view", "manage", "map-roles"]),
                        kind("Groups", &["view", "manage", "manage-members"]),
                        kind("Organizations", &["view", "manage"]),
                        kind("Clients", &["view", "manage", "map-roles"]),
                        kind("Roles", &["map-role"]),
                        single("alice-id"), single("staff-id"), single("acme-id"),
                    ],
                    "policies": [
                        {"name": "the delegate", "type": "user", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"users": "[\"delegate\"]"}},
                        permission("view alice", "Users", "alice-id"),
                        permission("view staff", "Groups", "staff-id"),
                        permission("view acme", "Organizations", "acme-id"),
                    ],
                },
            },
        ],
    })
}

/// What a list shows, by name.
fn names(list: &Value, member: &str) -> Vec<String> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one[member].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn permissions_hold_wherever_their_realm_comes_in() {
    let here = Installation::new();
    let file = here.file("delegated.json", &realm().to_string());
    let report = here.import(&file);
    let text = here.export("delegated");
    let elsewhere = Installation::new();
    let file = elsewhere.file("delegated.json", &text);
    elsewhere.import(&file);
    let again = elsewhere.export("delegated");
    let server = elsewhere.start(&[]).await;
    let (_, tokens) = server
        .sign_in("delegated", "delegate", "the passphrase of delegate")
        .await;
    let token = tokens["access_token"].as_str().unwrap();
    let mut seen = Vec::new();
    for (path, member) in [
        ("/delegated/users", "username"),
        ("/delegated/groups", "name"),
        ("/delegated/organizations", "name"),
        ("/delegated/organizations/acme-id/members", "username"),
    ] {
        let (status, list) = server.admin(token, ("GET", path), None).await;
        assert_eq!(status, 200, "{path}: {list}");
        seen.push(names(&list, member));
    }
    let (other, _) = server
        .admin(token, ("GET", "/delegated/users/bob-id"), None)
        .await;

    assert_eq!(report["dropped"], json!([]), "{report:#}");
    assert_eq!(again, text);
    assert_eq!(seen, [["alice"], ["staff"], ["Acme"], ["alice"]]);
    assert_eq!(other, 403);
}
