//! What a real Keycloak 26.7 writes into a realm's file where somebody has used its further corners.

use serde_json::{Value, json};

use crate::server::{Installation, Server};

const WORKFLOWS: &str = "org.keycloak.models.workflow.WorkflowProvider";
const STEPS: &str = "org.keycloak.models.workflow.WorkflowStepProvider";

/// A workflow as the file has it, with its steps in the order of a hash.
fn workflow() -> Value {
    json!({
        "id": "w-1", "providerId": "default",
        "subComponents": {STEPS: [
            {"id": "s-3", "providerId": "restart", "subComponents": {}, "config": {"after": ["5000"], "position": ["0"], "priority": ["3"]}},
            {"id": "s-1", "providerId": "notify-user", "subComponents": {}, "config": {"after": ["1d"], "message": ["grüezi"], "priority": ["1"]}},
            {"id": "s-2", "providerId": "set-user-attribute", "subComponents": {}, "config": {"a": ["b"], "c": ["d", "e"], "priority": ["2"]}},
        ]},
        "config": {
            "name": ["leavers"], "enabled": ["true"], "supports": ["USERS"], "on": ["user-created or user-authenticated"],
            "conditions": ["has-role(offline_access)"], "cancel-in-progress": ["true"], "restart-in-progress": ["user-authenticated"],
            "schedule.after": ["1d"], "schedule.batch-size": ["50"],
        },
    })
}

fn firm() -> Value {
    // A console's export leaves out what a component says.
    let bare = json!({"id": "w-2", "providerId": "default", "subComponents": {STEPS: [{"providerId": "disable-user", "config": {}}]}, "config": {}});
    json!({
        "realm": "firm", "enabled": true, "keycloakVersion": "26.7.0",
        "components": {WORKFLOWS: [workflow(), bare]},
    })
}

async fn get(server: &Server, path: &str) -> Value {
    let token = server.administrator().await;
    let (status, answer) = server.admin(&token, ("GET", path), None).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[tokio::test]
async fn a_workflow_of_a_file_is_a_workflow_and_goes_along_again() {
    let here = Installation::new();
    let report = here.import(&here.file("firm.json", &firm().to_string()));
    assert_eq!(report["mapped"]["workflows"], 1, "{report:#}");
    let told = report["approximated"].to_string();
    assert!(told.contains("Workflow name cannot be null"), "{told}");

    let exported: Value = serde_json::from_str(&here.export("firm")).unwrap();
    let all = exported["components"][WORKFLOWS].as_array().unwrap();
    let mine = all.iter().find(|one| one["id"] == "w-1").unwrap();
    assert_eq!(mine["config"], workflow()["config"]);
    let mut steps = workflow()["subComponents"][STEPS].clone();
    steps.as_array_mut().unwrap().rotate_left(1);
    assert_eq!(mine["subComponents"][STEPS], steps);
    assert!(all.iter().any(|one| one["id"] == "w-2"), "{all:#?}");

    let server = here.start(&[]).await;
    let shown = get(&server, "/firm/workflows").await;
    let expected = json!([{
        "id": "w-1", "name": "leavers", "enabled": true, "on": "user-created or user-authenticated",
        "if": "has-role(offline_access)",
        "concurrency": {"cancel-in-progress": "true", "restart-in-progress": "user-authenticated"},
        "schedule": {"after": "1d", "batch-size": 50},
        "steps": [
            {"uses": "notify-user", "after": "1d", "with": {"message": "grüezi"}, "id": "s-1"},
            {"uses": "set-user-attribute", "with": {"a": "b", "c": ["d", "e"]}, "id": "s-2"},
            {"uses": "restart", "after": "5000", "with": {"position": "0"}, "id": "s-3"},
        ],
    }]);
    assert_eq!(shown, expected);
}

/// Keycloak keeps zeros where a policy was set in part, and a period of zero beside every counter.
fn fobs() -> Value {
    let code =
        json!({"subType": "hotp", "digits": 6, "counter": 3, "period": 0, "algorithm": "HmacSHA1"});
    json!({
        "realm": "fobs", "enabled": true, "keycloakVersion": "26.7.0",
        "otpPolicyType": "hotp", "otpPolicyAlgorithm": "HmacSHA1", "otpPolicyInitialCounter": 0, "otpPolicyDigits": 6,
        "otpPolicyLookAheadWindow": 0, "otpPolicyPeriod": 0,
        "clients": [{"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true}],
        "users": [{
            "username": "gina", "enabled": true, "email": "gina@fobs.example", "firstName": "Gina", "lastName": "G",
            "credentials": [
                {"type": "password", "value": "of Gina"},
                {"type": "otp", "secretData": json!({"value": "12345678901234567890"}).to_string(), "credentialData": code.to_string()},
            ],
        }],
    })
}

async fn gina(server: &Server, code: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "password"),
        ("client_id", "app"),
        ("username", "gina"),
        ("password", "of Gina"),
        ("totp", code),
    ];
    server.token("fobs", &form).await
}

#[tokio::test]
async fn who_has_codes_by_counter_signs_in_after_a_move() {
    let here = Installation::new();
    here.import(&here.file("fobs.json", &fobs().to_string()));
    let server = here.start(&[]).await;

    // The codes of the counters 2, 3 and 4: RFC 4226, appendix D.
    let (early, _) = gina(&server, "359152").await;
    let (right, answer) = gina(&server, "969429").await;
    let (again, _) = gina(&server, "969429").await;
    let (next, _) = gina(&server, "338314").await;
    assert_eq!(
        (early, right, again, next),
        (400, 200, 400, 200),
        "{answer}"
    );
}

#[tokio::test]
async fn a_policy_of_counters_is_posted_as_keycloak_writes_it() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let sent = fobs().to_string();
    let (made, answer) = server.admin(&token, ("POST", ""), Some(&sent)).await;
    assert_eq!(made, 201, "{answer}");
    let (status, answer) = gina(&server, "969429").await;
    assert_eq!(status, 200, "{answer}");

    // By the clock, no code could be made.
    let mut by_clock = fobs();
    by_clock["realm"] = json!("clocks");
    by_clock["otpPolicyType"] = json!("totp");
    let sent = by_clock.to_string();
    let (refused, _) = server.admin(&token, ("POST", ""), Some(&sent)).await;
    assert_eq!(refused, 400);
}

#[test]
fn a_role_that_somebody_took_away_and_every_realm_needs_is_named() {
    let here = Installation::new();
    let realm = json!({
        "realm": "strict", "enabled": true, "keycloakVersion": "26.7.0",
        "defaultRole": {"name": "default-roles-strict", "composite": true},
        "roles": {"realm": [{"name": "default-roles-strict", "composite": true}, {"name": "uma_authorization"}]},
    });
    let report = here.import(&here.file("strict.json", &realm.to_string()));
    let added: Vec<&Value> = report["approximated"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["place"] == "roles.realm[]")
        .collect();
    assert_eq!(added.len(), 1, "{report:#}");
    assert_eq!(added[0]["of"], json!(["offline_access"]));
}

/// Where a realm speaks several languages, people have one of them, whatever else the profile describes.
#[tokio::test]
async fn the_language_of_somebody_comes_along() {
    let here = Installation::new();
    let people = json!([{"username": "lena", "enabled": true, "attributes": {"locale": ["de"], "shoe": ["41"]}}]);
    let realm = |name: &str, speaks: bool| json!({"realm": name, "enabled": true, "internationalizationEnabled": speaks, "supportedLocales": ["en", "de"], "users": people});
    for (name, speaks) in [("many", true), ("one", false)] {
        here.import(&here.file("realm.json", &realm(name, speaks).to_string()));
    }
    let server = here.start(&[]).await;

    let many = get(&server, "/many/users?briefRepresentation=false").await;
    assert_eq!(many[0]["attributes"], json!({"locale": ["de"]}));
    let one = get(&server, "/one/users?briefRepresentation=false").await;
    assert_eq!(one[0]["attributes"], Value::Null, "{one}");
    let told = get(&server, "/many/users/profile/metadata").await;
    assert_eq!(told["attributes"][0]["name"], "locale");
    assert_eq!(
        get(&server, "/many/users/profile")
            .await
            .to_string()
            .matches("locale")
            .count(),
        0
    );

    let token = server.administrator().await;
    let path = format!("/many/users/{}", many[0]["id"].as_str().unwrap());
    let change = json!({"attributes": {"locale": ["en"], "shoe": ["42"]}}).to_string();
    let (status, answer) = server.admin(&token, ("PUT", &path), Some(&change)).await;
    assert_eq!(status, 204, "{answer}");
    let after = get(&server, &path).await;
    assert_eq!(after["attributes"], json!({"locale": ["en"]}));
}
