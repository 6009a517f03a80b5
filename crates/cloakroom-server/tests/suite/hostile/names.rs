//! What a name gives away, and whom somebody keeps out by names that they try or take.

use serde_json::{Value, json};

use super::Story;
use super::invariant::check_nothing_issued;
use super::scene::Scene;
use crate::browser::{Browser, Place};
use crate::http::{Answer, Request};
use crate::realm::{CALLBACK, Client, Realm};

pub(super) const STORIES: &[Story] = &[
    (
        "V083 two names of one user are slowed down as two names of nobody",
        two_names,
    ),
    (
        "F5-02 an address that tries many names waits, and a known browser does not",
        many_names,
    ),
    (
        "V083 nobody takes the name that somebody else signs in by",
        name_of_another,
    ),
];

/// A client that anybody may be, which asks for tokens by password.
fn public(realm: &Realm) -> Client {
    let settings = json!({"publicClient": true, "directAccessGrantsEnabled": true});
    realm.create_client("cli", settings)
}

fn guess(realm: &Realm, client: &Client, (name, password): (&str, &str)) -> Answer {
    let fields = [
        ("grant_type", "password"),
        ("client_id", client.id.as_str()),
        ("username", name),
        ("password", password),
    ];
    let sent = Request::form(&realm.path("token"), &fields);
    let answer = realm.server.send(&sent);
    if answer.status != 200 {
        check_nothing_issued(&answer);
    }
    answer
}

fn two_names(scene: &Scene) {
    let realm = Realm::create(&scene.realm.server, "aliases", Value::Null);
    realm.create_person("ada", Value::Null);
    let client = public(&realm);
    for [name, other] in [["ada", "ada@example.org"], ["nobody", "nobody@example.org"]] {
        let mut guesses = (0..40).map(|_| guess(&realm, &client, (name, "wrong")));
        assert!(guesses.any(|answer| answer.status == 429), "{name}");

        // The other name is not told to wait, whose ever it is.
        let answer = guess(&realm, &client, (other, "wrong"));

        assert_eq!(answer.error(), "invalid_grant", "{other}: {answer:?}");
    }
}

/// An authorization request of a browser, which comes back to the client.
fn sign_in(realm: &Realm, client: &Client) -> String {
    let query = format!(
        "client_id={}&redirect_uri={}&response_type=code&scope=openid&state=s",
        client.id,
        CALLBACK.replace(':', "%3A").replace('/', "%2F"),
    );
    format!("{}?{query}", realm.path("auth"))
}

fn many_names(scene: &Scene) {
    let settings = json!({"attributes": {"signIn.namesPerAddress": "3"}});
    let realm = Realm::create(&scene.realm.server, "crowd", settings);
    let person = realm.create_person("ada", Value::Null);
    let web = realm.create_client("web", json!({"directAccessGrantsEnabled": true}));
    let client = public(&realm);
    let mut known = scene.browser();
    let target = sign_in(&realm, &web);
    assert!(matches!(known.answer(&target, &person), Place::Client(_)));
    for name in ["emmy", "hedy", "maria"] {
        let answer = guess(&realm, &client, (name, "leaked"));
        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
    }

    // Whoever it is, and whether or not it is right.
    for (name, password) in [("ada", person.password.as_str()), ("sophie", "leaked")] {
        let answer = guess(&realm, &client, (name, password));
        assert_eq!(answer.status, 429, "{name}: {answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    let mut stranger = scene.browser();
    let page = stranger.open(&target).page();
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", "ada");
    form.set("password", &person.password);
    let refused = stranger.submit(&page.address, &form).page();
    assert_eq!(refused.answer.status, 429, "{refused:?}");
    // The browser has no session any more, and is known all the same.
    let ended = realm.call(
        "POST",
        &format!("/users/{}/logout", person.id),
        &Value::Null,
    );
    assert_eq!(ended.status, 204, "{ended:?}");
    assert!(matches!(known.answer(&target, &person), Place::Client(_)));
    // So is an application that proves itself, and asks for all of its people.
    let fields = [
        ("grant_type", "password"),
        ("client_id", web.id.as_str()),
        ("client_secret", web.secret.as_str()),
        ("username", "ada"),
        ("password", person.password.as_str()),
    ];
    let answer = realm
        .server
        .send(&Request::form(&realm.path("token"), &fields));
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Registers, as the form wants it; true if an account was made.
fn register(browser: &mut Browser, target: &str, (name, email): (&str, &str)) -> bool {
    let place = browser.open(&format!("{target}&prompt=create"));
    let page = place.page();
    let mut form = page.form("kc-register-form").unwrap();
    for (field, value) in [
        ("username", name),
        ("email", email),
        ("firstName", "Eve"),
        ("lastName", "Stranger"),
        ("password", "a passphrase of a stranger"),
        ("password-confirm", "a passphrase of a stranger"),
    ] {
        form.set(field, value);
    }
    matches!(browser.submit(&page.address, &form), Place::Client(_))
}

fn name_of_another(scene: &Scene) {
    let settings = json!({"registrationAllowed": true, "loginWithEmailAllowed": true});
    let realm = Realm::create(&scene.realm.server, "homonyms", settings);
    let carol = realm.create_person(
        "carol@corp.example",
        json!({"email": "carol@elsewhere.example"}),
    );
    let web = realm.create_client("web", Value::Null);
    let target = sign_in(&realm, &web);

    for (name, email) in [
        ("eve", "carol@corp.example"),
        ("eve", "CAROL@corp.example"),
        ("carol@elsewhere.example", "eve@example.org"),
    ] {
        let is_made = register(&mut scene.browser(), &target, (name, email));
        assert!(!is_made, "{name} {email}");
    }

    assert!(register(
        &mut scene.browser(),
        &target,
        ("eve", "eve@example.org")
    ));
    let place = scene.browser().answer(&target, &carol);
    assert!(matches!(place, Place::Client(_)), "{place:?}");
}
