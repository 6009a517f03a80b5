//! A SAML provider, or whoever speaks for it, that makes each mistake once: nobody is signed in, linked or stored.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey};
use miniz_oxide::deflate;
use serde_json::json;

use super::idp::{Idp, Says, at, public, request, transform};
use super::sign_in::logout_request;
use crate::browser::{Browser, Callback, Place};
use crate::federation::Story;
use crate::federation::hostile::nothing_happened;
use crate::federation::scene::Scene;
use crate::http::{Request, encode};

/// One mistake: what is said in place of what should be, and what becomes of the finished response.
pub(in crate::federation) struct Row {
    pub(in crate::federation) name: &'static str,
    lie: fn(&mut Says),
    forge: fn(&Says, String) -> String,
}

const fn lie(name: &'static str, lie: fn(&mut Says)) -> Row {
    Row {
        name,
        lie,
        forge: |_, xml| xml,
    }
}

const fn forge(name: &'static str, forge: fn(&Says, String) -> String) -> Row {
    Row {
        name,
        lie: |_| {},
        forge,
    }
}

pub(in crate::federation) const ROWS: &[Row] = &[
    // Signatures.
    lie("saml-nothing-is-signed", |says| {
        says.signs_assertion = false;
    }),
    lie("saml-signed-by-a-stranger", |says| says.key = stranger()),
    lie("saml-signed-by-the-key-beside-the-signature", |says| {
        says.key = stranger();
        let key = public(&says.key);
        says.key_info = format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        );
    }),
    lie("saml-signed-with-sha-1", |says| {
        says.algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    }),
    lie("saml-signed-with-the-public-key-as-a-secret", |says| {
        let secret = public(&super::idp::key());
        says.key = Arc::new(SigningKey::from_secret(Alg::HS256, "idp", secret.as_bytes()).unwrap());
        says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    }),
    lie("saml-signed-under-the-name-of-another-algorithm", |says| {
        says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    }),
    lie("saml-digested-with-sha-1", |says| {
        says.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
    }),
    lie("saml-canonicalized-inclusively", |says| {
        says.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    }),
    lie("saml-a-reference-to-the-whole-document", |says| {
        says.uri = Some(String::new());
    }),
    lie("saml-a-reference-to-another-element", |says| {
        says.uri = Some("#_response".to_owned());
    }),
    lie("saml-a-reference-to-another-server", |says| {
        says.uri = Some("http://127.0.0.1/assertion".to_owned());
    }),
    lie("saml-an-xslt-transform", |says| {
        says.transforms
            .push(transform("http://www.w3.org/TR/1999/REC-xslt-19991116", ""));
    }),
    lie("saml-an-xpath-transform", |says| {
        says.transforms[1] = transform(
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "<ds:XPath>not(//*)</ds:XPath>",
        );
    }),
    lie("saml-no-transform", |says| says.transforms.clear()),
    lie("saml-the-enveloped-transform-alone", |says| {
        says.transforms.truncate(1);
    }),
    forge("saml-a-digest-with-a-comment", |_, xml| {
        xml.replace("<ds:DigestValue>", "<ds:DigestValue><!--x-->")
    }),
    forge("saml-a-second-reference", |_, xml| {
        let (_, rest) = xml.split_once("<ds:Reference").unwrap();
        let (inside, _) = rest.split_once("</ds:Reference>").unwrap();
        let second = format!("</ds:Reference><ds:Reference{inside}</ds:Reference>");
        xml.replacen("</ds:Reference>", &second, 1)
    }),
    forge("saml-a-second-signed-info", |_, xml| {
        let (_, rest) = xml.split_once("<ds:SignedInfo>").unwrap();
        let (inside, _) = rest.split_once("</ds:SignedInfo>").unwrap();
        xml.replacen(
            "<ds:SignedInfo>",
            &format!("<ds:SignedInfo>{inside}</ds:SignedInfo><ds:SignedInfo>"),
            1,
        )
    }),
    forge("saml-another-name-after-the-signature", |says, xml| {
        xml.replace(
            &format!(">{}</saml:NameID>", says.name_id),
            ">admin</saml:NameID>",
        )
    }),
    forge("saml-an-attribute-after-the-signature", |_, xml| {
        xml.replace(">Grace<", ">Mallory<")
    }),
    // Wrapping: where the signed assertion goes, and where the forged one stands (XSW 1 to 8).
    forge(
        "saml-xsw-1-the-signed-response-inside-the-forged-ones-signature",
        |says, _| wrapped_response(says, true),
    ),
    forge(
        "saml-xsw-2-the-signed-response-before-the-forged-ones-signature",
        |says, _| wrapped_response(says, false),
    ),
    forge(
        "saml-xsw-3-the-forged-assertion-before-the-signed-one",
        |says, _| says.around(&format!("{}{}", forged(says), signed(says))),
    ),
    forge(
        "saml-xsw-4-the-signed-assertion-inside-the-forged-one",
        |says, _| {
            says.around(&forged(says).replace(
                "</saml:Assertion>",
                &format!("{}</saml:Assertion>", signed(says)),
            ))
        },
    ),
    forge(
        "saml-xsw-5-the-forged-assertion-has-the-signature-and-the-signed-one-follows",
        |says, _| {
            says.around(&format!(
                "{}{}",
                forged_with_signature(says, ""),
                says.assertion()
            ))
        },
    ),
    forge(
        "saml-xsw-6-the-signed-assertion-inside-the-signature",
        |says, _| says.around(&forged_with_signature(says, &says.assertion())),
    ),
    forge(
        "saml-xsw-7-the-forged-assertion-in-extensions",
        |says, _| {
            says.around(&format!(
                "<samlp:Extensions>{}</samlp:Extensions>{}",
                forged(says),
                signed(says)
            ))
        },
    ),
    forge(
        "saml-xsw-8-the-signed-assertion-in-an-object-of-the-signature",
        |says, _| {
            let object = format!("<ds:Object>{}</ds:Object>", says.assertion());
            says.around(&forged_with_signature(says, &object))
        },
    ),
    forge(
        "saml-the-forged-assertion-has-the-id-of-the-signed-one",
        |says, _| {
            says.around(&format!(
                "{}{}",
                forged(says).replace("_forged", &says.id),
                signed(says)
            ))
        },
    ),
    forge("saml-two-assertions-the-signed-one-first", |says, _| {
        says.around(&format!("{}{}", signed(says), forged(says)))
    }),
    forge("saml-an-assertion-beside-the-response", |says, xml| {
        format!("{}{xml}", forged(says))
    }),
    forge("saml-an-assertion-as-the-whole-message", |says, _| {
        signed(says)
    }),
    // What an assertion is for.
    lie("saml-another-issuer", |says| {
        says.issuer = "https://idp.test/other".to_owned();
    }),
    lie("saml-no-issuer", |says| says.issuer.clear()),
    lie("saml-another-issuer-of-the-response", |says| {
        says.response_issuer = "https://idp.test/other".to_owned();
    }),
    lie("saml-another-audience", |says| {
        says.audience = "https://sp.test".to_owned();
    }),
    lie("saml-an-audience-that-begins-like-ours", |says| {
        says.audience.push_str("-other");
    }),
    lie("saml-no-audience", |says| says.audience.clear()),
    lie("saml-another-recipient", |says| {
        says.recipient = "https://sp.test/acs".to_owned();
    }),
    lie("saml-no-recipient", |says| says.recipient.clear()),
    lie("saml-another-destination", |says| {
        says.destination = "https://sp.test/acs".to_owned();
    }),
    lie("saml-a-signed-response-without-destination", |says| {
        says.signs_response = true;
        says.destination.clear();
    }),
    lie("saml-an-assertion-that-is-over", |says| {
        says.until = at(-3600);
        says.not_on_or_after = at(-3600);
    }),
    lie("saml-conditions-that-are-over", |says| {
        says.not_on_or_after = at(-3600);
    }),
    lie("saml-a-confirmation-that-is-over", |says| {
        says.until = at(-3600);
    }),
    lie("saml-a-confirmation-without-end", |says| says.until.clear()),
    lie("saml-an-assertion-that-begins-in-an-hour", |says| {
        says.not_before = at(3600);
    }),
    lie("saml-an-instant-that-is-none", |says| {
        says.not_on_or_after = "tomorrow".to_owned();
    }),
    lie("saml-a-response-from-the-future", |says| {
        says.response_issued = at(3600);
    }),
    lie("saml-no-conditions", |says| {
        says.conditions = Some(String::new());
    }),
    lie("saml-a-condition-that-nobody-knows", |says| {
        let audience = says.audience.clone();
        says.conditions = Some(format!(
            "<saml:Conditions><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction><saml:Condition></saml:Condition></saml:Conditions>"
        ));
    }),
    lie("saml-a-confirmation-by-holder-of-key", |says| {
        says.method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key".to_owned();
    }),
    lie("saml-no-statement-that-somebody-signed-in", |says| {
        says.authn.clear();
    }),
    lie("saml-a-session-that-is-over", |says| {
        says.authn = format!(
            "<saml:AuthnStatement AuthnInstant=\"{}\" SessionNotOnOrAfter=\"{}\"></saml:AuthnStatement>",
            at(-7200),
            at(-3600)
        );
    }),
    lie("saml-an-answer-to-another-request", |says| {
        says.answers = "ID_another".to_owned();
        says.response_answers = "ID_another".to_owned();
    }),
    lie("saml-an-assertion-for-another-request", |says| {
        says.answers = "ID_another".to_owned();
    }),
    lie("saml-a-response-to-another-request", |says| {
        says.response_answers = "ID_another".to_owned();
    }),
    lie("saml-an-answer-to-no-request", |says| {
        says.answers.clear();
        says.response_answers.clear();
    }),
    lie(
        "saml-a-request-that-only-what-is-not-signed-names",
        |says| says.answers.clear(),
    ),
    lie("saml-an-empty-name", |says| says.name_id.clear()),
    lie("saml-a-name-that-is-too-long", |says| {
        says.name_id = "x".repeat(300);
    }),
    lie("saml-a-failure-with-an-assertion", |says| {
        says.status = "urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned();
    }),
    lie("saml-an-older-version", |says| {
        says.version = "1.1".to_owned();
    }),
    // Encryption.
    forge("saml-an-encrypted-assertion-that-is-junk", |says, _| {
        encrypted(
            says,
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        )
    }),
    forge(
        "saml-an-encrypted-assertion-of-aes-cbc-that-nobody-signed",
        |says, _| {
            encrypted(
                says,
                "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
            )
        },
    ),
    forge("saml-a-key-encrypted-with-pkcs-1", |says, _| {
        encrypted(
            says,
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
        )
    }),
    forge("saml-an-empty-encrypted-assertion", |says, _| {
        says.around("<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>")
    }),
    // XML.
    forge("saml-a-document-type", |_, xml| {
        format!("<!DOCTYPE samlp:Response>{xml}")
    }),
    forge("saml-an-external-entity", |_, xml| {
        format!(
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
            xml.replace(">Grace<", ">&x;<")
        )
    }),
    forge("saml-a-billion-laughs", |_, xml| {
        format!(
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>{}",
            xml.replace(">Grace<", ">&c;<")
        )
    }),
    forge("saml-a-processing-instruction", |_, xml| {
        format!("<?xml-stylesheet href=\"x\"?>{xml}")
    }),
    forge("saml-an-attribute-twice", |_, xml| {
        xml.replacen(" Version=", " Version=\"2.0\" Version=", 1)
    }),
    forge("saml-a-namespace-that-is-not-declared", |_, xml| {
        xml.replace("xmlns:saml=", "xmlns:other=")
    }),
    forge("saml-a-hundred-thousand-levels", |says, _| {
        says.around(&"<a>".repeat(100_000))
    }),
    forge("saml-ten-thousand-attributes", |says, _| {
        let all: String = (0..10_000).map(|at| format!(" a{at}=\"\"")).collect();
        says.around(&format!("<a{all}></a>"))
    }),
    forge("saml-ten-thousand-namespaces", |says, _| {
        let all: String = (0..10_000)
            .map(|at| format!(" xmlns:a{at}=\"urn:{at}\""))
            .collect();
        says.around(&format!("<a{all}></a>"))
    }),
    forge("saml-no-xml", |_, _| "SAMLResponse".to_owned()),
    forge("saml-a-logout-response-in-place-of-a-response", |_, xml| {
        xml.replace("samlp:Response", "samlp:ArtifactResponse")
    }),
];

fn stranger() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Alg::ES256, "stranger").unwrap())
}

/// What an attacker wants to be read.
fn forged(says: &Says) -> String {
    let mut forged = says.clone();
    forged.id = "_forged".to_owned();
    forged.name_id = format!("{}-admin", says.name_id);
    forged.assertion()
}

fn signed(says: &Says) -> String {
    says.sign(&says.assertion(), &says.id)
}

/// The forged assertion with the signature of the signed one, which may have more in it.
fn forged_with_signature(says: &Says, inside: &str) -> String {
    let signature = says.signature(&says.assertion(), &says.id);
    let signature = signature.replace("</ds:Signature>", &format!("{inside}</ds:Signature>"));
    forged(says).replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1)
}

fn wrapped_response(says: &Says, is_inside: bool) -> String {
    let mut honest = says.clone();
    honest.signs_response = false;
    let original = honest.around(&says.assertion());
    let signature = says.signature(&original, "_response");
    let evil = honest
        .around(&forged(says))
        .replacen("ID=\"_response\"", "ID=\"_evil\"", 1);
    let put = match is_inside {
        true => signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{original}</ds:Object></ds:Signature>"),
        ),
        false => format!("{original}{signature}"),
    };
    evil.replacen("</saml:Issuer>", &format!("</saml:Issuer>{put}"), 1)
}

fn encrypted(says: &Says, content: &str, key: &str) -> String {
    let junk = STANDARD.encode([7; 256]);
    says.around(&format!(
        "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:EncryptionMethod Algorithm=\"{content}\"></xenc:EncryptionMethod>\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"{key}\"></xenc:EncryptionMethod>\
         <xenc:CipherData><xenc:CipherValue>{junk}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>\
         <xenc:CipherData><xenc:CipherValue>{junk}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    ))
}

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
    let bomb = STANDARD.encode(deflate::compress_to_vec(&vec![b' '; 50_000_000], 6));
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
    for message in [bomb.as_str(), "!", "YQ=="] {
        let query = encode(&[("SAMLResponse", message), ("RelayState", &state)]);
        let answer = browser.send(Request::get(&format!("{path}?{query}")));
        assert!(
            [400, 414, 431].contains(&answer.status),
            "{}",
            answer.status
        );
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
    let honest = logout_request(scene, &idp, &at(300));
    let signed = |xml: &str| says.sign(xml, "_logout");
    let rows = [
        ("not signed", honest.clone()),
        ("of a stranger", {
            let mut other = says.clone();
            other.key = stranger();
            other.sign(&honest, "_logout")
        }),
        (
            "of somebody else",
            signed(&honest.replace(">saml-logouts</saml:NameID>", ">other</saml:NameID>")),
        ),
        (
            "that is over",
            signed(&logout_request(scene, &idp, &at(-3600))),
        ),
        (
            "for another",
            signed(&honest.replace("Destination=\"", "Destination=\"https://sp.test/")),
        ),
    ];
    for (name, xml) in rows {
        let fields = [("SAMLRequest", STANDARD.encode(&xml))];
        scene
            .browser()
            .follow(Request::form(&idp.path(scene), &fields));
        let place = browser.open(&scene.request(&[("prompt", "none")]));
        assert_eq!(place.client().get("error"), "", "{name}");
    }
}
