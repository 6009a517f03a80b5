//! Directories that are written: new people, people who go, groups and roles.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Story;
use super::scene::{House, Scene};
use super::slapd::{GROUPS, PEOPLE, dn_of, password_of};
use crate::browser::Browser;
use crate::http::text;
use crate::realm::merged;
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    ("somebody-new-becomes-an-entry-of-the-directory", made),
    ("a-name-that-the-directory-has-is-taken-here-as-well", taken),
    (
        "whoever-registers-becomes-an-entry-of-the-directory",
        registers,
    ),
    (
        "whoever-is-removed-goes-from-a-writable-directory-and-stays-in-another",
        removed,
    ),
    (
        "many-who-are-removed-at-once-go-from-the-directory-as-well",
        many,
    ),
    (
        "somebody-whom-the-directory-alone-knows-is-found-by-a-search",
        found,
    ),
    ("groups-that-are-there-alone-are-written-there", groups),
    ("roles-that-are-there-alone-are-written-there", roles),
    (
        "a-group-that-the-directory-gave-is-not-taken-away-here",
        kept,
    ),
    (
        "what-people-change-of-themselves-is-changed-in-the-directory",
        profile,
    ),
    (
        "a-new-password-is-held-against-the-directorys-rules-and-ours-where-that-is-set",
        policy,
    ),
];

fn house_of(scene: &Scene, name: &str) -> House {
    let config = json!({"editMode": "WRITABLE", "syncRegistrations": "true"});
    scene.house_of(&format!("written-{name}"), config)
}

fn profile(scene: &Scene) {
    for (mode, is_written) in [("WRITABLE", true), ("READ_ONLY", false)] {
        let name = format!("profile-{}", mode.to_lowercase().replace('_', "-"));
        let house = scene.house_of(&name, json!({"editMode": mode}));
        let uid = scene.person(&name);
        house.sign_in(&uid, &password_of(&uid));
        let user = house.user(&uid);
        let asked = merged(user.clone(), json!({"requiredActions": ["UPDATE_PROFILE"]}));
        house.done("PUT", &format!("/users/{}", text(&user, "id")), &asked);
        let mut browser = Browser::new(&scene.server);
        let page = house.try_in(&mut browser, &uid, &password_of(&uid)).page();
        let mut form = page.form("kc-update-profile-form").unwrap();
        form.set("lastName", "Byron");

        let place = browser.submit(&page.address, &form);

        let (there, here) = (scene.slapd.value(&uid, "sn"), house.user(&uid));
        match is_written {
            true => {
                place.client();
                assert_eq!(
                    (there.as_str(), text(&here, "lastName")),
                    ("Byron", "Byron")
                );
            }
            false => {
                let page = place.page();
                assert!(page.form("kc-update-profile-form").is_some());
                assert_eq!(
                    (there.as_str(), text(&here, "lastName")),
                    ("Lovelace", "Lovelace")
                );
            }
        }
    }
}

fn policy(scene: &Scene) {
    let new = "no more than eight words of a passphrase";
    scene.server.keep_secret(new);
    for (validates, status) in [("false", 204), ("true", 400)] {
        let config = json!({"editMode": "WRITABLE", "validatePasswordPolicy": validates});
        let house = scene.house_of(&format!("policy-{validates}"), config);
        let uid = scene.person(&format!("policy-{validates}"));
        house.sign_in(&uid, &password_of(&uid));
        house
            .realm
            .change("", json!({"passwordPolicy": "length(100)"}));
        let path = format!("/users/{}/reset-password", text(&house.user(&uid), "id"));
        let sent = json!({"type": "password", "value": new, "temporary": false});

        let answer = house.realm.call("PUT", &path, &sent);

        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

fn made(scene: &Scene) {
    let house = house_of(scene, "made");
    let uid = scene.name("made");
    let password = password_of(&uid);
    scene.server.keep_secret(&password);
    let new = json!({
        "username": uid, "enabled": true, "email": format!("{uid}@example.org"),
        "firstName": "Grace", "lastName": "Hopper",
        "credentials": [{"type": "password", "value": password, "temporary": false}],
    });

    house.done("POST", "/users", &new);

    assert_eq!(scene.slapd.value(&uid, "sn"), "Hopper");
    assert_eq!(scene.slapd.value(&uid, "cn"), "Grace");
    assert_eq!(
        scene.slapd.value(&uid, "mail"),
        format!("{uid}@example.org")
    );
    let user = house.user(&uid);
    assert_eq!(text(&user, "federationLink"), house.directory);
    assert_eq!(user["attributes"]["LDAP_ENTRY_DN"], json!([dn_of(&uid)]));
    assert_eq!(
        user["attributes"]["LDAP_ID"],
        json!([scene.slapd.value(&uid, "entryUUID")])
    );
    let path = format!("/users/{}/credentials", text(&user, "id"));
    assert_eq!(house.done("GET", &path, &Value::Null), json!([]));
    let claims = house.sign_in(&uid, &password);
    assert_eq!(text(&claims, "sub"), text(&user, "id"));
    house.refuse(&uid, "not the password");

    // Nothing is known of this one, and the classes of an entry demand a family name.
    let bare = scene.name("made-bare");
    house.done(
        "POST",
        "/users",
        &json!({"username": bare, "enabled": true}),
    );
    assert_eq!(text(&house.user(&bare), "federationLink"), house.directory);
}

fn taken(scene: &Scene) {
    let house = house_of(scene, "taken");
    let uid = scene.person("written-taken");

    let new = json!({"username": uid, "enabled": true});
    let answer = house.realm.call("POST", "/users", &new);

    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(house.count(), 1, "they are known from now on");
    house.sign_in(&uid, &password_of(&uid));
    // An address that is somebody's leaves no entry behind.
    let other = scene.name("written-taken-other");
    let new = json!({"username": other, "email": format!("{uid}@example.org"), "enabled": true});
    assert_eq!(house.realm.call("POST", "/users", &new).status, 409);
    assert_eq!(scene.slapd.value(&other, "uid"), "");
}

fn registers(scene: &Scene) {
    let house = house_of(scene, "registers");
    house.done("PUT", "", &json!({"registrationAllowed": true}));
    let uid = scene.name("registers");
    let password = password_of(&uid);
    scene.server.keep_secret(&password);
    let mut browser = Browser::new(&scene.server);
    let page = house.login(&mut browser);
    let links = page.answer.body.split("href=\"").skip(1);
    let mut links = links.filter_map(|rest| rest.split('"').next());
    let link = links.find(|link| link.contains("login-actions/registration"));
    let link = link.expect("a way to register").replace("&#38;", "&");
    let link = link.replace("&amp;", "&");
    let path = link.strip_prefix(&scene.server.base).unwrap_or(&link);
    let page = browser.open(path).page();
    let mut form = page.form("kc-register-form").expect("the form");
    for (name, value) in [
        ("username", uid.as_str()),
        ("email", &format!("{uid}@example.org")),
        ("firstName", "Grace"),
        ("lastName", "Hopper"),
        ("password", &password),
        ("password-confirm", &password),
    ] {
        form.set(name, value);
    }

    browser.submit(&page.address, &form).client();

    assert_eq!(scene.slapd.value(&uid, "sn"), "Hopper");
    assert_eq!(text(&house.user(&uid), "federationLink"), house.directory);
    house.sign_in(&uid, &password);
}

fn removed(scene: &Scene) {
    for (mode, is_gone) in [("WRITABLE", true), ("READ_ONLY", false)] {
        let name = format!("gone-{}", mode.to_lowercase().replace('_', "-"));
        let house = scene.house_of(&name, json!({"editMode": mode}));
        let uid = scene.person(&name);
        house.sign_in(&uid, &password_of(&uid));
        let path = format!("/users/{}", text(&house.user(&uid), "id"));

        house.done("DELETE", &path, &Value::Null);

        assert_eq!(house.count(), 0);
        assert_eq!(scene.slapd.value(&uid, "uid").is_empty(), is_gone, "{mode}");
    }
}

fn many(scene: &Scene) {
    let house = scene.house_of("many", json!({"editMode": "WRITABLE"}));
    let uids = ["many-1", "many-2"].map(|name| scene.person(name));
    for uid in &uids {
        house.sign_in(uid, &password_of(uid));
    }
    let own = house.realm.create_person("own", json!({}));
    let names = [uids[0].as_str(), own.username.as_str(), uids[1].as_str()];
    let ids = names.map(|name| text(&house.user(name), "id").to_owned());
    let job = json!({"kind": "change-users", "act": "delete", "ids": ids});

    let begun = house.realm.call("POST", "/ui-ext/jobs", &job);

    assert_eq!(begun.status, 201, "{}", begun.body);
    let place = begun.location().unwrap_or_default();
    let path = format!("/ui-ext/jobs/{}", place.rsplit('/').next().unwrap());
    let deadline = Instant::now() + Duration::from_secs(20);
    let done = loop {
        let done = house.done("GET", &path, &Value::Null);
        if text(&done, "state") != "waiting" {
            break done;
        }
        assert!(Instant::now() < deadline, "{done}");
        pause(Duration::from_millis(20));
    };
    assert_eq!(
        (&done["handled"], &done["failed"]),
        (&json!(3), &json!(0)),
        "{done}"
    );
    assert_eq!(house.count(), 0);
    for uid in &uids {
        assert_eq!(scene.slapd.value(uid, "uid"), "");
    }
}

fn found(scene: &Scene) {
    let house = scene.house_of("found", json!({}));
    let uid = scene.person("found-by-search");
    assert_eq!(house.count(), 0);

    let answer = house.done("GET", "/users?search=found-by-sea", &Value::Null);

    assert_eq!(text(&answer[0], "username"), uid, "{answer}");
    assert_eq!(text(&answer[0], "federationLink"), house.directory);
    let claims = house.sign_in(&uid, &password_of(&uid));
    assert_eq!(text(&claims, "sub"), text(&answer[0], "id"));
    // A name that is more than a name finds nobody; no other test makes somebody who is called so.
    let odd = "/users?search=*)(uid=found*";
    assert_eq!(house.done("GET", odd, &Value::Null), json!([]));

    let other = scene.person("found-by-name");
    let exact = format!("/users?exact=true&username={other}");
    let answer = house.done("GET", &exact, &Value::Null);
    assert_eq!(text(&answer[0], "username"), other);
}

/// The members of a group in the directory.
fn members(scene: &Scene, cn: &str) -> Vec<String> {
    scene.slapd.values(GROUPS, &format!("(cn={cn})"), "member")
}

fn groups(scene: &Scene) {
    let house = house_of(scene, "groups");
    let mapper = house.add_groups(json!({"mode": "LDAP_ONLY"}));
    let uid = scene.person("written-groups");
    house.sign_in(&uid, &password_of(&uid));
    let user = house.user(&uid);
    let name = scene.name("written, R&D");
    house.done("POST", "/groups", &json!({"name": name}));
    let listed = house.done("GET", "/groups?search=written", &Value::Null);
    let place = format!(
        "/users/{}/groups/{}",
        text(&user, "id"),
        text(&listed[0], "id")
    );

    house.done("PUT", &place, &Value::Null);
    assert_eq!(members(scene, &name), [dn_of(&uid)]);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(house.groups(&user), [format!("/{name}")]);

    house.done("DELETE", &place, &Value::Null);
    assert_eq!(members(scene, &name), ["cn=empty-membership-placeholder"]);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(house.groups(&user), Vec::<String>::new());

    let other = scene.name("written-elsewhere");
    house.done("POST", "/groups", &json!({"name": other}));
    let at = format!(
        "/user-storage/{}/mappers/{mapper}/sync?direction=keycloakToFed",
        house.directory
    );
    let done = house.done("POST", &at, &Value::Null);
    assert_eq!(
        (&done["added"], &done["updated"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    assert_eq!(members(scene, &other), ["cn=empty-membership-placeholder"]);
}

fn roles(scene: &Scene) {
    let house = house_of(scene, "roles");
    let config = json!({
        "roles.dn": GROUPS, "role.name.ldap.attribute": "cn", "role.object.classes": "groupOfNames",
        "membership.ldap.attribute": "member", "membership.attribute.type": "DN", "mode": "LDAP_ONLY",
        "use.realm.roles.mapping": "true",
        "user.roles.retrieve.strategy": "LOAD_ROLES_BY_MEMBER_ATTRIBUTE",
    });
    house.add_mapper("roles", "role-ldap-mapper", config);
    let uid = scene.person("written-roles");
    house.sign_in(&uid, &password_of(&uid));
    let name = scene.name("written-clerks");
    house.done("POST", "/roles", &json!({"name": name}));
    let role = house.done("GET", &format!("/roles/{name}"), &Value::Null);
    let place = format!(
        "/users/{}/role-mappings/realm",
        text(&house.user(&uid), "id")
    );
    let names = || {
        let found = house.done("GET", &place, &Value::Null);
        let all = found.as_array().cloned().unwrap_or_default();
        let names = all.iter().map(|one| text(one, "name").to_owned());
        names.filter(|one| *one == name).count()
    };

    house.done("POST", &place, &json!([role]));
    assert_eq!(members(scene, &name), [dn_of(&uid)]);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(names(), 1);

    house.done("DELETE", &place, &json!([role]));
    assert_eq!(members(scene, &name), ["cn=empty-membership-placeholder"]);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(names(), 0);
}

fn kept(scene: &Scene) {
    let house = scene.house_of("kept", json!({}));
    house.add_groups(json!({}));
    let (uid, group) = (scene.person("kept"), scene.name("kept"));
    scene.slapd.add_group(&group, &[dn_of(&uid)]);
    house.sign_in(&uid, &password_of(&uid));
    let user = house.user(&uid);
    let listed = house.done("GET", &format!("/groups?search={group}"), &Value::Null);
    let place = format!(
        "/users/{}/groups/{}",
        text(&user, "id"),
        text(&listed[0], "id")
    );

    let answer = house.realm.call("DELETE", &place, &Value::Null);

    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(house.groups(&user), [format!("/{group}")]);
    assert_eq!(
        scene.slapd.values(PEOPLE, &format!("(uid={uid})"), "uid"),
        [uid]
    );
}
