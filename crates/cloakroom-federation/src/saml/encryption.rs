//! Assertions and names that are encrypted for us (XML Encryption 1.1, SAML Core §2.2.4, §2.3.4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::crypto::{Content, Crypto, Envelope};
use super::{SIGNATURE, algorithm, xml};
use crate::{Problem, Result};

const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";
const ENCRYPTION_11: &str = "http://www.w3.org/2009/xmlenc11#";

/// Everything that goes wrong is one error, so that no answer says how far it came.
fn failed() -> Problem {
    Problem::untrusted("what it encrypted cannot be opened")
}

/// Opens an `EncryptedAssertion` or an `EncryptedID`: a document whose root has what was encrypted in it, and the
/// namespaces that were in scope where it stood.
///
/// # Errors
/// If it does not open; or if nothing protects it against changes, and nobody has verified a signature over it.
pub(super) fn open(
    encrypted: Node<'_, '_>,
    crypto: &dyn Crypto,
    is_signed: bool,
) -> Result<String> {
    let data = xml::wanted(encrypted, ENCRYPTION, "EncryptedData")?;
    let content = content(data).ok_or_else(failed)?;
    if matches!(content, Content::Cbc(_)) && !is_signed {
        return Err(Problem::untrusted(
            "it is encrypted with AES-CBC in a message that is not signed",
        ));
    }
    let key = find_key(encrypted, data).ok_or_else(failed)?;
    let (alg, wrapped) = wrapped(key)?;
    let ciphertext = value(data)?;
    let envelope = Envelope {
        alg,
        key: &wrapped,
        content,
        ciphertext: &ciphertext,
    };
    let opened = crypto.open(&envelope).ok_or_else(failed)?;
    let text = std::str::from_utf8(&opened).map_err(|_| failed())?;
    Ok(in_scope(data, text))
}

fn content(data: Node<'_, '_>) -> Option<Content> {
    let method = xml::child(data, ENCRYPTION, "EncryptionMethod").ok()??;
    algorithm::content(method.attribute("Algorithm")?)
}

/// The encrypted key: in the data's `KeyInfo`, or beside the data; one, as there is one of us.
fn find_key<'a, 'i>(encrypted: Node<'a, 'i>, data: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let info = xml::child(data, SIGNATURE, "KeyInfo").ok()?;
    let inside = info.and_then(|info| xml::children(info, ENCRYPTION, "EncryptedKey").next());
    inside.or_else(|| xml::children(encrypted, ENCRYPTION, "EncryptedKey").next())
}

fn wrapped(key: Node<'_, '_>) -> Result<(&'static str, Vec<u8>)> {
    let method = xml::wanted(key, ENCRYPTION, "EncryptionMethod")?;
    let digest = xml::child(method, SIGNATURE, "DigestMethod")?;
    let digest = digest.and_then(|node| node.attribute("Algorithm"));
    let mask = xml::child(method, ENCRYPTION_11, "MGF")?;
    let mask = mask.and_then(|node| node.attribute("Algorithm"));
    let name = method.attribute("Algorithm").unwrap_or_default();
    let alg = algorithm::key_transport(name, digest, mask)
        .ok_or_else(|| Problem::untrusted("it is encrypted with an algorithm that is not taken"))?;
    Ok((alg, value(key)?))
}

fn value(of: Node<'_, '_>) -> Result<Vec<u8>> {
    let data = xml::wanted(of, ENCRYPTION, "CipherData")?;
    let text = xml::text(xml::wanted(data, ENCRYPTION, "CipherValue")?)?;
    let packed: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(packed).map_err(|_| failed())
}

/// What was encrypted may use prefixes of the elements that it stood in.
fn in_scope(data: Node<'_, '_>, text: &str) -> String {
    let mut root = String::from("<opened");
    for namespace in data.namespaces().take(32) {
        let uri = namespace.uri().replace('&', "&amp;").replace('<', "&lt;");
        let uri = uri.replace('"', "&quot;");
        match namespace.name() {
            Some("xml") => {}
            Some(prefix) => root.push_str(&format!(" xmlns:{prefix}=\"{uri}\"")),
            None => root.push_str(&format!(" xmlns=\"{uri}\"")),
        }
    }
    // A declaration of XML at its start belongs to no element.
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let text = match text
        .strip_prefix("<?xml ")
        .and_then(|rest| rest.split_once("?>"))
    {
        Some((_, rest)) => rest,
        None => text,
    };
    format!("{root}>{text}</opened>")
}
