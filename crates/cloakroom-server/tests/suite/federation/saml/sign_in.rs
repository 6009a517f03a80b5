//! The ways in and out that work.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use super::idp::{Idp, Says, at, attribute, key, public, request, rsa_key};
use crate::browser::{Browser, Callback, Place};
use crate::federation::Story;
use crate::federation::scene::Scene;
use crate::federation::stand_in::Given;
use crate::http::{Request, text};

pub(in crate::federation) const STORIES: &[Story] = &[
    (
        "saml-somebody-new-gets-an-account-with-what-the-assertion-says",
        first,
    ),
    (
        "saml-whoever-comes-again-is-the-same-and-what-changed-is-taken-over",
        again,
    ),
    (
        "saml-the-response-may-be-signed-as-a-whole-in-a-form-or-in-an-address",
        ways,
    ),
    ("saml-a-comment-in-a-name-changes-nothing", comment),
    (
        "saml-an-encrypted-assertion-is-opened-with-the-realms-key",
        encrypted,
    ),
    (
        "saml-a-request-says-what-the-settings-say-and-is-signed",
        asked,
    ),
    (
        "saml-a-request-that-is-posted-is-signed-in-the-message",
        posted_request,
    ),
    ("saml-mappers-take-attributes-over", mappers),
    ("saml-an-attribute-may-be-the-name", principal),
    (
        "saml-a-sign-in-that-is-refused-there-can-begin-again",
        cancelled,
    ),
    (
        "saml-a-browser-that-sent-no-cookies-posts-once-more",
        posted_again,
    ),
    ("saml-metadata-go-both-ways", metadata),
    (
        "saml-keys-come-from-the-address-of-the-metadata-and-change-with-them",
        published,
    ),
    ("saml-a-session-that-ends-there-ends-here", goodbye),
    ("saml-a-session-that-ends-here-ends-there", farewell),
];

fn bring(scene: &Scene, idp: &Idp, browser: &mut Browser, change: impl FnOnce(&mut Says)) -> Place {
    let left = scene.leave(browser, &idp.name);
    let mut says = idp.says(scene, &left);
    change(&mut says);
    idp.post(scene, browser, &says.response(), &says.relay_state)
}

fn first(scene: &Scene) {
    let idp = Idp::open(scene, "saml-first", json!({}));

    let callback = idp.visit(scene, &mut scene.browser()).client();

    let claims = scene.claims(&callback);
    let user = scene.user("saml-first");
    for (object, name, value) in [
        (&claims, "preferred_username", json!("saml-first")),
        (&user, "email", json!("saml-first@idp.test")),
        (&user, "firstName", json!("Grace")),
        (&user, "lastName", json!("Hopper")),
        (&user, "emailVerified", json!(false)),
        (&claims, "sub", user["id"].clone()),
    ] {
        assert_eq!(object[name], value, "{name}");
    }
    assert_eq!(
        scene.links(&user),
        json!([{"identityProvider": "saml-first", "userId": "saml-first", "userName": "saml-first"}])
    );
    assert_eq!(
        scene.events("IDENTITY_PROVIDER_LOGIN", "saml-first").len(),
        1
    );
}

fn again(scene: &Scene) {
    let idp = Idp::open(scene, "saml-again", json!({}));
    let before = scene.claims(&idp.visit(scene, &mut scene.browser()).client());

    let place = bring(scene, &idp, &mut scene.browser(), |says| {
        says.attributes[2].1[0] = "Murray".to_owned();
    });

    assert_eq!(before["sub"], scene.claims(&place.client())["sub"]);
    assert_eq!(scene.user("saml-again")["lastName"], json!("Murray"));
}

fn ways(scene: &Scene) {
    let idp = Idp::open(scene, "saml-ways", json!({}));
    idp.visit(scene, &mut scene.browser()).client();
    let changes: [fn(&mut Says); 4] = [
        |says| {
            says.signs_response = true;
            says.signs_assertion = false;
        },
        |says| says.signs_response = true,
        |says| {
            says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
            says.digest = "http://www.w3.org/2001/04/xmlenc#sha512";
        },
        // The second key of the settings.
        |says| {
            says.key = rsa_key();
            says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        },
    ];
    for change in changes {
        bring(scene, &idp, &mut scene.browser(), change).client();
    }
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let mut says = idp.says(scene, &left);
    says.signs_assertion = false;
    browser
        .open(&says.query(&idp.path(scene), &says.response()))
        .client();
    // Where assertions have to be signed, a signature around them is not enough.
    let path = "/identity-provider/instances/saml-ways";
    let mut settings = scene.done("GET", path, &Value::Null);
    settings["config"]["wantAssertionsSigned"] = json!("true");
    scene.done("PUT", path, &settings);
    assert!(
        bring(scene, &idp, &mut scene.browser(), changes[0])
            .page()
            .is_error()
    );
    bring(scene, &idp, &mut scene.browser(), changes[1]).client();
}

fn comment(scene: &Scene) {
    let idp = Idp::open(scene, "saml-comment", json!({}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let says = idp.says(scene, &left);
    let xml = says.response().replace(
        ">saml-comment</saml:NameID>",
        ">saml<!-- x -->-comment</saml:NameID>",
    );

    let callback = idp
        .post(scene, &mut browser, &xml, &says.relay_state)
        .client();

    assert_eq!(
        scene.claims(&callback)["preferred_username"],
        json!("saml-comment")
    );
    assert_eq!(scene.users("saml"), [Value::Null; 0]);
}

/// Encrypts an assertion for the certificate of the descriptor.
fn encrypt(scene: &Scene, idp: &Idp, assertion: &str, content: &str) -> String {
    encrypt_as("EncryptedAssertion", (scene, idp), assertion, content)
}

/// Encrypts something for the certificate of the descriptor, in an element of this name.
pub(super) fn encrypt_as(
    element: &str,
    (scene, idp): (&Scene, &Idp),
    assertion: &str,
    content: &str,
) -> String {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
    use aws_lc_rs::iv::FixedLength;
    use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
    let descriptor = descriptor(scene, idp);
    let (_, key) = descriptor.split_once("use=\"encryption\"").unwrap();
    let (_, certificate) = key.split_once("<ds:X509Certificate>").unwrap();
    let certificate = certificate.split('<').next().unwrap();
    let key = VerifyingKey::from_pem(None, None, certificate).unwrap();
    let key = PublicEncryptingKey::from_der(&key.spki_der().unwrap()).unwrap();
    let key = OaepPublicEncryptingKey::new(key).unwrap();
    let mut room = vec![0; key.ciphertext_size()];
    let wrapped = key
        .encrypt(&OAEP_SHA1_MGF1SHA1, &[9; 32], &mut room, None)
        .unwrap();
    let wrapped = STANDARD.encode(wrapped);
    let sealed = match content.ends_with("gcm") {
        true => {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[9; 32]).unwrap());
            let mut text = assertion.as_bytes().to_vec();
            let nonce = Nonce::assume_unique_for_key([1; 12]);
            key.seal_in_place_append_tag(nonce, Aad::empty(), &mut text)
                .unwrap();
            [&[1; 12][..], &text].concat()
        }
        false => {
            let key = UnboundCipherKey::new(&AES_256, &[9; 32]).unwrap();
            let mut text = assertion.as_bytes().to_vec();
            let padding = 16 - text.len() % 16;
            text.extend(std::iter::repeat_n(0, padding - 1));
            text.push(u8::try_from(padding).unwrap());
            let context = EncryptionContext::Iv128(FixedLength::from([1; 16]));
            EncryptingKey::cbc(key)
                .unwrap()
                .less_safe_encrypt(&mut text, context)
                .unwrap();
            [&[1; 16][..], &text].concat()
        }
    };
    let sealed = STANDARD.encode(sealed);
    format!(
        "<saml:{element} xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:EncryptionMethod Algorithm=\"{content}\"></xenc:EncryptionMethod>\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"></xenc:EncryptionMethod>\
         <xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>\
         <xenc:CipherData><xenc:CipherValue>{sealed}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:{element}>"
    )
}

fn descriptor(scene: &Scene, idp: &Idp) -> String {
    let path = format!("{}/descriptor", idp.path(scene));
    let answer = scene.server.send(&Request::get(&path));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

pub(super) const GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
pub(super) const CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";

fn encrypted(scene: &Scene) {
    let idp = Idp::open(
        scene,
        "saml-encrypted",
        json!({"wantAssertionsEncrypted": "true"}),
    );
    let rows = [
        // The assertion is signed, and the message around it is or is not; or only the message is.
        (GCM, true, false, true),
        (GCM, true, true, true),
        (GCM, false, true, true),
        (CBC, true, true, true),
        (CBC, true, false, false),
        (CBC, false, false, false),
        (GCM, false, false, false),
    ];
    for (content, signs_assertion, signs_response, is_taken) in rows {
        let mut browser = scene.browser();
        let left = scene.leave(&mut browser, &idp.name);
        let mut says = idp.says(scene, &left);
        says.signs_response = signs_response;
        let assertion = match signs_assertion {
            true => says.sign(&says.assertion(), &says.id),
            false => says.assertion(),
        };
        let inside = encrypt(scene, &idp, &assertion, content);
        let place = idp.post(
            scene,
            &mut browser,
            &says.around(&inside),
            &says.relay_state,
        );
        match place {
            Place::Client(_) => assert!(is_taken, "{content} {signs_assertion} {signs_response}"),
            Place::Page(page) => assert!(
                !is_taken && page.is_error(),
                "{content} {signs_assertion} {signs_response}: {}",
                page.answer.body
            ),
        }
    }
    assert!(idp.visit(scene, &mut scene.browser()).page().is_error());
}

/// The certificate that the descriptor names for signatures.
fn signing_key(scene: &Scene, idp: &Idp) -> VerifyingKey {
    let descriptor = descriptor(scene, idp);
    let (_, key) = descriptor.split_once("use=\"signing\"").unwrap();
    let (_, certificate) = key.split_once("<ds:X509Certificate>").unwrap();
    VerifyingKey::from_pem(None, None, certificate.split('<').next().unwrap()).unwrap()
}

fn check_query(scene: &Scene, idp: &Idp, left: &Callback) {
    let (_, query) = left.address.split_once('?').unwrap();
    let (input, _) = query.split_once("&Signature=").unwrap();
    assert_eq!(
        left.get("SigAlg"),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    );
    let signature = STANDARD.decode(left.get("Signature")).unwrap();
    let key = signing_key(scene, idp);
    key.verify(Alg::RS256, input.as_bytes(), &signature)
        .unwrap();
}

fn asked(scene: &Scene) {
    let config = json!({
        "wantAuthnRequestsSigned": "true", "signatureAlgorithm": "RSA_SHA256", "forceAuthn": "true",
        "nameIDPolicyFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "loginHint": "true",
        "authnContextClassRefs": "[\"urn:oasis:names:tc:SAML:2.0:ac:classes:Password\"]",
        "authnContextComparisonType": "minimum", "entityId": "https://sp.test/a&b",
        "addExtensionsElementWithKeyInfo": "true",
    });
    let idp = Idp::open(scene, "saml-asked", config);
    let parameters = [("kc_idp_hint", "saml-asked"), ("login_hint", "grace<&>")];

    let left = scene.browser().open(&scene.request(&parameters)).client();

    assert!(
        left.address
            .starts_with("https://idp.test/saml-asked/sso?SAMLRequest=")
    );
    check_query(scene, &idp, &left);
    let xml = request(&left);
    for (name, value) in [
        ("AssertionConsumerServiceURL", idp.endpoint(scene).as_str()),
        ("Destination", "https://idp.test/saml-asked/sso"),
        ("ForceAuthn", "true"),
        ("IsPassive", "false"),
        ("Version", "2.0"),
        (
            "ProtocolBinding",
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        ),
        ("Comparison", "minimum"),
        ("AllowCreate", "true"),
        (
            "Format",
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        ),
    ] {
        assert_eq!(attribute(&xml, name), value, "{xml}");
    }
    for part in [
        "<saml:Issuer>https://sp.test/a&amp;b</saml:Issuer>",
        "<saml:NameID>grace&lt;&amp;&gt;</saml:NameID>",
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>",
        "MessageSigningKeyId=",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

fn posted_request(scene: &Scene) {
    let config = json!({"wantAuthnRequestsSigned": "true", "postBindingAuthnRequest": "true"});
    let idp = Idp::open(scene, "saml-posted", config);

    let left = scene.leave(&mut scene.browser(), "saml-posted");

    assert_eq!(
        (left.method, left.address.as_str()),
        ("POST", "https://idp.test/saml-posted/sso")
    );
    let xml = request(&left);
    let (_, rest) = xml.split_once("<ds:SignedInfo").unwrap();
    let (info, _) = rest.split_once("</ds:SignedInfo>").unwrap();
    let (_, value) = rest.split_once("<ds:SignatureValue>").unwrap();
    let value = STANDARD.decode(value.split('<').next().unwrap()).unwrap();
    let info = format!("<ds:SignedInfo{info}</ds:SignedInfo>");
    let key = signing_key(scene, &idp);
    key.verify(Alg::RS256, info.as_bytes(), &value).unwrap();
    assert!(info.contains(&format!("URI=\"#{}\"", attribute(&xml, "ID"))));
}

fn mappers(scene: &Scene) {
    let idp = Idp::open(scene, "saml-mappers", json!({}));
    scene.done("POST", "/roles", &json!({"name": "saml-engineer"}));
    scene.done("POST", "/roles", &json!({"name": "saml-advanced"}));
    scene.done("POST", "/groups", &json!({"name": "saml-group"}));
    let rows = [
        (
            "saml-user-attribute-idp-mapper",
            json!({"attribute.name": "team", "user.attribute": "lastName"}),
        ),
        (
            "saml-role-idp-mapper",
            json!({"attribute.name": "job", "attribute.value": "engineer", "role": "saml-engineer"}),
        ),
        (
            "saml-advanced-role-idp-mapper",
            json!({"attributes": r#"[{"key":"job","value":"eng.*"}]"#, "are.attribute.values.regex": "true", "role": "saml-advanced"}),
        ),
        (
            "saml-advanced-group-idp-mapper",
            json!({"attributes": r#"[{"key":"team","value":"blue"}]"#, "group": "/saml-group"}),
        ),
        (
            "saml-username-idp-mapper",
            json!({"template": "${ATTRIBUTE.job | uppercase}-${NAMEID}"}),
        ),
    ];
    for (kind, config) in rows {
        let mapper = json!({"name": kind, "identityProviderAlias": idp.name, "identityProviderMapper": kind, "config": config});
        scene.done(
            "POST",
            "/identity-provider/instances/saml-mappers/mappers",
            &mapper,
        );
    }

    let place = bring(scene, &idp, &mut scene.browser(), |says| {
        says.attributes
            .push(("team".to_owned(), vec!["red".to_owned(), "blue".to_owned()]));
        says.attributes
            .push(("job".to_owned(), vec!["engineer".to_owned()]));
    });

    place.client();
    let user = scene.user("engineer-saml-mappers");
    assert_eq!(user["lastName"], json!("red"), "the first of several");
    let id = text(&user, "id");
    let roles = scene
        .done(
            "GET",
            &format!("/users/{id}/role-mappings/realm"),
            &Value::Null,
        )
        .to_string();
    assert!(
        roles.contains("saml-engineer") && roles.contains("saml-advanced"),
        "{roles}"
    );
    let groups = scene
        .done("GET", &format!("/users/{id}/groups"), &Value::Null)
        .to_string();
    assert!(groups.contains("saml-group"), "{groups}");
}

fn principal(scene: &Scene) {
    let config = json!({"principalType": "ATTRIBUTE", "principalAttribute": "uid"});
    let idp = Idp::open(scene, "saml-principal", config);

    let place = bring(scene, &idp, &mut scene.browser(), |says| {
        says.format = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned();
        says.attributes
            .push(("uid".to_owned(), vec!["saml-uid".to_owned()]));
    });

    place.client();
    assert_eq!(
        scene.links(&scene.user("saml-uid"))[0]["userId"],
        json!("saml-uid")
    );
    // Without the attribute, nobody is named.
    let mut browser = scene.browser();
    assert!(bring(scene, &idp, &mut browser, |_| {}).page().is_error());
}

fn cancelled(scene: &Scene) {
    let idp = Idp::open(scene, "saml-cancelled", json!({}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let mut says = idp.says(scene, &left);
    says.status = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied".to_owned();

    let page = idp
        .post(scene, &mut browser, &says.around(""), &says.relay_state)
        .page();

    assert!(page.is_login(), "{}", page.answer.body);
    assert!(page.answer.body.contains("Provider saml-cancelled"));
}

fn posted_again(scene: &Scene) {
    let idp = Idp::open(scene, "saml-posted-again", json!({}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let says = idp.says(scene, &left);
    let fields = [
        ("SAMLResponse", STANDARD.encode(says.response())),
        ("RelayState", says.relay_state),
    ];
    let request = Request::form(&idp.path(scene), &fields).with("Origin", "https://idp.test");

    let answer = scene.server.send(&request);

    assert_eq!(answer.status, 200);
    // The browser follows a form only to where the page says that it leads.
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' https://rp.test "),
        "{policy}"
    );
    let form = crate::html::forms(&answer.body).remove(0);
    let address = format!("{}{}", scene.server.base, idp.path(scene));
    browser.submit(&address, &form).client();
}

fn published(scene: &Scene) {
    let name = "saml-published";
    let path = format!("/{name}/metadata");
    let config = json!({
        "signingCertificate": "", "useMetadataDescriptorUrl": "true",
        "metadataDescriptorUrl": format!("{}{path}", scene.stand_in.base),
    });
    let idp = Idp::open(scene, name, config);
    let publish = |key: &SigningKey| {
        let xml = format!(
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\"><IDPSSODescriptor>\
             <KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data>\
             <X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>",
            idp.entity,
            public(key)
        );
        scene.stand_in.on(&path, move |_| {
            let mut given = Given::json(&Value::Null);
            given.body = xml.clone().into_bytes();
            given
        });
    };
    let sign_in = |key: &Arc<SigningKey>| {
        let mut browser = scene.browser();
        let left = scene.leave(&mut browser, name);
        let mut says = idp.says(scene, &left);
        says.key = Arc::clone(key);
        idp.post(scene, &mut browser, &says.response(), &says.relay_state)
    };
    let next = Arc::new(SigningKey::generate(Alg::ES256, "next").unwrap());
    publish(&key());
    sign_in(&key()).client();

    publish(&next);
    sign_in(&next).client();
    // The former one counts no more, and a stranger's is not asked about again and again.
    assert!(sign_in(&key()).page().is_error());
    assert_eq!(scene.stand_in.asked(&path).len(), 2);
}

fn metadata(scene: &Scene) {
    let config = json!({"wantAuthnRequestsSigned": "true", "wantAssertionsEncrypted": "true", "entityId": "https://sp.test"});
    let idp = Idp::open(scene, "saml-metadata", config);

    let xml = descriptor(scene, &idp);

    assert_eq!(attribute(&xml, "entityID"), "https://sp.test");
    assert_eq!(attribute(&xml, "AuthnRequestsSigned"), "true");
    assert!(xml.contains(&format!(
        "Location=\"{}\" isDefault=\"true\"",
        idp.endpoint(scene)
    )));
    let exported = scene.realm.call(
        "GET",
        "/identity-provider/instances/saml-metadata/export",
        &Value::Null,
    );
    assert_eq!(exported.body, xml);
    let op = scene.op("saml-metadata-op");
    let path = format!(
        "/realms/{}/broker/{}/endpoint/descriptor",
        scene.realm.name,
        op.path.trim_start_matches('/')
    );
    assert_eq!(scene.server.send(&Request::get(&path)).status, 404);
}

/// An honest request to end the session of the one who came from a provider.
pub(super) fn logout_request(scene: &Scene, idp: &Idp, until: &str) -> String {
    format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{}\" ID=\"_logout\" IssueInstant=\"{}\" NotOnOrAfter=\"{until}\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}</saml:Issuer>\
         <saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}</saml:NameID>\
         <samlp:SessionIndex>session-of-{}</samlp:SessionIndex></samlp:LogoutRequest>",
        idp.endpoint(scene),
        at(0),
        idp.entity,
        idp.name,
        idp.name
    )
}

pub(super) fn sessions(scene: &Scene, username: &str) -> usize {
    let path = format!("/users/{}/sessions", text(&scene.user(username), "id"));
    scene
        .done("GET", &path, &Value::Null)
        .as_array()
        .unwrap()
        .len()
}

fn goodbye(scene: &Scene) {
    let idp = Idp::open(scene, "saml-goodbye", json!({"postBindingLogout": "true"}));
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let says = idp.says(scene, &left);
    idp.post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    assert_eq!(sessions(scene, "saml-goodbye"), 1);
    let xml = says.sign(&logout_request(scene, &idp, &at(300)), "_logout");
    let fields = [
        ("SAMLRequest", STANDARD.encode(&xml)),
        ("RelayState", "theirs".to_owned()),
    ];

    let answer = scene
        .browser()
        .follow(Request::form(&idp.path(scene), &fields))
        .client();

    assert_eq!(sessions(scene, "saml-goodbye"), 0);
    assert_eq!(
        (answer.method, answer.address.as_str()),
        ("POST", "https://idp.test/saml-goodbye/slo")
    );
    assert_eq!(answer.get("RelayState"), "theirs");
    let said = String::from_utf8(STANDARD.decode(answer.get("SAMLResponse")).unwrap()).unwrap();
    assert_eq!(attribute(&said, "InResponseTo"), "_logout");
    assert!(
        said.contains("status:Success") && said.contains("<ds:SignatureValue>"),
        "{said}"
    );
    let page = scene
        .browser()
        .follow(Request::form(&idp.path(scene), &fields))
        .page();
    assert_eq!(page.answer.status, 400, "the request was used");
}

fn farewell(scene: &Scene) {
    let idp = Idp::open(
        scene,
        "saml-farewell",
        json!({"wantAuthnRequestsSigned": "true"}),
    );
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, &idp.name);
    let says = idp.says(scene, &left);
    let callback = idp
        .post(scene, &mut browser, &says.response(), &says.relay_state)
        .client();
    let id_token = text(&scene.tokens(&callback), "id_token").to_owned();
    let query = crate::http::encode(&[
        ("id_token_hint", id_token.as_str()),
        ("client_id", &scene.client.id),
    ]);

    let left = browser
        .open(&format!("{}?{query}", scene.realm.path("logout")))
        .client();

    assert_eq!(sessions(scene, "saml-farewell"), 0);
    assert!(
        left.address
            .starts_with("https://idp.test/saml-farewell/slo?SAMLRequest=")
    );
    check_query(scene, &idp, &left);
    let xml = request(&left);
    assert!(
        xml.contains(">saml-farewell</saml:NameID><samlp:SessionIndex>session-of-saml-farewell<"),
        "{xml}"
    );
    let answer = format!(
        "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{}\" ID=\"_done\" InResponseTo=\"{}\" IssueInstant=\"{}\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}</saml:Issuer>\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status></samlp:LogoutResponse>",
        idp.endpoint(scene),
        attribute(&xml, "ID"),
        at(0),
        idp.entity
    );
    let bring = |browser: &mut Browser, xml: &str| {
        let fields = [("SAMLResponse", STANDARD.encode(xml))];
        browser
            .follow(Request::form(&idp.path(scene), &fields))
            .page()
    };
    assert_eq!(
        bring(&mut browser, &answer).answer.status,
        400,
        "not signed"
    );
    let signed = says.sign(&answer, "_done");
    assert_eq!(
        bring(&mut scene.browser(), &signed).answer.status,
        400,
        "another browser"
    );
    assert_eq!(bring(&mut browser, &signed).answer.status, 200);
}
