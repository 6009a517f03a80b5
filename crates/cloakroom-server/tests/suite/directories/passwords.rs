//! Passwords that a centre of keys proves, of people of a directory and of people whom Kerberos alone knows.

use serde_json::{Value, json};

use super::Story;
use super::kdc::SPOOFED;
use super::kerberos::{claims, is_form, kerberos, target};
use super::scene::{House, Scene};
use super::slapd::password_of;
use crate::browser::Browser;
use crate::http::{Answer, text};
use crate::realm::merged;

pub(super) const STORIES: &[Story] = &[
    (
        "a-password-of-kerberos-signs-in-whoever-the-directory-knows",
        directory,
    ),
    ("a-password-of-kerberos-makes-somebody-of-the-name", alone),
    (
        "every-kind-of-key-that-a-principal-may-have-proves-a-password",
        kinds,
    ),
    (
        "the-principal-that-an-entry-says-has-the-password",
        attribute,
    ),
    (
        "a-centre-of-keys-that-does-not-know-our-own-key-signs-nobody-in",
        spoofed,
    ),
    (
        "whoever-kerberos-lets-not-in-is-told-apart-in-the-events-alone",
        refused,
    ),
    (
        "guesses-at-passwords-of-kerberos-are-counted-and-lock-out",
        guesses,
    ),
    (
        "whoever-was-guessed-at-in-small-letters-comes-with-a-ticket-in-others",
        letters,
    ),
    (
        "a-realm-whose-centre-is-not-listed-signs-nobody-in-and-says-so",
        unlisted,
    ),
    ("where-the-switch-is-off-kerberos-proves-no-password", off),
];

/// The settings of a provider that knows people by Kerberos alone.
fn provider(scene: &Scene, config: Value) -> Value {
    let usual = json!({
        "allowPasswordAuthentication": "true", "editMode": "UNSYNCED", "updateProfileFirstLogin": "false",
    });
    kerberos(scene, merged(usual, config))
}

/// The settings of a directory whose passwords Kerberos has.
fn entries(scene: &Scene, config: Value) -> Value {
    let own = json!({"useKerberosForPasswordAuthentication": "true"});
    kerberos(scene, merged(own, config))
}

/// A principal with a password, which the log must not have.
fn principal(scene: &Scene, name: &str, with: &str) -> String {
    let password = format!("the-kerberos-password-of-{name}");
    scene.server.keep_secret(&password);
    let line = format!("addprinc {with} -pw {password} {name}");
    scene.kdc.administrate(&line);
    password
}

fn is_wrong(answer: &Answer) {
    assert!([400, 401].contains(&answer.status), "{}", answer.body);
    let body = &answer.body;
    assert!(body.contains("Invalid user credentials"), "{body}");
}

/// Why the last sign-in failed, in the words of the event.
fn reason(house: &House) -> String {
    let events = house.done("GET", "/events?type=LOGIN_ERROR&max=1", &Value::Null);
    let found = events[0]["details"]["reason"].as_str();
    found.unwrap_or_default().to_owned()
}

fn directory(scene: &Scene) {
    let house = scene.house_of("kdc-directory", entries(scene, json!({})));
    let uid = scene.person("kdc-directory");
    let password = principal(scene, &uid, "+requires_preauth");

    let first = house.sign_in(&uid, &password);

    assert_eq!(text(&first, "family_name"), "Lovelace");
    let user = house.user(&uid);
    assert_eq!(text(&user, "federationLink"), house.directory);
    // The password that the directory has is none any more.
    house.refuse(&uid, &password_of(&uid));
    house.refuse(&uid, "not the password");
    house.refuse(&uid, "");
    let again = house.sign_in(&uid, &password);
    assert_eq!(first["sub"], again["sub"]);
    assert_eq!(house.count(), 1);
    // Who is a principal and no entry is nobody there.
    let other = scene.name("kdc-no-entry");
    let password = principal(scene, &other, "");
    is_wrong(&house.direct(&other, &password));
    assert_eq!(house.count(), 1);
}

fn alone(scene: &Scene) {
    let house = scene.house("kdc-alone");
    let id = house.add_of("kerberos", provider(scene, json!({})));
    let name = scene.name("kdc-alone");
    let password = principal(scene, &name, "+requires_preauth");

    is_wrong(&house.direct(&name, "not the password"));
    assert_eq!(house.count(), 0, "a wrong guess makes nobody");
    let first = house.sign_in(&name, &password);

    let user = house.user(&name);
    assert_eq!(text(&user, "federationLink"), id);
    assert_eq!(text(&user, "email"), format!("{name}@example.org"));
    // The name is the same with its realm, and in whichever case.
    for typed in [
        format!("{name}@EXAMPLE.ORG"),
        format!("{name}@example.org"),
        name.to_uppercase(),
    ] {
        let again = house.sign_in(&typed, &password);
        assert_eq!(first["sub"], again["sub"], "{typed}");
    }
    for typed in [
        format!("{name}@{SPOOFED}"),
        format!("{name}/admin"),
        format!("HTTP/{name}"),
        format!("{name}\\@EXAMPLE.ORG"),
    ] {
        is_wrong(&house.direct(&typed, &password));
    }
    // A password of this realm's own takes the place of the principal's, where changes stay here.
    let path = format!("/users/{}/reset-password", text(&user, "id"));
    let own = "a password of this realm alone";
    scene.server.keep_secret(own);
    house.done("PUT", &path, &json!({"type": "password", "value": own}));
    house.sign_in(&name, own);
    house.refuse(&name, &password);
    // Whoever is somebody here already is not taken over by a principal.
    let theirs = house.realm.create_person(&scene.name("kdc-own"), json!({}));
    let password = principal(scene, &theirs.username, "");
    is_wrong(&house.direct(&theirs.username, &password));
}

fn kinds(scene: &Scene) {
    let house = scene.house("kdc-kinds");
    house.add_of("kerberos", provider(scene, json!({})));
    for kind in [
        "aes128-cts-hmac-sha1-96",
        "aes256-cts-hmac-sha1-96",
        "aes128-cts-hmac-sha256-128",
        "aes256-cts-hmac-sha384-192",
    ] {
        for proof in ["+requires_preauth", "-requires_preauth"] {
            let end = if proof.starts_with('+') {
                "pre"
            } else {
                "bare"
            };
            let name = scene.name(&format!("kdc-{}-{end}", &kind[..kind.len() - 4]));
            let password = principal(scene, &name, &format!("{proof} -e {kind}:normal"));

            is_wrong(&house.direct(&name, "not the password"));
            let answer = house.direct(&name, &password);
            assert_eq!(answer.status, 200, "{kind} {proof}: {}", answer.body);
        }
    }
}

fn attribute(scene: &Scene) {
    let config = entries(scene, json!({"krbPrincipalAttribute": "employeeNumber"}));
    let house = scene.house_of("kdc-attribute", config);
    let uid = scene.person("kdc-attribute");
    let name = scene.name("kdc-principal");
    let theirs = principal(scene, &name, "");
    let other = principal(scene, &uid, "");
    let say = |value: &str| {
        let dn = super::slapd::dn_of(&uid);
        let change = format!(
            "dn: {dn}\nchangetype: modify\nreplace: employeeNumber\nemployeeNumber: {value}\n"
        );
        scene.slapd.change(&change);
    };
    // Where no entry says the principal, the name is it.
    house.sign_in(&uid, &other);
    say(&format!("{name}@example.org"));
    house.sign_in(&uid, &theirs);
    house.refuse(&uid, &other);
    for value in [format!("{name}@{SPOOFED}"), format!("{name}/admin")] {
        say(&value);
        house.refuse(&uid, &theirs);
        house.refuse(&uid, &other);
    }
}

fn spoofed(scene: &Scene) {
    let house = scene.house("kdc-spoofed");
    let config = json!({
        "kerberosRealm": SPOOFED, "serverPrincipal": format!("HTTP/localhost@{SPOOFED}"),
    });
    house.add_of("kerberos", provider(scene, config));
    let name = scene.name("kdc-spoofed");
    // Whoever stands in for the centre knows the password, because they have typed it.
    let line = format!("addprinc -pw chosen-by-the-attacker {name}");
    scene.kdc.administrate_in(SPOOFED, &line);

    let answer = house.direct(&name, "chosen-by-the-attacker");
    assert!(answer.status >= 400, "{}", answer.body);
    assert!(!answer.body.contains("access_token"));
    let mut browser = Browser::new(&scene.server);
    let page = house.try_in(&mut browser, &name, "chosen-by-the-attacker");
    assert_eq!(page.page().answer.status, 503);
    assert_eq!(house.count(), 0);
}

fn refused(scene: &Scene) {
    let house = scene.house("kdc-refused");
    house.add_of("kerberos", provider(scene, json!({})));
    let rows = [
        (
            "disabled",
            "-allow_tix",
            "the account is disabled or locked",
        ),
        ("expired", "-expire 1/1/2020", "the account has expired"),
        ("old", "-pwexpire 1/1/2020", "the password has expired"),
        ("wrong", "+requires_preauth", "the password is wrong"),
    ];
    let mut pages = Vec::new();
    for (what, with, why) in rows {
        let name = scene.name(&format!("kdc-{what}"));
        let password = principal(scene, &name, with);
        let typed = match what {
            "wrong" => "not the password",
            _ => &password,
        };
        let answer = house.direct(&name, typed);
        is_wrong(&answer);
        pages.push(answer.body);
        assert_eq!(reason(&house), why, "{what}");
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    assert_eq!(house.count(), 0);
}

fn guesses(scene: &Scene) {
    let house = scene.house("kdc-guesses");
    house.add_of("kerberos", provider(scene, json!({})));
    let strict = json!({
        "bruteForceProtected": true, "failureFactor": 3, "waitIncrementSeconds": 600,
        "maxFailureWaitSeconds": 600, "quickLoginCheckMilliSeconds": 0,
    });
    house.realm.change("", strict);
    let name = scene.name("kdc-guesses");
    let password = principal(scene, &name, "+requires_preauth");

    for typed in [
        name.clone(),
        format!("{name}@EXAMPLE.ORG"),
        name.to_uppercase(),
    ] {
        is_wrong(&house.direct(&typed, "not the password"));
    }
    for typed in [&name, &format!("{name}@example.org")] {
        is_wrong(&house.direct(typed, &password));
    }
    let user = house.user(&name);
    let path = format!("/attack-detection/brute-force/users/{}", text(&user, "id"));
    let status = house.done("GET", &path, &Value::Null);
    assert_eq!(status["numFailures"], 3, "{status}");
    assert_eq!(status["disabled"], true, "{status}");

    house.done("DELETE", &path, &Value::Null);
    assert_eq!(house.direct(&name, &password).status, 200);
}

fn letters(scene: &Scene) {
    let house = scene.house("kdc-letters");
    house.add_of("kerberos", provider(scene, json!({})));
    house.realm.change("", json!({"bruteForceProtected": true}));
    let name = scene.name("kdc-letters");
    principal(scene, &name, "+requires_preauth");
    let person = scene.kdc.person(&name.replace("kdc", "KDC"));
    is_wrong(&house.direct(&name, "not the password"));
    let guessed = house.user(&name);

    let url = format!("{}{}", scene.server.base, target(&house, &[]));
    let first = claims(scene, &house, &person.open(&url));
    let again = claims(scene, &house, &person.open(&url));

    assert_eq!(first["sub"], guessed["id"]);
    assert_eq!(again["sub"], guessed["id"]);
    // Now that they have come, nobody comes as them in yet other letters.
    let other = scene.kdc.person(&name.replace("letters", "LETTERS"));
    let answers = other.open(&url);
    assert!(is_form(&answers), "{answers}");
}

fn unlisted(scene: &Scene) {
    let config = json!({
        "kerberosRealm": "NOWHERE.ORG", "serverPrincipal": "HTTP/localhost@NOWHERE.ORG",
    });
    let house = scene.house_of("kdc-unlisted", entries(scene, config));
    let uid = scene.person("kdc-unlisted");
    let mut browser = Browser::new(&scene.server);
    let page = house.try_in(&mut browser, &uid, &password_of(&uid)).page();
    assert_eq!(page.answer.status, 503);
    assert_eq!(house.count(), 0);
}

fn off(scene: &Scene) {
    let house = scene.house("kdc-off");
    let config = provider(scene, json!({"allowPasswordAuthentication": "false"}));
    house.add_of("kerberos", config);
    let name = scene.name("kdc-off");
    let password = principal(scene, &name, "");
    is_wrong(&house.direct(&name, &password));
    // A directory that does not take tickets asks no centre either, as in Keycloak.
    let config = entries(scene, json!({"allowKerberosAuthentication": "false"}));
    let house = scene.house_of("kdc-off-directory", config);
    let uid = scene.person("kdc-off");
    house.sign_in(&uid, &password_of(&uid));
}
