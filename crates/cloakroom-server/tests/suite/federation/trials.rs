//! Sign-ins that an administrator tries from the console: what they are shown, and what nobody gets by them.

use serde_json::{Value, json};

use super::Story;
use super::op::{Op, query_of};
use super::saml::idp::Idp;
use super::scene::Scene;
use crate::browser::{Browser, Page, Place};
use crate::http::{Request, text};
use crate::realm::Person;
use crate::server::ADMIN;

pub(super) const STORIES: &[Story] = &[
    (
        "a-trial-shows-what-a-provider-says-and-what-becomes-of-it-and-signs-nobody-in",
        shown,
    ),
    ("a-trial-of-a-saml-provider-shows-its-attributes", saml),
    ("what-came-of-a-trial-is-for-whoever-began-it", alone),
    ("a-trial-counts-once-and-in-its-own-browser", bound),
    ("a-trial-that-fails-says-why", failed),
];

fn page_of(scene: &Scene, alias: &str) -> String {
    let realm = &scene.realm.name;
    format!("/admin/master/console/{realm}/identity-providers/{alias}/trial")
}

fn way_of(scene: &Scene, alias: &str) -> String {
    format!("/realms/{}/broker/{alias}/trial", scene.realm.name)
}

/// A browser whose administrator has just prepared a trial; the page that follows.
fn prepared(scene: &Scene, alias: &str) -> (Browser, Page) {
    let mut browser = scene.browser();
    let person = Person {
        id: String::new(),
        username: ADMIN.0.to_owned(),
        password: ADMIN.1.to_owned(),
    };
    let page = browser.answer(&page_of(scene, alias), &person).page();
    let forms = crate::html::forms(&page.answer.body);
    let is_it = |action: &str| action.ends_with(&format!("{alias}/trial"));
    let form = forms.into_iter().find(|form| is_it(&form.action)).unwrap();
    let page = browser.submit(&page.address, &form).page();
    assert_eq!(page.answer.status, 200, "{}", page.answer.body);
    assert!(page.answer.body.contains(&way_of(scene, alias)));
    (browser, page)
}

/// What the API tells the administrator of their last trial.
fn outcome(scene: &Scene, alias: &str) -> Value {
    let path = format!("/ui-ext/provider-trials/{alias}");
    scene.done("GET", &path, &Value::Null)["outcome"].clone()
}

fn there_and_back(scene: &Scene, browser: &mut Browser, op: &Op) -> Page {
    let left = browser
        .open(&way_of(scene, op.path.trim_start_matches('/')))
        .client();
    op.arrive(&query_of(&left.address));
    browser.open(&scene.way_back(&left, &[])).page()
}

fn shown(scene: &Scene) {
    // It is switched off: what it says is seen before anybody signs in by it.
    let op = scene.op_with("tried", json!({"enabled": false}), json!({}));
    let mapper = json!({
        "name": "motto", "identityProviderAlias": "tried",
        "identityProviderMapper": "oidc-user-attribute-idp-mapper",
        "config": {"claim": "motto", "user.attribute": "saying", "syncMode": "INHERIT"},
    });
    let path = "/identity-provider/instances/tried/mappers";
    scene.done("POST", path, &mapper);
    op.change(|says| {
        says.userinfo["motto"] = json!("<script>alert('tried')</script>");
        says.userinfo["department"] = json!("engines-of-the-trial");
    });
    let (mut browser, _) = prepared(scene, "tried");

    let page = there_and_back(scene, &mut browser, &op);

    assert!(
        page.address.ends_with(&page_of(scene, "tried")),
        "{}",
        page.address
    );
    let body = &page.answer.body;
    for word in ["engines-of-the-trial", "sub-of-tried", "saying: "] {
        assert!(body.contains(word), "{word} in {body}");
    }
    assert!(!body.contains("<script>alert("), "{body}");
    let outcome = outcome(scene, "tried");
    assert_eq!(outcome["raw"]["idToken"]["sub"], "sub-of-tried");
    assert_eq!(
        outcome["raw"]["userinfo"]["department"],
        "engines-of-the-trial"
    );
    assert_eq!(outcome["mapped"]["username"], "tried");
    let kept = &outcome["mapped"]["attributes"]["saying"];
    assert_eq!(*kept, json!(["<script>alert('tried')</script>"]));
    assert_eq!(scene.users("tried"), [Value::Null; 0]);
    for kind in ["IDENTITY_PROVIDER_LOGIN", "IDENTITY_PROVIDER_FIRST_LOGIN"] {
        assert_eq!(scene.events(kind, "tried"), [Value::Null; 0]);
    }
    // Nobody was signed in: the application is told so.
    let silent = scene.request(&[("prompt", "none")]);
    let told = browser.open(&silent).client();
    assert_eq!(told.get("error"), "login_required");
}

fn saml(scene: &Scene) {
    let idp = Idp::open(scene, "tried-saml", json!({}));
    let (mut browser, _) = prepared(scene, "tried-saml");
    let left = browser.open(&way_of(scene, "tried-saml")).client();
    let says = idp.says(scene, &left);

    let place = idp.post(scene, &mut browser, &says.response(), &says.relay_state);

    assert_eq!(place.page().answer.status, 200);
    let outcome = outcome(scene, "tried-saml");
    assert_eq!(outcome["raw"]["subject"], "tried-saml");
    assert_eq!(outcome["mapped"]["email"], "tried-saml@idp.test");
    assert_eq!(scene.users("tried-saml"), [Value::Null; 0]);
}

fn alone(scene: &Scene) {
    let op = scene.op("tried-alone");
    let (mut browser, _) = prepared(scene, "tried-alone");
    there_and_back(scene, &mut browser, &op);
    assert!(outcome(scene, "tried-alone").is_object());

    // Another administrator of the realm, with every right in it.
    let person = scene.realm.create_person("beside", json!({}));
    let clients = scene.done("GET", "/clients?clientId=realm-management", &Value::Null);
    let client = text(&clients[0], "id");
    let role = scene.done(
        "GET",
        &format!("/clients/{client}/roles/realm-admin"),
        &Value::Null,
    );
    let path = format!("/users/{}/role-mappings/clients/{client}", person.id);
    scene.done("POST", &path, &json!([role]));
    let fields = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", person.username.as_str()),
        ("password", person.password.as_str()),
    ];
    let answer = scene
        .server
        .send(&Request::form(&scene.realm.path("token"), &fields));
    let token = format!("Bearer {}", text(&answer.json(), "access_token"));
    let path = format!(
        "/admin/realms/{}/ui-ext/provider-trials/tried-alone",
        scene.realm.name
    );
    let seen = scene
        .server
        .send(&Request::get(&path).with("Authorization", &token));
    assert_eq!((seen.status, seen.json()), (200, Value::Null));
    // Whoever may only look at providers begins no trial.
    let path = format!("/users/{}/role-mappings/clients/{client}", person.id);
    scene.done("DELETE", &path, &json!([role]));
    let view = format!("/clients/{client}/roles/view-identity-providers");
    let view = scene.done("GET", &view, &Value::Null);
    scene.done("POST", &path, &json!([view]));
    let path = format!(
        "/admin/realms/{}/ui-ext/provider-trials/tried-alone",
        scene.realm.name
    );
    for method in ["GET", "POST"] {
        let request = Request::new(method, &path).with("Authorization", &token);
        assert_eq!(scene.server.send(&request).status, 403, "{method}");
    }
}

fn bound(scene: &Scene) {
    let op = scene.op("tried-bound");
    scene.op("tried-beside");
    let way = way_of(scene, "tried-bound");
    let is_refused = |place: Place| {
        let page = place.page();
        assert_eq!(page.answer.status, 400, "{}", page.answer.body);
    };
    // A link that somebody else sends leads nowhere.
    is_refused(scene.browser().open(&way));
    let (mut browser, _) = prepared(scene, "tried-bound");
    // The key is for one provider.
    is_refused(browser.open(&way_of(scene, "tried-beside")));
    let left = browser.open(&way).client();
    op.arrive(&query_of(&left.address));
    let back = scene.way_back(&left, &[]);
    is_refused(scene.browser().open(&back));
    assert_eq!(outcome(scene, "tried-bound"), Value::Null);
    browser.open(&back).page();
    assert!(outcome(scene, "tried-bound").is_object());
    is_refused(browser.open(&back));
    // The key is gone with its trial.
    is_refused(browser.open(&way));
    // A second trial takes the place of the first, whose way back then leads nowhere.
    let (mut first, _) = prepared(scene, "tried-bound");
    let left = first.open(&way).client();
    op.arrive(&query_of(&left.address));
    prepared(scene, "tried-bound");
    is_refused(first.open(&scene.way_back(&left, &[])));
    assert_eq!(outcome(scene, "tried-bound"), Value::Null);
}

fn failed(scene: &Scene) {
    let op = scene.op("tried-badly");
    op.change(|says| says.claims["aud"] = json!("somebody-else"));
    let (mut browser, _) = prepared(scene, "tried-badly");
    let page = there_and_back(scene, &mut browser, &op);
    assert_eq!(page.answer.status, 200);
    let said = outcome(scene, "tried-badly");
    assert_eq!(said["error"], "identity_provider_invalid_token");
    let reason = text(&said, "reason");
    assert!(page.answer.body.contains(reason), "{reason}");
    assert!(said.get("raw").is_none());

    let (mut browser, _) = prepared(scene, "tried-badly");
    let left = browser.open(&way_of(scene, "tried-badly")).client();
    let error = [("code", ""), ("error", "access_<b>denied")];
    let page = browser.open(&scene.way_back(&left, &error)).page();
    assert!(!page.answer.body.contains("<b>denied"));
    let said = outcome(scene, "tried-badly");
    assert_eq!(said["reason"], "access_bdenied");
}
