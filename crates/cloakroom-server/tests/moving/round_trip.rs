//! Out and in again: the same data gives the same bytes.

use crate::server::{Installation, data};

#[test]
fn an_export_that_comes_in_elsewhere_is_exported_the_same() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let first = here.export("acme");
    let second = here.export("acme");
    let elsewhere = Installation::new();
    let file = elsewhere.file("acme.json", &first);
    let report = elsewhere.import(&file);
    let third = elsewhere.export("acme");

    assert_eq!(first, second);
    assert_eq!(first, third);
    let none = serde_json::json!([]);
    let kept = |list: &str| report[list].as_array().unwrap().iter();
    let lost: Vec<_> = kept("dropped").collect();
    assert_eq!(report["dropped"], none, "{lost:?}");
}

#[test]
fn a_folder_holds_the_users_in_files_of_their_own() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let folder = here.path().join("folder");
    let to = folder.to_str().unwrap();
    here.run(&[
        "export",
        "--realm",
        "acme",
        "--dir",
        to,
        "--users-per-file",
        "5",
    ]);
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let elsewhere = Installation::new();
    elsewhere.import(&folder);

    let expected = [
        "acme-realm.json",
        "acme-users-0.json",
        "acme-users-1.json",
        "acme-users-2.json",
    ];
    assert_eq!(files, expected);
    assert_eq!(elsewhere.export("acme"), here.export("acme"));
}

#[test]
fn a_masked_export_holds_no_secret_and_says_so_when_it_comes_in() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let file = here.path().join("masked.json");
    let to = file.to_str().unwrap();
    here.run(&[
        "export",
        "--realm",
        "acme",
        "--file",
        to,
        "--secrets",
        "masked",
    ]);
    let text = std::fs::read_to_string(&file).unwrap();
    let elsewhere = Installation::new();
    let report = elsewhere.import(&file).to_string();

    for secret in [
        "shop-secret-of-acme-0123456789",
        "smtp-password",
        "upstream-secret",
        "JBSWY3DPEHPK3PXPJBSW",
        "3aMEUz/5LVmi2RXB6z9jBtbQ5Q+zzZmRG7/HeNG/P44=",
    ] {
        assert!(!text.contains(secret), "{secret} is in the file");
    }
    for place in ["clients[].secret", "users[].credentials[]", "components[]"] {
        assert!(report.contains(place), "{place} is not in {report}");
    }
}
