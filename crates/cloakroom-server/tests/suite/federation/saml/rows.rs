//! Each mistake that a SAML provider, or whoever speaks for it, can make in one message.

use std::sync::Arc;

use cloakroom_jose::{Alg, SigningKey};

use super::forged::{
    beside, encrypted, forged, forged_in_place, forged_with_signature, hmac_sha1, rsa_sha1,
    second_info, signed, stranger, wrapped_response,
};
use super::idp::{Says, at, public, transform};

/// One mistake: what is said in place of what should be, and what becomes of the finished response.
pub(in crate::federation) struct Row {
    pub(in crate::federation) name: &'static str,
    /// What is written down of it: that each is refused for its own mistake.
    pub(super) why: &'static str,
    pub(super) lie: fn(&mut Says),
    pub(super) forge: fn(&Says, String) -> String,
}

const fn lie(name: &'static str, why: &'static str, lie: fn(&mut Says)) -> Row {
    Row {
        name,
        why,
        lie,
        forge: |_, xml| xml,
    }
}

const fn forge(name: &'static str, why: &'static str, forge: fn(&Says, String) -> String) -> Row {
    Row {
        name,
        why,
        lie: |_| {},
        forge,
    }
}

pub(in crate::federation) const ROWS: &[Row] = &[
    // Signatures.
    lie(
        "saml-nothing-is-signed",
        "its assertion is not signed",
        |says| {
            says.signs_assertion = false;
        },
    ),
    lie(
        "saml-signed-by-a-stranger",
        "its signature is refused: no key of the settings made it",
        |says| says.key = stranger(),
    ),
    lie(
        "saml-signed-by-the-key-beside-the-signature",
        "its signature is refused: no key of the settings made it",
        |says| {
            says.key = stranger();
            let key = public(&says.key);
            says.key_info = format!(
                "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            );
        },
    ),
    lie(
        "saml-signed-with-sha-1",
        "its signature is refused: it is made with an algorithm that is not taken",
        |says| {
            says.seal = Some(rsa_sha1);
            says.algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
        },
    ),
    lie(
        "saml-signed-with-sha-1-under-the-name-of-sha-256",
        "its signature is refused: no key of the settings made it",
        |says| {
            says.seal = Some(rsa_sha1);
            says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        },
    ),
    lie(
        "saml-signed-with-sha-1-and-the-public-key-as-a-secret",
        "its signature is refused: it is made with an algorithm that is not taken",
        |says| {
            says.seal = Some(hmac_sha1);
            says.algorithm = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
        },
    ),
    lie(
        "saml-signed-with-the-public-key-as-a-secret",
        "its signature is refused: it is made with an algorithm that is not taken",
        |says| {
            let secret = public(&super::idp::key());
            says.key =
                Arc::new(SigningKey::from_secret(Alg::HS256, "idp", secret.as_bytes()).unwrap());
            says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
        },
    ),
    lie(
        "saml-signed-under-the-name-of-another-algorithm",
        "its signature is refused: no key of the settings made it",
        |says| {
            says.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        },
    ),
    lie(
        "saml-digested-with-sha-1",
        "its signature is refused: its digest is not taken",
        |says| {
            says.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
        },
    ),
    lie(
        "saml-canonicalized-inclusively",
        "its signature is refused: its transforms are not the two of SAML",
        |says| {
            says.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
        },
    ),
    lie(
        "saml-a-reference-to-the-whole-document",
        "its signature is refused: it signs something else than what it stands in",
        |says| {
            says.uri = Some(String::new());
        },
    ),
    lie(
        "saml-a-reference-to-another-element",
        "its signature is refused: it signs something else than what it stands in",
        |says| {
            says.uri = Some("#_response".to_owned());
        },
    ),
    lie(
        "saml-a-reference-to-another-server",
        "its signature is refused: it signs something else than what it stands in",
        |says| {
            says.uri = Some("http://127.0.0.1/assertion".to_owned());
        },
    ),
    lie(
        "saml-an-xslt-transform",
        "its signature is refused: it has parts that no signature of SAML has",
        |says| {
            says.transforms
                .push(transform("http://www.w3.org/TR/1999/REC-xslt-19991116", ""));
        },
    ),
    lie(
        "saml-an-xpath-transform",
        "its signature is refused: its transforms are not the two of SAML",
        |says| {
            says.transforms[1] = transform(
                "http://www.w3.org/TR/1999/REC-xpath-19991116",
                "<ds:XPath>not(//*)</ds:XPath>",
            );
        },
    ),
    lie(
        "saml-no-transform",
        "its signature is refused: its transforms are not the two of SAML",
        |says| says.transforms.clear(),
    ),
    lie(
        "saml-the-enveloped-transform-alone",
        "its signature is refused: its transforms are not the two of SAML",
        |says| {
            says.transforms.truncate(1);
        },
    ),
    forge(
        "saml-a-digest-with-a-comment",
        "its signature is refused: it cannot be read",
        |says, _| {
            // A comment is no part of what is signed, so that the signature is good.
            forged_in_place(says, |signature, digest| {
                let comment = format!("<ds:DigestValue><!--{digest}-->");
                signature.replace("<ds:DigestValue>", &comment)
            })
        },
    ),
    lie(
        "saml-a-second-reference",
        "its signature is refused: it has parts that no signature of SAML has",
        |says| says.references = 2,
    ),
    forge(
        "saml-a-second-signed-info",
        "its signature is refused: it has parts that no signature of SAML has",
        |says, _| second_info(says, true),
    ),
    forge(
        "saml-a-second-signed-info-behind-the-signed-one",
        "its signature is refused: it has parts that no signature of SAML has",
        |says, _| second_info(says, false),
    ),
    forge(
        "saml-another-name-after-the-signature",
        "its signature is refused: what it signs was changed",
        |says, xml| {
            xml.replace(
                &format!(">{}</saml:NameID>", says.name_id),
                ">admin</saml:NameID>",
            )
        },
    ),
    forge(
        "saml-an-attribute-after-the-signature",
        "its signature is refused: what it signs was changed",
        |_, xml| xml.replace(">Grace<", ">Mallory<"),
    ),
    // Wrapping: where the signed assertion goes, and where the forged one stands (XSW 1 to 8).
    forge(
        "saml-xsw-1-the-signed-response-inside-the-forged-ones-signature",
        "its signature is refused: it has parts that no signature of SAML has",
        |says, _| wrapped_response(says, true),
    ),
    forge(
        "saml-xsw-2-the-signed-response-before-the-forged-ones-signature",
        "its signature is refused: it signs something else than what it stands in",
        |says, _| wrapped_response(says, false),
    ),
    forge(
        "saml-xsw-3-the-forged-assertion-before-the-signed-one",
        "its message has not one assertion",
        |says, _| says.around(&format!("{}{}", forged(says), signed(says))),
    ),
    forge(
        "saml-xsw-4-the-signed-assertion-inside-the-forged-one",
        "its message has a signature where none belongs",
        |says, _| {
            says.around(&forged(says).replace(
                "</saml:Assertion>",
                &format!("{}</saml:Assertion>", signed(says)),
            ))
        },
    ),
    forge(
        "saml-xsw-5-the-forged-assertion-has-the-signature-and-the-signed-one-follows",
        "its message has not one assertion",
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
        "its message has not one assertion",
        |says, _| says.around(&forged_with_signature(says, &says.assertion())),
    ),
    forge(
        "saml-xsw-7-the-forged-assertion-in-extensions",
        "its message has not one assertion",
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
        "its message has not one assertion",
        |says, _| {
            let object = format!("<ds:Object>{}</ds:Object>", says.assertion());
            says.around(&forged_with_signature(says, &object))
        },
    ),
    forge(
        "saml-the-forged-assertion-has-the-id-of-the-signed-one",
        "its message has an id twice",
        |says, _| {
            says.around(&format!(
                "{}{}",
                forged(says).replace("_forged", &says.id),
                signed(says)
            ))
        },
    ),
    forge(
        "saml-two-assertions-the-signed-one-first",
        "its message has not one assertion",
        |says, _| says.around(&format!("{}{}", signed(says), forged(says))),
    ),
    forge(
        "saml-an-assertion-beside-the-response",
        "its message is no XML",
        |says, xml| format!("{}{xml}", forged(says)),
    ),
    forge(
        "saml-an-assertion-as-the-whole-message",
        "its message is no response",
        |says, _| signed(says),
    ),
    // What an assertion is for.
    lie(
        "saml-another-issuer",
        "its message is of another issuer than the settings name",
        |says| {
            says.issuer = "https://idp.test/other".to_owned();
        },
    ),
    lie("saml-no-issuer", "its message says no issuer", |says| {
        says.issuer.clear();
    }),
    lie(
        "saml-another-issuer-of-the-response",
        "its message is of another issuer than the settings name",
        |says| {
            says.response_issuer = "https://idp.test/other".to_owned();
        },
    ),
    lie(
        "saml-another-audience",
        "its assertion is for another audience",
        |says| {
            says.audience = "https://sp.test".to_owned();
        },
    ),
    lie(
        "saml-an-audience-that-begins-like-ours",
        "its assertion is for another audience",
        |says| {
            says.audience.push_str("-other");
        },
    ),
    lie(
        "saml-no-audience",
        "its assertion says not whom it is for",
        |says| says.audience.clear(),
    ),
    lie(
        "saml-another-recipient",
        "its assertion is for another recipient",
        |says| {
            says.recipient = "https://sp.test/acs".to_owned();
        },
    ),
    lie(
        "saml-no-recipient",
        "its assertion is for another recipient",
        |says| says.recipient.clear(),
    ),
    lie(
        "saml-another-destination",
        "its message is for another destination",
        |says| {
            says.destination = "https://sp.test/acs".to_owned();
        },
    ),
    lie(
        "saml-a-signed-response-without-destination",
        "its message is for another destination",
        |says| {
            says.signs_response = true;
            says.destination.clear();
        },
    ),
    lie(
        "saml-an-assertion-that-is-over",
        "its assertion is over",
        |says| {
            says.until = at(-3600);
            says.not_on_or_after = at(-3600);
        },
    ),
    lie(
        "saml-conditions-that-are-over",
        "its assertion is over",
        |says| {
            says.not_on_or_after = at(-3600);
        },
    ),
    lie(
        "saml-a-confirmation-that-is-over",
        "its assertion is over",
        |says| {
            says.until = at(-3600);
        },
    ),
    lie(
        "saml-a-confirmation-without-end",
        "its assertion has no end",
        |says| says.until.clear(),
    ),
    lie(
        "saml-an-assertion-that-begins-in-an-hour",
        "its assertion has not begun",
        |says| {
            says.not_before = at(3600);
        },
    ),
    lie(
        "saml-an-instant-that-is-none",
        "its NotOnOrAfter is no instant",
        |says| {
            says.not_on_or_after = "tomorrow".to_owned();
        },
    ),
    lie(
        "saml-a-response-from-the-future",
        "its message is from the future",
        |says| {
            says.response_issued = at(3600);
        },
    ),
    lie(
        "saml-no-conditions",
        "its message has no Conditions",
        |says| {
            says.conditions = Some(String::new());
        },
    ),
    lie(
        "saml-a-condition-that-nobody-knows",
        "its assertion has a condition that is not known",
        |says| {
            let audience = says.audience.clone();
            says.conditions = Some(format!(
                "<saml:Conditions><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction><saml:Condition></saml:Condition></saml:Conditions>"
            ));
        },
    ),
    lie(
        "saml-a-confirmation-by-holder-of-key",
        "its assertion is for no bearer",
        |says| {
            says.method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key".to_owned();
        },
    ),
    lie(
        "saml-no-statement-that-somebody-signed-in",
        "it does not say that somebody signed in",
        |says| {
            says.authn.clear();
        },
    ),
    lie(
        "saml-a-session-that-is-over",
        "the session there is over",
        |says| {
            says.authn = format!(
                "<saml:AuthnStatement AuthnInstant=\"{}\" SessionNotOnOrAfter=\"{}\"></saml:AuthnStatement>",
                at(-7200),
                at(-3600)
            );
        },
    ),
    lie(
        "saml-an-answer-to-another-request",
        "its message answers another request",
        |says| {
            says.answers = "ID_another".to_owned();
            says.response_answers = "ID_another".to_owned();
        },
    ),
    lie(
        "saml-an-assertion-for-another-request",
        "its assertion answers another request",
        |says| {
            says.answers = "ID_another".to_owned();
        },
    ),
    lie(
        "saml-a-response-to-another-request",
        "its message answers another request",
        |says| {
            says.response_answers = "ID_another".to_owned();
        },
    ),
    lie(
        "saml-an-answer-to-no-request",
        "its assertion answers another request",
        |says| {
            says.answers.clear();
            says.response_answers.clear();
        },
    ),
    lie(
        "saml-a-request-that-only-what-is-not-signed-names",
        "its assertion answers another request",
        |says| says.answers.clear(),
    ),
    lie(
        "saml-an-empty-name",
        "it does not say who somebody is",
        |says| says.name_id.clear(),
    ),
    lie(
        "saml-a-name-that-is-too-long",
        "it names somebody in a way that cannot be kept",
        |says| {
            says.name_id = "x".repeat(300);
        },
    ),
    lie(
        "saml-a-failure-with-an-assertion",
        "it sent the browser back with Responder",
        |says| {
            says.status = "urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned();
        },
    ),
    lie(
        "saml-an-older-version",
        "its message is no response of SAML 2.0",
        |says| {
            says.version = "1.1".to_owned();
        },
    ),
    // Encryption.
    forge(
        "saml-an-encrypted-assertion-that-is-junk",
        "what it encrypted cannot be opened",
        |says, _| {
            encrypted(
                says,
                "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
            )
        },
    ),
    forge(
        "saml-an-encrypted-assertion-of-aes-cbc-that-nobody-signed",
        "it is encrypted with AES-CBC in a message that is not signed",
        |says, _| {
            encrypted(
                says,
                "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
            )
        },
    ),
    forge(
        "saml-a-key-encrypted-with-pkcs-1",
        "it is encrypted with an algorithm that is not taken",
        |says, _| {
            encrypted(
                says,
                "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
            )
        },
    ),
    forge(
        "saml-an-empty-encrypted-assertion",
        "its message has no EncryptedData",
        |says, _| {
            says.around("<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>")
        },
    ),
    // XML.
    forge(
        "saml-a-document-type",
        "its message has parts that no message of SAML has",
        |_, xml| format!("<!DOCTYPE samlp:Response>{xml}"),
    ),
    forge(
        "saml-an-external-entity",
        "its message has parts that no message of SAML has",
        |_, xml| {
            format!(
                "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
                xml.replace(">Grace<", ">&x;<")
            )
        },
    ),
    forge(
        "saml-a-billion-laughs",
        "its message has parts that no message of SAML has",
        |_, xml| {
            format!(
                "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>{}",
                xml.replace(">Grace<", ">&c;<")
            )
        },
    ),
    forge(
        "saml-a-processing-instruction",
        "its message has parts that no message of SAML has",
        |_, xml| format!("<?xml-stylesheet href=\"x\"?>{xml}"),
    ),
    forge(
        "saml-an-attribute-twice",
        "its message is no XML",
        |_, xml| xml.replacen(" Version=", " Version=\"2.0\" Version=", 1),
    ),
    forge(
        "saml-a-namespace-that-is-not-declared",
        "its message is no XML",
        |_, xml| xml.replace("xmlns:saml=", "xmlns:other="),
    ),
    forge(
        "saml-a-hundred-thousand-levels",
        "its message is too large",
        |says, _| beside(says, &"<a>".repeat(100_000)),
    ),
    forge(
        "saml-a-hundred-levels",
        "its message is too large",
        |says, _| {
            beside(
                says,
                &format!("{}{}", "<a>".repeat(100), "</a>".repeat(100)),
            )
        },
    ),
    forge(
        "saml-ten-thousand-attributes",
        "its message is too large",
        |says, _| {
            let all: String = (0..10_000).map(|at| format!(" a{at}=\"\"")).collect();
            beside(says, &format!("<a{all}></a>"))
        },
    ),
    forge(
        "saml-ten-thousand-namespaces",
        "its message is too large",
        |says, _| {
            let all: String = (0..10_000)
                .map(|at| format!(" xmlns:a{at}=\"urn:{at}\""))
                .collect();
            beside(says, &format!("<a{all}></a>"))
        },
    ),
    forge(
        "saml-a-hundred-thousand-elements",
        "its message is no XML",
        |says, _| beside(says, &"<a/>".repeat(100_000)),
    ),
    forge(
        "saml-half-a-megabyte-of-spaces",
        "its message is too large",
        |_, xml| format!("{xml}{}", " ".repeat(600_000)),
    ),
    forge("saml-no-xml", "its message is no XML", |_, _| {
        "SAMLResponse".to_owned()
    }),
    forge(
        "saml-an-artifact-response-in-place-of-a-response",
        "its message is no response",
        |_, xml| xml.replace("samlp:Response", "samlp:ArtifactResponse"),
    ),
];
