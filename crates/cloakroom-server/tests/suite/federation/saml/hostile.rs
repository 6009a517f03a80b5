//! A SAML provider, or whoever speaks for it, that makes each mistake once: nobody is signed in, linked or stored.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate;
use serde_json::json;

use super::forged::stranger;
use super::idp::{Idp, Says, at, request};
use super::rows::Row;
use super::sign_in::logout_request;
use crate::browser::{Browser, Callback, Place};
use crate::federation::Story;
use crate::federation::hostile::{nothing_happened, refused_because};
use crate::federation::scene::Scene;
use crate::http::{Request, encode};

/// The error is a page, and says that the request is bad: it is not the server that failed.
pub(super) fn refused(scene: &Scene, idp: &Idp, browser: &Browser, place: Place) {
    if let Place::Page(page) = &place {
        let status = page.answer.status;
        assert!((400..500).contains(&status), "{}: {status}", idp.name);
    }
    nothing_happened(scene, &idp.name, browser, place);
}

pub(in crate::federation) fn play(row: &Row, scene: &Scene) {
    let idp = Idp::open(scene, row.name, json!({}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, row.name);
    let mut says = idp.says(scene, &left);
    (row.lie)(&mut says);
    let response = (row.forge)(&says, says.response());

    let place = idp.post(scene, &mut browser, &response, &says.relay_state);

    refused(scene, &idp, &browser, place);
    refused_because(scene, row.name, row.why);
    let honest = idp.says(scene, &left);
    let place = idp.post(scene, &mut browser, &honest.response(), &honest.relay_state);
    refused(scene, &idp, &browser, place);
}

pub(in crate::federation) const STORIES: &[Story] = &[
    (
        "hostile::saml-an-assertion-counts-once-whichever-request-it-is-shown-for",
        replayed,
    ),
    (
        "hostile::saml-a-sign-in-that-begins-at-the-provider-signs-nobody-in",
        unsolicited,
    ),
    (
        "hostile::saml-the-answer-for-one-browser-opens-nothing-in-another",
        stolen,
    ),
    (
        "hostile::saml-a-state-of-one-provider-opens-nothing-at-another",
        swapped,
    ),
    (
        "hostile::saml-the-query-that-is-signed-is-the-message-that-is-read",
        queries,
    ),
    (
        "hostile::saml-what-cannot-be-read-is-a-bad-request",
        unreadable,
    ),
    (
        "hostile::saml-a-signed-message-that-inflates-beyond-the-limit-is-not-read",
        bombs,
    ),
    ("hostile::saml-a-relay-state-is-never-shown", relay_states),
    (
        "hostile::saml-a-provider-without-keys-sends-nobody-away",
        keyless,
    ),
    (
        "hostile::saml-a-provider-that-is-off-signs-nobody-in",
        switched_off,
    ),
    (
        "hostile::saml-a-logout-that-is-not-signed-or-not-theirs-ends-nothing",
        logouts,
    ),
];

pub(super) fn ready(scene: &Scene, name: &str) -> (Idp, Browser, Callback) {
    let idp = Idp::open(scene, name, json!({}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, name);
    (idp, browser, left)
}

fn replayed(scene: &Scene) {
    let (idp, mut browser, left) = ready(scene, "saml-replayed");
    let mut says = idp.says(scene, &left);
    // The response names the request, and the assertion does not: it would fit another one.
    says.answers.clear();
    says.signs_response = true;
    idp.post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    let mut other = scene.browser();
    let left = scene.leave(&mut other, &idp.name);
    let mut again = idp.says(scene, &left);
    again.answers.clear();
    again.signs_response = true;
    again.id = says.id;

    let place = idp.post(scene, &mut other, &again.response(), &again.relay_state);

    let page = place.page();
    assert!(page.is_error() && page.answer.status == 400);
    assert!(!other.cookies().contains("KEYCLOAK_IDENTITY"));
}

fn unsolicited(scene: &Scene) {
    let (idp, _, left) = ready(scene, "saml-unsolicited");
    let mut says = idp.says(scene, &left);
    says.answers.clear();
    says.response_answers.clear();
    for state in ["", "https://app.test/", "shop"] {
        let mut browser = scene.browser();
        let place = idp.post(scene, &mut browser, &says.response(), state);
        refused(scene, &idp, &browser, place);
    }
}

fn stolen(scene: &Scene) {
    let (idp, _, left) = ready(scene, "saml-stolen");
    let says = idp.says(scene, &left);
    let mut other = scene.browser();
    scene.leave(&mut other, &idp.name);

    let place = idp.post(scene, &mut other, &says.response(), &says.relay_state);

    refused(scene, &idp, &other, place);
}

fn swapped(scene: &Scene) {
    let (one, mut browser, left) = ready(scene, "saml-swapped-one");
    let two = Idp::open(scene, "saml-swapped-two", json!({}));
    let says = one.says(scene, &left);

    let place = two.post(scene, &mut browser, &says.response(), &says.relay_state);
    refused(scene, &two, &browser, place);

    let op = scene.op("saml-swapped-op");
    let path = format!(
        "/realms/{}/broker/saml-swapped-op/endpoint",
        scene.realm.name
    );
    let fields = [
        ("SAMLResponse", STANDARD.encode(says.response())),
        ("RelayState", says.relay_state.clone()),
    ];
    let place = browser.follow(Request::form(&path, &fields));
    nothing_happened(scene, op.path.trim_start_matches('/'), &browser, place);
}

fn queries(scene: &Scene) {
    type Change = fn(&Says, &str, String) -> String;
    let rows: [(&str, Change); 6] = [
        ("two-messages", |says, _, query| {
            format!("{query}&SAMLResponse={}", pack(&says.response()))
        }),
        ("a-message-after-another", |says, path, query| {
            let (_, rest) = query.split_once('?').unwrap();
            format!("{path}?SAMLResponse={}&{rest}", pack(&says.response()))
        }),
        ("another-message", |says, path, query| {
            let mut evil = says.clone();
            evil.name_id.push_str("-admin");
            let (_, rest) = query.split_once("&RelayState").unwrap();
            format!(
                "{path}?SAMLResponse={}&RelayState{rest}",
                pack(&evil.response())
            )
        }),
        ("another-algorithm", |_, _, query| {
            query.replace("ecdsa-sha256", "rsa-sha256")
        }),
        ("no-signature", |_, _, query| {
            query.split_once("&SigAlg").unwrap().0.to_owned()
        }),
        ("no-algorithm", |says, path, query| {
            let (_, signature) = query.split_once("&Signature").unwrap();
            format!(
                "{path}?SAMLResponse={}&{}&Signature{signature}",
                pack(&says.response()),
                encode(&[("RelayState", &says.relay_state)])
            )
        }),
    ];
    for (name, change) in rows {
        let (idp, mut browser, left) = ready(scene, &format!("saml-query-{name}"));
        let mut says = idp.says(scene, &left);
        says.signs_assertion = false;
        let path = idp.path(scene);
        let query = change(&says, &path, says.query(&path, &says.response()));
        let place = browser.open(&query);
        refused(scene, &idp, &browser, place);
    }
}

fn pack(xml: &str) -> String {
    let packed = STANDARD.encode(deflate::compress_to_vec(xml.as_bytes(), 6));
    encode(&[("", packed)])[1..].to_owned()
}

fn unreadable(scene: &Scene) {
    let (idp, mut browser, left) = ready(scene, "saml-unreadable");
    let path = idp.path(scene);
    let state = left.get("RelayState").to_owned();
    let bodies = [
        "SAMLResponse=%%%".to_owned(),
        "SAMLResponse=".to_owned(),
        format!("SAMLResponse={}", STANDARD.encode([0xff, 0xfe, 0x3c, 0x00])),
        "SAMLResponse=YQ%3D%3D&SAMLResponse=YQ%3D%3D".to_owned(),
        "SAMLResponse=YQ%3D%3D&SAMLRequest=YQ%3D%3D".to_owned(),
        "SAMLRequest=YQ%3D%3D".to_owned(),
        format!("SAMLResponse={}", "A".repeat(900_000)),
    ];
    for body in bodies {
        let body = format!("{body}&{}", encode(&[("RelayState", &state)]));
        let request = Request::new("POST", &path)
            .with("Content-Type", "application/x-www-form-urlencoded")
            .with_body(body.into_bytes());
        let answer = browser.send(request);
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    for message in ["!", "YQ=="] {
        let query = encode(&[("SAMLResponse", message), ("RelayState", &state)]);
        let answer = browser.send(Request::get(&format!("{path}?{query}")));
        assert!(
            [400, 414, 431].contains(&answer.status),
            "{}",
            answer.status
        );
    }
}

/// The honest answer with spaces behind it, which are nothing to XML: how long it becomes is all that is wrong with it.
fn bombs(scene: &Scene) {
    for (name, spaces, is_taken) in [
        ("saml-bomb-small", 400_000, true),
        ("saml-bomb-large", 600_000, false),
        ("saml-bomb-huge", 40_000_000, false),
    ] {
        let (idp, mut browser, left) = ready(scene, name);
        let says = idp.says(scene, &left);
        let xml = format!("{}{}", says.response(), " ".repeat(spaces));
        let query = says.query(&idp.path(scene), &xml);
        assert!(
            query.len() < 64 * 1024,
            "the address is short: {}",
            query.len()
        );

        let place = browser.open(&query);

        match (is_taken, place) {
            (true, place) => {
                place.client();
            }
            (false, place) => refused(scene, &idp, &browser, place),
        }
    }
}

fn relay_states(scene: &Scene) {
    let (idp, _, left) = ready(scene, "saml-relay-states");
    let says = idp.says(scene, &left);
    for state in [
        "<script>alert(1)</script>".to_owned(),
        "javascript:alert(1)".to_owned(),
        "x".repeat(10_000),
    ] {
        let mut browser = scene.browser();
        scene.leave(&mut browser, &idp.name);
        let page = idp
            .post(scene, &mut browser, &says.response(), &state)
            .page();
        assert_eq!(page.answer.status, 400);
        assert!(!page.answer.body.contains(&state));
    }
}

fn keyless(scene: &Scene) {
    let config = json!({"signingCertificate": "", "validateSignature": "false"});
    Idp::open(scene, "saml-keyless", config);

    let page = scene
        .browser()
        .open(&scene.request(&[("kc_idp_hint", "saml-keyless")]))
        .page();

    assert!(page.is_error() && page.answer.body.contains("Provider saml-keyless"));
}

fn switched_off(scene: &Scene) {
    let (idp, mut browser, left) = ready(scene, "saml-off");
    let path = "/identity-provider/instances/saml-off";
    let mut settings = scene.done("GET", path, &serde_json::Value::Null);
    settings["enabled"] = json!(false);
    scene.done("PUT", path, &settings);
    let says = idp.says(scene, &left);

    let place = idp.post(scene, &mut browser, &says.response(), &says.relay_state);

    refused(scene, &idp, &browser, place);
}

fn logouts(scene: &Scene) {
    let (idp, mut browser, left) = ready(scene, "saml-logouts");
    let says = idp.says(scene, &left);
    idp.post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    assert!(request(&left).contains("AuthnRequest"));
    // Each has an id of its own, so that none is refused because another one was there before.
    let honest = logout_request(scene, &idp, &at(300));
    let renamed = |xml: &str, id: &str| xml.replace("\"_logout\"", &format!("\"{id}\""));
    let signed = |xml: &str, id: &str| says.sign(&renamed(xml, id), id);
    let rows = [
        ("not signed", renamed(&honest, "_not-signed")),
        ("of a stranger", {
            let mut other = says.clone();
            other.key = stranger();
            other.sign(&renamed(&honest, "_stranger"), "_stranger")
        }),
        ("changed after it was signed", {
            let other = signed(&honest.replace("session-of-saml-logouts", "x"), "_changed");
            other.replace(
                ">x</samlp:SessionIndex>",
                ">session-of-saml-logouts</samlp:SessionIndex>",
            )
        }),
        (
            "of somebody else",
            signed(
                &honest.replace(">saml-logouts</saml:NameID>", ">other</saml:NameID>"),
                "_other",
            ),
        ),
        (
            "of another session",
            signed(
                &honest.replace("session-of-saml-logouts", "session-of-nobody"),
                "_session",
            ),
        ),
        (
            "that is over",
            signed(&logout_request(scene, &idp, &at(-3600)), "_over"),
        ),
        (
            "for another",
            signed(
                &honest.replace("Destination=\"", "Destination=\"https://sp.test/"),
                "_destination",
            ),
        ),
        (
            "of another issuer",
            signed(
                &honest.replace(&idp.entity, "https://idp.test/another"),
                "_issuer",
            ),
        ),
    ];
    let mut post = |xml: &str| {
        let fields = [("SAMLRequest", STANDARD.encode(xml))];
        scene
            .browser()
            .follow(Request::form(&idp.path(scene), &fields));
        let place = browser.open(&scene.request(&[("prompt", "none")]));
        place.client().get("error").to_owned()
    };
    for (name, xml) in rows {
        assert_eq!(post(&xml), "", "{name}");
    }
    // What is honest in all of it ends the session.
    assert_eq!(post(&signed(&honest, "_honest")), "login_required");
}
