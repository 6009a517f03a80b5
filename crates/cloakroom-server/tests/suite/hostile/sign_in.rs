//! Signing in with a history: who is told what, how often, and what a half-finished sign-in is good for.

use serde_json::{Value, json};

use super::Story;
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::Scene;
use crate::browser::Place;
use crate::http::{Answer, exchange_together, text};
use crate::realm::Realm;

pub(super) const STORIES: &[Story] = &[
    (
        "M01 an unknown user and a wrong password get the same page",
        same_page,
    ),
    (
        "M02-M03 all names of somebody share one counter",
        one_counter,
    ),
    (
        "V078 guesses at once, over all nodes, are no more than the limit",
        guesses_at_once,
    ),
    (
        "M12 a form's own query opens no other step of a sign-in",
        jumps,
    ),
    ("M07 a sign-in form is good for one sign-in", form_once),
    ("M11 a sign-in that is not done opens nothing", half_done),
    (
        "SESSION-01 a second proof changes the cookie, and the one before it counts no more",
        proved_again,
    ),
    (
        "SESSION-02 a sign-in form of another browser opens nothing",
        other_browser,
    ),
    (
        "O28 a sign-in whose client is switched off meanwhile ends on a page",
        client_switched_off,
    ),
    (
        "V069 an address that is taken off the list during a sign-in gets no code",
        address_taken_away,
    ),
];

/// The page without what differs by chance or was typed in.
fn plain(answer: &Answer, typed: &str) -> String {
    let mut text = answer.body.replace(typed, "NAME");
    // Each refusal has a code of its own, which leads an administrator to the reason.
    for (before, after) in [("<code>", "</code>"), ("action=\"", "\"")] {
        let parts: Vec<String> = text
            .split(before)
            .enumerate()
            .map(|(index, part)| match (index, part.split_once(after)) {
                (0, _) | (_, None) => part.to_owned(),
                (_, Some((_, rest))) => format!("{after}{rest}"),
            })
            .collect();
        text = parts.join(before);
    }
    text
}

fn same_page(scene: &Scene) {
    let disabled = scene
        .realm
        .create_person("maria", json!({"lastName": "Agnesi", "enabled": false}));
    let mut pages = Vec::new();
    for name in ["nobody", "hedy", &disabled.username] {
        if name == "hedy" {
            scene
                .realm
                .create_person("hedy", json!({"lastName": "Lamarr"}));
        }
        let answer = scene.play(
            &scene
                .sign_in()
                .with("username", name)
                .with("password", "wrong"),
        );

        assert!(outcome::is("login", &answer), "{name}: {answer:?}");
        assert!(
            answer.body.contains("Invalid username or password."),
            "{name}: {}",
            answer.body
        );
        check_nothing_issued(&answer);
        pages.push((answer.status, plain(&answer, name)));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[1], pages[2]);
}

fn one_counter(scene: &Scene) {
    let settings =
        json!({"bruteForceProtected": true, "failureFactor": 3, "loginWithEmailAllowed": true});
    let realm = Realm::create(&scene.realm.server, "guesses", settings);
    let person = realm.create_person("ada", Value::Null);
    let client = realm.create_client("web", json!({"directAccessGrantsEnabled": true}));
    let guess = |name: &str, password: &str| {
        let mut honest = scene.post("token", Some(&client));
        honest.path = realm.path("token");
        let honest = honest.with("grant_type", "password").with("username", name);
        scene.play(&honest.with("password", password))
    };

    for name in ["ada", "ADA", "ada@example.org", "Ada@Example.org"] {
        let answer = guess(name, "wrong");
        assert_eq!(answer.error(), "invalid_grant", "{name}: {answer:?}");
    }
    let locked = guess("ada", &person.password);

    // Locked, or told to wait: either way the right password is not tried.
    let refusals = ["invalid_grant", "temporarily_unavailable"];
    assert!(refusals.contains(&locked.error().as_str()), "{locked:?}");
    check_nothing_issued(&locked);
}

fn guesses_at_once(scene: &Scene) {
    const LIMIT: u64 = 3;
    // Quick guesses cost nothing more, so that it is the limit alone that ends them.
    let settings = json!({
        "bruteForceProtected": true, "failureFactor": LIMIT, "quickLoginCheckMilliSeconds": 0,
    });
    let realm = Realm::create(&scene.realm.server, "guesses-at-once", settings);
    let person = realm.create_person("ada", Value::Null);
    let client = realm.create_client("web", json!({"directAccessGrantsEnabled": true}));
    let mut honest = scene.post("token", Some(&client));
    honest.path = realm.path("token");
    let honest = honest
        .with("grant_type", "password")
        .with("username", "ada");
    let server = scene.server();
    let guess = honest.clone().with("password", "wrong").request();

    let answers = exchange_together(&server.nodes(), &guess.bytes(server.host()), 48);

    for answer in &answers {
        let refusals = ["invalid_grant", "temporarily_unavailable"];
        assert!(refusals.contains(&answer.error().as_str()), "{answer:?}");
    }
    let path = format!("/attack-detection/brute-force/users/{}", person.id);
    let status = realm.call("GET", &path, &Value::Null).json();
    assert_eq!(status["numFailures"], json!(LIMIT), "{status}");
    let locked = scene.play(&honest.with("password", &person.password));
    assert_ne!(locked.status, 200, "{locked:?}");
    check_nothing_issued(&locked);
}

/// The handle of a sign-in that has begun leads to no step that it has not come to: with the browser's cookies and all
/// that the form on its page is sent with.
fn jumps(scene: &Scene) {
    let settings = json!({"resetPasswordAllowed": true});
    let realm = Realm::create(&scene.realm.server, "jumps", settings);
    let person = realm.create_person("emmy", Value::Null);
    let client = realm.create_client("web", Value::Null);
    let asked = || {
        let mut honest = scene.authorize(&client);
        honest.path = realm.path("auth");
        honest.request().target
    };
    let new = "a passphrase of somebody else";
    for step in [
        "required-action?execution=UPDATE_PASSWORD&",
        "required-action?execution=UPDATE_PROFILE&",
        "required-action?",
        "reset-credentials?execution=UPDATE_PASSWORD&",
        "action-token?key=made-up&",
        "first-broker-login?",
        "consent?",
        "organization?",
    ] {
        let mut browser = scene.browser();
        let page = browser.open(&asked()).page();
        let mut form = page.form("kc-form-login").unwrap();
        let (_, query) = form.action.split_once('?').unwrap();
        let fields = crate::http::decode(query).into_iter();
        // What the step names in its own query stands there once.
        let query: Vec<(String, String)> = fields
            .filter(|(name, _)| !step.contains(&format!("?{name}=")))
            .collect();
        form.action = format!(
            "/realms/{}/login-actions/{step}{}",
            realm.name,
            crate::http::encode(&query)
        );
        for (name, value) in [
            ("username", person.username.as_str()),
            ("password-new", new),
            ("password-confirm", new),
            ("email", "emmy@elsewhere.test"),
            ("accept", "Yes"),
        ] {
            form.set(name, value);
        }

        let place = browser.submit(&page.address, &form);

        assert!(matches!(place, Place::Page(_)), "{step}: {place:?}");
        assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY"), "{step}");
    }
    let stored = realm.call("GET", &format!("/users/{}", person.id), &Value::Null);
    assert_eq!(stored.json()["email"], "emmy@example.org");
    // The password is the one of before, and no other.
    let mut thief = person.clone();
    thief.password = new.to_owned();
    let mut browser = scene.browser();
    let page = browser.open(&asked()).page();
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &thief.username);
    form.set("password", &thief.password);
    assert!(browser.submit(&page.address, &form).page().is_login());
    scene.browser().answer(&asked(), &person).client();
}

fn form_once(scene: &Scene) {
    let form = scene.sign_in();

    let first = scene.play(&form);
    assert_eq!(first.status, 302, "{first:?}");
    let second = scene.play(&form);

    check_nothing_issued(&second);
}

fn half_done(scene: &Scene) {
    let settings = json!({"lastName": "Germain", "requiredActions": ["UPDATE_PASSWORD"]});
    let person = scene.realm.create_person("sophie", settings);
    let mut browser = scene.browser();
    let asked = scene.authorize(&scene.web);
    let place = browser.answer(&asked.request().target, &person);
    assert_eq!(
        place.page().answer.status,
        200,
        "the password has to be changed first"
    );

    let asked = scene.authorize(&scene.web).with("prompt", "none").request();
    let silent = scene.send(&asked.with("Cookie", &browser.cookies()), &[]);
    let account = scene
        .get("")
        .path
        .replace("/protocol/openid-connect/", "/account");
    let account = crate::http::Request::get(&account).with("Cookie", &browser.cookies());
    let account = scene.send(&account, &[]);

    assert!(
        outcome::is("redirect login_required", &silent)
            || outcome::is("redirect interaction_required", &silent),
        "{silent:?}"
    );
    check_nothing_issued(&silent);
    assert!(!account.body.contains("sophie"), "{}", account.body);
}

/// Somebody sends the sign-in form after the client was changed, and goes where that leads.
fn signs_in_after(scene: &Scene, client: &str, change: Value) {
    let client = scene.realm.create_client(client, Value::Null);
    let mut browser = scene.browser();
    let target = scene.authorize(&client).request().target;
    let page = browser.open(&target).page();
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &scene.person.username);
    form.set("password", &scene.person.password);
    let path = format!("/clients?clientId={}", client.id);
    let found = scene.realm.call("GET", &path, &Value::Null).json();
    let path = format!("/clients/{}", text(&found[0], "id"));
    scene.realm.change(&path, change);

    let page = browser.submit(&page.address, &form).page();

    assert!(outcome::is("page 400", &page.answer), "{page:?}");
    check_nothing_issued(&page.answer);
}

fn client_switched_off(scene: &Scene) {
    signs_in_after(scene, "fading", json!({"enabled": false}));
}

fn address_taken_away(scene: &Scene) {
    let elsewhere = json!({"redirectUris": ["https://rp.test/elsewhere"]});
    signs_in_after(scene, "moving", elsewhere);
}

fn proved_again(scene: &Scene) {
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&scene.web));
    let before = browser.cookies();
    let again = scene.authorize(&scene.web).with("prompt", "login");
    scene.code_in(&mut browser, &again);
    let silent = |cookies: &str| {
        let asked = scene.authorize(&scene.web).with("prompt", "none");
        scene.send(&asked.request().with("Cookie", cookies), &[])
    };

    let old = silent(&before);
    let new = silent(&browser.cookies());

    assert!(outcome::is("redirect login_required", &old), "{old:?}");
    check_nothing_issued(&old);
    let location = new.location().unwrap_or_default();
    assert!(location.contains("code="), "{new:?}");
}

fn other_browser(scene: &Scene) {
    let form = scene.sign_in();
    let other = scene.sign_in();
    let cookies = |form: &super::scene::Honest| form.headers[0].1.clone();
    let signed_in = scene.cookies();

    for foreign in [cookies(&other), signed_in, "a=b".to_owned()] {
        let mut posted = form.clone();
        posted.headers = vec![("Cookie".to_owned(), foreign)];
        let answer = scene.play(&posted);

        assert!(
            outcome::is("page 400", &answer) || answer.status == 302,
            "{answer:?}"
        );
        check_nothing_issued(&answer);
    }
    let own = scene.play(&form);
    assert_eq!(own.status, 302, "the form is still good: {own:?}");
}
