//! Authorization services: what policies and permissions name is found again, whatever the server that it comes from.

use serde_json::{Value, json};

use crate::server::Installation;

fn realm() -> Value {
    json!({
        "realm": "shared", "enabled": true,
        "clientScopes": [{"id": "scope-id", "name": "reports", "protocol": "openid-connect"}],
        "users": [{"username": "zed", "enabled": true}],
        "clients": [{
            "clientId": "app", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
            "authorizationSettings": {
                "scopes": [{"name": "read"}, {"name": "write"}],
                "resources": [{
                    // The id is one of the server that the file comes from.
                    "name": "Zed's", "owner": {"id": "9a7b", "name": "Zed"}, "ownerManagedAccess": true,
                    "scopes": [{"name": "read"}, {"name": "write"}],
                }],
                "policies": [
                    {"name": "by name", "type": "client-scope", "config": {"clientScopes": "[{\"id\":\"reports\",\"required\":true}]"}},
                    {"name": "by id", "type": "client-scope", "config": {"clientScopes": "[{\"id\":\"scope-id\",\"required\":false}]"}},
                    {
                        "name": "writing", "type": "scope",
                        "config": {"resources": "[\"Zed's\"]", "scopes": "[\"write\"]", "applyPolicies": "[\"by name\"]"},
                    },
                ],
            },
        }],
    })
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|one| one["name"] == json!(name)).unwrap()
}

fn named_client<'a>(realm: &'a Value, client_id: &str) -> &'a Value {
    let mut all = realm["clients"].as_array().unwrap().iter();
    all.find(|one| one["clientId"] == json!(client_id)).unwrap()
}

#[test]
fn what_policies_name_is_found_in_a_realm_on_its_way_in() {
    let here = Installation::new();
    let file = here.file("shared.json", &realm().to_string());

    let report = here.import(&file);

    assert_eq!(report["dropped"], json!([]), "{report:#}");
    let text = here.export("shared");
    let exported: Value = serde_json::from_str(&text).unwrap();
    let settings = &named_client(&exported, "app")["authorizationSettings"];
    let resource = named(&settings["resources"], "Zed's");
    assert_eq!(resource["owner"], json!({"name": "zed"}));
    let scopes = |policy: &str| -> Value {
        let config = &named(&settings["policies"], policy)["config"];
        serde_json::from_str(config["clientScopes"].as_str().unwrap()).unwrap()
    };
    assert_eq!(
        scopes("by name"),
        json!([{"id": "reports", "required": true}])
    );
    assert_eq!(
        scopes("by id"),
        json!([{"id": "reports", "required": false}])
    );
    let writing = &named(&settings["policies"], "writing")["config"];
    assert_eq!(writing["resources"], json!("[\"Zed's\"]"));

    let elsewhere = Installation::new();
    let report = elsewhere.import(&elsewhere.file("shared.json", &text));
    assert_eq!(report["dropped"], json!([]), "{report:#}");
    assert_eq!(elsewhere.export("shared"), text);
}

/// Members that say the same as others in another form: each becomes the usual one.
#[test]
fn what_is_said_in_another_form_comes_out_in_the_usual_one() {
    let here = Installation::new();
    let realm = json!({
        "realm": "forms", "enabled": true, "roles": {"realm": [{"name": "rr"}]},
        "clients": [{
            "clientId": "app", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
            "authorizationSettings": {
                "scopes": [{"name": "s1"}, {"name": "s2"}],
                "resources": [
                    {"name": "r1", "uri": "/x", "scopesUma": [{"name": "s1"}]},
                    {"name": "r2", "resource_scopes": ["s2"]},
                ],
                "policies": [
                    {"name": "p3", "type": "scope", "resources": ["r1"], "scopes": ["s1"], "policies": ["p2"]},
                    {"name": "p2", "type": "aggregate", "policies": ["p1"]},
                    {"name": "p1", "type": "role", "config": {"roles": "[{\"id\":\"rr\"}]"}},
                    {"name": "p4", "type": "scope", "scopesData": [{"name": "s2"}], "policies": ["p2"]},
                ],
            },
        }],
    });

    let report = here.import(&here.file("forms.json", &realm.to_string()));

    let dropped = report["dropped"].as_array().unwrap();
    let places: Vec<&str> = dropped
        .iter()
        .map(|one| one["place"].as_str().unwrap())
        .collect();
    let lost = "clients[].authorizationSettings.policies[].scopesData";
    assert_eq!(places, [lost], "{report:#}");
    let exported: Value = serde_json::from_str(&here.export("forms")).unwrap();
    let settings = &named_client(&exported, "app")["authorizationSettings"];
    let resource = named(&settings["resources"], "r1");
    assert_eq!(resource["uris"], json!(["/x"]));
    assert_eq!(resource["scopes"], json!([{"name": "s1"}]));
    let resource = named(&settings["resources"], "r2");
    assert_eq!(resource["scopes"], json!([{"name": "s2"}]));
    let config = |policy: &str| &named(&settings["policies"], policy)["config"];
    assert_eq!(
        config("p3"),
        &json!({"applyPolicies": "[\"p2\"]", "resources": "[\"r1\"]", "scopes": "[\"s1\"]"})
    );
    assert_eq!(config("p2"), &json!({"applyPolicies": "[\"p1\"]"}));
}
