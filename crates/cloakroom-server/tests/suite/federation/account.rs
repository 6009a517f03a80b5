//! Accounts elsewhere are linked by whoever is signed in here, and unlinked: on the account page, for an
//! application, and by the account's API.

use serde_json::{Value, json};

use super::Story;
use super::op::{Op, query_of};
use super::scene::{Scene, submit};
use crate::browser::{Browser, Callback, Page, Place};
use crate::http::{Request, text};
use crate::realm::Person;

pub(super) const STORIES: &[Story] = &[
    (
        "account::a-provider-is-linked-after-a-question-here-and-a-proof-there",
        linked,
    ),
    (
        "account::whoever-changes-their-mind-links-nothing-and-the-application-is-told",
        cancelled,
    ),
    (
        "account::an-application-without-the-role-links-nothing",
        not_allowed,
    ),
    (
        "account::an-account-there-that-is-somebody-elses-here-is-not-taken",
        taken,
    ),
    (
        "account::a-second-account-of-one-provider-is-not-linked",
        second,
    ),
    (
        "account::what-was-begun-in-one-browser-links-nothing-in-another",
        another_browser,
    ),
    (
        "account::a-link-that-was-begun-does-not-outlive-the-session",
        signed_out,
    ),
    (
        "account::an-old-sign-in-is-proved-again-before-anything-is-linked",
        old,
    ),
    (
        "account::V081-a-sign-in-of-more-than-five-minutes-ago-links-nothing",
        aged,
    ),
    (
        "account::the-account-page-lists-links-and-takes-them-away",
        page,
    ),
    ("account::the-only-way-in-is-not-taken-away", last_way_in),
    (
        "account::a-link-by-the-hash-of-an-application-is-refused",
        by_hash,
    ),
    (
        "account::the-api-lists-and-unlinks-for-the-token-of-the-person",
        api,
    ),
];

/// Somebody who is signed in with their password, and a provider that knows somebody of another name.
fn both(scene: &Scene, name: &str) -> (Person, Op, Browser) {
    let person = scene
        .realm
        .create_person(&format!("{name}-here"), json!({}));
    let op = scene.op(name);
    let mut browser = scene.browser();
    browser.answer(&scene.request(&[]), &person).client();
    (person, op, browser)
}

fn links_of(scene: &Scene, person: &Person) -> Value {
    scene.links(&json!({"id": person.id}))
}

/// The page that asks whether an account there is to be linked.
fn question(scene: &Scene, browser: &mut Browser, alias: &str) -> Page {
    let action = format!("idp_link:{alias}");
    browser
        .open(&scene.request(&[("kc_action", &action)]))
        .page()
}

/// Says yes; where the provider sees the browser arrive.
fn leave(browser: &mut Browser, page: &Page) -> Callback {
    submit(browser, page, "kc-link-idp-form", |_| ()).client()
}

fn come_back(scene: &Scene, browser: &mut Browser, op: &Op, left: &Callback) -> Place {
    op.arrive(&query_of(&left.address));
    browser.open(&scene.way_back(left, &[]))
}

fn link(scene: &Scene, browser: &mut Browser, op: &Op) -> Callback {
    let page = question(scene, browser, op.path.trim_start_matches('/'));
    let left = leave(browser, &page);
    come_back(scene, browser, op, &left).client()
}

fn linked(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "to-link");

    let page = question(scene, &mut browser, "to-link");
    assert!(page.answer.body.contains("Provider to-link"));
    let left = leave(&mut browser, &page);
    assert_eq!(links_of(scene, &person), json!([]));
    let callback = come_back(scene, &mut browser, &op, &left).client();

    assert_eq!(callback.get("kc_action_status"), "success");
    assert_eq!(callback.get("kc_action"), "idp_link");
    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
    assert_eq!(
        links_of(scene, &person),
        json!([{"identityProvider": "to-link", "userId": "sub-of-to-link", "userName": "to-link"}])
    );
    assert_eq!(scene.events("FEDERATED_IDENTITY_LINK", "to-link").len(), 1);
    // The session is the one of the password still, and the provider is a way in from now on.
    assert!(scene.claims(&callback_again(scene, &mut browser))["identity_provider"].is_null());
    let claims = scene.sign_in(&mut scene.browser(), &op);
    assert_eq!(claims["sub"], json!(person.id));
}

fn callback_again(scene: &Scene, browser: &mut Browser) -> Callback {
    browser.open(&scene.request(&[])).client()
}

fn cancelled(scene: &Scene) {
    let (person, _op, mut browser) = both(scene, "not-to-link");

    let page = question(scene, &mut browser, "not-to-link");
    let here = submit(&mut browser, &page, "kc-link-idp-form", |form| {
        form.press("cancel-aia");
    });
    let page = question(scene, &mut browser, "not-to-link");
    let left = leave(&mut browser, &page);
    let back = scene.way_back(&left, &[("code", ""), ("error", "access_denied")]);
    let there = browser.open(&back);

    for callback in [here.client(), there.client()] {
        assert_eq!(callback.get("kc_action_status"), "cancelled");
        assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
    }
    assert_eq!(links_of(scene, &person), json!([]));
}

fn not_allowed(scene: &Scene) {
    let (person, _op, mut browser) = both(scene, "forbidden-link");
    scene
        .realm
        .create_client("without-roles", json!({"fullScopeAllowed": false}));
    let rows = [
        ("without-roles", "idp_link:forbidden-link"),
        ("shop", "idp_link:no-such-provider"),
        ("shop", "idp_link:"),
        ("shop", "no-such-action"),
    ];
    for (client, action) in rows {
        let asked = scene.request(&[("client_id", client), ("kc_action", action)]);

        let callback = browser.open(&asked).client();

        assert_eq!(callback.get("kc_action_status"), "error", "{action}");
        assert!(!callback.get("code").is_empty(), "{action}");
    }
    assert_eq!(links_of(scene, &person), json!([]));
    let refused = scene.events("FEDERATED_IDENTITY_LINK_ERROR", "forbidden-link");
    assert_eq!(refused.len(), 1);
}

fn taken(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "taken-there");
    let owner = scene.sign_in(&mut scene.browser(), &op);

    let page = question(scene, &mut browser, "taken-there");
    let left = leave(&mut browser, &page);
    let page = come_back(scene, &mut browser, &op, &left).page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert_eq!(links_of(scene, &person), json!([]));
    let again = scene.sign_in(&mut scene.browser(), &op);
    assert_eq!(again["sub"], owner["sub"]);
}

fn second(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "twice-there");
    link(scene, &mut browser, &op);
    op.change(|says| {
        says.claims["sub"] = json!("another-account-there");
        says.userinfo["sub"] = json!("another-account-there");
    });

    let callback = link(scene, &mut browser, &op);

    assert_eq!(callback.get("kc_action_status"), "error");
    let links = links_of(scene, &person);
    assert_eq!(links[0]["userId"], json!("sub-of-twice-there"));
    assert_eq!(links.as_array().map(Vec::len), Some(1));
}

fn another_browser(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "carried-off");
    let victim = scene.realm.create_person("victim-of-a-link", json!({}));
    let mut other = scene.browser();
    other.answer(&scene.request(&[]), &victim).client();
    let page = question(scene, &mut browser, "carried-off");
    let left = leave(&mut browser, &page);

    let page = come_back(scene, &mut other, &op, &left).page();

    assert!(page.is_error());
    assert_eq!(links_of(scene, &victim), json!([]));
    assert_eq!(links_of(scene, &person), json!([]));
}

fn signed_out(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "left-before");
    let page = question(scene, &mut browser, "left-before");
    let left = leave(&mut browser, &page);
    let path = format!("/users/{}/logout", person.id);
    scene.done("POST", &path, &Value::Null);

    let place = come_back(scene, &mut browser, &op, &left);

    // Without a session the person is asked again; what came back is gone.
    let page = place.page();
    assert!(page.is_error() || page.is_login(), "{}", page.answer.body);
    assert_eq!(links_of(scene, &person), json!([]));
}

fn old(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "proved-before");
    let asked = scene.request(&[("kc_action", "idp_link:proved-before"), ("prompt", "login")]);

    let page = browser.open(&asked).page();
    assert!(page.is_login());
    let page = browser.go_on(Place::Page(page), &person).page();
    let left = leave(&mut browser, &page);
    let callback = come_back(scene, &mut browser, &op, &left).client();

    assert_eq!(callback.get("kc_action_status"), "success");
}

fn aged(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "five-minutes");
    let asked = scene.request(&[("kc_action", "idp_link:five-minutes")]);
    if !scene.server.age_sessions(&person.id, 290) {
        return;
    }
    let page = browser.open(&asked).page();
    assert!(!page.is_login(), "less than five minutes are recent");

    scene.server.age_sessions(&person.id, 15);
    let page = browser.open(&asked).page();
    assert!(page.is_login(), "the sign-in is too old to link anything");
    assert_eq!(links_of(scene, &person), json!([]));
    let page = browser.go_on(Place::Page(page), &person).page();
    let left = leave(&mut browser, &page);
    let callback = come_back(scene, &mut browser, &op, &left).client();
    assert_eq!(callback.get("kc_action_status"), "success");
}

const ACCOUNT: &str = "/realms/federation/account";

fn page(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "on-the-page");
    let before = browser.open(ACCOUNT).page().answer.body;
    let (_, rest) = before
        .split_once("id=\"link-on-the-page\" href=\"")
        .unwrap();
    let link = crate::html::unescape(rest.split('"').next().unwrap());
    let path = link
        .strip_prefix(&scene.server.base)
        .unwrap_or(&link)
        .to_owned();
    assert!(path.contains("code_challenge_method=S256"), "{path}");
    let question = browser.open(&path).page();
    let left = leave(&mut browser, &question);

    let after = come_back(scene, &mut browser, &op, &left).page();

    // The page that began it is where it ends, and no code stays behind in the address.
    assert!(!after.address.contains('?'), "{}", after.address);
    assert!(after.answer.body.contains("id=\"unlink-on-the-page\""));
    assert_eq!(
        links_of(scene, &person)[0]["userName"],
        json!("on-the-page")
    );
    let forged = [("provider", "on-the-page"), ("state_checker", "made-up")];
    let forged = browser.send(Request::form(&format!("{ACCOUNT}/unlink"), &forged));
    assert_eq!(forged.status, 403);
    let forms = crate::html::forms(&after.answer.body);
    let is_it = |form: &&crate::html::Form| form.get("provider") == Some("on-the-page");
    let form = forms.iter().find(is_it).unwrap();
    let gone = browser.submit(&after.address, form).page();
    assert!(gone.answer.body.contains("id=\"link-on-the-page\""));
    assert_eq!(links_of(scene, &person), json!([]));
    let events = scene.events("REMOVE_FEDERATED_IDENTITY", "on-the-page");
    assert_eq!(events.len(), 1);
}

fn last_way_in(scene: &Scene) {
    let op = scene.op("only-way");
    let mut browser = scene.browser();
    scene.sign_in(&mut browser, &op);
    let account = browser.open(ACCOUNT).page();
    // Nobody can change a password that was never set.
    let says = |words: &str| account.answer.body.contains(words);
    assert!(says("Set a password") && !says("Change password"));
    let forms = crate::html::forms(&account.answer.body);
    let is_it = |form: &&crate::html::Form| form.get("provider") == Some("only-way");

    let page = browser.submit(&account.address, forms.iter().find(is_it).unwrap());

    assert!(page.page().is_error());
    assert_eq!(
        scene.links(&scene.user("only-way"))[0]["identityProvider"],
        json!("only-way")
    );
}

/// The older way of Keycloak, as an application of the session makes it.
fn by_hash(scene: &Scene) {
    let (person, _op, mut browser) = both(scene, "by-hash");
    let callback = callback_again(scene, &mut browser);
    let session = callback.get("session_state").to_owned();
    let hash = crate::jwt::challenge(&format!("a-nonce{session}shopby-hash"));
    let query = crate::http::encode(&[
        ("client_id", "shop"),
        ("redirect_uri", crate::realm::CALLBACK),
        ("nonce", "a-nonce"),
        ("hash", &hash),
    ]);

    let page = browser
        .open(&format!("/realms/federation/broker/by-hash/link?{query}"))
        .page();

    assert!(page.is_error());
    assert_eq!(links_of(scene, &person), json!([]));
    let refused = scene.events("FEDERATED_IDENTITY_LINK_ERROR", "by-hash");
    assert_eq!(refused.len(), 1);
}

fn api(scene: &Scene) {
    let (person, op, mut browser) = both(scene, "by-api");
    let callback = link(scene, &mut browser, &op);
    let access = text(&scene.tokens(&callback), "access_token").to_owned();
    let ask = |method: &str, path: &str, token: &str| {
        let path = format!("{ACCOUNT}/linked-accounts{path}");
        let request = Request::new(method, &path);
        scene.server.send(&match token {
            "" => request,
            token => request.with("Authorization", &format!("Bearer {token}")),
        })
    };

    let found = ask("GET", "?linked=true", &access);

    assert_eq!(
        found.json(),
        json!([{
            "connected": true, "social": false, "providerAlias": "by-api", "providerName": "oidc",
            "displayName": "Provider by-api", "linkedUsername": "by-api",
        }])
    );
    let others = ask("GET", "?linked=false&search=by-api", &access);
    assert_eq!(others.json(), json!([]));
    for token in ["", "made.up.token"] {
        assert_eq!(ask("GET", "", token).status, 401);
        assert_eq!(ask("DELETE", "/by-api", token).status, 401);
    }
    // A cookie alone is no token: pages of other sites send it as well.
    let answer = browser.send(Request::new(
        "DELETE",
        &format!("{ACCOUNT}/linked-accounts/by-api"),
    ));
    assert_eq!(answer.status, 401);
    // Keycloak's setting says who sees it: everybody, whoever is linked, or nobody.
    let shown = |mode: &str, linked: &str| {
        let path = "/identity-provider/instances/by-api";
        let mut provider = scene.done("GET", path, &Value::Null);
        provider["config"]["showInAccountConsole"] = json!(mode);
        scene.done("PUT", path, &provider);
        let path = format!("?linked={linked}&search=by-api");
        ask("GET", &path, &access).json().as_array().unwrap().len()
    };
    assert_eq!(
        (shown("NEVER", "true"), shown("WHEN_LINKED", "true")),
        (0, 1)
    );
    assert_eq!(ask("DELETE", "/no-such", &access).status, 400);
    assert_eq!(ask("DELETE", "/by-api", &access).status, 204);
    assert_eq!(links_of(scene, &person), json!([]));
    let modes = ["NEVER", "WHEN_LINKED", "ALWAYS"];
    assert_eq!(modes.map(|mode| shown(mode, "false")), [0, 0, 1]);
}
