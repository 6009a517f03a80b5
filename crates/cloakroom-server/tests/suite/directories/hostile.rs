//! Names that are more than names, directories that lie, and rights that nobody gave: nobody gets in, and nothing breaks.

use std::io::Write as _;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::Story;
use super::liar::{Liar, done, entry, message};
use super::scene::{House, Scene};
use super::slapd::{PEOPLE, dn_of, password_of};
use crate::browser::Browser;
use crate::http::text;
use crate::realm::merged;

pub(super) const STORIES: &[Story] = &[
    ("BI-R03-an-empty-password-is-refused-before-any-bind", empty),
    (
        "BI-R05-a-certificate-of-another-host-gets-no-password",
        certificate,
    ),
    (
        "BI-R05-a-certificate-that-is-over-or-by-nobody-gets-no-password",
        distrusted,
    ),
    (
        "BI-R07-a-group-whose-name-is-made-of-separators-is-one-group",
        separators,
    ),
    ("BI-R10-two-entries-that-are-one-name-are-nobody", two),
    (
        "FED-16-a-name-in-other-letters-is-the-same-person-or-nobody",
        letters,
    ),
    (
        "FED-17-what-a-person-has-to-do-is-due-whoever-knows-the-password",
        due,
    ),
    (
        "FED-19-a-group-of-the-directory-gives-no-right-to-administer-by-its-name",
        admins,
    ),
    (
        "a-group-of-the-directory-inside-a-group-that-administers-joins-nobody",
        admins_below,
    ),
    (
        "ADMIN-13-a-stored-password-is-not-sent-to-another-host",
        stolen,
    ),
    (
        "F4-07-a-directory-that-hangs-holds-up-its-own-people-alone",
        hangs,
    ),
    ("an-entry-takes-nobodys-account", takeover),
    (
        "an-entry-takes-no-name-that-somebody-else-signs-in-by",
        shared_name,
    ),
    (
        "a-directory-inside-the-network-is-not-reached-unless-it-is-listed",
        inside,
    ),
];

/// Names that are typed; none is anybody's.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("BI-R01-everybody", "*"),
    ("BI-R01-injection", "*)(uid=*))(|(uid=*"),
    ("BI-R01-or", "x)(|(uid=*)"),
    ("BI-R01-class", "ada*)(objectClass=*"),
    ("BI-R02-nul", "ada\0"),
    ("BI-R02-backslash", "ada\\"),
    ("BI-R02-escape", "\\2a"),
    ("BI-R02-unicode", "ada\u{202e}\u{fffd}"),
    ("BI-R02-dn", "uid=ada,ou=people,dc=example,dc=org"),
    ("BI-R02-control", "ada\n\r"),
    ("BI-R02-long", LONG),
];

const LONG: &str = const {
    const BYTES: [u8; 10_000] = [b'a'; 10_000];
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

/// The realm of all names, made once for each server.
fn house_of_names(scene: &Scene) -> House {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    scene.house_of(&format!("names-{count}"), json!({}))
}

pub(super) fn play_name(row: &(&str, &str), scene: &Scene) {
    let house = house_of_names(scene);
    let control = house.refuse(&scene.name("nobody"), "a password");

    let mut browser = Browser::new(&scene.server);
    let page = house.try_in(&mut browser, row.1, "a password").page();

    // What is no text at all is refused as a form, before anybody is looked for.
    let expected = match row.1.contains('\0') {
        true => 400,
        false => control.answer.status,
    };
    assert_eq!(page.answer.status, expected, "{}", page.answer.body);
    let answer = house.direct(row.1, "a password");
    assert!((400..500).contains(&answer.status), "{}", answer.body);
    assert_eq!(house.count(), 0);
    assert!(scene.server.is_alive());
}

fn empty(scene: &Scene) {
    let house = scene.house_of("empty", json!({}));
    let uid = scene.person("empty");
    house.refuse(&uid, "");
    assert_ne!(house.direct(&uid, "").status, 200);
    house.sign_in(&uid, &password_of(&uid));
    house.refuse(&uid, "");
    assert_ne!(house.direct(&uid, "").status, 200);

    // A liar takes every bind, and would take this one.
    let liar = Liar::start(|number, stream| {
        let one = entry("uid=x,dc=x", &[("uid", b"x"), ("entryUUID", b"1")]);
        let _ = stream.write_all(&message(number, &one));
        let _ = stream.write_all(&message(number, &done()));
    });
    let house = scene.house("empty-liar");
    house.add("Liar", scene.settings(json!({"connectionUrl": liar.url})));
    house.refuse("x", "");
    assert_eq!(liar.binds.load(Ordering::SeqCst), 1, "the service's own");
}

/// Settings with a service that nothing else uses, so that its binds can be counted. The server knows no such entry.
fn counted(scene: &Scene, name: &str, change: Value) -> (String, Value) {
    let dn = format!("cn={},dc=example,dc=org", scene.name(name));
    let password = format!("the password of {name}, which nobody may hear");
    scene.server.keep_secret(&password);
    let own = json!({"bindDn": dn, "bindCredential": password});
    (dn, merged(own, change))
}

fn certificate(scene: &Scene) {
    // The same server under another address, which its certificate does not name.
    let other = super::authority::address(2);
    let port = scene.slapd.forward(&other);
    for (way, named, other) in [
        (
            "ldaps",
            json!({"connectionUrl": scene.slapd.secure_url()}),
            json!({"connectionUrl": format!("ldaps://{other}:{}", port.1)}),
        ),
        (
            "start-tls",
            json!({"connectionUrl": scene.slapd.url(), "startTls": "true"}),
            json!({"connectionUrl": format!("ldap://{other}:{}", port.0), "startTls": "true"}),
        ),
    ] {
        let name = format!("certificate-{way}");
        let uid = scene.person(&name);
        let (dn, config) = counted(scene, &name, other);
        let house = scene.house_of(&name, config);

        let page = house.refuse(&uid, &password_of(&uid));

        assert_eq!(page.answer.status, 503);
        assert!(page.answer.body.contains("ldap"), "the provider is named");
        assert_eq!(house.count(), 0);
        assert_eq!(scene.slapd.binds_of(&dn), 0, "{way}: a password was said");
        assert_eq!(scene.slapd.binds_of(&dn_of(&uid)), 0, "{way}");
        // Under its own name the server hears it, and writes that down.
        let (dn, config) = counted(scene, &format!("{name}-named"), named);
        let house = scene.house_of(&format!("{name}-named"), config);
        assert_eq!(house.refuse(&uid, &password_of(&uid)).answer.status, 503);
        assert_eq!(
            scene.slapd.binds_of(&dn),
            1,
            "{way}: the count does not count"
        );
    }
}

fn distrusted(scene: &Scene) {
    for (at, slapd) in scene.distrusted.iter().enumerate() {
        let uid = scene.name("distrusted");
        let password = slapd.add_person(&uid);
        for (way, change) in [
            ("ldaps", json!({"connectionUrl": slapd.secure_url()})),
            (
                "start-tls",
                json!({"connectionUrl": slapd.url(), "startTls": "true"}),
            ),
        ] {
            let name = format!("distrusted-{at}-{way}");
            let (dn, config) = counted(scene, &name, change);
            let house = scene.house_of(&name, config);
            let page = house.refuse(&uid, &password);
            assert_eq!(page.answer.status, 503, "{at} {way}");
            assert_eq!(house.count(), 0);
            assert_eq!(slapd.binds_of(&dn), 0, "{at} {way}: a password was said");
            assert_eq!(slapd.binds_of(&dn_of(&uid)), 0, "{at} {way}");
        }
        // It is the certificate that is wrong, and nothing else.
        let plain = json!({"connectionUrl": slapd.url()});
        let house = scene.house_of(&format!("distrusted-{at}-plain"), plain);
        house.sign_in(&uid, &password);
        assert_eq!(slapd.binds_of(&dn_of(&uid)), 1, "the count does not count");
    }
}

fn separators(scene: &Scene) {
    let house = scene.house_of("separators", json!({}));
    let config = json!({"user.roles.retrieve.strategy": "GET_GROUPS_FROM_USER_MEMBEROF_ATTRIBUTE"});
    house.add_groups(config);
    let uid = scene.person("separators");
    let plain = scene.name("a,ou=groups");
    let escaped = plain.replace(',', "\\,").replace('=', "\\=");
    scene.slapd.change(&format!(
        "dn: cn={escaped},{}\nchangetype: add\nobjectClass: groupOfNames\ncn: {plain}\nmember: {}\n",
        super::slapd::GROUPS,
        dn_of(&uid)
    ));

    house.sign_in(&uid, &password_of(&uid));

    assert_eq!(house.groups(&house.user(&uid)), [format!("/{plain}")]);
}

fn two(scene: &Scene) {
    let house = scene.house_of("two", json!({"searchScope": "2"}));
    let uid = scene.person("two");
    let unit = scene.name("twins");
    scene.slapd.change(&format!(
        "dn: ou={unit},{PEOPLE}\nchangetype: add\nobjectClass: organizationalUnit\nou: {unit}\n\n\
         dn: uid={0},ou={unit},{PEOPLE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {1}\ncn: A\nsn: B\nuserPassword: the password of a twin\n",
        uid.to_uppercase(),
        uid.to_uppercase()
    ));

    house.refuse(&uid, &password_of(&uid));
    house.refuse(&uid, "the password of a twin");
    assert_eq!(house.count(), 0);
}

fn letters(scene: &Scene) {
    let house = scene.house_of("letters", json!({}));
    let uid = scene.person("letters");
    let password = password_of(&uid);
    for name in [format!(" {uid} "), uid.to_uppercase(), uid.clone()] {
        house.sign_in(&name, &password);
    }
    assert_eq!(house.count(), 1);
    // Full-width letters are the same to some directories.
    let wide: String = uid
        .chars()
        .map(|c| match c {
            'a'..='z' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
            other => other,
        })
        .collect();
    house.refuse(&wide, &password);
    assert_eq!(house.count(), 1);
}

fn due(scene: &Scene) {
    let house = scene.house_of("due", json!({"editMode": "WRITABLE"}));
    let uid = scene.person("due");
    house.sign_in(&uid, &password_of(&uid));
    let user = house.user(&uid);
    let path = format!("/users/{}", text(&user, "id"));
    let asked = json!({"requiredActions": ["UPDATE_PASSWORD"]});
    house.done("PUT", &path, &merged(user, asked));

    assert_eq!(house.direct(&uid, &password_of(&uid)).status, 400);
    let mut browser = Browser::new(&scene.server);
    let place = house.try_in(&mut browser, &uid, &password_of(&uid));
    let page = place.page();
    let mut form = page
        .form("kc-passwd-update-form")
        .expect("a new password is asked for");
    for field in ["password-new", "password-confirm"] {
        form.set(field, "one that I chose myself");
    }
    browser.submit(&page.address, &form).client();

    house.sign_in(&uid, "one that I chose myself");
    house.refuse(&uid, &password_of(&uid));
}

fn admins(scene: &Scene) {
    let house = scene.house_of("admins", json!({}));
    let uid = scene.person("admins");
    let name = scene.name("administrators");
    make_administrators(&house, &name);
    house.add_groups(json!({}));
    scene.slapd.add_group(&name, &[dn_of(&uid)]);

    house.sign_in(&uid, &password_of(&uid));

    assert_eq!(house.groups(&house.user(&uid)), Vec::<String>::new());
}

/// Makes a group of the realm whose people administer it.
fn make_administrators(house: &House, name: &str) {
    let clients = house.done("GET", "/clients?clientId=realm-management", &Value::Null);
    let manager = text(&clients[0], "id");
    let role = house.done(
        "GET",
        &format!("/clients/{manager}/roles/realm-admin"),
        &Value::Null,
    );
    house.done("POST", "/groups", &json!({"name": name}));
    let found = house.done("GET", &format!("/groups?search={name}"), &Value::Null);
    let path = format!(
        "/groups/{}/role-mappings/clients/{manager}",
        text(&found[0], "id")
    );
    house.done("POST", &path, &json!([role]));
}

fn admins_below(scene: &Scene) {
    let house = scene.house_of("admins-below", json!({}));
    let uid = scene.person("admins-below");
    let (admins, inside) = (scene.name("chiefs"), scene.name("inside-chiefs"));
    let (firm, team) = (scene.name("firm"), scene.name("team"));
    make_administrators(&house, &admins);
    house.done("POST", "/groups", &json!({"name": firm}));
    house.add_groups(json!({"preserve.group.inheritance": "true"}));
    for (above, below) in [(&admins, &inside), (&firm, &team)] {
        scene.slapd.add_group(below, &[dn_of(&uid)]);
        let member = format!("cn={below},{}", super::slapd::GROUPS);
        scene.slapd.add_group(above, &[member]);
    }

    // The second time, whatever the first one made is there.
    for _ in 0..2 {
        house.sign_in(&uid, &password_of(&uid));
        let groups = house.groups(&house.user(&uid));
        assert_eq!(groups, [format!("/{firm}/{team}")]);
    }
    let path = format!("/groups?search={inside}");
    assert_eq!(house.done("GET", &path, &Value::Null), json!([]));
}

fn stolen(scene: &Scene) {
    let liar = Liar::start(|_, _| {});
    let house = scene.house_of("stolen", json!({}));
    let body = json!({
        "action": "testAuthentication", "connectionUrl": liar.url, "authType": "simple",
        "bindDn": super::slapd::SERVICE.0, "bindCredential": "**********", "componentId": house.directory,
    });

    let answer = house.realm.call("POST", "/testLDAPConnection", &body);

    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(liar.binds.load(Ordering::SeqCst), 0);
}

fn hangs(scene: &Scene) {
    let liar = Liar::start(|_, _| {});
    let house = scene.house("hangs");
    let config = json!({"connectionUrl": liar.url, "readTimeout": "500"});
    house.add("Slow directory", scene.settings(config));
    let own = house.realm.create_person("own", json!({}));

    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| house.refuse("x", "a password"));
        house.sign_in(&own.username, &own.password);
        let page = waiting.join().unwrap();
        assert_eq!(page.answer.status, 503);
        assert!(page.answer.body.contains("Slow directory"));
    });
}

fn takeover(scene: &Scene) {
    let house = scene.house_of("takeover", json!({"trustEmail": "true"}));
    let uid = scene.person("takeover");
    let settings = json!({"email": format!("{uid}@example.org")});
    let own = house.realm.create_person("owner", settings);

    house.refuse(&uid, &password_of(&uid));
    house.refuse("owner", &password_of(&uid));

    house.sign_in(&own.username, &own.password);
    assert_eq!(house.count(), 1);
}

fn shared_name(scene: &Scene) {
    let house = scene.house_of("shared-name", json!({"trustEmail": "true"}));
    let (new, known) = (scene.person("shares"), scene.person("shared"));
    let name = format!("{new}@example.org");
    let settings = json!({"email": "owner@example.com"});
    let own = house.realm.create_person(&name, settings);

    house.refuse(&new, &password_of(&new));
    house.refuse(&name, &password_of(&new));
    house.sign_in(&own.username, &own.password);

    // Whoever is here already gets the address no more than somebody new.
    house.sign_in(&known, &password_of(&known));
    scene.slapd.change(&format!(
        "dn: {}\nchangetype: modify\nreplace: mail\nmail: {name}\n",
        dn_of(&known)
    ));
    house.refuse(&known, &password_of(&known));
    house.refuse(&name, &password_of(&known));
    house.sign_in(&own.username, &own.password);
    assert_eq!(house.count(), 2);
}

fn inside(scene: &Scene) {
    let house = scene.house("inside");
    let config = json!({"connectionUrl": "ldap://127.0.0.1:389"});
    house.add("Inside", scene.settings(config));

    assert_eq!(house.refuse("x", "a password").answer.status, 503);
    for url in [
        "ldap://169.254.169.254",
        "ldaps://10.0.0.1",
        "ldap://127.0.0.1:22",
        "http://127.0.0.2",
    ] {
        let body = json!({"action": "testConnection", "connectionUrl": url, "authType": "none"});
        let answer = house.realm.call("POST", "/testLDAPConnection", &body);
        assert_eq!(answer.status, 400, "{url} {}", answer.body);
    }
}
