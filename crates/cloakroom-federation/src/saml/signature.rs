//! XML signatures of one kind: enveloped, over the element that they stand in, by a key of the settings.
//!
//! XML Signature can sign parts of a document in many ways, and most attacks on SAML are one of them. What
//! is taken here is what SAML Core §5.4 demands: one signature directly in the element, one reference to the
//! element's id, the transforms that remove the signature and make the bytes canonical. Keys beside the
//! signature are not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::SIGNATURE;
use super::algorithm::{self, ENVELOPED, EXCLUSIVE, EXCLUSIVE_WITH_COMMENTS};
use super::c14n::{self, Form};
use super::crypto::{Crypto, Hash, Signed};
use super::xml;
use crate::{Problem, Result};

/// The most nodes of what is signed directly; two lists of prefixes and line breaks everywhere make some thirty.
const MOST_NODES: usize = 64;

/// Verifies the signature of an element; its signed bytes, or `None` if it has no signature.
///
/// What is believed afterwards has to be read from the bytes alone.
///
/// # Errors
/// If it has a signature that is not to be believed.
pub(super) fn verify(
    of: Node<'_, '_>,
    keys: &[&str],
    crypto: &dyn Crypto,
) -> Result<Option<String>> {
    let Some(signature) = xml::child(of, SIGNATURE, "Signature")? else {
        return Ok(None);
    };
    let parts = Parts::of(signature)?;
    let alg = parts.method.attribute("Algorithm").unwrap_or_default();
    let alg = algorithm::signature(alg)
        .ok_or_else(|| refused("it is made with an algorithm that is not taken"))?;
    let signed_bytes = c14n::canonical(parts.info, None, &parts.form)?;
    let signed = Signed {
        alg,
        input: signed_bytes.as_bytes(),
        signature: &parts.value,
    };
    if !keys.iter().any(|key| crypto.is_signed_by(key, &signed)) {
        return Err(refused("no key of the settings made it"));
    }
    let reference = Reference::of(parts.reference, of)?;
    let canonical = c14n::canonical(of, Some(signature), &reference.form)?;
    if crypto.digest(reference.digest, canonical.as_bytes()) != reference.value {
        return Err(refused("what it signs was changed"));
    }
    Ok(Some(canonical))
}

fn refused(why: &str) -> Problem {
    Problem::untrusted(format!("its signature is refused: {why}"))
}

/// The parts of a signature, which have to be there once, in their order, and with nothing between them.
struct Parts<'a, 'i> {
    info: Node<'a, 'i>,
    form: Form,
    method: Node<'a, 'i>,
    reference: Node<'a, 'i>,
    value: Vec<u8>,
}

impl<'a, 'i> Parts<'a, 'i> {
    fn of(signature: Node<'a, 'i>) -> Result<Self> {
        let mut all = elements(signature, &["SignedInfo", "SignatureValue", "KeyInfo"])?;
        let (Some(info), Some(value)) = (all.next(), all.next()) else {
            return Err(refused("it is incomplete"));
        };
        // These bytes are made canonical before any key has spoken for them, so that there may be no more of them than a signature has.
        if info.descendants().nth(MOST_NODES).is_some() {
            return Err(refused("it has parts that no signature of SAML has"));
        }
        const INSIDE: &[&str] = &["CanonicalizationMethod", "SignatureMethod", "Reference"];
        let mut all = elements(info, INSIDE)?;
        let (Some(form), Some(method), Some(reference)) = (all.next(), all.next(), all.next())
        else {
            return Err(refused("it is incomplete"));
        };
        if method.children().any(|child| child.is_element()) {
            return Err(refused("its algorithm has parameters"));
        }
        Ok(Self {
            info,
            form: exclusive(form)?,
            method,
            reference,
            value: bytes(value)?,
        })
    }
}

/// What a signature says of the element that it signs.
struct Reference {
    form: Form,
    digest: Hash,
    value: Vec<u8>,
}

impl Reference {
    fn of(node: Node<'_, '_>, signed: Node<'_, '_>) -> Result<Self> {
        let id = signed.attribute("ID").filter(|id| !id.is_empty());
        let named = node.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
        if id.is_none() || named != id {
            return Err(refused("it signs something else than what it stands in"));
        }
        let mut all = elements(node, &["Transforms", "DigestMethod", "DigestValue"])?;
        let (Some(transforms), Some(method), Some(value)) = (all.next(), all.next(), all.next())
        else {
            return Err(refused("it is incomplete"));
        };
        let mut steps = elements(transforms, &["Transform", "Transform"])?;
        let (Some(first), Some(second)) = (steps.next(), steps.next()) else {
            return Err(refused("its transforms are not the two of SAML"));
        };
        let is_enveloped = first.attribute("Algorithm") == Some(ENVELOPED);
        if !is_enveloped || first.children().any(|child| child.is_element()) {
            return Err(refused("its transforms are not the two of SAML"));
        }
        let digest = method.attribute("Algorithm").unwrap_or_default();
        let digest = algorithm::digest(digest);
        Ok(Self {
            form: exclusive(second)?,
            digest: digest.ok_or_else(|| refused("its digest is not taken"))?,
            value: bytes(value)?,
        })
    }
}

/// The elements inside, which are these in this order; the last ones may be missing.
fn elements<'a, 'i>(
    of: Node<'a, 'i>,
    names: &'static [&'static str],
) -> Result<impl Iterator<Item = Node<'a, 'i>>> {
    let inside = || of.children().filter(Node::is_element);
    let mut expected = names.iter();
    for node in inside() {
        let is_expected = expected
            .next()
            .is_some_and(|name| node.has_tag_name((SIGNATURE, *name)));
        if !is_expected {
            return Err(refused("it has parts that no signature of SAML has"));
        }
    }
    let has_text = |node: Node<'_, '_>| node.text().is_some_and(|text| !text.trim().is_empty());
    if of.children().any(|node| node.is_text() && has_text(node)) {
        return Err(refused("it has parts that no signature of SAML has"));
    }
    Ok(inside())
}

/// A canonicalization or a transform that is exclusive canonicalization.
fn exclusive(node: Node<'_, '_>) -> Result<Form> {
    let with_comments = match node.attribute("Algorithm") {
        Some(EXCLUSIVE) => false,
        Some(EXCLUSIVE_WITH_COMMENTS) => true,
        _ => return Err(refused("its transforms are not the two of SAML")),
    };
    let mut inside = node.children().filter(Node::is_element);
    let (list, more) = (inside.next(), inside.next());
    let is_list = |node: &Node<'_, '_>| node.has_tag_name((EXCLUSIVE, "InclusiveNamespaces"));
    if more.is_some() || !list.as_ref().is_none_or(is_list) {
        return Err(refused("its transforms are not the two of SAML"));
    }
    let list = list.and_then(|list| list.attribute("PrefixList"));
    let names = list.unwrap_or_default().split_ascii_whitespace();
    let inclusive = names.map(|name| match name {
        "#default" => String::new(),
        name => name.to_owned(),
    });
    Ok(Form {
        with_comments,
        inclusive: inclusive.take(32).collect(),
    })
}

/// A value in base64 that is one text: a comment in it is a trick.
fn bytes(node: Node<'_, '_>) -> Result<Vec<u8>> {
    let mut inside = node.children();
    let (text, more) = (inside.next(), inside.next());
    let text = text.filter(|text| text.is_text() && more.is_none());
    let text = text.and_then(|text| text.text()).unwrap_or_default();
    let packed: String = text.split_ascii_whitespace().collect();
    let decoded = STANDARD.decode(packed).ok();
    let decoded = decoded.filter(|bytes| !bytes.is_empty());
    decoded.ok_or_else(|| refused("it cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(inside_reference: &str) -> String {
        format!(
            "<Signature xmlns='{SIGNATURE}'><SignedInfo><CanonicalizationMethod Algorithm='{EXCLUSIVE}'/>\
             <SignatureMethod/><Reference>{inside_reference}</Reference></SignedInfo>\
             <SignatureValue>YQ==</SignatureValue></Signature>"
        )
    }

    #[test]
    fn what_no_key_has_spoken_for_is_small() {
        for (inside, is_taken) in [("<b/>".repeat(20), true), ("<b/>".repeat(100), false)] {
            let text = signature(&inside);
            let document = roxmltree::Document::parse(&text).unwrap();

            let parts = Parts::of(document.root_element());

            assert_eq!(parts.is_ok(), is_taken, "{inside}");
        }
    }
}
