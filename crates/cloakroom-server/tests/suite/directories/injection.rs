//! Values that are more than values, in each place where one becomes a part of a filter or of a name in the directory:
//! what a person types, what an administrator searches and names, and what stands in entries.

use serde_json::{Value, json};

use super::Story;
use super::scene::{House, Scene};
use super::slapd::{GROUPS, PEOPLE, dn_of, password_of};
use crate::browser::Browser;
use crate::http::{encode, text};

pub(super) const STORIES: &[Story] = &[
    (
        "no-value-that-is-typed-or-searched-finds-anybody-else",
        asked,
    ),
    (
        "no-name-of-a-group-is-more-than-one-group-in-the-directory",
        groups,
    ),
    (
        "no-name-of-a-role-is-more-than-one-role-in-the-directory",
        roles,
    ),
    ("no-name-of-a-person-is-more-than-one-entry", people),
    ("no-name-of-an-entry-is-in-the-groups-of-another", members),
];

/// Each stays one value: in a filter (RFC 4515 §3), in a name (RFC 4514 §2.4), or in both.
const VALUES: &[&str] = &[
    "*",
    "*)(uid=*",
    "x)(|(uid=*)",
    "*))(|(cn=*",
    "(&)",
    "\\2a",
    "\\",
    "\\,",
    "a,ou=people,dc=example,dc=org",
    "a+uid=b",
    "#a",
    "a;b",
    "\"a\"",
    "<a>",
    "a=b",
    "cn:caseExactMatch:=a",
    ">=a",
    "~=a",
];

/// A filter that finds exactly this value, without the server's own escaping.
fn exactly(attribute: &str, value: &str) -> String {
    let bytes = value.bytes().map(|byte| format!("\\{byte:02x}"));
    format!("({attribute}={})", bytes.collect::<String>())
}

fn asked(scene: &Scene) {
    let house = scene.house_of("asked", json!({}));
    let victim = scene.person("asked-of");
    let password = password_of(&victim);
    for value in VALUES {
        for typed in [(*value).to_owned(), format!("{value}@example.org")] {
            let mut browser = Browser::new(&scene.server);
            let place = house.try_in(&mut browser, &typed, &password);
            assert!(place.page().is_login(), "{typed}");
        }
        for name in ["search", "username", "email", "firstName", "lastName"] {
            for exact in ["true", "false"] {
                let path = format!("/users?{}", encode(&[(name, *value), ("exact", exact)]));
                let found = house.realm.call("GET", &path, &Value::Null);
                assert!(found.status < 500, "{path}");
                // A star alone is everybody, as Keycloak has it.
                let is_wildcard = *value == "*" && name == "search";
                assert!(
                    is_wildcard || !found.body.contains(&victim),
                    "{path}: {}",
                    found.body
                );
            }
        }
    }
    house.sign_in(&victim, &password);
}

/// The members that the directory has under a name.
fn there(scene: &Scene, name: &str) -> Vec<String> {
    scene.slapd.values(GROUPS, &exactly("cn", name), "member")
}

/// Somebody who is put into one thing after the other, and somebody who stays where they are.
fn two(scene: &Scene, house: &House, name: &str) -> (String, String) {
    let (uid, victim) = (scene.person(name), scene.person(&format!("{name}-victim")));
    house.sign_in(&uid, &password_of(&uid));
    let path = format!("/users/{}", text(&house.user(&uid), "id"));
    let others = scene.name(&format!("{name}-others"));
    scene.slapd.add_group(&others, &[dn_of(&victim)]);
    (uid, path)
}

fn groups(scene: &Scene) {
    let house = scene.house_of("injected-groups", json!({"editMode": "WRITABLE"}));
    let (uid, person) = two(scene, &house, "injected-groups");
    house.add_groups(json!({"mode": "LDAP_ONLY"}));
    for value in VALUES {
        let name = scene.name(value);
        let made = house.realm.call("POST", "/groups", &json!({"name": name}));
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        let id = made
            .location()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let place = format!("{person}/groups/{id}");
        house.done("PUT", &place, &Value::Null);
        assert_eq!(there(scene, &name), [dn_of(&uid)], "{name}");
        house.done("DELETE", &place, &Value::Null);
        assert_eq!(there(scene, &name), ["cn=empty-membership-placeholder"]);
    }
    untouched(scene, "injected-groups");
}

fn roles(scene: &Scene) {
    let house = scene.house_of("injected-roles", json!({"editMode": "WRITABLE"}));
    let (uid, person) = two(scene, &house, "injected-roles");
    let config = json!({
        "roles.dn": GROUPS, "role.name.ldap.attribute": "cn", "role.object.classes": "groupOfNames",
        "membership.ldap.attribute": "member", "membership.attribute.type": "DN", "mode": "LDAP_ONLY",
        "use.realm.roles.mapping": "true",
        "user.roles.retrieve.strategy": "LOAD_ROLES_BY_MEMBER_ATTRIBUTE",
    });
    house.add_mapper("roles", "role-ldap-mapper", config);
    for value in VALUES {
        let name = format!("{value}-role-{}", scene.server.database);
        let made = house.realm.call("POST", "/roles", &json!({"name": name}));
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        let all = house.done("GET", "/roles?max=1000", &Value::Null);
        let mut all = all.as_array().unwrap().iter();
        let role = all.find(|role| text(role, "name") == name).unwrap();
        let place = format!("{person}/role-mappings/realm");
        house.done("POST", &place, &json!([role]));
        assert_eq!(there(scene, &name), [dn_of(&uid)], "{name}");
        house.done("DELETE", &place, &json!([role]));
        assert_eq!(there(scene, &name), ["cn=empty-membership-placeholder"]);
    }
    untouched(scene, "injected-roles");
}

fn untouched(scene: &Scene, name: &str) {
    let others = scene.name(&format!("{name}-others"));
    let victim = scene.name(&format!("{name}-victim"));
    assert_eq!(there(scene, &others), [dn_of(&victim)]);
}

fn people(scene: &Scene) {
    // The entry is named by the first name, which may have more letters in it than the name to sign in with.
    let config =
        json!({"editMode": "WRITABLE", "syncRegistrations": "true", "rdnLDAPAttribute": "cn"});
    let house = scene.house_of("injected-people", config);
    for (name, here, attribute) in [
        ("username", "username", "uid"),
        ("first name", "firstName", "cn"),
        ("last name", "lastName", "sn"),
    ] {
        let config = json!({
            "user.model.attribute": here, "ldap.attribute": attribute, "read.only": "false",
            "always.read.value.from.ldap": "false", "is.mandatory.in.ldap": "true",
        });
        house.add_mapper(name, "user-attribute-ldap-mapper", config);
    }
    // What the realm takes for a name is its profile's to say, and these names are what this is about.
    let mut profile = house.done("GET", "/users/profile", &Value::Null);
    for attribute in profile["attributes"].as_array_mut().unwrap() {
        attribute["validations"] = json!({});
    }
    house.done("PUT", "/users/profile", &profile);
    for (at, value) in VALUES.iter().enumerate() {
        let (username, first) = (scene.name(&format!("named-{at}")), scene.name(value));
        let person = json!({
            "username": username, "enabled": true, "firstName": first, "lastName": value,
        });
        let made = house.realm.call("POST", "/users", &person);
        assert_eq!(made.status, 201, "{first}: {}", made.body);
        let uids = scene.slapd.values(PEOPLE, &exactly("cn", &first), "uid");
        assert_eq!(uids, [username.as_str()], "{first}");
    }
    let all = format!("(uid=named-*-{})", scene.server.database);
    assert_eq!(scene.slapd.values(PEOPLE, &all, "uid").len(), VALUES.len());
}

fn members(scene: &Scene) {
    let house = scene.house_of("injected-members", json!({}));
    house.add_groups(json!({
        "group.object.classes": "posixGroup", "membership.ldap.attribute": "memberUid",
        "membership.attribute.type": "UID", "membership.user.ldap.attribute": "uid",
    }));
    let victim = scene.person("injected-members");
    let group = scene.name("injected-members");
    scene.slapd.change(&format!(
        "dn: cn={group},{GROUPS}\nchangetype: add\nobjectClass: posixGroup\ncn: {group}\n\
         gidNumber: 4711\nmemberUid: {victim}\n"
    ));
    for (at, value) in ["*", "i*", "x)(memberUid=*", "*)(cn=*", "\\2a"]
        .iter()
        .enumerate()
    {
        let uid = format!("{value}-odd-{}", scene.server.database);
        let cn = scene.name(&format!("odd-{at}"));
        scene.slapd.change(&format!(
            "dn: cn={cn},{PEOPLE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {cn}\nsn: O\n\
             userPassword: the passphrase of somebody odd\n"
        ));
        let answer = house.direct(&uid, "the passphrase of somebody odd");
        assert_eq!(answer.status, 200, "{uid}: {}", answer.body);
        let path = format!(
            "/users?{}",
            encode(&[("exact", "true"), ("username", uid.as_str())])
        );
        let found = house.done("GET", &path, &Value::Null);
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{uid}");
        assert_eq!(house.groups(&found[0]), Vec::<String>::new(), "{uid}");
    }
    house.sign_in(&victim, &password_of(&victim));
    assert_eq!(house.groups(&house.user(&victim)), [format!("/{group}")]);
}
