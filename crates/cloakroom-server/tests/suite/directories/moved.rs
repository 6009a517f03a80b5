//! A realm with providers of each kind that a real Keycloak exported, and directories and entries that take the place of others.

use serde_json::{Value, json};

use super::Story;
use super::scene::Scene;
use super::slapd::{PEOPLE, dn_of, password_of};
use crate::federation::moved::{Directory, play};
use crate::http::text;
use crate::realm::merged;

pub(super) const STORIES: &[Story] = &[
    (
        "a-realm-of-keycloak-with-openid-saml-and-ldap-providers-works-without-an-edit",
        moved,
    ),
    (
        "V027-people-of-a-directory-made-anew-have-nothing-of-those-before",
        anew,
    ),
    (
        "V027-another-entry-of-a-name-that-is-stored-is-nobody",
        recycled,
    ),
];

fn moved(scene: &Scene) {
    let (known, new) = (scene.person("mary"), scene.person("annie"));
    let group = scene.name("wind-tunnel");
    scene.slapd.add_group(&group, &[dn_of(&known)]);
    let filter = format!("(uid={known})");
    let entry = scene.slapd.values(PEOPLE, &filter, "entryUUID").remove(0);
    let directory = Directory {
        url: scene.slapd.url(),
        known: (known.clone(), password_of(&known), entry),
        new: (new.clone(), password_of(&new)),
        group,
    };
    play(&scene.server, &directory);
}

/// Who is not imported has an id that is made of the directory's and their name.
fn anew(scene: &Scene) {
    let mut house = scene.house_of("made-anew", json!({"importEnabled": "false"}));
    let uid = scene.person("made-anew");
    let first = house.sign_in(&uid, &password_of(&uid));
    house.done("POST", "/roles", &json!({"name": "treasurer"}));
    let role = house.done("GET", "/roles/treasurer", &Value::Null);
    let of = |sub: &str| format!("/users/{sub}/role-mappings/realm");
    let sub = text(&first, "sub");
    house.done("POST", &of(sub), &json!([role]));
    let path = format!("/components/{}", house.directory);
    let component = house.done("GET", &path, &Value::Null);
    let has_role = |house: &super::scene::House, sub: &str| {
        let all = house.done("GET", &of(sub), &Value::Null);
        all.as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "treasurer")
    };
    assert!(has_role(&house, sub));

    house.done("DELETE", &path, &Value::Null);
    assert_eq!(house.count(), 0, "they go with their directory");
    house.directory = house.add("ldap", scene.settings(json!({"importEnabled": "false"})));
    let second = house.sign_in(&uid, &password_of(&uid));

    assert_ne!(first["sub"], second["sub"]);
    assert!(!has_role(&house, text(&second, "sub")));

    // Made anew under the id of before, as an export has it, it gives the same ids and nothing that went with them.
    let path = format!("/components/{}", house.directory);
    house.done("DELETE", &path, &Value::Null);
    let secret = scene.settings(json!({"importEnabled": "false"}));
    let same = merged(component, json!({"config": super::scene::listed(&secret)}));
    house.done("POST", "/components", &same);
    let third = house.sign_in(&uid, &password_of(&uid));
    assert_eq!(first["sub"], third["sub"]);
    assert!(!has_role(&house, text(&third, "sub")));
}

fn recycled(scene: &Scene) {
    for import in ["true", "false"] {
        let name = format!("recycled-{import}");
        let house = scene.house_of(&name, json!({"importEnabled": import}));
        let uid = scene.person(&name);
        let before = house.sign_in(&uid, &password_of(&uid));

        scene.slapd.remove(&dn_of(&uid));
        scene.slapd.add_person(&uid);

        house.refuse(&uid, &password_of(&uid));
        assert_eq!(text(&house.user(&uid), "id"), text(&before, "sub"));
        assert_eq!(house.count(), 1);
    }
}
