//! The consent page: only what was shown is allowed, and only by the browser it was shown to.

use serde_json::{Value, json};

use super::Story;
use super::grant::assert_refused;
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::Scene;
use crate::browser::{Browser, Page, Place};
use crate::html::Form;
use crate::http::{Answer, Request, decode, encode, text};

pub(super) const STORIES: &[Story] = &[
    (
        "A93a a consent without its code gives nothing",
        without_code,
    ),
    (
        "A93b a consent of another browser gives nothing",
        other_browser,
    ),
    (
        "A93c a consent that another site posts gives nothing",
        other_site,
    ),
    (
        "A94 a consent gives the scopes that were shown, whatever else is posted",
        more_scopes,
    ),
    (
        "V018 a browser whose cookie was planted where somebody was proved goes on with nothing",
        planted,
    ),
    ("A95 a consent by a link has no effect", by_link),
    (
        "REFRESH-08 what a consent gave ends with the consent",
        taken_back,
    ),
];

/// A new browser at the question, and the form.
fn asked(scene: &Scene) -> (Browser, Page, Form) {
    let mut browser = scene.browser();
    let target = scene
        .authorize(&scene.other)
        .with("prompt", "consent")
        .request()
        .target;
    let page = browser.open(&target).page();
    let mut login = page.form("kc-form-login").unwrap();
    login.set("username", &scene.person.username);
    login.set("password", &scene.person.password);
    let page = browser.submit(&page.address, &login).page();
    let form = page.form("kc-oauth").expect("the client asks for consent");
    (browser, page, form)
}

/// The request of a form, to be sent without a browser.
fn request(scene: &Scene, form: &Form) -> Request {
    Request::form(&form.action.replace(&scene.server().base, ""), &form.fields)
}

/// The question is refused, or asked from its beginning.
fn assert_begins_again(answer: &Answer) {
    let again = answer
        .location()
        .is_some_and(|to| to.contains("/protocol/openid-connect/auth?"));
    assert!([400, 403].contains(&answer.status) || again, "{answer:?}");
    check_nothing_issued(answer);
}

fn without_code(scene: &Scene) {
    let (browser, _, mut form) = asked(scene);
    form.press("accept");
    let action = form.action.clone();
    let (address, query) = action.split_once('?').unwrap();
    let named: Vec<(String, String)> = decode(query)
        .into_iter()
        .filter(|(name, _)| name != "session_code")
        .collect();
    let address = format!("{address}?{}", encode(&named));
    for code in ["", "another"] {
        form.set("code", code);
        form.action = format!("{address}&session_code={code}");

        let sent = request(scene, &form).with("Cookie", &browser.cookies());
        let answer = scene.send(&sent, &[]);

        assert_begins_again(&answer);
    }
}

fn other_browser(scene: &Scene) {
    let (_, _, mut form) = asked(scene);
    let (other, _, _) = asked(scene);
    form.press("accept");

    for cookies in ["a=b".to_owned(), other.cookies()] {
        let answer = scene.send(&request(scene, &form).with("Cookie", &cookies), &[]);

        assert_begins_again(&answer);
    }
}

/// The handle of an attempt is an attacker's, who planted it in the browser in which somebody has typed their password since.
fn planted(scene: &Scene) {
    let (mut browser, page, mut form) = asked(scene);
    form.press("accept");
    let cookies = browser.cookies();
    let handle = cookies
        .split("; ")
        .find(|one| one.starts_with("AUTH_SESSION_ID="));
    let handle = handle.expect("the browser has a handle");
    let opened = Request::get(&page.address.replace(&scene.server().base, ""));
    let resumed = page.address.replace("required-action", "authenticate");
    let resumed = Request::get(&resumed.replace(&scene.server().base, ""));
    for sent in [request(scene, &form), opened, resumed] {
        for known in [
            handle.to_owned(),
            format!("{handle}; CLOAKROOM_PROOF=a.b..c"),
        ] {
            let answer = scene.send(&sent.clone().with("Cookie", &known), &[]);

            assert_begins_again(&answer);
            // A code of chance may have these letters somewhere inside.
            let is_inside = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            let mut words = answer.body.split(|letter| !is_inside(letter));
            assert!(!words.any(|word| word == scene.person.username));
        }
    }

    // And the one who was proved goes on.
    let callback = browser.submit(&page.address, &form).client();
    assert!(!callback.get("code").is_empty());
}

fn other_site(scene: &Scene) {
    let (browser, _, mut form) = asked(scene);
    form.press("accept");

    let sent = request(scene, &form)
        .with("Cookie", &browser.cookies())
        .with("Origin", "https://evil.test");
    let answer = scene.send(&sent, &[]);

    assert_begins_again(&answer);
}

fn more_scopes(scene: &Scene) {
    let (mut browser, page, mut form) = asked(scene);
    form.press("accept");
    form.set("scope", "openid address phone offline_access");

    let callback = match browser.submit(&page.address, &form) {
        Place::Client(callback) => callback,
        // To refuse what was not shown is right as well.
        Place::Page(page) => {
            assert_eq!(page.answer.status, 400, "{page:?}");
            return;
        }
    };
    let answer = scene.play(&scene.redemption(&scene.other, callback.get("code")));

    assert_eq!(answer.status, 200, "{}", answer.body);
    let granted = answer.json();
    let granted: Vec<&str> = text(&granted, "scope").split(' ').collect();
    for scope in ["address", "phone", "offline_access"] {
        assert!(!granted.contains(&scope), "{granted:?}");
    }
}

fn by_link(scene: &Scene) {
    let (browser, _, mut form) = asked(scene);
    form.press("accept");
    let target = form.action.replace(&scene.server().base, "");
    let mark = if target.contains('?') { '&' } else { '?' };
    let target = format!("{target}{mark}{}", encode(&form.fields));

    let sent = Request::get(&target).with("Cookie", &browser.cookies());
    let answer = scene.send(&sent, &[]);

    check_nothing_issued(&answer);
}

fn taken_back(scene: &Scene) {
    let asked = scene.authorize(&scene.other);
    let person = scene
        .realm
        .create_person("lise", json!({"lastName": "Meitner"}));
    let callback = scene.browser().answer(&asked.request().target, &person);
    let code = callback.client().get("code").to_owned();
    let tokens = scene.play(&scene.redemption(&scene.other, &code)).json();
    let refresh = scene
        .post("token", Some(&scene.other))
        .with("grant_type", "refresh_token")
        .with("refresh_token", text(&tokens, "refresh_token"));
    assert_eq!(scene.play(&refresh).status, 200);

    let path = format!("/users/{}/consents/{}", person.id, scene.other.id);
    let gone = scene.realm.call("DELETE", &path, &Value::Null);
    let refused = scene.play(&refresh);
    let userinfo = scene.play(&scene.userinfo(text(&tokens, "access_token")));

    assert_eq!(gone.status, 204, "{gone:?}");
    assert_refused(&refused, &["json 400 invalid_grant"]);
    assert!(
        outcome::is("challenge 401 invalid_token", &userinfo),
        "{userinfo:?}"
    );
}
