//! A SAML provider that does what it should, and whose words a test may change.
//!
//! It writes every element in its canonical form, so that what it signs is what it writes, without the
//! server's own canonicalization.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey, digest};
use miniz_oxide::{deflate, inflate};
use serde_json::{Value, json};

use crate::browser::{Browser, Callback, Place};
use crate::conformance::party;
use crate::federation::scene::Scene;
use crate::http::{Request, encode};
use crate::realm::merged;

/// The namespace of signatures.
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A provider, as the realm knows it.
pub(in crate::federation) struct Idp {
    pub(in crate::federation) name: String,
    pub(in crate::federation) entity: String,
}

/// Bytes to a signature over them.
type Seal = fn(&[u8]) -> Vec<u8>;

/// What it says next. Empty texts are left out.
#[derive(Clone)]
pub(in crate::federation) struct Says {
    pub(in crate::federation) key: Arc<SigningKey>,
    /// Makes the value of the signature in place of the key.
    pub(in crate::federation) seal: Option<Seal>,
    pub(in crate::federation) algorithm: &'static str,
    pub(in crate::federation) digest: &'static str,
    pub(in crate::federation) canonicalization: &'static str,
    pub(in crate::federation) transforms: Vec<String>,
    /// What the reference names; the id of what is signed if it is none.
    pub(in crate::federation) uri: Option<String>,
    /// How often the reference stands in what is signed.
    pub(in crate::federation) references: usize,
    pub(in crate::federation) key_info: String,
    pub(in crate::federation) signs_response: bool,
    pub(in crate::federation) signs_assertion: bool,
    pub(in crate::federation) destination: String,
    pub(in crate::federation) response_issuer: String,
    pub(in crate::federation) response_answers: String,
    pub(in crate::federation) response_issued: String,
    pub(in crate::federation) version: String,
    pub(in crate::federation) status: String,
    pub(in crate::federation) id: String,
    pub(in crate::federation) issuer: String,
    pub(in crate::federation) name_id: String,
    pub(in crate::federation) format: String,
    pub(in crate::federation) method: String,
    pub(in crate::federation) recipient: String,
    pub(in crate::federation) answers: String,
    pub(in crate::federation) until: String,
    pub(in crate::federation) conditions: Option<String>,
    pub(in crate::federation) not_before: String,
    pub(in crate::federation) not_on_or_after: String,
    pub(in crate::federation) audience: String,
    pub(in crate::federation) authn: String,
    pub(in crate::federation) attributes: Vec<(String, Vec<String>)>,
    /// What comes back beside the message.
    pub(in crate::federation) relay_state: String,
}

/// The key of all honest providers.
pub(in crate::federation) fn key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let make = || Arc::new(SigningKey::generate(Alg::ES256, "idp").unwrap());
    Arc::clone(KEY.get_or_init(make))
}

/// Another key of all honest providers, for what only RSA has.
pub(in crate::federation) fn rsa_key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let make = || Arc::new(SigningKey::generate(Alg::RS256, "idp-rsa").unwrap());
    Arc::clone(KEY.get_or_init(make))
}

/// An instant so many seconds from now.
pub(in crate::federation) fn at(seconds: i64) -> String {
    let now = time::OffsetDateTime::from_unix_timestamp(party::now() + seconds).unwrap();
    let (date, clock) = (now.date(), now.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

pub(in crate::federation) fn public(key: &SigningKey) -> String {
    STANDARD.encode(key.public_spki_der().unwrap())
}

impl Idp {
    /// One that signs people in under the name of the provider.
    pub(in crate::federation) fn open(scene: &Scene, name: &str, config: Value) -> Self {
        let entity = format!("https://idp.test/{name}");
        let usual = json!({
            "singleSignOnServiceUrl": format!("https://idp.test/{name}/sso"),
            "singleLogoutServiceUrl": format!("https://idp.test/{name}/slo"),
            "idpEntityId": entity, "validateSignature": "true",
            "signingCertificate": format!("{},{}", public(&key()), public(&rsa_key())),
            "postBindingResponse": "true", "syncMode": "FORCE",
        });
        let asked = json!({
            "alias": name, "providerId": "saml", "enabled": true,
            "displayName": format!("Provider {name}"), "config": merged(usual, config),
        });
        scene.done("POST", "/identity-provider/instances", &asked);
        Self {
            name: name.to_owned(),
            entity,
        }
    }

    pub(in crate::federation) fn endpoint(&self, scene: &Scene) -> String {
        let realm = &scene.realm.name;
        let base = &scene.server.base;
        format!("{base}/realms/{realm}/broker/{}/endpoint", self.name)
    }

    /// The honest answer to a request.
    pub(in crate::federation) fn says(&self, scene: &Scene, left: &Callback) -> Says {
        let request = request(left);
        let id = attribute(&request, "ID");
        let endpoint = self.endpoint(scene);
        Says {
            key: key(),
            seal: None,
            algorithm: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            digest: "http://www.w3.org/2001/04/xmlenc#sha256",
            canonicalization: EXCLUSIVE,
            transforms: vec![transform(ENVELOPED, ""), transform(EXCLUSIVE, "")],
            uri: None,
            references: 1,
            key_info: String::new(),
            signs_response: false,
            signs_assertion: true,
            destination: endpoint.clone(),
            response_issuer: self.entity.clone(),
            response_answers: id.clone(),
            response_issued: at(0),
            version: "2.0".to_owned(),
            status: "urn:oasis:names:tc:SAML:2.0:status:Success".to_owned(),
            id: format!("_assertion-{}", left.get("RelayState")),
            issuer: self.entity.clone(),
            name_id: self.name.clone(),
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
            method: "urn:oasis:names:tc:SAML:2.0:cm:bearer".to_owned(),
            recipient: endpoint,
            answers: id,
            until: at(300),
            conditions: None,
            not_before: at(-60),
            not_on_or_after: at(300),
            audience: format!("{}/realms/{}", scene.server.base, scene.realm.name),
            authn: format!(
                "<saml:AuthnStatement AuthnInstant=\"{}\" SessionIndex=\"session-of-{}\"></saml:AuthnStatement>",
                at(0),
                self.name
            ),
            attributes: vec![
                ("mail".to_owned(), vec![format!("{}@idp.test", self.name)]),
                ("givenName".to_owned(), vec!["Grace".to_owned()]),
                ("sn".to_owned(), vec!["Hopper".to_owned()]),
            ],
            relay_state: left.get("RelayState").to_owned(),
        }
    }

    /// Goes there and back, honestly.
    pub(in crate::federation) fn visit(&self, scene: &Scene, browser: &mut Browser) -> Place {
        let left = scene.leave(browser, &self.name);
        let says = self.says(scene, &left);
        self.post(scene, browser, &says.response(), &says.relay_state)
    }

    /// Brings a response in a form.
    pub(in crate::federation) fn post(
        &self,
        scene: &Scene,
        browser: &mut Browser,
        xml: &str,
        relay_state: &str,
    ) -> Place {
        let fields = [
            ("SAMLResponse", STANDARD.encode(xml)),
            ("RelayState", relay_state.to_owned()),
        ];
        browser.follow(Request::form(&self.path(scene), &fields))
    }

    pub(in crate::federation) fn path(&self, scene: &Scene) -> String {
        format!("/realms/{}/broker/{}/endpoint", scene.realm.name, self.name)
    }
}

/// The XML of the request that a browser was sent away with.
pub(in crate::federation) fn request(left: &Callback) -> String {
    let sent = STANDARD.decode(left.get("SAMLRequest")).unwrap();
    let bytes = match left.method {
        "POST" => sent,
        _ => inflate::decompress_to_vec(&sent).unwrap(),
    };
    String::from_utf8(bytes).unwrap()
}

/// The first attribute of this name.
pub(in crate::federation) fn attribute(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

pub(in crate::federation) fn transform(algorithm: &str, inside: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\">{inside}</ds:Transform>")
}

fn some(name: &str, value: &str) -> String {
    match value.is_empty() {
        true => String::new(),
        false => format!(" {name}=\"{value}\""),
    }
}

impl Says {
    /// The whole response, signed where it has to be.
    pub(in crate::federation) fn response(&self) -> String {
        let mut assertion = self.assertion();
        if self.signs_assertion {
            assertion = self.sign(&assertion, &self.id);
        }
        self.around(&assertion)
    }

    /// A response around something.
    pub(in crate::federation) fn around(&self, inside: &str) -> String {
        let response = format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"{} ID=\"_response\"{}{} Version=\"{}\">{}\
             <samlp:Status><samlp:StatusCode Value=\"{}\"></samlp:StatusCode></samlp:Status>{inside}</samlp:Response>",
            some("Destination", &self.destination),
            some("InResponseTo", &self.response_answers),
            some("IssueInstant", &self.response_issued),
            self.version,
            issuer(&self.response_issuer),
            self.status,
        );
        match self.signs_response {
            true => self.sign(&response, "_response"),
            false => response,
        }
    }

    pub(in crate::federation) fn assertion(&self) -> String {
        let conditions = self.conditions.clone().unwrap_or_else(|| {
            let audience = match self.audience.is_empty() {
                true => String::new(),
                false => format!(
                    "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>",
                    self.audience
                ),
            };
            format!(
                "<saml:Conditions{}{}>{audience}</saml:Conditions>",
                some("NotBefore", &self.not_before),
                some("NotOnOrAfter", &self.not_on_or_after)
            )
        });
        let issuer = match self.issuer.is_empty() {
            true => String::new(),
            false => format!("<saml:Issuer>{}</saml:Issuer>", self.issuer),
        };
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{}\" IssueInstant=\"{}\" Version=\"2.0\">\
             {issuer}<saml:Subject><saml:NameID Format=\"{}\">{}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"{}\"><saml:SubjectConfirmationData{}{}{}></saml:SubjectConfirmationData>\
             </saml:SubjectConfirmation></saml:Subject>{conditions}{}{}</saml:Assertion>",
            self.id,
            at(0),
            self.format,
            self.name_id,
            self.method,
            some("InResponseTo", &self.answers),
            some("NotOnOrAfter", &self.until),
            some("Recipient", &self.recipient),
            self.authn,
            self.statement(),
        )
    }

    fn statement(&self) -> String {
        let each = self.attributes.iter().map(|(name, values)| {
            let values = values
                .iter()
                .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"));
            let values: String = values.collect();
            format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
        });
        let each: String = each.collect();
        format!("<saml:AttributeStatement>{each}</saml:AttributeStatement>")
    }

    /// Puts a signature of an element after its issuer.
    pub(in crate::federation) fn sign(&self, element: &str, id: &str) -> String {
        let signature = self.signature(element, id);
        let (before, after) = element.split_once("</saml:Issuer>").unwrap_or_else(|| {
            // Without an issuer, it stands first.
            let at = element.find('>').unwrap() + 1;
            element.split_at(at)
        });
        let end = match element.contains("</saml:Issuer>") {
            true => "</saml:Issuer>",
            false => "",
        };
        format!("{before}{end}{signature}{after}")
    }

    pub(in crate::federation) fn signature(&self, element: &str, id: &str) -> String {
        let uri = self.uri.clone().unwrap_or_else(|| format!("#{id}"));
        let transforms = self.transforms.concat();
        let digest = self.digest_of(element);
        let reference = format!(
            "<ds:Reference URI=\"{uri}\"><ds:Transforms>{transforms}</ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>",
            self.digest
        );
        let inside = format!(
            "<ds:CanonicalizationMethod Algorithm=\"{}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>{}",
            self.canonicalization,
            self.algorithm,
            reference.repeat(self.references)
        );
        let canonical = format!("<ds:SignedInfo xmlns:ds=\"{DS}\">{inside}</ds:SignedInfo>");
        let value = STANDARD.encode(self.value(canonical.as_bytes()));
        format!(
            "<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{inside}</ds:SignedInfo>\
             <ds:SignatureValue>{value}</ds:SignatureValue>{}</ds:Signature>",
            self.key_info
        )
    }

    /// What a reference says of an element.
    pub(in crate::federation) fn digest_of(&self, element: &str) -> String {
        let bytes = element.as_bytes();
        STANDARD.encode(match self.digest.rsplit('#').next() {
            Some("sha1") => aws_lc_rs::digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes)
                .as_ref()
                .to_vec(),
            Some("sha512") => digest(Alg::RS512, bytes),
            _ => digest(Alg::RS256, bytes),
        })
    }

    fn value(&self, input: &[u8]) -> Vec<u8> {
        match self.seal {
            Some(seal) => seal(input),
            None => self.key.sign_bytes(input).unwrap(),
        }
    }

    /// The address of a response in the Redirect binding, signed over its query.
    pub(in crate::federation) fn query(&self, path: &str, xml: &str) -> String {
        let packed = STANDARD.encode(deflate::compress_to_vec(xml.as_bytes(), 6));
        let input = encode(&[
            ("SAMLResponse", packed.as_str()),
            ("RelayState", self.relay_state.as_str()),
            ("SigAlg", self.algorithm),
        ]);
        let signature = STANDARD.encode(self.value(input.as_bytes()));
        format!("{path}?{input}&{}", encode(&[("Signature", signature)]))
    }
}

fn issuer(name: &str) -> String {
    match name.is_empty() {
        true => String::new(),
        false => format!(
            "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{name}</saml:Issuer>"
        ),
    }
}
