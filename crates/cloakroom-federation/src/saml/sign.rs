//! Signs what is sent: in the message for a form, over the query for an address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::algorithm::{self, ENVELOPED, EXCLUSIVE, SHA256};
use super::c14n::{self, Form};
use super::write::Element;
use super::{SIGNATURE, Signer, xml};
use crate::{Problem, Result};

/// A message before it is signed: what it is, whose, and the rest.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) root: Element,
    pub(super) id: String,
    pub(super) issuer: Element,
    pub(super) rest: Vec<Element>,
}

impl Draft {
    /// The message, with a signature after its issuer if somebody signs (SAML Core §5.4).
    pub(super) fn finish(&self, signer: Option<&dyn Signer>) -> Result<String> {
        let whole = |signature: Option<Element>| {
            let start = self.root.clone().push(self.issuer.clone());
            let rest = self.rest.iter().cloned();
            let whole = rest.fold(start.push_some(signature), Element::push);
            whole.finish()
        };
        match signer {
            None => Ok(whole(None)),
            Some(signer) => {
                let signature = signature(signer, &self.id, &whole(None))?;
                Ok(whole(Some(signature)))
            }
        }
    }
}

fn failed() -> Problem {
    Problem::settings("the message could not be signed with the realm's key")
}

/// The name of a signer's algorithm, as it is written into messages.
pub(super) fn algorithm(signer: &dyn Signer) -> &'static str {
    algorithm::signature_name(signer.alg())
}

/// The signature of bytes in base64.
pub(super) fn sign(signer: &dyn Signer, input: &[u8]) -> Result<String> {
    let signature = signer.sign(input);
    signature
        .map(|bytes| STANDARD.encode(bytes))
        .ok_or_else(failed)
}

fn signature(signer: &dyn Signer, id: &str, message: &str) -> Result<Element> {
    let form = Form::default();
    let document = xml::parse(message)?;
    let canonical = c14n::canonical(document.root_element(), None, &form)?;
    let digest = STANDARD.encode(signer.sha256(canonical.as_bytes()));
    // Its tags and their attributes are written as the canonical form has them.
    let info = signed_info(id, algorithm(signer), &digest);
    let value = sign(signer, info.clone().finish().as_bytes())?;
    let key_info = signer.certificate().map(|certificate| {
        let certificate = Element::new("ds:X509Certificate").text(certificate);
        let data = Element::new("ds:X509Data").push(certificate);
        Element::new("ds:KeyInfo").push(data)
    });
    Ok(Element::new("ds:Signature")
        .with("xmlns:ds", SIGNATURE)
        .push(info)
        .push(Element::new("ds:SignatureValue").text(&value))
        .push_some(key_info))
}

fn signed_info(id: &str, algorithm: &str, digest: &str) -> Element {
    let named =
        |name: &'static str, algorithm: &str| Element::new(name).with("Algorithm", algorithm);
    let transforms = Element::new("ds:Transforms")
        .push(named("ds:Transform", ENVELOPED))
        .push(named("ds:Transform", EXCLUSIVE));
    let reference = Element::new("ds:Reference")
        .with("URI", &format!("#{id}"))
        .push(transforms)
        .push(named("ds:DigestMethod", SHA256))
        .push(Element::new("ds:DigestValue").text(digest));
    Element::new("ds:SignedInfo")
        .with("xmlns:ds", SIGNATURE)
        .push(named("ds:CanonicalizationMethod", EXCLUSIVE))
        .push(named("ds:SignatureMethod", algorithm))
        .push(reference)
}
