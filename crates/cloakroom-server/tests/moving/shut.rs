//! A file of the realm `master` that would shut it for everybody.

use serde_json::json;

use crate::server::Installation;

#[tokio::test]
async fn master_comes_in_open_whatever_its_file_says_and_the_report_names_it() {
    let here = Installation::new();
    let realm =
        json!({"realm": "master", "enabled": false, "sslRequired": "all", "displayName": "Mine"});
    let file = here.file("master.json", &realm.to_string());
    let report = here.import(&file);

    let spoken = report["approximated"].to_string();
    for place in ["enabled", "sslRequired"] {
        let named = format!("\"place\":\"{place}\"");
        assert!(spoken.contains(&named), "{place}: {report:#}");
    }
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let (_, master) = server.admin(&token, ("GET", "/master"), None).await;
    assert_eq!(master["displayName"], "Mine");
    assert_eq!(master["enabled"], true);
    assert_eq!(master["sslRequired"], "external");
}

#[test]
fn another_realm_and_a_server_of_https_keep_what_the_file_says() {
    let here = Installation::new();
    let realms = json!([
        {"realm": "master", "enabled": true, "sslRequired": "all"},
        {"realm": "shop", "enabled": false, "sslRequired": "all"},
    ]);
    let file = here.file("realms.json", &realms.to_string());
    let args = ["import", file.to_str().unwrap()];
    let secure = [("CLOAKROOM_PUBLIC_URL", "https://id.example")];
    let output = here.run_with(&args, &secure);

    assert!(output.status.success(), "{output:?}");
    for realm in ["master", "shop"] {
        let kept: serde_json::Value = serde_json::from_str(&here.export(realm)).unwrap();
        assert_eq!(kept["sslRequired"], "all", "{realm}");
        assert_eq!(kept["enabled"], realm == "master");
    }
}
