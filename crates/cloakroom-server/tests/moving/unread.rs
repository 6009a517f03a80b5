//! What stands in the files of a realm and is not read: the report names it.

use serde_json::{Value, json};

use crate::server::Installation;

/// Whom the report names at a place among what was dropped.
fn dropped(report: &Value, place: &str) -> Option<Value> {
    let mut all = report["dropped"].as_array().unwrap().iter();
    all.find(|remark| remark["place"] == place)
        .map(|remark| remark["of"].clone())
}

#[test]
fn the_second_of_two_members_of_a_person_counts_and_the_report_names_both_kinds_of_files() {
    let here = Installation::new();
    let folder = here.path().join("export");
    std::fs::create_dir(&folder).unwrap();
    let realm = r#"{"realm":"two","enabled":true,"users":[
        {"username":"ada","email":"a@a.example","email":"b@b.example"}],
        "clients":[{"clientId":"c","name":"x","name":"y"}]}"#;
    let people = r#"{"realm":"two","users":[
        {"username":"bob","attributes":{"team":["x"],"team":["y"]}},{"username":"eve"}]}"#;
    std::fs::write(folder.join("two-realm.json"), realm).unwrap();
    std::fs::write(folder.join("two-users-0.json"), people).unwrap();

    let report = here.import(&folder);

    assert_eq!(
        dropped(&report, "users[].email"),
        Some(json!(["ada"])),
        "{report:#}"
    );
    let of_bob = dropped(&report, "users[].attributes.team");
    assert_eq!(of_bob, Some(json!(["bob"])), "{report:#}");
    assert!(dropped(&report, "clients[].name").is_some(), "{report:#}");
    let kept: Value = serde_json::from_str(&here.export("two")).unwrap();
    let users = kept["users"].as_array().unwrap();
    let of = |name: &str| users.iter().find(|user| user["username"] == name).unwrap();
    assert_eq!(of("ada")["email"], "b@b.example");
    assert_eq!(of("bob")["attributes"]["team"], json!(["y"]));
}

#[test]
fn what_is_not_read_of_a_file_of_federated_users_is_named() {
    let here = Installation::new();
    let folder = here.path().join("export");
    std::fs::create_dir(&folder).unwrap();
    let realm = r#"{"realm":"two","enabled":true}"#;
    let stored = r#"{"realm":"two","federatedUsers":[{"id":"f:1:ada","groups":["/a"],"groups":["/b"]}],
        "users":[{"username":"lost"}],"clients":[]} {"realm":"more"}"#;
    std::fs::write(folder.join("two-realm.json"), realm).unwrap();
    std::fs::write(folder.join("two-federated-users-0.json"), stored).unwrap();

    let report = here.import(&folder);

    for place in [
        "federatedUsers",
        "federatedUsers[].groups",
        "users",
        "clients",
        "the end",
    ] {
        assert!(dropped(&report, place).is_some(), "{place}: {report:#}");
    }
    let wrong = r#"{"realm":"two","federatedUsers":{"id":"f:1:ada"}}"#;
    std::fs::write(folder.join("two-federated-users-0.json"), wrong).unwrap();
    let output = here.run_with(&["import", folder.to_str().unwrap()], &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("federatedUsers must be a list"), "{said}");
}

#[test]
fn what_is_no_text_in_an_attribute_of_a_person_is_left_out_and_named() {
    let here = Installation::new();
    let attributes = json!({
        "address": {"street": "High Street"}, "team": ["x", {"y": 1}, ["z"], 7],
        "plain": "one", "none": [null],
    });
    let realm = json!({
        "realm": "odd", "enabled": true,
        "users": [{"username": "ada", "attributes": attributes}, {"username": "bob"}],
    });
    let report = here.import(&here.file("odd.json", &realm.to_string()));

    for place in ["users[].attributes.address", "users[].attributes.team"] {
        assert_eq!(dropped(&report, place), Some(json!(["ada"])), "{report:#}");
    }
    assert_eq!(dropped(&report, "users[].attributes.plain"), None);
    let kept: Value = serde_json::from_str(&here.export("odd")).unwrap();
    let users = kept["users"].as_array().unwrap();
    let ada = users.iter().find(|user| user["username"] == "ada").unwrap();
    assert_eq!(users.len(), 2);
    assert_eq!(ada["attributes"]["team"], json!(["x", "7"]));
    assert_eq!(ada["attributes"]["plain"], json!(["one"]));
    assert_eq!(ada["attributes"]["address"], Value::Null);
}
