//! Sessions that end without the browser, in both directions.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::idp::{Idp, Says, at, attribute};
use super::sign_in::{logout_request, sessions};
use crate::federation::Story;
use crate::federation::scene::Scene;
use crate::federation::stand_in::Given;
use crate::http::{Answer, Request, text};

pub(super) const STORIES: &[Story] = &[
    (
        "saml-a-session-that-ends-here-ends-there-without-the-browser",
        told,
    ),
    (
        "saml-a-session-that-ends-there-ends-here-without-the-browser",
        asked,
    ),
    (
        "hostile::saml-an-envelope-that-is-not-honest-ends-nothing",
        hostile,
    ),
];

/// Somebody who has come from a provider, and what it says.
fn came(scene: &Scene, name: &str, config: Value) -> (Idp, Says) {
    let idp = Idp::open(scene, name, config);
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, name);
    let says = idp.says(scene, &left);
    idp.post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    assert_eq!(sessions(scene, name), 1);
    (idp, says)
}

fn told(scene: &Scene) {
    let name = "saml-told";
    let path = format!("/{name}/slo");
    scene.stand_in.on(&path, |_| Given::json(&Value::Null));
    let place = format!("{}{path}", scene.stand_in.base);
    let config = json!({"singleLogoutServiceUrl": place, "backchannelSupported": "true"});
    came(scene, name, config);
    let user = format!("/users/{}/logout", text(&scene.user(name), "id"));

    scene.done("POST", &user, &Value::Null);

    let deadline = Instant::now() + Duration::from_secs(20);
    while scene.stand_in.asked(&path).is_empty() {
        assert!(Instant::now() < deadline, "the provider was not told");
        crate::server::pause(Duration::from_millis(20));
    }
    let asked = scene.stand_in.asked(&path);
    let sent = STANDARD.decode(asked[0].field("SAMLRequest")).unwrap();
    let sent = String::from_utf8(sent).unwrap();
    for part in [
        ">saml-told</saml:NameID>",
        "<samlp:SessionIndex>session-of-saml-told<",
        "<ds:SignatureValue>",
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
    assert_eq!(attribute(&sent, "Destination"), place);
}

fn wrapped(xml: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header></s:Header><s:Body>{xml}</s:Body></s:Envelope>"
    )
}

fn send(scene: &Scene, idp: &Idp, body: &str) -> Answer {
    let request = Request::new("POST", &idp.path(scene))
        .with("Content-Type", "text/xml; charset=utf-8")
        .with_body(body.as_bytes().to_vec());
    scene.server.send(&request)
}

fn asked(scene: &Scene) {
    let name = "saml-soap";
    let path = format!("/{name}/slo");
    let place = format!("{}{path}", scene.stand_in.base);
    let config = json!({"singleLogoutServiceUrl": place, "backchannelSupported": "true"});
    let (idp, says) = came(scene, name, config);
    let xml = says.sign(&logout_request(scene, &idp, &at(300)), "_logout");

    let answer = send(scene, &idp, &wrapped(&xml));

    let log = scene.server.log();
    let log: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("saml-soap"))
        .collect();
    assert_eq!(answer.status, 200, "{} {log:#?}", answer.body);
    let kind = answer.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("text/xml"), "{kind}");
    assert_eq!(sessions(scene, name), 0);
    assert_eq!(attribute(&answer.body, "InResponseTo"), "_logout");
    for part in ["status:Success", "<ds:SignatureValue>", "soap:Body"] {
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
    let again = send(scene, &idp, &wrapped(&xml));
    assert_eq!(again.status, 400, "the request was used");
    assert!(again.body.contains("soap:Fault"), "{}", again.body);
    // The provider that asked is not told what it knows.
    assert_eq!(scene.stand_in.asked(&path).len(), 0);
    let descriptor = format!("{}/descriptor", idp.path(scene));
    let descriptor = scene.server.send(&Request::get(&descriptor));
    assert!(descriptor.body.contains("bindings:SOAP\""));
}

fn hostile(scene: &Scene) {
    let name = "saml-soap-badly";
    let (idp, says) = came(scene, name, json!({}));
    let honest = logout_request(scene, &idp, &at(300));
    let signed = says.sign(&honest, "_logout");
    let other = honest.replace(&format!(">{name}</saml:NameID>"), ">other</saml:NameID>");
    let deep = "<a>".repeat(10_000);
    let rows = [
        ("not signed", wrapped(&honest)),
        ("in no envelope", signed.clone()),
        ("two messages", wrapped(&format!("{signed}{signed}"))),
        ("beside another", wrapped(&format!("{honest}{signed}"))),
        (
            "inside another",
            wrapped(&honest.replace(
                "</samlp:LogoutRequest>",
                &format!("{signed}</samlp:LogoutRequest>"),
            )),
        ),
        ("two bodies", wrapped(&format!("{signed}</s:Body><s:Body>"))),
        (
            "in the header",
            wrapped("").replace("<s:Header>", &format!("<s:Header>{signed}")),
        ),
        (
            "changed",
            wrapped(&signed.replace(&format!(">{name}</saml:NameID>"), ">other</saml:NameID>")),
        ),
        ("of somebody else", wrapped(&says.sign(&other, "_logout"))),
        (
            "that is over",
            wrapped(&says.sign(&logout_request(scene, &idp, &at(-3600)), "_logout")),
        ),
        (
            "for another",
            wrapped(&says.sign(
                &honest.replace("Destination=\"", "Destination=\"https://sp.test/"),
                "_logout",
            )),
        ),
        ("an answer", wrapped(&says.response())),
        (
            "a document type",
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", wrapped(&signed)),
        ),
        (
            "another namespace",
            wrapped(&signed).replace("schemas.xmlsoap.org", "evil.test"),
        ),
        ("deep", wrapped(&deep)),
        ("large", wrapped(&"x".repeat(2_000_000))),
        ("nothing", String::new()),
        ("no xml", "SAMLRequest=YQ%3D%3D".to_owned()),
    ];
    for (row, body) in rows {
        let answer = send(scene, &idp, &body);
        let is_done = answer.status == 200 && answer.body.contains("status:Success");
        assert!(!is_done, "{row}: {}", answer.body);
        assert!(answer.status < 500, "{row}: {}", answer.status);
        assert_eq!(sessions(scene, name), 1, "{row}");
    }
    let path = format!("/identity-provider/instances/{name}");
    let mut settings = scene.done("GET", &path, &Value::Null);
    settings["enabled"] = json!(false);
    scene.done("PUT", &path, &settings);
    assert_eq!(
        send(scene, &idp, &wrapped(&signed)).status,
        400,
        "it is off"
    );
    assert_eq!(sessions(scene, name), 1);
}
