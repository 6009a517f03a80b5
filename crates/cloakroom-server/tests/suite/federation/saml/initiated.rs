//! Sign-ins that begin at a provider: they lead to the application, which begins one of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::hostile::refused;
use super::idp::Idp;
use crate::browser::{Browser, Place};
use crate::federation::Story;
use crate::federation::scene::Scene;
use crate::http::{Request, text};

pub(super) const STORIES: &[Story] = &[
    (
        "saml-a-sign-in-that-begins-at-the-provider-leads-to-the-application-and-back",
        led,
    ),
    (
        "hostile::saml-a-sign-in-that-begins-at-the-provider-leads-nowhere-but-where-it-may",
        hostile,
    ),
];

const HOME: &str = "https://app.test/start";

/// A client that providers may lead to, as `change` has it.
fn client(scene: &Scene, id: &str, change: Value) {
    let usual = json!({
        "baseUrl": HOME, "attributes": {"saml_idp_initiated_sso_url_name": id},
    });
    scene
        .realm
        .create_client(id, crate::realm::merged(usual, change));
}

/// What a provider posts by itself; it answers nothing.
fn begin(scene: &Scene, idp: &Idp, browser: &mut Browser, client: &str) -> Place {
    let left = scene.leave(&mut scene.browser(), &idp.name);
    let mut says = idp.says(scene, &left);
    says.answers.clear();
    says.response_answers.clear();
    let fields = [
        ("SAMLResponse", STANDARD.encode(says.response())),
        ("RelayState", "https://evil.test/".to_owned()),
    ];
    let path = format!("{}/clients/{client}", idp.path(scene));
    browser.follow(Request::form(&path, &fields))
}

fn led(scene: &Scene) {
    let idp = Idp::open(scene, "saml-begins", json!({}));
    client(scene, "led-to", json!({}));
    let mut browser = scene.browser();

    let place = begin(scene, &idp, &mut browser, "led-to").client();

    assert_eq!(place.address, HOME);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY"));
    assert_eq!(scene.users("saml-begins"), [Value::Null; 0]);
    // A silent look of the application's page takes the way away from nobody.
    let silent = browser.open(&scene.request(&[("prompt", "none")])).client();
    assert_eq!(silent.get("error"), "login_required");
    // The application begins as it always does, and nobody is asked where to.
    let left = browser.open(&scene.request(&[])).client();
    assert!(left.address.starts_with("https://idp.test/saml-begins/sso"));
    let says = idp.says(scene, &left);
    let place = idp.post(scene, &mut browser, &says.response(), &says.relay_state);
    let claims = scene.claims(&place.client());
    assert_eq!(text(&claims, "preferred_username"), "saml-begins");
    // Once: another sign-in of this browser is asked how.
    let again = scene.request(&[("prompt", "login")]);
    assert!(browser.open(&again).page().is_login());

    let begins = json!({"attributes": {
        "saml_idp_initiated_sso_url_name": "led-by-name", "initiate.login.uri": "https://app.test/login?a=b",
    }});
    client(scene, "led-by-name", begins);
    let place = begin(scene, &idp, &mut scene.browser(), "led-by-name").client();
    assert!(place.address.starts_with("https://app.test/login?a=b&iss="));
    assert_eq!(place.get("iss"), scene.realm.issuer());
}

fn hostile(scene: &Scene) {
    let idp = Idp::open(scene, "saml-begins-badly", json!({}));
    client(scene, "led-nowhere", json!({"baseUrl": ""}));
    client(
        scene,
        "led-to-script",
        json!({"baseUrl": "", "rootUrl": "", "attributes": {
            "saml_idp_initiated_sso_url_name": "led-to-script", "initiate.login.uri": "",
        }}),
    );
    client(scene, "led-off", json!({"enabled": false}));
    client(scene, "led-without", json!({"attributes": {}}));
    client(
        scene,
        "led-otherwise",
        json!({"attributes": {"saml_idp_initiated_sso_url_name": "other"}}),
    );
    for name in [
        "led-nowhere",
        "led-to-script",
        "led-off",
        "led-without",
        "led-otherwise",
        "other",
        "nobody",
        "https:%2F%2Fevil.test",
        "%00",
        "..%2F..",
        "account-console",
    ] {
        let mut browser = scene.browser();
        let place = begin(scene, &idp, &mut browser, name);
        refused(scene, &idp, &browser, place);
    }
    client(scene, "led-well", json!({}));
    // What is no answer leads nowhere either.
    let path = format!("{}/clients/led-well", idp.path(scene));
    for fields in [
        vec![("SAMLRequest", "YQ==")],
        vec![("RelayState", HOME)],
        vec![("SAMLResponse", "%")],
        vec![("SAMLResponse", "YQ=="), ("SAMLRequest", "YQ==")],
    ] {
        let place = scene.browser().follow(Request::form(&path, &fields));
        assert_eq!(place.page().answer.status, 400, "{fields:?}");
    }
    // Providers that are off, for linking alone, of another kind, or not there.
    let op = scene.op("begins-op");
    for (alias, change) in [
        ("saml-begins-off", json!({"enabled": false})),
        ("saml-begins-linking", json!({"linkOnly": true})),
    ] {
        Idp::open(scene, alias, json!({}));
        let path = format!("/identity-provider/instances/{alias}");
        let settings = scene.done("GET", &path, &Value::Null);
        scene.done("PUT", &path, &crate::realm::merged(settings, change));
    }
    let op = op.path.trim_start_matches('/').to_owned();
    for alias in ["saml-begins-off", "saml-begins-linking", &op, "nobody"] {
        let path = format!(
            "/realms/{}/broker/{alias}/endpoint/clients/led-well",
            scene.realm.name
        );
        let request = Request::form(&path, &[("SAMLResponse", "YQ==")]);
        let place = scene.browser().follow(request);
        assert_eq!(place.page().answer.status, 400, "{alias}");
    }
}
