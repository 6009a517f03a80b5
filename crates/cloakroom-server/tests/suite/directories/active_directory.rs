//! An Active Directory: its ids, its flags of an account, its passwords and its groups inside groups.

use serde_json::{Value, json};

use super::Story;
use super::samba::{PEOPLE, SERVICE};
use super::scene::{House, Scene};
use crate::browser::Browser;
use crate::http::text;
use crate::realm::merged;

pub(super) const STORIES: &[Story] = &[
    (
        "active-directory-signs-in-whom-it-knows-and-says-who-is-switched-off",
        sign_in,
    ),
    (
        "active-directory-lets-nobody-in-who-is-switched-off-there-where-changes-stay-here",
        switched_off,
    ),
    (
        "active-directory-has-a-password-changed-that-is-too-old",
        too_old,
    ),
    (
        "active-directory-takes-a-new-password-by-its-own-rules",
        password,
    ),
    (
        "groups-inside-groups-of-active-directory-are-followed",
        nested,
    ),
    (
        "active-directory-is-connected-as-the-tutorial-says",
        tutorial,
    ),
];

const PASSWORD: &str = "Pa55-phrase-of-somebody";

fn house_of(scene: &Scene, name: &str) -> House {
    house_with(scene, name, json!({}))
}

/// A realm with the domain in it; `config` changes the settings.
fn house_with(scene: &Scene, name: &str, config: Value) -> House {
    let domain = scene.samba.running();
    scene.server.keep_secret(SERVICE.1);
    scene.server.keep_secret(PASSWORD);
    let usual = json!({
        "vendor": "ad", "connectionUrl": domain.url(), "bindDn": SERVICE.0, "bindCredential": SERVICE.1,
        "usersDn": PEOPLE, "usernameLDAPAttribute": "sAMAccountName", "rdnLDAPAttribute": "cn",
        "uuidLDAPAttribute": "objectGUID", "userObjectClasses": "person, organizationalPerson, user",
        "editMode": "WRITABLE", "readTimeout": "10000",
    });
    scene.house_of(&format!("ad-{name}"), merged(usual, config))
}

fn add(scene: &Scene, name: &str) -> String {
    // The name of an account has twenty characters at most.
    let uid: String = scene.name(name).chars().take(20).collect();
    let mail = format!("--mail-address={uid}@ad.example.org");
    let command = [
        "user",
        "add",
        &uid,
        PASSWORD,
        "--given-name=Ada",
        "--surname=Lovelace",
        "--use-username-as-cn",
        &mail,
    ];
    scene.samba.running().tool(&command);
    uid
}

fn sign_in(scene: &Scene) {
    let house = house_of(scene, "sign-in");
    let uid = add(scene, "in");

    house.refuse(&uid, "not the password");
    let claims = house.sign_in(&uid, PASSWORD);
    assert_eq!(text(&claims, "family_name"), "Lovelace");
    assert_eq!(text(&claims, "email"), format!("{uid}@ad.example.org"));
    assert_eq!(
        text(&house.sign_in(&uid, PASSWORD), "sub"),
        text(&claims, "sub")
    );

    scene.samba.running().tool(&["user", "disable", &uid]);
    let page = house.refuse(&uid, PASSWORD);
    assert!(
        page.answer.body.contains("disabled") || page.answer.body.contains("switched off"),
        "{}",
        page.answer.body
    );
    house.refuse(&uid, "not the password");
    scene.samba.running().tool(&["user", "enable", &uid]);
    house.sign_in(&uid, PASSWORD);

    // Switched off here is switched off there.
    let user = house.user(&uid);
    let path = format!("/users/{}", text(&user, "id"));
    house.done("PUT", &path, &merged(user, json!({"enabled": false})));
    house.refuse(&uid, PASSWORD);
    assert_eq!(house.user(&uid)["enabled"], false);
}

fn switched_off(scene: &Scene) {
    let house = house_with(scene, "switched-off", json!({"editMode": "UNSYNCED"}));
    let (known, new) = (add(scene, "off"), add(scene, "offnew"));
    house.sign_in(&known, PASSWORD);

    for uid in [&known, &new] {
        scene.samba.running().tool(&["user", "disable", uid]);
        house.refuse(uid, PASSWORD);
        assert_eq!(house.direct(uid, PASSWORD).status, 400);
        scene.samba.running().tool(&["user", "enable", uid]);
        house.sign_in(uid, PASSWORD);
    }
}

fn too_old(scene: &Scene) {
    let house = house_of(scene, "too-old");
    let uid = add(scene, "old");
    let set = format!("--newpassword={PASSWORD}");
    scene.samba.running().tool(&[
        "user",
        "setpassword",
        &uid,
        &set,
        "--must-change-at-next-login",
    ]);

    house.refuse(&uid, "not the password");
    let mut browser = Browser::new(&scene.server);
    let page = house.try_in(&mut browser, &uid, PASSWORD).page();
    let mut form = page
        .form("kc-passwd-update-form")
        .unwrap_or_else(|| panic!("a new password is asked for: {}", page.answer.body));
    for field in ["password-new", "password-confirm"] {
        form.set(field, "An0ther-phrase-of-mine");
    }
    browser.submit(&page.address, &form).client();

    house.sign_in(&uid, "An0ther-phrase-of-mine");
    // A domain takes the password before for an hour, so that nobody tries that one.
}

fn password(scene: &Scene) {
    let house = house_of(scene, "password");
    let uid = add(scene, "pwd");
    house.sign_in(&uid, PASSWORD);
    let path = format!("/users/{}/reset-password", text(&house.user(&uid), "id"));

    let weak = json!({"type": "password", "value": "weak", "temporary": false});
    let answer = house.realm.call("PUT", &path, &weak);
    assert_eq!(answer.status, 400, "{}", answer.body);
    let fine = json!({"type": "password", "value": "An0ther-phrase-of-mine", "temporary": false});
    house.done("PUT", &path, &fine);

    house.sign_in(&uid, "An0ther-phrase-of-mine");
}

fn nested(scene: &Scene) {
    let house = house_of(scene, "nested");
    let uid = add(scene, "nest");
    let domain = scene.samba.running();
    let (inner, outer) = (scene.name("inner"), scene.name("outer"));
    domain.tool(&["group", "add", &inner]);
    domain.tool(&["group", "add", &outer]);
    domain.tool(&["group", "addmembers", &inner, &uid]);
    domain.tool(&["group", "addmembers", &outer, &inner]);
    house.add_groups(json!({
        "groups.dn": PEOPLE, "group.object.classes": "group",
        "user.roles.retrieve.strategy": "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY",
    }));

    house.sign_in(&uid, PASSWORD);

    let mut groups = house.groups(&house.user(&uid));
    groups.sort();
    assert_eq!(groups, [format!("/{inner}"), format!("/{outer}")]);
}

/// Types what the tutorial says, with the addresses of this run in place of those that it shows.
fn tutorial(scene: &Scene) {
    let uid = add(scene, "tut");
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/tutorials/connect-active-directory.md"
    );
    let text = std::fs::read_to_string(file).unwrap();
    let mut commands = String::new();
    let mut is_code = false;
    for line in text.lines() {
        match line {
            "```sh" => is_code = true,
            "```" => is_code = false,
            line if is_code => commands.push_str(&format!("{line}\n")),
            _ => {}
        }
    }
    let commands = commands
        .replace("http://localhost:8080", &scene.server.base)
        .replace("ldaps://dc.ad.example.org", &scene.samba.running().url())
        .replace("the password of the account that reads", SERVICE.1)
        .replace(
            "ADMIN=admin",
            &format!("ADMIN='{}'", crate::server::ADMIN.0),
        )
        .replace(
            "what you chose",
            &crate::server::ADMIN.1.replace('\'', "'\\''"),
        );
    let folder = tempfile::tempdir().unwrap();
    let done = std::process::Command::new("sh")
        .args(["-e", "-c", &commands])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.first(), Some(&"204"), "{said}");
    assert_eq!(lines.get(1).map(|id| id.len()), Some(36), "{said}");
    assert!(
        lines
            .get(2)
            .is_some_and(|line| line.contains("imported users")),
        "{said}"
    );
    assert!(
        lines
            .get(3)
            .is_some_and(|line| line.contains("imported users")),
        "{said}"
    );

    let fields = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", uid.as_str()),
        ("password", PASSWORD),
    ];
    let path = "/realms/company/protocol/openid-connect/token";
    let answer = scene
        .server
        .send(&crate::http::Request::form(path, &fields));
    assert_eq!(answer.status, 200, "{}", answer.body);
}
