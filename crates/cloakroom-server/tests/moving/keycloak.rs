//! An export of a real Keycloak 26.7: what comes in, what the report says, and who signs in.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compare::differences;
use crate::server::{Installation, claims, data, json};

/// Places that a difference may have, each with what the report says about it.
fn named(report: &Value) -> Vec<String> {
    let lists = ["approximated", "dropped"]
        .iter()
        .flat_map(|list| report[list].as_array().unwrap());
    lists
        .map(|remark| remark["place"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn nothing_of_a_real_export_is_lost_that_the_report_does_not_name() {
    for form in ["acme-realm.json", "folder"] {
        let here = Installation::new();
        let report = here.import(&data(form));
        let after: Value = serde_json::from_str(&here.export("acme")).unwrap();

        let named = named(&report);
        let silent: Vec<_> = differences(&json("acme-realm.json"), &after)
            .into_iter()
            .filter(|place| !named.iter().any(|known| place.starts_with(known.as_str())))
            .collect();
        assert!(silent.is_empty(), "{form}: {silent:?}\n{report:#}");
        assert_eq!(report["mapped"]["users"], 12, "{form}");
    }
}

#[tokio::test]
async fn people_sign_in_with_their_old_passwords_and_are_who_they_were() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let server = here.start(&[]).await;
    let realm = json("acme-realm.json");
    let passwords = json("acme-passwords.json");

    let mut entered = Vec::new();
    for (username, password) in passwords.as_object().unwrap() {
        let users = realm["users"].as_array().unwrap();
        let user = users
            .iter()
            .find(|user| user["username"] == *username)
            .unwrap();
        let right = password["password"].as_str().unwrap();
        let (status, answer) = server.sign_in("acme", username, right).await;
        let (wrong, _) = server.sign_in("acme", username, "not the password").await;

        assert!(wrong >= 400, "{username}");
        if user["enabled"] == false {
            assert!(status >= 400, "{username}: {answer}");
        }
        if status == 200 {
            assert_eq!(
                claims(&answer["access_token"])["sub"],
                user["id"],
                "{username}"
            );
            entered.push(username.as_str());
        }
    }
    // The others have an address to confirm or bring a code.
    for username in ["anna", "ben", "carl"] {
        assert!(
            entered.contains(&username),
            "{username} is not among {entered:?}"
        );
    }
}

/// The code that a device of the export makes (RFC 4226 §5.3).
pub(crate) fn code(secret: &str, counter: u64) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let word = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

#[tokio::test]
async fn people_with_devices_sign_in_with_their_old_codes_and_are_who_they_were() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let server = here.start(&[]).await;
    let (realm, passwords) = (json("acme-realm.json"), json("acme-passwords.json"));
    let step = || u64::try_from(cloakroom_web::app::now().seconds() / 30).unwrap();
    // The realm looks at no step of the clock but the one that is now, so one of three tries may come too late.
    let mut sub = Vec::new();
    for (username, codes) in [
        ("fred", (0..3).map(|_| None).collect::<Vec<_>>()),
        ("gina", vec![Some(3)]),
    ] {
        let users = realm["users"].as_array().unwrap();
        let user = users
            .iter()
            .find(|user| user["username"] == username)
            .unwrap();
        let password = passwords[username]["password"].as_str().unwrap();
        let (status, answer) = server.sign_in("acme", username, password).await;
        assert!(status >= 400, "{username} needs a code: {answer}");
        for counter in codes {
            let code = match counter {
                Some(counter) => code("12345678901234567890", counter),
                None => code("JBSWY3DPEHPK3PXPJBSW", step()),
            };
            let more = [("totp", code.as_str())];
            let (status, answer) = server
                .sign_in_with("acme", (username, password), &more)
                .await;
            if status == 200 {
                assert_eq!(claims(&answer["access_token"])["sub"], user["id"]);
                sub.push(username);
                // What was good once is not good twice.
                let (again, _) = server
                    .sign_in_with("acme", (username, password), &more)
                    .await;
                assert!(again >= 400, "{username}");
                break;
            }
        }
    }
    assert_eq!(sub, ["fred", "gina"]);
}

#[tokio::test]
async fn keys_stay_so_that_tokens_that_are_out_in_the_world_still_verify() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let server = here.start(&[]).await;
    let keys = server
        .get("/realms/acme/protocol/openid-connect/certs")
        .await;
    let shown = keys["keys"].as_array().unwrap();

    let kinds: Vec<&str> = shown
        .iter()
        .map(|key| key["alg"].as_str().unwrap())
        .collect();
    for alg in ["RS256", "RSA-OAEP", "ES256", "EdDSA"] {
        assert!(kinds.contains(&alg), "{alg} is not among {kinds:?}");
    }
    // The name of an RSA key is the digest of its public part, which Keycloak put into its tokens.
    let components = json("acme-realm.json");
    let certificates: Vec<&str> = components["components"]["org.keycloak.keys.KeyProvider"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|key| key["config"]["certificate"][0].as_str())
        .collect();
    let published = shown.iter().filter_map(|key| key["x5c"][0].as_str());
    for certificate in published {
        assert!(certificates.contains(&certificate));
    }
}

#[tokio::test]
async fn keys_that_encrypt_or_sign_no_more_are_no_keys_to_sign_with() {
    let here = Installation::new();
    let mut realm = json("acme-realm.json");
    let keys = realm["components"]["org.keycloak.keys.KeyProvider"].as_array_mut();
    let mut before = Vec::new();
    for key in keys.unwrap() {
        let certificate = key["config"]["certificate"][0].as_str();
        before.extend(certificate.map(str::to_owned));
        match key["providerId"].as_str() {
            Some("rsa-enc-generated") => {
                key["providerId"] = serde_json::json!("rsa");
                key["config"]["keyUse"] = serde_json::json!(["ENC"]);
            }
            _ => key["config"]["active"] = serde_json::json!(["false"]),
        }
    }
    let report = here.import(&here.file("acme-realm.json", &realm.to_string()));
    let server = here.start(&[]).await;
    let keys = server
        .get("/realms/acme/protocol/openid-connect/certs")
        .await;

    let spoken = report["approximated"].to_string();
    assert!(spoken.contains("new ones were made"), "{report:#}");
    let shown = keys["keys"].as_array().unwrap().iter();
    let new = shown.filter(|key| {
        let certificate = key["x5c"][0].as_str().unwrap_or_default();
        key["use"] == "sig" && key["kty"] == "RSA" && !before.iter().any(|old| old == certificate)
    });
    assert_eq!(new.count(), 1, "{keys:#}");
}

#[test]
fn a_trial_writes_nothing() {
    let here = Installation::new();
    let file = data("acme-realm.json");
    let printed = here.run(&["import", file.to_str().unwrap(), "--dry-run"]);
    let again = here.import(&file);

    assert!(
        printed.starts_with("A trial: nothing was written.\nRealm acme: created"),
        "{printed}"
    );
    assert_eq!(again["outcome"], "created");
}

#[test]
fn a_realm_that_is_there_is_dealt_with_as_was_asked() {
    let here = Installation::new();
    let file = data("acme-realm.json");
    here.import(&file);
    let before = here.export("acme");
    let again = |policy: &str| {
        let args = [
            "import",
            file.to_str().unwrap(),
            "--json",
            "--policy",
            policy,
        ];
        let output = here.run_with(&args, &[]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.success(), report)
    };

    let (done, skipped) = again("skip");
    assert!(done);
    assert_eq!(skipped["realms"][0]["outcome"], "skipped");
    let (done, failed) = again("fail");
    assert!(!done);
    assert_eq!(failed["error"], "realm acme: Realm acme already exists");
    let (done, over) = again("overwrite");
    assert!(done);
    assert_eq!(over["realms"][0]["outcome"], "overwritten");
    assert_eq!(here.export("acme"), before);
}

/// The realm with providers and directories, in the form of one file.
fn upstreams() -> (PathBuf, Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moving/upstreams");
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let mut realm = read("upstreams-realm.json");
    realm["users"] = read("upstreams-users-0.json")["users"].clone();
    (folder, realm)
}

#[test]
fn providers_and_directories_come_in_whole_in_both_forms_of_an_export() {
    let (folder, whole) = upstreams();
    let here = Installation::new();
    let file = here.file("upstreams.json", &whole.to_string());
    for from in [folder.as_path(), file.as_path()] {
        let here = Installation::new();
        let report = here.import(from);
        let after: Value = serde_json::from_str(&here.export("upstreams")).unwrap();

        let named = named(&report);
        // A list or a map without anything in it may as well not be there.
        let is_bare = |name: &str| {
            [&whole[name], &after[name]]
                .iter()
                .all(|value| ["null", "[]", "{}"].contains(&value.to_string().as_str()))
        };
        let silent: Vec<_> = differences(&whole, &after)
            .into_iter()
            .filter(|place| !named.iter().any(|known| place.starts_with(known.as_str())))
            .filter(|place| !is_bare(place))
            .collect();
        assert!(silent.is_empty(), "{from:?}: {silent:?}\n{report:#}");
        let lost = ["identityProvider", "components"];
        let lost: Vec<_> = named
            .iter()
            .filter(|place| lost.iter().any(|part| place.starts_with(part)))
            .collect();
        assert!(lost.is_empty(), "{from:?}: {lost:?}");
        assert_eq!(report["mapped"]["users"], 3, "{from:?}");
    }
}
