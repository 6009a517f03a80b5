//! What a provider's word does not stand for: the codes that a flow asks for on a condition, and whoever comes after
//! somebody else in the same sign-in.

use serde_json::{Value, json};

use super::Story;
use super::flows::flow;
use super::linking::{claim, type_password};
use super::op::{Op, query_of};
use super::scene::Scene;
use crate::browser::{Browser, Page};
use crate::further::{self, Device};
use crate::http::{Request, text};
use crate::realm::Person;

pub(super) const STORIES: &[Story] = &[
    (
        "flows::a-condition-on-the-scope-asks-for-a-code-after-the-provider",
        asks_for_scope,
    ),
    (
        "flows::a-condition-on-the-scope-denies-after-the-provider",
        denies_for_scope,
    ),
    (
        "flows::nothing-of-whoever-came-by-a-provider-clings-to-who-signs-in-after-them",
        clings,
    ),
    (
        "flows::what-follows-the-provider-is-asked-of-whoever-has-brought-another-code",
        after_another_code,
    ),
];

/// Somebody who is linked to a provider and has a device; the provider's post login flow is the one of this name.
fn both(scene: &Scene, alias: &str) -> (Op, Person, Device) {
    let device = Device::new(alias);
    let credentials = [
        json!({"type": "password", "value": "an honest passphrase of theirs"}),
        device.credential(""),
    ];
    let person = scene
        .realm
        .create_person(alias, json!({"credentials": credentials}));
    let members = json!({"postBrokerLoginFlowAlias": alias});
    let op = scene.op_with(alias, members, json!({}));
    let path = format!("/users/{}/federated-identity/{alias}", person.id);
    let link =
        json!({"identityProvider": alias, "userId": format!("sub-of-{alias}"), "userName": alias});
    scene.done("POST", &path, &link);
    (op, person, device)
}

/// A flow that takes this step where the application asks for payments.
fn on_payments(scene: &Scene, alias: &str, step: &str) {
    let made = json!({"name": "payments", "protocol": "openid-connect"});
    scene.done("POST", "/client-scopes", &made);
    let all = scene.done("GET", "/client-scopes", &Value::Null);
    let mut all = all.as_array().unwrap().iter();
    let scope = all.find(|one| one["name"] == "payments").unwrap();
    let path = format!("/clients?clientId={}", scene.client.id);
    let clients = scene.done("GET", &path, &Value::Null);
    let (client, scope) = (text(&clients[0], "id"), text(scope, "id"));
    let path = format!("/clients/{client}/optional-client-scopes/{scope}");
    scene.done("PUT", &path, &json!({}));
    flow(scene, None, alias, &[]);
    let condition = json!({"client_scope": "payments"});
    let steps = [
        ("conditional-client-scope", "REQUIRED", condition),
        (step, "REQUIRED", Value::Null),
    ];
    let inner = format!("{alias}-on-payments");
    flow(scene, Some(alias), &inner, &steps);
}

/// Comes back from the provider, having asked for this.
fn come(scene: &Scene, browser: &mut Browser, op: &Op, scope: &str) -> crate::browser::Place {
    let alias = op.path.trim_start_matches('/');
    let asked = [("kc_idp_hint", alias), ("scope", scope)];
    let left = browser.open(&scene.request(&asked)).client();
    op.arrive(&query_of(&left.address));
    browser.open(&scene.way_back(&left, &[]))
}

fn asks_for_scope(scene: &Scene) {
    let scene = scene.in_realm("federation-payments");
    on_payments(&scene, "pays-with-code", "auth-otp-form");
    let (op, person, device) = both(&scene, "pays-with-code");
    let mut browser = scene.browser();

    let callback = come(&scene, &mut browser, &op, "openid").client();
    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
    let mut browser = scene.browser();
    let page = come(&scene, &mut browser, &op, "openid payments").page();

    let page = asks(page);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let silent = [("prompt", "none"), ("scope", "openid payments")];
    let silent = browser.open(&scene.request(&silent)).client();
    assert_eq!(silent.get("error"), "login_required");
    let page = asks(further::send(&mut browser, &page, "000000x").page());
    let callback = further::send(&mut browser, &page, &device.code(0)).client();
    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
}

fn asks(page: Page) -> Page {
    assert!(page.form(further::OTP).is_some(), "{}", page.answer.body);
    page
}

fn denies_for_scope(scene: &Scene) {
    let scene = scene.in_realm("federation-no-payments");
    on_payments(&scene, "pays-never", "deny-access-authenticator");
    let (op, person, _) = both(&scene, "pays-never");
    let mut browser = scene.browser();

    let page = come(&scene, &mut browser, &op, "openid payments").page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert_eq!(page.answer.status, 403);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let refused = scene.events("IDENTITY_PROVIDER_POST_LOGIN_ERROR", "pays-never");
    assert_eq!(refused.len(), 1);
    let callback = come(&scene, &mut scene.browser(), &op, "openid").client();
    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
}

/// Says at the provider that this session there has ended.
fn goodbye(scene: &Scene, op: &Op) -> u16 {
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let claims = json!({
        "iss": op.issuer, "aud": super::op::CLIENT, "iat": super::op::now(), "exp": super::op::now() + 60,
        "jti": "clings-1", "sid": "sid-of-clings", "sub": "sub-of-clings", "events": event,
    });
    let mut token = String::new();
    op.change(|says| {
        let payload = claims.to_string();
        token = says.key.sign("logout+jwt", payload.as_bytes()).unwrap();
    });
    let path = scene.realm.path("logout/backchannel-logout");
    let request = Request::form(&path, &[("logout_token", token)]);
    scene.server.send(&request).status
}

fn clings(scene: &Scene) {
    let scene = scene.in_realm("federation-clings");
    let steps = [("auth-otp-form", "REQUIRED", Value::Null)];
    flow(&scene, None, "clings", &steps);
    let (op, person, device) = both(&scene, "clings");
    let other = scene.realm.create_person("comes-after", json!({}));
    let path = format!("/clients?clientId={}", scene.client.id);
    let clients = scene.done("GET", &path, &Value::Null);
    let mappers = format!(
        "/clients/{}/protocol-mappers/models",
        text(&clients[0], "id")
    );
    for note in ["identity_provider", "identity_provider_identity"] {
        let mapper = json!({"name": note, "protocol": "openid-connect", "protocolMapper": "oidc-usersessionmodel-note-mapper",
            "config": {"user.session.note": note, "claim.name": note, "id.token.claim": "true", "jsonType.label": "String"}});
        scene.done("POST", &mappers, &mapper);
    }
    // The claim is there for whoever comes by the provider.
    let mut browser = scene.browser();
    let page = asks(come(&scene, &mut browser, &op, "openid").page());
    let callback = further::send(&mut browser, &page, &device.code(0)).client();
    assert_eq!(
        scene.claims(&callback)["identity_provider"],
        json!("clings")
    );
    let mut browser = scene.browser();
    let page = asks(come(&scene, &mut browser, &op, "openid").page());
    let user = format!("/users/{}", person.id);
    scene.realm.change(&user, json!({"enabled": false}));

    let page = further::send(&mut browser, &page, &device.code(1)).page();
    assert!(page.is_login(), "{}", page.answer.body);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let callback = browser
        .go_on(crate::browser::Place::Page(page), &other)
        .client();

    let claims = scene.claims(&callback);
    assert_eq!(claims["sub"], json!(other.id));
    for note in ["identity_provider", "identity_provider_identity"] {
        assert!(claims[note].is_null(), "{claims}");
    }
    let sessions = format!("/users/{}/sessions", other.id);
    let sessions = || scene.done("GET", &sessions, &Value::Null);
    assert_eq!(sessions().as_array().map(Vec::len), Some(1));
    assert_eq!(goodbye(&scene, &op), 200);
    assert_eq!(sessions().as_array().map(Vec::len), Some(1));
    let links = format!("/users/{}/federated-identity", other.id);
    assert_eq!(scene.done("GET", &links, &Value::Null), json!([]));
}

/// Whoever proves their account by a code on paper has shown no device, and one that was shown is not asked for again.
fn after_another_code(scene: &Scene) {
    let scene = scene.in_realm("federation-another-code");
    let steps = [("auth-otp-form", "REQUIRED", Value::Null)];
    flow(&scene, None, "device-after", &steps);
    for (name, step) in [
        ("paper-first", "auth-recovery-authn-code-form"),
        ("device-first", "auth-otp-form"),
    ] {
        let steps = [
            ("identity-provider-redirector", "ALTERNATIVE", Value::Null),
            ("auth-username-password-form", "REQUIRED", Value::Null),
            (step, "REQUIRED", Value::Null),
        ];
        flow(&scene, None, name, &steps);
        scene.realm.change("", json!({"browserFlow": name}));
        let device = Device::new(name);
        let password = format!("an honest passphrase of {name}");
        let credentials = json!([
            {"type": "password", "value": password},
            device.credential(""),
            further::paper(&["AAAABBBBCCCC", "DDDDEEEEFFFF"], 1),
        ]);
        let settings = json!({"credentials": credentials});
        let person = scene.realm.create_person(name, settings);
        let members = json!({"postBrokerLoginFlowAlias": "device-after"});
        let op = scene.op_with(name, members, json!({}));
        op.change(|says| says.userinfo["email"] = json!(format!("{name}@example.org")));
        let mut browser = scene.browser();
        let question = scene.visit(&mut browser, &op).page();
        let page = claim(&mut browser, &question).page();

        let page = type_password(&mut browser, &page, &person.password).page();

        let place = match page.form(further::RECOVERY) {
            Some(_) => {
                assert_eq!(name, "paper-first");
                let page = further::send(&mut browser, &page, "AAAABBBBCCCC").page();
                assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
                further::send(&mut browser, &asks(page), &device.code(0))
            }
            None => further::send(&mut browser, &asks(page), &device.code(0)),
        };
        assert_eq!(scene.claims(&place.client())["sub"], json!(person.id));
    }
}
