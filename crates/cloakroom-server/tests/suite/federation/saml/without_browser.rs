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
    (
        "hostile::saml-an-envelope-for-nobody-is-refused-in-its-own-words",
        for_nobody,
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

fn for_nobody(scene: &Scene) {
    // OpenID Connect knows no envelopes.
    scene.op("openid-soap");
    let path = |realm: &str, alias: &str| format!("/realms/{realm}/broker/{alias}/endpoint");
    let realm = scene.realm.name.as_str();
    let rows = [
        (path(realm, "no-such-provider"), 404),
        (path("no-such-realm", "saml"), 404),
        (path(realm, "openid-soap"), 400),
    ];
    for (path, status) in rows {
        let envelope = Request::new("POST", &path)
            .with("Content-Type", "text/xml; charset=utf-8")
            .with_body(wrapped("<x></x>").into_bytes());
        let answer = scene.server.send(&envelope);

        assert_eq!(answer.status, status, "{path} {}", answer.body);
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/xml"), "{path} {kind}");
        assert!(answer.body.contains("soap:Fault"), "{path} {}", answer.body);
        // A browser gets a page.
        let form = Request::form(&path, &[("SAMLResponse", "x")]);
        let page = scene.server.send(&form);
        let kind = page.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{path} {kind}");
    }
}

/// What is sent for a row, of an honest request and of what signs one under the row's own id.
type Make = fn(&str, &dyn Fn(&str) -> String) -> String;

const ENVELOPES: &[(&str, Make)] = &[
    ("not signed", |honest, _| wrapped(honest)),
    ("in no envelope", |honest, sign| sign(honest)),
    ("two messages", |honest, sign| {
        let another = sign(honest).replace("ID=\"_", "ID=\"_another-");
        wrapped(&format!("{}{another}", sign(honest)))
    }),
    ("beside another", |honest, sign| {
        let another = honest.replace("ID=\"_", "ID=\"_another-");
        wrapped(&format!("{another}{}", sign(honest)))
    }),
    ("inside another", |honest, sign| {
        let end = format!("{}</samlp:LogoutRequest>", sign(honest));
        let another = honest.replace("ID=\"_", "ID=\"_another-");
        wrapped(&another.replace("</samlp:LogoutRequest>", &end))
    }),
    ("two bodies", |honest, sign| {
        wrapped(&format!("{}</s:Body><s:Body>", sign(honest)))
    }),
    ("in the header", |honest, sign| {
        wrapped("").replace("<s:Header>", &format!("<s:Header>{}", sign(honest)))
    }),
    ("changed", |honest, sign| {
        let other = sign(&honest.replace("session-of-saml-soap-badly", "x"));
        wrapped(&other.replace(
            ">x</samlp:SessionIndex>",
            ">session-of-saml-soap-badly</samlp:SessionIndex>",
        ))
    }),
    ("of somebody else", |honest, sign| {
        wrapped(&sign(&honest.replace(
            ">saml-soap-badly</saml:NameID>",
            ">other</saml:NameID>",
        )))
    }),
    ("of another issuer", |honest, sign| {
        wrapped(&sign(
            &honest.replace("https://idp.test/", "https://other.test/"),
        ))
    }),
    ("that is over", |honest, sign| {
        let (before, rest) = honest.split_once(" NotOnOrAfter=\"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        wrapped(&sign(&format!(
            "{before} NotOnOrAfter=\"{}\"{after}",
            at(-3600)
        )))
    }),
    ("for another", |honest, sign| {
        let destination = "Destination=\"https://sp.test/";
        wrapped(&sign(&honest.replace("Destination=\"", destination)))
    }),
    ("a document type", |honest, sign| {
        format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", wrapped(&sign(honest)))
    }),
    ("another namespace", |honest, sign| {
        wrapped(&sign(honest)).replace("schemas.xmlsoap.org", "evil.test")
    }),
    ("deep", |honest, sign| {
        let deep = format!("<s:Header>{}{}", "<a>".repeat(100), "</a>".repeat(100));
        wrapped(&sign(honest)).replace("<s:Header>", &deep)
    }),
    ("large", |honest, sign| {
        format!("{}{}", wrapped(&sign(honest)), " ".repeat(600_000))
    }),
    ("nothing", |_, _| String::new()),
    ("no xml", |_, _| "SAMLRequest=YQ%3D%3D".to_owned()),
];

fn hostile(scene: &Scene) {
    let name = "saml-soap-badly";
    let (idp, says) = came(scene, name, json!({}));
    let honest = logout_request(scene, &idp, &at(300));
    let refused = |row: &str, body: &str| {
        let answer = send(scene, &idp, body);
        let is_done = answer.status == 200 && answer.body.contains("status:Success");
        assert!(!is_done, "{row}: {}", answer.body);
        assert!(answer.status < 500, "{row}: {}", answer.status);
        assert_eq!(sessions(scene, name), 1, "{row}");
    };
    for (row, make) in ENVELOPES {
        // Each has an id of its own, so that none is refused because another one was there before.
        let id = format!("_{}", row.replace(' ', "-"));
        let honest = honest.replace("\"_logout\"", &format!("\"{id}\""));
        refused(row, &make(&honest, &|xml| says.sign(xml, &id)));
    }
    refused("an answer", &wrapped(&says.response()));
    let path = format!("/identity-provider/instances/{name}");
    let mut settings = scene.done("GET", &path, &Value::Null);
    let mut turn = |is_on: bool| {
        settings["enabled"] = json!(is_on);
        scene.done("PUT", &path, &settings);
    };
    turn(false);
    let signed = wrapped(&says.sign(&honest, "_logout"));
    assert_eq!(send(scene, &idp, &signed).status, 400, "it is off");
    assert_eq!(sessions(scene, name), 1);
    turn(true);
    // What is honest in all of it ends the session.
    assert_eq!(send(scene, &idp, &signed).status, 200);
    assert_eq!(sessions(scene, name), 0);
}
