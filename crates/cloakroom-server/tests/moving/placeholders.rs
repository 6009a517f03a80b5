//! `${NAME}` in files that come in at the command line and at the start, and nowhere else.

use serde_json::{Value, json};

use crate::server::Installation;

const FILE: &str = r#"{
    "realm": "env", "enabled": ${ENABLED:true}, "displayName": "${TITLE}",
    "clients": [{"clientId": "${CLIENT:app}", "secret": "${SECRET}", "name": "${client_app}"}]
}"#;

#[test]
fn the_environment_fills_in_a_file_at_the_command_line() {
    let here = Installation::new();
    let file = here.file("env.json", FILE);
    let variables = [("TITLE", "a \"quoted\" title"), ("SECRET", "hush")];
    let output = here.run_with(&["import", file.to_str().unwrap()], &variables);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let realm: Value = serde_json::from_str(&here.export("env")).unwrap();
    let clients = realm["clients"].as_array().unwrap();
    let app = clients
        .iter()
        .find(|client| client["clientId"] == "app")
        .unwrap();

    assert_eq!(realm["enabled"], true);
    assert_eq!(realm["displayName"], "a \"quoted\" title");
    assert_eq!(
        (&app["secret"], &app["name"]),
        (&json!("hush"), &json!("${client_app}"))
    );
}

#[tokio::test]
async fn the_folder_import_is_read_at_the_start_and_what_is_there_stays() {
    let here = Installation::new();
    let folder = here.path().join("data/import");
    std::fs::create_dir_all(&folder).unwrap();
    let put = |title: &str| {
        let realm = json!({"realm": "started", "enabled": true, "displayName": title});
        std::fs::write(folder.join("started.json"), realm.to_string()).unwrap();
    };
    put("first ${NOBODY:default}");
    drop(here.start(&["--import-realm"]).await);
    put("second");
    drop(here.start(&["--import-realm"]).await);
    let realm: Value = serde_json::from_str(&here.export("started")).unwrap();

    assert_eq!(realm["displayName"], "first default");
}

#[tokio::test]
async fn the_admin_api_takes_a_file_as_it_is() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let realm = json!({"realm": "sent", "enabled": true, "displayName": "${HOME}"}).to_string();

    let (made, _) = server.admin(&token, ("POST", ""), Some(&realm)).await;
    let (_, shown) = server.admin(&token, ("GET", "/sent"), None).await;

    assert_eq!((made, &shown["displayName"]), (201, &json!("${HOME}")));
}
