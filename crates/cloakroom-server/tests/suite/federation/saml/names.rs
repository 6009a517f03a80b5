//! Names that are encrypted for us: in an assertion and in a logout, and what is no name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::hostile::{ready, refused};
use super::idp::{Idp, at};
use super::sign_in::{CBC, GCM, encrypt_as, logout_request, sessions};
use crate::federation::Story;
use crate::federation::scene::Scene;
use crate::http::Request;

pub(super) const STORIES: &[Story] = &[
    (
        "saml-a-name-may-be-encrypted-in-an-assertion-and-in-a-logout",
        taken,
    ),
    (
        "hostile::saml-what-is-encrypted-in-place-of-a-name-signs-nobody-in",
        hostile,
    ),
    (
        "hostile::saml-a-logout-with-an-encrypted-name-that-is-not-theirs-ends-nothing",
        others,
    ),
];

const ASSERTION: &str = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

/// The name of somebody as an element by itself.
fn name_of(value: &str) -> String {
    format!("<saml:NameID{ASSERTION}>{value}</saml:NameID>")
}

/// A message with something in place of the name in it, in canonical form.
fn with_name(xml: &str, instead: &str) -> String {
    let (before, rest) = xml.split_once("<saml:NameID").unwrap();
    let (_, after) = rest.split_once("</saml:NameID>").unwrap();
    // A namespace is declared once.
    let is_declared = before.contains("<saml:Assertion");
    let instead = match is_declared {
        true => instead.replacen(ASSERTION, "", 1),
        false => instead.to_owned(),
    };
    format!("{before}{instead}{after}")
}

/// Encrypts for the certificate that the descriptor has while encryption is wanted; what comes then need not be
/// encrypted as a whole.
fn encrypt(scene: &Scene, idp: &Idp, inside: &str, content: &str) -> String {
    let path = format!("/identity-provider/instances/{}", idp.name);
    let mut settings = scene.done("GET", &path, &Value::Null);
    settings["config"]["wantAssertionsEncrypted"] = json!("true");
    scene.done("PUT", &path, &settings);
    let sealed = encrypt_as("EncryptedID", (scene, idp), inside, content);
    settings["config"]["wantAssertionsEncrypted"] = json!("false");
    scene.done("PUT", &path, &settings);
    sealed
}

fn taken(scene: &Scene) {
    let idp = Idp::open(scene, "saml-encrypted-name", json!({}));
    let mut first = None;
    for (content, id) in [(GCM, "_logout-gcm"), (CBC, "_logout-cbc")] {
        let name = encrypt(scene, &idp, &name_of("saml-encrypted-name"), content);
        let mut browser = scene.browser();
        let left = scene.leave(&mut browser, &idp.name);
        let says = idp.says(scene, &left);
        let assertion = says.sign(&with_name(&says.assertion(), &name), &says.id);
        let xml = says.around(&assertion);
        let callback = idp.post(scene, &mut browser, &xml, &says.relay_state);
        let sub = scene.claims(&callback.client())["sub"].clone();
        assert_eq!(*first.get_or_insert(sub.clone()), sub, "{content}");

        // The same name ends the session.
        assert_eq!(sessions(scene, "saml-encrypted-name"), 1);
        let xml = with_name(&logout_request(scene, &idp, &at(300)), &name);
        let xml = says.sign(&xml.replace("_logout", id), id);
        let fields = [("SAMLRequest", STANDARD.encode(xml))];
        let mut browser = scene.browser();
        browser.follow(Request::form(&idp.path(scene), &fields));
        assert_eq!(sessions(scene, "saml-encrypted-name"), 0, "{content}");
    }
}

fn hostile(scene: &Scene) {
    type Make = fn(&Scene, &Idp) -> String;
    let rows: [(&str, Make); 8] = [
        ("junk", |scene, idp| encrypt(scene, idp, "junk", GCM)),
        ("nothing", |scene, idp| encrypt(scene, idp, "", GCM)),
        ("no-xml", |scene, idp| {
            encrypt(scene, idp, "<saml:NameID", GCM)
        }),
        ("two-names", |scene, idp| {
            let two = [name_of("saml-name-two-names"), name_of("admin")].concat();
            encrypt(scene, idp, &two, GCM)
        }),
        ("a-name-inside-a-name", |scene, idp| {
            let inside = name_of("admin");
            let outside = format!("<saml:NameID{ASSERTION}>a{inside}</saml:NameID>");
            encrypt(scene, idp, &outside, GCM)
        }),
        ("an-assertion", |scene, idp| {
            let inside = format!(
                "<saml:Assertion{ASSERTION}>{}</saml:Assertion>",
                name_of("a")
            );
            encrypt(scene, idp, &inside, GCM)
        }),
        ("a-document-type", |scene, idp| {
            let inside = format!("<!DOCTYPE x>{}", name_of("saml-name-a-document-type"));
            encrypt(scene, idp, &inside, GCM)
        }),
        ("beside-another", |scene, idp| {
            let name = name_of("saml-name-beside-another");
            format!("{name}{}", encrypt(scene, idp, &name, GCM))
        }),
    ];
    for (row, make) in rows {
        let (idp, mut browser, left) = ready(scene, &format!("saml-name-{row}"));
        let says = idp.says(scene, &left);
        let instead = make(scene, &idp);
        // Where two are, both are without a namespace of their own.
        let assertion = with_name(&says.assertion(), &instead).replacen(
            &format!("<saml:EncryptedID{ASSERTION}>"),
            "<saml:EncryptedID>",
            1,
        );
        let xml = says.around(&says.sign(&assertion, &says.id));
        let place = idp.post(scene, &mut browser, &xml, &says.relay_state);
        refused(scene, &idp, &browser, place);
    }
    // The honest one changed after it was signed, and one that nobody signed.
    for is_signed in [true, false] {
        let (idp, mut browser, left) = ready(scene, &format!("saml-name-changed-{is_signed}"));
        let says = idp.says(scene, &left);
        let honest = encrypt(scene, &idp, &name_of(&idp.name), GCM);
        let other = encrypt(scene, &idp, &name_of("admin"), GCM);
        let mut assertion = with_name(&says.assertion(), &honest);
        if is_signed {
            assertion = says.sign(&assertion, &says.id);
        }
        let values = |xml: &str| {
            let (_, last) = xml.rsplit_once("<xenc:CipherValue>").unwrap();
            last.split('<').next().unwrap().to_owned()
        };
        let xml = says
            .around(&assertion)
            .replace(&values(&honest), &values(&other));
        let place = idp.post(scene, &mut browser, &xml, &says.relay_state);
        refused(scene, &idp, &browser, place);
    }
}

fn others(scene: &Scene) {
    let (idp, mut browser, left) = ready(scene, "saml-name-logout");
    let says = idp.says(scene, &left);
    idp.post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    let honest = logout_request(scene, &idp, &at(300));
    // Each has an id of its own, so that none is refused because another one was there before.
    let post = |id: &str, inside: &str, is_signed: bool| {
        let sealed = encrypt(scene, &idp, inside, GCM);
        let honest = honest.replace("\"_logout\"", &format!("\"{id}\""));
        let mut xml = with_name(&honest, &sealed);
        if is_signed {
            xml = says.sign(&xml, id);
        }
        let fields = [("SAMLRequest", STANDARD.encode(xml))];
        let mut other = scene.browser();
        other.follow(Request::form(&idp.path(scene), &fields));
        sessions(scene, "saml-name-logout")
    };
    assert_eq!(post("_other", &name_of("other"), true), 1);
    assert_eq!(post("_nobody", "", true), 1);
    let own = name_of("saml-name-logout");
    assert_eq!(post("_not-signed", &own, false), 1);
    // What is honest in all of it ends the session.
    assert_eq!(post("_honest", &own, true), 0);
}
