//! Coming in with a ticket of Kerberos.

use serde_json::{Value, json};

use super::Story;
use super::kdc::{NEWER, OTHER, REALM, SERVICE};
use super::scene::{House, Scene};
use super::slapd::{dn_of, password_of};
use crate::browser::Browser;
use crate::http::{Answer, Request, decode, encode, text};
use crate::realm::{CALLBACK, merged};

pub(super) const STORIES: &[Story] = &[
    ("whoever-has-a-ticket-comes-in-without-a-password", ticket),
    (
        "whoever-has-no-ticket-gets-the-form-with-the-question-for-one",
        form,
    ),
    (
        "nobody-is-asked-for-a-ticket-who-has-to-be-there-in-person",
        in_person,
    ),
    (
        "a-principal-is-found-by-the-attribute-that-says-it",
        attribute,
    ),
    ("kerberos-alone-makes-somebody-of-the-name", alone),
    ("a-keytab-that-nobody-listed-is-not-read", keytab),
    ("a-ticket-of-whoever-is-nobody-here-makes-nobody", nobody),
    ("tokens-that-are-not-honest-sign-nobody-in", hostile),
    ("a-ticket-for-keys-of-aes-with-sha-2-signs-in", newer),
];

pub(super) fn kerberos(scene: &Scene, config: Value) -> Value {
    let keytab = scene.kdc.keytab.to_str().unwrap();
    let usual = json!({
        "allowKerberosAuthentication": "true", "kerberosRealm": REALM, "serverPrincipal": SERVICE,
        "keyTab": keytab, "useKerberosForPasswordAuthentication": "false",
    });
    merged(usual, config)
}

fn house(scene: &Scene, name: &str, config: Value) -> House {
    scene.house_of(&format!("kerberos-{name}"), kerberos(scene, config))
}

pub(super) fn target(house: &House, more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("client_id", house.client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email"),
    ];
    fields.extend(more);
    format!("{}?{}", house.realm.path("auth"), encode(&fields))
}

/// What a browser gets that brings this header.
fn bring(scene: &Scene, house: &House, header: &str) -> Answer {
    let request = Request::get(&target(house, &[])).with("Authorization", header);
    scene.server.send(&request)
}

/// The claims of whoever the last answer of a browser signs in.
pub(super) fn claims(scene: &Scene, house: &House, answers: &str) -> Value {
    let place = answers.rsplit("ocation: ").next().unwrap_or_default();
    let place = place.lines().next().unwrap_or_default();
    assert!(place.starts_with(CALLBACK), "{answers}");
    let query = decode(place.split('?').nth(1).unwrap_or_default());
    let mut codes = query.iter().filter(|(name, _)| name == "code");
    let code = codes.next().map_or("", |(_, code)| code.as_str());
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("client_id", house.client.id.as_str()),
        ("client_secret", house.client.secret.as_str()),
    ];
    let answer = scene
        .server
        .send(&Request::form(&house.realm.path("token"), &fields));
    assert_eq!(answer.status, 200, "{}", answer.body);
    crate::jwt::claims(text(&answer.json(), "id_token"))
}

/// The last answer of a browser is the form, and nobody is signed in.
pub(super) fn is_form(answers: &str) -> bool {
    answers.contains("kc-form-login") && !answers.contains("HTTP/1.1 302")
}

fn ticket(scene: &Scene) {
    let house = house(scene, "ticket", json!({}));
    house.add_groups(json!({}));
    let uid = scene.person("ticket");
    let staff = scene.name("ticket-staff");
    scene.slapd.add_group(&staff, &[dn_of(&uid)]);
    let person = scene.kdc.person(&uid);
    let url = format!("{}{}", scene.server.base, target(&house, &[]));

    let answers = person.open(&url);

    assert!(answers.starts_with("HTTP/1.1 401"), "{answers}");
    let proof = answers.lines().find(|line| line.contains("egotiate oY"));
    assert!(proof.is_some(), "the server is proved too: {answers}");
    let first = claims(scene, &house, &answers);
    let user = house.user(&uid);
    assert_eq!(text(&first, "sub"), text(&user, "id"));
    assert_eq!(text(&first, "family_name"), "Lovelace");
    assert_eq!(text(&user, "federationLink"), house.directory);
    assert_eq!(
        user["attributes"]["KERBEROS_PRINCIPAL"],
        json!([format!("{uid}@{REALM}")])
    );
    assert_eq!(house.groups(&user), [format!("/{staff}")]);
    // The password is theirs as well, and they are the same.
    let second = house.sign_in(&uid, &password_of(&uid));
    assert_eq!(first["sub"], second["sub"]);
    let principal = json!([format!("{uid}@{REALM}")]);
    assert_eq!(
        house.user(&uid)["attributes"]["KERBEROS_PRINCIPAL"],
        principal
    );
    let third = claims(scene, &house, &person.open(&url));
    assert_eq!(first["sub"], third["sub"]);
    assert_eq!(house.count(), 1);
}

fn form(scene: &Scene) {
    let house = house(scene, "form", json!({}));
    let uid = scene.person("form");
    let steps = house.done(
        "GET",
        "/authentication/flows/browser/executions",
        &Value::Null,
    );
    let is_it = |step: &&Value| step["providerId"] == "auth-spnego";
    let step = steps.as_array().unwrap().iter().find(is_it).unwrap();
    assert_eq!(step["requirement"], "ALTERNATIVE", "as in Keycloak");
    let mut browser = Browser::new(&scene.server);

    let page = browser.open(&target(&house, &[])).page();

    assert_eq!(page.answer.status, 401);
    assert_eq!(page.answer.header("www-authenticate"), Some("Negotiate"));
    assert!(page.is_login());
    house.sign_in(&uid, &password_of(&uid));

    let off = merged(step.clone(), json!({"requirement": "DISABLED"}));
    house.done("PUT", "/authentication/flows/browser/executions", &off);
    let page = house.login(&mut Browser::new(&scene.server));
    assert_eq!(page.answer.status, 200);
    assert_eq!(page.answer.header("www-authenticate"), None);
}

fn in_person(scene: &Scene) {
    let house = house(scene, "in-person", json!({}));
    for more in [
        ("prompt", "login"),
        ("prompt", "select_account"),
        ("max_age", "60"),
        ("kc_action", "UPDATE_PASSWORD"),
    ] {
        let answer = scene.server.send(&Request::get(&target(&house, &[more])));

        assert_eq!(answer.status, 200, "{more:?}");
        assert_eq!(answer.header("www-authenticate"), None, "{more:?}");
    }
    let answer = scene
        .server
        .send(&Request::get(&target(&house, &[("prompt", "none")])));
    assert!(answer.location().unwrap().contains("login_required"));
}

fn attribute(scene: &Scene) {
    let house = house(
        scene,
        "attribute",
        json!({"krbPrincipalAttribute": "employeeNumber"}),
    );
    let uid = scene.person("attribute");
    let principal = scene.name("the-principal");
    scene.slapd.change(&format!(
        "dn: {}\nchangetype: modify\nadd: employeeNumber\nemployeeNumber: {principal}@{REALM}\n",
        dn_of(&uid)
    ));
    let url = format!("{}{}", scene.server.base, target(&house, &[]));

    let answers = scene.kdc.person(&principal).open(&url);
    let claims = claims(scene, &house, &answers);
    assert_eq!(text(&claims, "preferred_username"), uid);

    // Whoever has the name of an entry, but is not its principal, is nobody.
    let answers = scene.kdc.person(&uid).open(&url);
    assert!(is_form(&answers), "{answers}");
}

fn alone(scene: &Scene) {
    let house = scene.house("kerberos-alone");
    let config = kerberos(
        scene,
        json!({"editMode": "UNSYNCED", "updateProfileFirstLogin": "false"}),
    );
    let id = house.add_of("kerberos", config);
    let name = scene.name("alone");
    let person = scene.kdc.person(&name);
    let url = format!("{}{}", scene.server.base, target(&house, &[]));

    let first = claims(scene, &house, &person.open(&url));

    let user = house.user(&name);
    assert_eq!(text(&user, "federationLink"), id);
    assert_eq!(text(&user, "email"), format!("{name}@example.org"));
    assert_eq!(user["emailVerified"], false);
    let principal = json!([format!("{name}@{REALM}")]);
    assert_eq!(user["attributes"]["KERBEROS_PRINCIPAL"], principal);
    let again = claims(scene, &house, &person.open(&url));
    assert_eq!(first["sub"], again["sub"]);

    // Somebody of the realm's own is not taken over by a principal of the same name.
    let own = house.realm.create_person(&scene.name("own"), json!({}));
    let answers = scene.kdc.person(&own.username).open(&url);
    assert!(is_form(&answers), "{answers}");
    // Whoever is switched off stays out.
    let path = format!("/users/{}", text(&user, "id"));
    house.done("PUT", &path, &json!({"enabled": false}));
    let answers = person.open(&url);
    assert!(is_form(&answers), "{answers}");
}

fn keytab(scene: &Scene) {
    let copy = scene.kdc.keytab.with_extension(scene.server.database);
    std::fs::copy(&scene.kdc.keytab, &copy).unwrap();
    let house = house(scene, "keytab", json!({"keyTab": copy.to_str().unwrap()}));
    let uid = scene.person("keytab");
    let header = scene.kdc.person(&uid).header_for("localhost");

    let answer = bring(scene, &house, &header);

    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("kc-form-login"));
    assert_eq!(house.count(), 0);
}

fn nobody(scene: &Scene) {
    let house = house(scene, "nobody", json!({}));
    let name = scene.name("not-in-the-directory");
    let person = scene.kdc.person(&name);

    let answer = bring(scene, &house, &person.header_for("localhost"));

    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("kc-form-login"));
    assert_eq!(
        answer.header("www-authenticate"),
        None,
        "it is not asked again"
    );
    assert_eq!(house.count(), 0);
    let events = house.done("GET", "/events?type=LOGIN_ERROR", &Value::Null);
    assert!(
        text(&events[0]["details"], "reason").contains("nobody"),
        "{events}"
    );
}

fn hostile(scene: &Scene) {
    let house = house(scene, "hostile", json!({}));
    let uid = scene.person("hostile");
    let person = scene.kdc.person(&uid);
    let fresh = || person.header_for("localhost");
    let changed = |at: fn(usize) -> usize| {
        let mut text = fresh().into_bytes();
        let at = at(text.len());
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap()
    };
    let cut = |many: usize| {
        let text = fresh();
        text[..text.len() - many].to_owned()
    };
    let used = fresh();
    assert_eq!(
        bring(scene, &house, &used).status,
        302,
        "an honest token is one"
    );
    let long = format!("Negotiate {}", "YII".repeat(20_000));
    let rows: Vec<(&str, String)> = vec![
        ("used before", used),
        ("for another service", person.header_for(OTHER)),
        ("cut by a block", cut(24)),
        ("without its end", cut(4)),
        ("changed in its ticket", changed(|len| len / 3)),
        ("changed in its authenticator", changed(|len| len - 60)),
        ("no base64", "Negotiate ***".to_owned()),
        (
            "of NTLM",
            "Negotiate TlRMTVNTUAABAAAAl4II4gAAAAAAAAAAAAAAAAAAAAAKALpHAAAADw==".to_owned(),
        ),
        ("too long", long),
    ];
    let before = house.count();
    for (what, header) in rows {
        let answer = bring(scene, &house, &header);

        assert!(
            matches!(answer.status, 200 | 431),
            "{what}: {} {}",
            answer.status,
            answer.body
        );
        assert!(answer.location().is_none(), "{what}");
        assert!(
            answer.status == 431 || answer.body.contains("kc-form-login"),
            "{what}"
        );
    }
    assert_eq!(house.count(), before);
    // A ticket is for one server; what the person sends next is good again.
    assert_eq!(bring(scene, &house, &fresh()).status, 302);
}

fn newer(scene: &Scene) {
    for (host, _) in NEWER {
        let name = format!("newer-{}", host.trim_end_matches(".localhost"));
        let config = json!({"serverPrincipal": format!("HTTP/{host}@{REALM}")});
        let house = house(scene, &name, config);
        let uid = scene.person(&name);
        let header = scene.kdc.person(&uid).header_for(host);

        let answer = bring(scene, &house, &header);

        assert_eq!(answer.status, 302, "{}", answer.body);
        let place = answer.location().unwrap_or_default();
        assert!(place.starts_with(CALLBACK), "{place}");
        assert_eq!(text(&house.user(&uid), "username"), uid);
        // Once is enough.
        assert_ne!(bring(scene, &house, &header).status, 302);
    }
}
