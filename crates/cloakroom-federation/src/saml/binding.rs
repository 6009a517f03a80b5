//! The bindings: messages in forms, in addresses and in envelopes of SOAP (SAML Bindings §3.2, §3.4, §3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::{deflate, inflate};
use roxmltree::{Document, Node};
use url::form_urlencoded::{Serializer, byte_serialize, parse};

use super::crypto::Signed;
use super::sign::{self, Draft};
use super::{Crypto, SOAP, Signer, algorithm, xml};
use crate::{Problem, Result};

/// The longest message before it is inflated; addresses are shorter.
const PACKED: usize = 64 * 1024;

/// The longest state that is handed through. SAML Bindings §3.4.3 says 80 bytes; some providers have more of their own.
const STATE: usize = 1024;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request, of us or of the provider.
    Request,
    /// An answer.
    Response,
}

impl Kind {
    /// The name of its parameter.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// A message that has come; nothing of it is believed yet.
#[derive(Clone)]
pub struct Message {
    /// What it says that it is.
    pub kind: Kind,
    /// What comes with it.
    pub relay_state: Option<String>,
    /// The XML.
    pub(super) text: String,
    signature: Option<QuerySignature>,
    /// It came in an envelope of SOAP.
    is_wrapped: bool,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The signature of an address (SAML Bindings §3.4.4.1).
#[derive(Clone)]
struct QuerySignature {
    /// What is signed: the parameters as they were sent, in the order of the specification.
    input: String,
    algorithm: String,
    value: Vec<u8>,
}

/// The parameters of a binding as they were sent, none of them twice.
struct Parameters<'a> {
    raw: Vec<(String, &'a str)>,
}

impl<'a> Parameters<'a> {
    fn read(text: &'a str) -> Result<Self> {
        let mut raw: Vec<(String, &str)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            if raw.len() >= 32 || raw.iter().any(|(known, _)| *known == name) {
                return Err(Problem::untrusted("a parameter of it is there twice"));
            }
            raw.push((name, value));
        }
        Ok(Self { raw })
    }

    /// A parameter as it was sent.
    fn raw(&self, name: &str) -> Option<&'a str> {
        let mut all = self.raw.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| *value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(decoded)
    }

    /// What is there, and how it was sent.
    fn message(&self) -> Result<(Kind, &'a str)> {
        let (request, response) = (self.raw("SAMLRequest"), self.raw("SAMLResponse"));
        match (request, response) {
            (Some(sent), None) => Ok((Kind::Request, sent)),
            (None, Some(sent)) => Ok((Kind::Response, sent)),
            _ => Err(Problem::untrusted("it sent no message, or two at once")),
        }
    }

    fn relay_state(&self) -> Result<Option<String>> {
        let state = self.text("RelayState").filter(|state| !state.is_empty());
        match state.as_ref().is_some_and(|state| state.len() > STATE) {
            true => Err(Problem::untrusted("its RelayState is too long")),
            false => Ok(state),
        }
    }
}

fn decoded(text: &str) -> String {
    // The name of a parameter, or a value, is a pair of its own here, whatever is in it.
    let whole = format!("={text}");
    let mut pairs = parse(whole.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn unreadable() -> Problem {
    Problem::untrusted("its message cannot be read")
}

impl Message {
    /// Takes a message out of a form.
    ///
    /// # Errors
    /// If there is none, or none that can be read.
    pub fn from_form(body: &[u8]) -> Result<Self> {
        let body = std::str::from_utf8(body).map_err(|_| unreadable())?;
        let parameters = Parameters::read(body)?;
        let (kind, sent) = parameters.message()?;
        // Base64 is a third longer, and each of its characters may be escaped.
        if sent.len() > 4 * xml::LONGEST {
            return Err(Problem::untrusted("its message is too large"));
        }
        Ok(Self {
            kind,
            relay_state: parameters.relay_state()?,
            text: utf8(bytes(&decoded(sent))?)?,
            signature: None,
            is_wrapped: false,
        })
    }

    /// Takes a request out of an envelope of SOAP, which a provider sends without a browser.
    ///
    /// # Errors
    /// If it is too large or no text.
    pub fn from_soap(body: &[u8]) -> Result<Self> {
        if body.len() > xml::LONGEST {
            return Err(Problem::untrusted("its message is too large"));
        }
        Ok(Self {
            kind: Kind::Request,
            relay_state: None,
            text: utf8(body.to_vec())?,
            signature: None,
            is_wrapped: true,
        })
    }

    /// The element that is the message: the document's own, or the only one in the body of an envelope.
    pub(super) fn root<'a, 'i>(&self, document: &'a Document<'i>) -> Result<Node<'a, 'i>> {
        let root = document.root_element();
        if !self.is_wrapped {
            return Ok(root);
        }
        if !root.has_tag_name((SOAP, "Envelope")) {
            return Err(Problem::untrusted("its message is in no envelope"));
        }
        let body = xml::wanted(root, SOAP, "Body")?;
        let mut all = body.children().filter(Node::is_element);
        match (all.next(), all.next()) {
            (Some(found), None) => Ok(found),
            _ => Err(Problem::untrusted("its envelope has not one message")),
        }
    }

    /// Takes a message out of an address, as it was sent.
    ///
    /// # Errors
    /// If there is none, or none that can be read.
    pub fn from_query(query: &str) -> Result<Self> {
        let parameters = Parameters::read(query)?;
        let (kind, sent) = parameters.message()?;
        if sent.len() > PACKED {
            return Err(Problem::untrusted("its message is too large"));
        }
        let packed = bytes(&decoded(sent))?;
        let inflated = inflate::decompress_to_vec_with_limit(&packed, xml::LONGEST);
        let text = utf8(inflated.map_err(|_| unreadable())?)?;
        let relay_state = parameters.relay_state()?;
        let signature = match (parameters.text("SigAlg"), parameters.text("Signature")) {
            (Some(algorithm), Some(value)) => Some(QuerySignature {
                input: signed_input(&parameters, kind),
                algorithm,
                value: bytes(&value)?,
            }),
            (None, None) => None,
            _ => return Err(Problem::untrusted("its signature is incomplete")),
        };
        Ok(Self {
            kind,
            relay_state,
            text,
            signature,
            is_wrapped: false,
        })
    }

    /// Verifies the signature of the address; false if it has none.
    ///
    /// # Errors
    /// If it has one that is not to be believed.
    pub(super) fn verify(&self, keys: &[&str], crypto: &dyn Crypto) -> Result<bool> {
        let Some(signature) = &self.signature else {
            return Ok(false);
        };
        let alg = algorithm::signature(&signature.algorithm);
        let alg = alg.ok_or_else(|| {
            Problem::untrusted("its signature is made with an algorithm that is not taken")
        })?;
        let signed = Signed {
            alg,
            input: signature.input.as_bytes(),
            signature: &signature.value,
        };
        match keys.iter().any(|key| crypto.is_signed_by(key, &signed)) {
            true => Ok(true),
            false => Err(Problem::untrusted(
                "its signature is refused: no key of the settings made it",
            )),
        }
    }

    /// Whether it says that it is about logout; nobody has verified that.
    pub fn claims_logout(&self) -> bool {
        let start: String = self.text.chars().take(1024).collect();
        start.contains("LogoutResponse")
    }

    /// The fields of the form that it came in, for a browser that has to post it once more by itself.
    pub fn to_fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![(self.kind.parameter(), STANDARD.encode(&self.text))];
        if let Some(state) = &self.relay_state {
            fields.push(("RelayState", state.clone()));
        }
        fields
    }
}

/// SAML Bindings §3.4.4.1: the signature is over these parameters in this order, as they were escaped.
fn signed_input(parameters: &Parameters<'_>, kind: Kind) -> String {
    let names = [kind.parameter(), "RelayState", "SigAlg"];
    let each = names.iter().filter_map(|name| {
        let value = parameters.raw(name)?;
        Some(format!("{name}={value}"))
    });
    each.collect::<Vec<_>>().join("&")
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    let packed: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(packed).map_err(|_| unreadable())
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| unreadable())
}

/// A message on its way to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// An address that the browser is sent to.
    Redirect(String),
    /// A form that the browser posts there.
    Post {
        /// Where to.
        action: String,
        /// What it has in it.
        fields: Vec<(&'static str, String)>,
    },
}

/// How a message gets there.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// The address.
    pub to: &'a str,
    /// What comes back with the answer.
    pub relay_state: Option<&'a str>,
    /// In a form, not in the address.
    pub by_post: bool,
    /// Who signs it, if anybody does.
    pub signer: Option<&'a dyn Signer>,
}

/// A signed message in an envelope.
pub(super) fn wrap(draft: &Draft, signer: Option<&dyn Signer>) -> Result<String> {
    let text = draft.finish(signer)?;
    Ok(in_envelope(&text))
}

/// What a provider that asked by SOAP is told where it is not believed (SOAP 1.1 §4.4).
pub fn fault() -> String {
    in_envelope(
        "<soap:Fault><faultcode>soap:Client</faultcode>\
         <faultstring>The request was not taken.</faultstring></soap:Fault>",
    )
}

fn in_envelope(text: &str) -> String {
    format!("<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Body>{text}</soap:Body></soap:Envelope>")
}

/// Packs a message for its way.
pub(super) fn send(kind: Kind, draft: &Draft, route: &Route<'_>) -> Result<Outgoing> {
    if route.by_post {
        let text = draft.finish(route.signer)?;
        let mut fields = vec![(kind.parameter(), STANDARD.encode(text))];
        if let Some(state) = route.relay_state {
            fields.push(("RelayState", state.to_owned()));
        }
        let action = route.to.to_owned();
        return Ok(Outgoing::Post { action, fields });
    }
    let packed = deflate::compress_to_vec(draft.finish(None)?.as_bytes(), 6);
    let mut query = Serializer::new(String::new());
    query.append_pair(kind.parameter(), &STANDARD.encode(packed));
    if let Some(state) = route.relay_state {
        query.append_pair("RelayState", state);
    }
    let mut query = match route.signer {
        Some(signer) => query
            .append_pair("SigAlg", sign::algorithm(signer))
            .finish(),
        None => query.finish(),
    };
    if let Some(signer) = route.signer {
        let signature = sign::sign(signer, query.as_bytes())?;
        let escaped: String = byte_serialize(signature.as_bytes()).collect();
        query.push_str(&format!("&Signature={escaped}"));
    }
    let mark = if route.to.contains('?') { '&' } else { '?' };
    Ok(Outgoing::Redirect(format!("{}{mark}{query}", route.to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(bytes: &[u8]) -> String {
        byte_serialize(STANDARD.encode(bytes).as_bytes()).collect()
    }

    /// A message that is XML to its last byte, as long as is asked for.
    fn long(length: usize) -> String {
        let (start, end) = ("<samlp:Response>", "</samlp:Response>");
        let inside = " ".repeat(length - start.len() - end.len());
        format!("{start}{inside}{end}")
    }

    #[test]
    fn a_message_is_inflated_as_far_as_a_message_is_long() {
        for (length, is_taken) in [
            (1024, true),
            (xml::LONGEST, true),
            (xml::LONGEST + 1, false),
            (40_000_000, false),
        ] {
            let packed = deflate::compress_to_vec(long(length).as_bytes(), 6);
            let query = format!("SAMLResponse={}", escaped(&packed));
            assert!(
                query.len() < PACKED,
                "{length}: it is not the address that is long"
            );

            let message = Message::from_query(&query);

            assert_eq!(
                message.is_ok_and(|message| message.text.len() == length),
                is_taken,
                "{length}"
            );
        }
    }

    #[test]
    fn a_message_is_not_unpacked_if_what_is_packed_is_longer_than_any() {
        // Not compressed, it is as long as what it holds.
        for (length, is_taken) in [(40_000, true), (60_000, false)] {
            let packed = deflate::compress_to_vec(long(length).as_bytes(), 0);
            let query = format!("SAMLResponse={}", escaped(&packed));

            assert_eq!(Message::from_query(&query).is_ok(), is_taken, "{length}");
        }
        for (length, is_taken) in [(xml::LONGEST, true), (4 * xml::LONGEST, false)] {
            let body = format!("SAMLResponse={}", escaped(long(length).as_bytes()));

            assert_eq!(
                Message::from_form(body.as_bytes()).is_ok(),
                is_taken,
                "{length}"
            );
        }
    }
}
