//! The answer to a request: which part of it is signed, and what that part says (SAML Core §3.3.3).

use cloakroom_model::Timestamp;
use roxmltree::{Document, Node};

use super::assertion::{self, Assertion};
use super::binding::Message;
use super::request::Here;
use super::{ASSERTION, Crypto, PROTOCOL, SUCCESS, Settings, encryption, signature, xml};
use crate::{Problem, Result};

/// What an answer is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's settings.
    pub settings: Settings<'a>,
    /// Where and who we are.
    pub here: Here<'a>,
    /// The keys of the settings.
    pub keys: &'a [&'a str],
    /// What verifies with them, and opens what is encrypted for us.
    pub crypto: &'a dyn Crypto,
    /// The id of the request that it has to answer.
    pub request: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// What an answer comes to.
#[derive(Debug)]
pub enum Answer {
    /// Somebody has signed in there.
    SignedIn(Box<Assertion>),
    /// Nobody has: the last part of the innermost status.
    Refused(String),
}

/// Reads an answer. The sign-in goes no further without a signature, of the message or of the assertion.
///
/// # Errors
/// The first reason not to believe it.
pub fn read(message: &Message, expected: &Expected<'_>) -> Result<Answer> {
    let document = xml::parse(&message.text)?;
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, "Response")) {
        return Err(Problem::untrusted("its message is no response"));
    }
    let by_query = message.verify(expected.keys, expected.crypto)?;
    let signed = signature::verify(root, expected.keys, expected.crypto)?;
    match &signed {
        // From here on, the message is what was signed.
        Some(canonical) => {
            let document = xml::parse(canonical)?;
            envelope(&document, expected, true)
        }
        None => envelope(&document, expected, by_query),
    }
}

/// What is around the assertion. Unless it is signed, nothing in it is a reason to believe anything.
fn envelope(document: &Document<'_>, expected: &Expected<'_>, is_signed: bool) -> Result<Answer> {
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, "Response")) || root.attribute("Version") != Some("2.0") {
        return Err(Problem::untrusted("its message is no response of SAML 2.0"));
    }
    check_destination(root, expected.here.endpoint, is_signed)?;
    assertion::check_issuer(root, expected, false)?;
    assertion::check_issued(root, expected)?;
    let answered = root.attribute("InResponseTo");
    if answered.is_some_and(|id| id != expected.request) {
        return Err(Problem::untrusted("its message answers another request"));
    }
    if let Some(refused) = status(root)? {
        return Ok(Answer::Refused(refused));
    }
    let found = only_assertion(document)?;
    let answered = answered.filter(|_| is_signed);
    let settings = expected.settings;
    let read = |node: Node<'_, '_>| believed(node, expected, is_signed, answered);
    let assertion = if found.has_tag_name((ASSERTION, "EncryptedAssertion")) {
        let opened = encryption::open(found, expected.crypto, is_signed)?;
        let opened = xml::parse(&opened)?;
        read(only_assertion(&opened)?)?
    } else if settings.has("wantAssertionsEncrypted") {
        return Err(Problem::untrusted("its assertion is not encrypted"));
    } else {
        read(found)?
    };
    Ok(Answer::SignedIn(Box::new(assertion)))
}

/// SAML Bindings §3.5.5.2: a signed message says where it is sent, or it could be sent elsewhere.
pub(super) fn check_destination(root: Node<'_, '_>, endpoint: &str, is_signed: bool) -> Result<()> {
    match root.attribute("Destination").filter(|to| !to.is_empty()) {
        Some(to) if to == endpoint => Ok(()),
        None if !is_signed => Ok(()),
        _ => Err(Problem::untrusted("its message is for another destination")),
    }
}

/// What is wrong, unless nothing is.
pub(super) fn status(root: Node<'_, '_>) -> Result<Option<String>> {
    let status = xml::wanted(root, PROTOCOL, "Status")?;
    let mut code = xml::wanted(status, PROTOCOL, "StatusCode")?;
    if code.attribute("Value") == Some(SUCCESS) {
        return Ok(None);
    }
    while let Some(inner) = xml::child(code, PROTOCOL, "StatusCode")? {
        code = inner;
    }
    let name = code.attribute("Value").unwrap_or_default();
    let name = name.rsplit(':').next().unwrap_or_default();
    Ok(Some(crate::error::plain(name)))
}

/// The one assertion, directly in the root: a second one, anywhere, is a reason to believe neither.
fn only_assertion<'a, 'i>(document: &'a Document<'i>) -> Result<Node<'a, 'i>> {
    let is_assertion = |node: &Node<'_, '_>| {
        node.has_tag_name((ASSERTION, "Assertion"))
            || node.has_tag_name((ASSERTION, "EncryptedAssertion"))
    };
    let mut all = document.descendants().filter(is_assertion);
    let (Some(found), None) = (all.next(), all.next()) else {
        return Err(Problem::untrusted("its message has not one assertion"));
    };
    match found.parent_element() == Some(document.root_element()) {
        true => Ok(found),
        false => Err(Problem::untrusted("its assertion is not where it belongs")),
    }
}

/// Reads an assertion from its own signed bytes, else from the message's.
fn believed(
    node: Node<'_, '_>,
    expected: &Expected<'_>,
    is_signed: bool,
    answered: Option<&str>,
) -> Result<Assertion> {
    let wants = expected.settings.has("wantAssertionsSigned");
    match signature::verify(node, expected.keys, expected.crypto)? {
        Some(canonical) => {
            let document = xml::parse(&canonical)?;
            Assertion::read(document.root_element(), expected, answered)
        }
        None if is_signed && !wants => Assertion::read(node, expected, answered),
        None => Err(Problem::untrusted("its assertion is not signed")),
    }
}
