//! What administrators do with a directory and its people.

use serde_json::{Value, json};

use super::Story;
use super::scene::{House, Scene};
use super::slapd::{SERVICE, dn_of, password_of};
use crate::http::text;

pub(super) const STORIES: &[Story] = &[
    ("a-directory-that-is-read-only-keeps-what-it-has", read_only),
    (
        "what-is-changed-of-its-people-is-changed-in-a-writable-directory",
        writable,
    ),
    (
        "what-is-changed-of-its-people-stays-here-where-it-is-not-synced",
        unsynced,
    ),
    (
        "a-full-sync-takes-over-everybody-and-removes-who-is-gone",
        full,
    ),
    (
        "a-sync-that-would-remove-more-than-a-tenth-removes-nobody",
        vanishing,
    ),
    ("a-preview-stores-nobody", preview),
    (
        "a-sync-of-those-who-changed-leaves-the-others-alone",
        changed,
    ),
    ("a-sync-is-a-job-with-its-progress", job),
    ("people-who-are-unlinked-stay-who-they-are", unlinked),
    ("people-who-were-imported-can-be-removed-again", removed),
    ("people-go-with-their-directory", deleted),
    ("groups-are-taken-over-by-their-mapper", mapper),
    (
        "groups-that-are-taken-over-once-come-with-the-first-sign-in-whoever-found-its-person-before",
        once,
    ),
    ("a-connection-is-tried-before-it-is-stored", tried),
    (
        "a-directory-that-is-not-reached-takes-over-nobody-and-says-so",
        unreached,
    ),
];

fn directory_of_few(scene: &Scene, name: &str, config: Value) -> (House, Vec<String>) {
    let unit = format!("ou={},dc=example,dc=org", scene.name(name));
    scene.slapd.change(&format!(
        "dn: {unit}\nchangetype: add\nobjectClass: organizationalUnit\nou: {}\n",
        scene.name(name)
    ));
    let mut ldif = String::new();
    let people: Vec<String> = (0..20)
        .map(|at| scene.name(&format!("{name}-{at:02}")))
        .collect();
    for uid in &people {
        ldif.push_str(&format!(
            "dn: uid={uid},{unit}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: Ada\nsn: Lovelace\nuserPassword: {}\n\n",
            password_of(uid)
        ));
    }
    scene.slapd.change(&ldif);
    let config = crate::realm::merged(json!({"usersDn": unit}), config);
    (scene.house_of(name, config), people)
}

fn read_only(scene: &Scene) {
    let house = scene.house_of("read-only", json!({}));
    let uid = scene.person("read-only");
    house.sign_in(&uid, &password_of(&uid));
    let user = house.user(&uid);
    let path = format!("/users/{}", text(&user, "id"));

    let changed = crate::realm::merged(user.clone(), json!({"lastName": "Byron"}));
    let answer = house.realm.call("PUT", &path, &changed);
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(text(&answer.json(), "errorMessage"), "User is read only!");
    let password = json!({"type": "password", "value": "another passphrase", "temporary": false});
    let answer = house
        .realm
        .call("PUT", &format!("{path}/reset-password"), &password);
    assert_eq!(answer.status, 400, "{}", answer.body);
    // What is the realm's own may be changed.
    house.done(
        "PUT",
        &path,
        &crate::realm::merged(user, json!({"requiredActions": []})),
    );
    house.refuse(&uid, "another passphrase");
}

fn writable(scene: &Scene) {
    let house = scene.house_of("writable", json!({"editMode": "WRITABLE"}));
    let uid = scene.person("writable");
    house.sign_in(&uid, &password_of(&uid));
    let user = house.user(&uid);
    let path = format!("/users/{}", text(&user, "id"));

    let change = json!({"lastName": "Byron", "email": "new@example.org"});
    house.done("PUT", &path, &crate::realm::merged(user, change));
    assert_eq!(scene.slapd.value(&uid, "sn"), "Byron");
    assert_eq!(scene.slapd.value(&uid, "mail"), "new@example.org");
    let password = json!({"type": "password", "value": "another passphrase", "temporary": false});
    house.done("PUT", &format!("{path}/reset-password"), &password);

    house.refuse(&uid, &password_of(&uid));
    let claims = house.sign_in(&uid, "another passphrase");
    assert_eq!(text(&claims, "family_name"), "Byron");
    let kept = house.done("GET", &format!("{path}/credentials"), &Value::Null);
    assert_eq!(kept, json!([]), "the directory has the password");
}

fn unsynced(scene: &Scene) {
    let house = scene.house_of("unsynced", json!({"editMode": "UNSYNCED"}));
    let uid = scene.person("unsynced");
    house.sign_in(&uid, &password_of(&uid));
    let path = format!("/users/{}", text(&house.user(&uid), "id"));

    let password = json!({"type": "password", "value": "a passphrase of here", "temporary": false});
    house.done("PUT", &format!("{path}/reset-password"), &password);

    house.sign_in(&uid, "a passphrase of here");
    house.refuse(&uid, &password_of(&uid));
}

fn full(scene: &Scene) {
    let (house, people) = directory_of_few(scene, "full", json!({}));

    let done = house.sync("triggerFullSync");
    assert_eq!(
        (&done["added"], &done["failed"]),
        (&json!(20), &json!(0)),
        "{done}"
    );
    assert_eq!(text(&done, "status"), "20 imported users, 0 updated users");
    assert_eq!(house.count(), 20);
    let kept = text(&house.user(&people[3]), "id").to_owned();

    let unit = format!("ou={},dc=example,dc=org", scene.name("full"));
    scene.slapd.remove(&format!("uid={},{unit}", people[0]));
    scene.slapd.remove(&format!("uid={},{unit}", people[1]));
    let done = house.sync("triggerFullSync");
    assert_eq!(
        (&done["updated"], &done["removed"]),
        (&json!(18), &json!(2)),
        "{done}"
    );
    assert_eq!(house.count(), 18);
    assert_eq!(text(&house.user(&people[3]), "id"), kept);
    let claims = house.sign_in(&people[3], &password_of(&people[3]));
    assert_eq!(text(&claims, "sub"), kept);
}

fn vanishing(scene: &Scene) {
    let (house, _) = directory_of_few(scene, "vanishing", json!({}));
    house.sync("triggerFullSync");
    let path = format!("/components/{}", house.directory);
    let mut stored = house.done("GET", &path, &Value::Null);
    stored["config"]["customUserSearchFilter"] = json!(["(uid=*0*)"]);
    house.done("PUT", &path, &stored);

    let done = house.sync("triggerFullSync");
    assert_eq!(done["removed"], 0, "{done}");
    assert!(text(&done, "status").contains("none was"), "{done}");
    assert_eq!(house.count(), 20);

    let done = house.sync("triggerFullSync&removeMany=true");
    assert!(done["removed"].as_i64() > Some(0), "{done}");
    assert!(house.count() < 20);
}

fn preview(scene: &Scene) {
    let (house, _) = directory_of_few(scene, "preview", json!({}));

    let done = house.sync("triggerFullSync&preview=true");

    assert_eq!(done["added"], 20, "{done}");
    assert_eq!(house.count(), 0);
}

fn changed(scene: &Scene) {
    let (house, people) = directory_of_few(scene, "changed", json!({}));
    house.sync("triggerFullSync");
    let path = format!("/components/{}", house.directory);
    let unit = format!("ou={},dc=example,dc=org", scene.name("changed"));
    // A directory tells its instants in seconds.
    crate::server::pause(std::time::Duration::from_millis(1100));
    let mut stored = house.done("GET", &path, &Value::Null);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    stored["config"]["lastSync"] = json!([now.to_string()]);
    house.done("PUT", &path, &stored);
    scene.slapd.change(&format!(
        "dn: uid={},{unit}\nchangetype: modify\nreplace: sn\nsn: Byron\n",
        people[4]
    ));

    let done = house.sync("triggerChangedUsersSync");

    assert_eq!(
        (&done["added"], &done["updated"]),
        (&json!(0), &json!(1)),
        "{done}"
    );
    assert_eq!(text(&house.user(&people[4]), "lastName"), "Byron");
    assert_eq!(house.count(), 20);
}

fn job(scene: &Scene) {
    let (house, _) = directory_of_few(scene, "job", json!({}));
    let taken = scene.name("job-07");
    house.realm.create_person(&taken, json!({}));

    let done = house.sync("triggerFullSync");
    assert_eq!(
        (&done["added"], &done["failed"]),
        (&json!(19), &json!(1)),
        "{done}"
    );

    let all = house.done("GET", "/ui-ext/jobs", &Value::Null);
    let path = format!("/ui-ext/jobs/{}", text(&all[0], "id"));
    let one = house.done("GET", &path, &Value::Null);
    assert_eq!(text(&one, "kind"), "sync-users");
    assert_eq!(text(&one, "state"), "done");
    assert_eq!((&one["handled"], &one["failed"]), (&json!(20), &json!(1)));
    assert!(text(&one["report"][0], "name").contains(&taken), "{one}");
}

fn unlinked(scene: &Scene) {
    let house = scene.house_of("unlinked", json!({}));
    let uid = scene.person("unlinked");
    let before = house.sign_in(&uid, &password_of(&uid));
    house.done(
        "POST",
        &format!("/user-storage/{}/unlink-users", house.directory),
        &Value::Null,
    );

    let user = house.user(&uid);
    assert_eq!(text(&user, "id"), text(&before, "sub"));
    assert_eq!(user.get("federationLink"), None);
    house.refuse(&uid, &password_of(&uid));
    let password = json!({"type": "password", "value": "a passphrase of here", "temporary": false});
    let path = format!("/users/{}/reset-password", text(&user, "id"));
    house.done("PUT", &path, &password);
    let after = house.sign_in(&uid, "a passphrase of here");
    assert_eq!(text(&after, "sub"), text(&before, "sub"));
}

fn removed(scene: &Scene) {
    let house = scene.house_of("removed", json!({}));
    let own = house.realm.create_person("own", json!({}));
    let uid = scene.person("removed");
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(house.count(), 2);

    let path = format!("/user-storage/{}/remove-imported-users", house.directory);
    house.done("POST", &path, &Value::Null);

    assert_eq!(house.count(), 1);
    house.sign_in(&own.username, &own.password);
}

fn deleted(scene: &Scene) {
    let house = scene.house_of("deleted", json!({}));
    let uid = scene.person("deleted");
    house.sign_in(&uid, &password_of(&uid));

    house.done(
        "DELETE",
        &format!("/components/{}", house.directory),
        &Value::Null,
    );

    assert_eq!(house.count(), 0);
    house.refuse(&uid, &password_of(&uid));
}

fn mapper(scene: &Scene) {
    let house = scene.house_of("mapper", json!({}));
    let group = scene.name("mapped");
    let uid = scene.person("mapper");
    scene.slapd.add_group(&group, &[dn_of(&uid)]);
    let filter = format!("(cn={group})");
    let mapper = house.add_groups(json!({"groups.ldap.filter": filter}));
    let at = format!("/user-storage/{}/mappers/{mapper}/sync", house.directory);

    let done = house.done(
        "POST",
        &format!("{at}?direction=fedToKeycloak"),
        &Value::Null,
    );
    assert_eq!(done["added"], 1, "{done}");
    let done = house.done(
        "POST",
        &format!("{at}?direction=fedToKeycloak"),
        &Value::Null,
    );
    assert_eq!(
        (&done["added"], &done["updated"]),
        (&json!(0), &json!(1)),
        "{done}"
    );
    let found = house.done("GET", &format!("/groups?search={group}"), &Value::Null);
    assert_eq!(text(&found[0], "name"), group);
}

fn tried(scene: &Scene) {
    let house = scene.house_of("tried", json!({}));
    let asked = |action: &str, change: Value| {
        let usual = json!({
            "action": action, "connectionUrl": scene.slapd.url(), "authType": "simple",
            "bindDn": SERVICE.0, "bindCredential": SERVICE.1,
        });
        let body = crate::realm::merged(usual, change);
        house
            .realm
            .call("POST", "/testLDAPConnection", &body)
            .status
    };
    assert_eq!(asked("testConnection", json!({})), 204);
    assert_eq!(asked("testAuthentication", json!({})), 204);
    assert_eq!(
        asked("testAuthentication", json!({"bindCredential": "wrong"})),
        400
    );
    assert_eq!(
        asked("testAuthentication", json!({"bindCredential": ""})),
        400
    );
    let stored = json!({"bindCredential": "**********", "componentId": house.directory});
    assert_eq!(asked("testAuthentication", stored), 204);
    let body = json!({
        "action": "queryServerCapabilities", "connectionUrl": scene.slapd.url(), "authType": "simple",
        "bindDn": SERVICE.0, "bindCredential": SERVICE.1,
    });
    let known = house.done("POST", "/ldap-server-capabilities", &body);
    let paged = json!({"oid": "1.2.840.113556.1.4.319", "type": "CONTROL"});
    assert!(known.as_array().unwrap().contains(&paged), "{known}");
}

fn unreached(scene: &Scene) {
    let nowhere = cloakroom_testkit::free_port(&scene.slapd.address);
    let url = format!("ldap://{}:{nowhere}", scene.slapd.address);
    let house = scene.house_of("unreached", json!({"connectionUrl": url}));

    let done = house.sync("triggerFullSync");

    assert_eq!(done["added"], 0);
    assert!(text(&done, "status").contains("not reached"), "{done}");
}

fn once(scene: &Scene) {
    let house = scene.house_of("taken-over-once", json!({}));
    house.add_groups(json!({"mode": "IMPORT"}));
    let (uid, group) = (scene.person("taken-over"), scene.name("taken-choir"));
    scene.slapd.add_group(&group, &[dn_of(&uid)]);
    // Whoever administers the realm looks for them, which does not look through the groups.
    let user = house.user(&uid);
    assert!(house.groups(&user).is_empty());

    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(house.groups(&user), [format!("/{group}")]);

    // From then on the realm decides.
    let found = house.done("GET", &format!("/groups?search={group}"), &Value::Null);
    let path = format!(
        "/users/{}/groups/{}",
        text(&user, "id"),
        text(&found[0], "id")
    );
    house.done("DELETE", &path, &Value::Null);
    house.sign_in(&uid, &password_of(&uid));
    assert!(house.groups(&user).is_empty());
}
