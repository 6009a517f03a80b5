//! A level that a client demands (an essential `acr`), on each way on which its request is answered: nobody gets a code below it.

use serde_json::{Value, json};

use super::levels::{UNMET, acr, asks_code, demands, for_level, realm, realm_of, step};
use super::{Scene, Story, has_nothing, send, with_app};
use crate::browser::{Browser, Place};
use crate::http::{Request, encode};
use crate::realm::{CALLBACK, Person};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-demand-that-nobody-may-be-asked-for", silent),
    ("a-session-answers-at-once-what-it-has-reached", at_once),
    ("a-sign-in-that-begins-anew-keeps-its-demand", begins_anew),
    ("a-demand-outlives-the-attempt-that-it-began", outlives),
    ("a-demand-that-was-pushed-is-one", pushed),
    (
        "whoever-registers-for-a-demanded-level-has-not-reached-it",
        registers,
    ),
];

/// Nobody without a device is asked for the second level, which passes them by.
fn passes_by(scene: &Scene) {
    let path = "/authentication/flows/second/executions/execution";
    let condition = json!({"provider": "conditional-user-configured"});
    let added = scene.realm.call("POST", path, &condition);
    assert_eq!(added.status, 201, "{}", added.body);
    scene.require("second", "conditional-user-configured", "REQUIRED");
}

/// Signs in for nothing in particular.
fn at_first(scene: &Scene, person: &Person) -> Browser {
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), person);
    assert_eq!(acr(scene, place), "1");
    browser
}

/// The client is told that its demand is not met, and has no code.
fn is_unmet(place: Place, about: &str) {
    let refused = place.client();
    assert_eq!(refused.get("error"), UNMET, "{about}");
    assert!(refused.get("code").is_empty(), "{about}");
    assert!(!refused.get("iss").is_empty(), "{about}");
}

/// The address under which a page of the sign-in is opened that has lost its tab, as by a bookmark.
fn lost(scene: &Scene) -> String {
    let realm = &scene.realm.name;
    format!("/realms/{realm}/login-actions/required-action?client_id=shop")
}

fn silent(scene: &Scene, name: &str) {
    let scene = &realm(scene, "demands-silent", 300);
    let (person, device) = with_app(scene, name);
    let mut stranger = scene.browser();
    let refused = stranger.open(&demands(scene, "2", "&prompt=none")).client();
    assert_eq!(refused.get("error"), "login_required");
    // What nobody reaches is told so, whoever asks and however.
    for more in ["", "&prompt=none", "&prompt=login", "&max_age=0"] {
        is_unmet(stranger.open(&demands(scene, "3", more)), more);
    }
    let mut browser = at_first(scene, &person);
    for more in ["", "&prompt=none", "&prompt=login", "&max_age=0"] {
        is_unmet(browser.open(&demands(scene, "3", more)), more);
    }
    // Somebody who could be asked is not there to be asked.
    let refused = browser.open(&demands(scene, "2", "&prompt=none")).client();
    assert_eq!(refused.get("error"), "login_required");
    assert!(refused.get("code").is_empty());

    let page = asks_code(browser.open(&demands(scene, "2", "")));
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(acr(scene, place), "2");
    for more in ["", "&prompt=none"] {
        let place = browser.open(&demands(scene, "2", more));
        assert_eq!(acr(scene, place), "2", "{more}");
    }
}

fn at_once(scene: &Scene, name: &str) {
    // The last step of the flow lets everybody in, so that nothing is left to ask of a session that is below the level.
    let last = step("allow-access-authenticator", "REQUIRED");
    let scene = &realm_of(scene, "demands-at-once", (300, false, last));
    passes_by(scene);
    let person = scene.person(name, &[]);
    let mut browser = at_first(scene, &person);

    for more in ["", "&prompt=none"] {
        is_unmet(browser.open(&demands(scene, "2", more)), more);
    }
    // A wish is answered with what there is, and so is a demand for that.
    let wished = format!("{}&prompt=none", for_level(scene, "2"));
    for asked in [wished, demands(scene, "1", "&prompt=none")] {
        let place = browser.open(&asked);
        assert_eq!(acr(scene, place), "1", "{asked}");
    }
}

fn begins_anew(scene: &Scene, name: &str) {
    let scene = &realm(scene, "demands-anew", 300);
    let (person, device) = with_app(scene, name);
    // A session of the first level is no more to the page that begins anew than to the one before it.
    let mut browser = at_first(scene, &person);
    asks_code(browser.open(&demands(scene, "2", "")));
    let place = browser.answer(&lost(scene), &person);
    let page = asks_code(place);
    let place = send(&mut browser, &page, &device.code(-1));
    assert_eq!(acr(scene, place), "2");
    // Nobody who is passed by gets a code there, with a session or without.
    passes_by(scene);
    let other = scene.person(&format!("other-{name}"), &[]);
    let mut browser = scene.browser();
    let page = browser.open(&demands(scene, "2", "")).page();
    assert!(page.is_login(), "{}", page.answer.body);
    is_unmet(browser.answer(&lost(scene), &other), "without a session");
    has_nothing(scene, &mut browser);

    let mut browser = scene.browser();
    browser.open(&demands(scene, "2", "")).page();
    let place = browser.answer(&scene.request(""), &other);
    assert_eq!(acr(scene, place), "1");
    // The sign-in took the memory of the other request with it; whoever has kept it gets no more by it.
    let kept = demands(scene, "2", "");
    let kept = kept.split_once('?').unwrap().1;
    let cookies = format!("{}; KC_RESTART={kept}", browser.cookies());
    let answer = scene
        .realm
        .server
        .send(&Request::get(&lost(scene)).with("Cookie", &cookies));
    let to = answer.location().unwrap_or_default();
    assert!(
        to.contains("/login-actions/authenticate?"),
        "{} {to}",
        answer.status
    );
    let path = to
        .strip_prefix(&scene.realm.server.base)
        .unwrap_or_default();
    is_unmet(browser.answer(path, &other), "with a session");
}

fn outlives(scene: &Scene, name: &str) {
    let scene = &realm(scene, "demands-outlives", 300);
    passes_by(scene);
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let page = browser.open(&demands(scene, "2", "")).page();
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &person.username);
    form.set("password", &person.password);
    // The server knows nothing of the attempt any more, and the browser knows how it began.
    let cookies = browser.cookies();
    let kept = cookies
        .split("; ")
        .filter(|one| !one.starts_with("AUTH_SESSION_ID="));
    let mut kept: Vec<String> = kept.map(str::to_owned).collect();
    kept.push(format!("AUTH_SESSION_ID={}", "x".repeat(43)));
    let target = form.action.strip_prefix(&scene.realm.server.base);
    let target = target.unwrap_or(&form.action);
    let request = Request::form(target, &form.fields).with("Cookie", &kept.join("; "));

    let answer = scene.realm.server.send(&request);

    let to = answer.location().unwrap_or_default().to_owned();
    assert!(to.contains("claims="), "{} {to}", answer.status);
    let path = to.strip_prefix(&scene.realm.server.base).unwrap();
    is_unmet(browser.answer(path, &person), "begun anew");
    has_nothing(scene, &mut browser);
}

fn registers(scene: &Scene, name: &str) {
    let scene = &realm(scene, "demands-registers", 300);
    scene.realm.change("", json!({"registrationAllowed": true}));
    passes_by(scene);
    let name: String = name.chars().take(30).collect();
    let (email, password) = (
        format!("{name}@example.org"),
        format!("an honest passphrase of {name}"),
    );
    scene.realm.server.keep_secret(&password);
    let mut browser = scene.browser();
    let page = browser.open(&demands(scene, "2", "&prompt=create")).page();
    let mut form = page.form("kc-register-form").expect("the form");
    for (field, value) in [
        ("username", name.as_str()),
        ("email", email.as_str()),
        ("firstName", "Grace"),
        ("lastName", "Hopper"),
        ("password", password.as_str()),
        ("password-confirm", password.as_str()),
    ] {
        form.set(field, value);
    }

    let place = browser.submit(&page.address, &form);

    is_unmet(place, "registered");
    has_nothing(scene, &mut browser);
}

fn pushed(scene: &Scene, name: &str) {
    let scene = &realm(scene, "demands-pushed", 300);
    passes_by(scene);
    let person = scene.person(name, &[]);
    let mut browser = at_first(scene, &person);
    let claims = json!({"id_token": {"acr": {"essential": true, "value": "2"}}}).to_string();
    let fields = [
        ("client_id", scene.shop.id.as_str()),
        ("client_secret", scene.shop.secret.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", CALLBACK),
        ("claims", claims.as_str()),
    ];
    let answer = scene
        .browser()
        .send(Request::form(&scene.realm.path("ext/par/request"), &fields));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let pushed = answer.json();
    let Value::String(reference) = &pushed["request_uri"] else {
        panic!("{pushed}");
    };
    let query = encode(&[("client_id", "shop"), ("request_uri", reference.as_str())]);

    let place = browser.open(&format!("{}?{query}", scene.realm.path("auth")));

    is_unmet(place, "pushed");
}
