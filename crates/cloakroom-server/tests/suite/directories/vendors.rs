//! What differs between vendors: what an id is, what a new directory's mappers are, and lists that come in parts. There is one
//! server of Debian's and one of Samba here, so that the others are played by what their documentation says they answer.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::Story;
use super::liar::{Liar, done, listing, message};
use super::scene::{House, Scene};
use crate::http::text;

pub(super) const STORIES: &[Story] = &[
    ("people-are-known-by-the-id-of-each-vendor", ids),
    ("a-new-directory-has-the-mappers-of-its-vendor", mappers),
    (
        "names-are-always-read-there-but-where-changes-stay-here",
        names,
    ),
    (
        "what-is-filled-in-by-chance-is-another-text-for-each-entry",
        by_chance,
    ),
    (
        "groups-that-come-in-parts-are-asked-for-until-the-last",
        parts,
    ),
];

type Attributes = Vec<(String, Vec<Vec<u8>>)>;

/// A directory that knows one person, and has kept what it was asked.
fn server(find: impl Fn(&[u8]) -> Attributes + Send + Sync + 'static) -> (Liar, Asked) {
    let asked = Asked::default();
    let kept = asked.clone();
    let server = Liar::start_with(move |request, number, stream| {
        let mut all = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(request.to_vec());
        let entry = listing("cn=ada,ou=people,dc=x", &find(request));
        let _ = stream.write_all(&message(number, &entry));
        let _ = stream.write_all(&message(number, &done()));
    });
    (server, asked)
}

#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Vec<u8>>>>);

impl Asked {
    fn holds(&self, part: &[u8]) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|request| has(request, part))
    }
}

fn has(request: &[u8], part: &[u8]) -> bool {
    request.windows(part.len()).any(|window| window == part)
}

fn one(name: &str, value: &[u8]) -> (String, Vec<Vec<u8>>) {
    (name.to_owned(), vec![value.to_vec()])
}

/// A realm with a directory of a vendor whose settings say nothing that the vendor's name does not.
fn house_of(scene: &Scene, (name, vendor): (&str, &str), url: &str) -> House {
    let mut house = scene.house(name);
    let config = json!({
        "vendor": vendor, "connectionUrl": url, "authType": "none", "usersDn": "ou=people,dc=x", "editMode": "READ_ONLY",
        "importEnabled": "true", "enabled": "true", "connectionTimeout": "2000", "readTimeout": "2000",
    });
    house.directory = house.add("ldap", config);
    house
}

const BYTES: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

fn ids(scene: &Scene) {
    let plain = b"c4f6a801-a3f811ee-8d2ca1f9-64c6f4d2".to_vec();
    // What the entry holds, what is stored of it, and by which attribute people are named.
    let rows = [
        (
            "rhds",
            "nsuniqueid",
            plain.clone(),
            "c4f6a801-a3f811ee-8d2ca1f9-64c6f4d2",
            "uid",
        ),
        (
            "tivoli",
            "uniqueidentifier",
            plain.clone(),
            "c4f6a801-a3f811ee-8d2ca1f9-64c6f4d2",
            "uid",
        ),
        (
            "edirectory",
            "GUID",
            BYTES.to_vec(),
            "01020304-0506-0708-090a-0b0c0d0e0f10",
            "uid",
        ),
        (
            "ad",
            "objectGUID",
            BYTES.to_vec(),
            "04030201-0605-0807-090a-0b0c0d0e0f10",
            "cn",
        ),
        (
            "other",
            "entryUUID",
            plain,
            "c4f6a801-a3f811ee-8d2ca1f9-64c6f4d2",
            "uid",
        ),
    ];
    for (vendor, attribute, held, stored, named_by) in rows {
        let (name, id) = (format!("ada-{vendor}"), held.clone());
        let known = name.clone();
        let (server, asked) = server(move |_| {
            vec![
                one(attribute, &id),
                one(named_by, known.as_bytes()),
                one("sAMAccountName", known.as_bytes()),
                one("sn", b"Lovelace"),
            ]
        });
        let house = house_of(scene, (&format!("vendor-{vendor}"), vendor), &server.url);

        let first = house.sign_in(&name, "whatever");

        let user = house.user(&name);
        assert_eq!(user["attributes"]["LDAP_ID"], json!([stored]), "{vendor}");
        assert!(asked.holds(named_by.as_bytes()), "{vendor}");
        // Whoever is stored here is looked for by the id, as the directory has it.
        assert!(!asked.holds(&held), "{vendor}");
        assert_eq!(first["sub"], house.sign_in(&name, "whatever")["sub"]);
        assert!(asked.holds(&held), "{vendor}");
    }
}

fn mappers(scene: &Scene) {
    let usual = [
        "username",
        "first name",
        "last name",
        "email",
        "creation date",
        "modify date",
        "Kerberos principal attribute mapper",
    ];
    // The settings beside the vendor; the mappers that are there as well, and those that are not.
    let rows: [(&str, Value, &[&str], &[&str]); 6] = [
        ("other", json!({}), &[], &[]),
        (
            "edirectory",
            json!({"editMode": "WRITABLE", "syncRegistrations": "true"}),
            &[],
            &[],
        ),
        (
            "rhds",
            json!({"editMode": "WRITABLE", "syncRegistrations": "true", "usePasswordModifyExtendedOp": "true"}),
            &["random initial password"],
            &[],
        ),
        ("ad", json!({}), &["MSAD account controls"], &[]),
        (
            "ad",
            json!({"usernameLDAPAttribute": "sAMAccountName"}),
            &["MSAD account controls", "full name"],
            &["first name"],
        ),
        (
            "ad",
            json!({"usernameLDAPAttribute": "sAMAccountName", "editMode": "WRITABLE"}),
            &["MSAD account controls", "username-cn"],
            &[],
        ),
    ];
    for (at, (vendor, more, also, without)) in rows.into_iter().enumerate() {
        let mut house = scene.house(&format!("mappers-{at}"));
        let config = json!({
            "vendor": vendor, "connectionUrl": "ldap://directory.example", "usersDn": "dc=x", "editMode": "READ_ONLY",
        });
        house.directory = house.add("ldap", crate::realm::merged(config, more));

        let found = house.done(
            "GET",
            &format!("/components?parent={}", house.directory),
            &Value::Null,
        );

        let found: BTreeSet<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|own| text(own, "name"))
            .collect();
        let mut wanted: BTreeSet<&str> = usual.into_iter().chain(also.iter().copied()).collect();
        wanted.retain(|name| !without.contains(name));
        assert_eq!(found, wanted, "row {at}");
        let own = house.done(
            "GET",
            &format!("/components/{}", house.directory),
            &Value::Null,
        );
        let principal = match vendor {
            "ad" => "userPrincipalName",
            "rhds" => "krbPrincipalName",
            _ => "krb5PrincipalName",
        };
        assert_eq!(
            own["config"]["krbPrincipalAttribute"],
            json!([principal]),
            "row {at}"
        );
    }
}

fn names(scene: &Scene) {
    let rows = [
        ("READ_ONLY", "true"),
        ("WRITABLE", "true"),
        ("UNSYNCED", "false"),
    ];
    for (at, (mode, always)) in rows.into_iter().enumerate() {
        let mut house = scene.house(&format!("always-read-{at}"));
        let config = json!({
            "vendor": "other", "connectionUrl": "ldap://directory.example", "usersDn": "dc=x", "editMode": mode,
        });
        house.directory = house.add("ldap", config);
        let path = format!("/components?parent={}", house.directory);
        let found = house.done("GET", &path, &Value::Null);
        for name in ["first name", "last name"] {
            let mut all = found.as_array().unwrap().iter();
            let own = all.find(|own| text(own, "name") == name).unwrap();
            let read = &own["config"]["always.read.value.from.ldap"];
            assert_eq!(read, &json!([always]), "{mode} {name}");
        }
    }
}

fn by_chance(scene: &Scene) {
    let config = json!({"editMode": "WRITABLE", "syncRegistrations": "true"});
    let house = scene.house_of("by-chance", config);
    let kind = "hardcoded-ldap-attribute-mapper";
    let filled = json!({"ldap.attribute.name": "description", "ldap.attribute.value": "${RANDOM}"});
    house.add_mapper("description", kind, filled);
    let mut found = BTreeSet::new();
    for number in 0..2 {
        let uid = scene.name(&format!("by-chance-{number}"));
        let person = json!({"username": uid, "firstName": "A", "lastName": "B", "enabled": true});
        house.done("POST", "/users", &person);

        let text = scene.slapd.value(&uid, "description");

        assert!(text.len() >= 20 && !text.contains("RANDOM"), "{text}");
        found.insert(text);
    }
    assert_eq!(found.len(), 2);
}

fn parts(scene: &Scene) {
    let (server, asked) = server(|request| {
        let group = |number: usize| format!("cn=group-{number},ou=groups,dc=x").into_bytes();
        let known = vec![
            one("cn", b"ada-parts"),
            one("objectGUID", &BYTES),
            one("sn", b"Lovelace"),
        ];
        let ranges = [
            ("memberOf;range=2-*", 2, "memberOf;range=2-2"),
            ("memberOf;range=3-*", 3, "memberOf;range=3-*"),
        ];
        for (wanted, number, says) in ranges {
            if has(
                &request.to_ascii_lowercase(),
                wanted.to_lowercase().as_bytes(),
            ) {
                return vec![(says.to_owned(), vec![group(number)])];
            }
        }
        let first = ("memberOf;range=0-1".to_owned(), vec![group(0), group(1)]);
        [known, vec![("memberOf".to_owned(), Vec::new()), first]].concat()
    });
    let house = house_of(scene, ("vendor-parts", "ad"), &server.url);
    house.add_groups(json!({
        "groups.dn": "ou=groups,dc=x", "user.roles.retrieve.strategy": "GET_GROUPS_FROM_USER_MEMBEROF_ATTRIBUTE",
    }));

    house.sign_in("ada-parts", "whatever");

    let mut groups = house.groups(&house.user("ada-parts"));
    groups.sort();
    assert_eq!(groups, ["/group-0", "/group-1", "/group-2", "/group-3"]);
    assert!(asked.holds(b"range=3-*"));
}
