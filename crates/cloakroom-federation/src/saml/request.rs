//! The request to sign somebody in (SAML Core §3.4.1).

use cloakroom_model::Timestamp;

use super::binding::{self, Kind, Outgoing, Route};
use super::sign::Draft;
use super::write::Element;
use super::{ASSERTION, PROTOCOL, Settings, instant};
use crate::Result;
use crate::departure::Wishes;

/// Where and who we are.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The address of the realm, which is our name unless the settings have another.
    pub realm: &'a str,
    /// Where messages come to.
    pub endpoint: &'a str,
}

/// What one request is about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What the answer has to name, and nobody can guess.
    pub nonce: &'a str,
    /// When it is asked.
    pub now: Timestamp,
    /// What the application asked for.
    pub wishes: &'a Wishes,
}

/// The id of a request with this nonce. An id may not begin with a digit.
pub fn id(nonce: &str) -> String {
    format!("ID_{nonce}")
}

/// The root of a message of ours (SAML Core §3.2.1); an answer to whoever waits for it has no destination.
pub(super) fn root(name: &'static str, id: &str, now: Timestamp, to: &str) -> Element {
    Element::new(name)
        .with("xmlns:samlp", PROTOCOL)
        .with("xmlns:saml", ASSERTION)
        .with_some("Destination", Some(to).filter(|to| !to.is_empty()))
        .with("ID", id)
        .with("IssueInstant", &instant::write(now))
        .with("Version", "2.0")
}

/// The request as the browser takes it there.
///
/// # Errors
/// If it cannot be signed.
pub fn send(
    settings: &Settings<'_>,
    here: &Here<'_>,
    asked: &Asked<'_>,
    route: &Route<'_>,
) -> Result<Outgoing> {
    let id = id(asked.nonce);
    let answer = match settings.has("postBindingResponse") {
        true => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        false => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
    };
    let prompt = asked.wishes.prompt.as_deref().unwrap_or_default();
    let is_asked = |word: &str| prompt.split(' ').any(|own| own == word);
    let forces = settings.has("forceAuthn") || is_asked("login");
    let index = settings.text("attributeConsumingServiceIndex");
    let root = root("samlp:AuthnRequest", &id, asked.now, route.to)
        .with("AssertionConsumerServiceURL", here.endpoint)
        .with_some(
            "AttributeConsumingServiceIndex",
            index.filter(|text| is_index(text)),
        )
        .with("ForceAuthn", if forces { "true" } else { "false" })
        .with("IsPassive", if is_asked("none") { "true" } else { "false" })
        .with("ProtocolBinding", answer);
    let key = route
        .signer
        .filter(|_| settings.has("addExtensionsElementWithKeyInfo"));
    let extensions = key.map(|signer| {
        let info = Element::new("kckey:KeyInfo")
            .with("xmlns:kckey", "urn:keycloak:ext:key:1.0")
            .with("MessageSigningKeyId", signer.name());
        Element::new("samlp:Extensions").push(info)
    });
    let rest = [
        extensions,
        subject(settings, asked.wishes),
        Some(name_policy(settings)),
        context(settings),
    ];
    let draft = Draft {
        root,
        id,
        issuer: Element::new("saml:Issuer").text(settings.entity(here.realm)),
        rest: rest.into_iter().flatten().collect(),
    };
    binding::send(Kind::Request, &draft, route)
}

fn is_index(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

fn subject(settings: &Settings<'_>, wishes: &Wishes) -> Option<Element> {
    let hint = wishes.login_hint.as_deref()?;
    if !settings.has("loginHint") || hint.is_empty() || hint.len() > 255 {
        return None;
    }
    let name = Element::new("saml:NameID").text(hint);
    Some(Element::new("saml:Subject").push(name))
}

fn name_policy(settings: &Settings<'_>) -> Element {
    let allows = settings.text("allowCreate") != Some("false");
    let format = settings.text("nameIDPolicyFormat");
    Element::new("samlp:NameIDPolicy")
        .with("AllowCreate", if allows { "true" } else { "false" })
        .with_some("Format", format)
}

fn context(settings: &Settings<'_>) -> Option<Element> {
    let classes = settings.list("authnContextClassRefs");
    let declarations = settings.list("authnContextDeclRefs");
    if classes.is_empty() && declarations.is_empty() {
        return None;
    }
    let comparison = settings
        .text("authnContextComparisonType")
        .unwrap_or("exact");
    let comparison = comparison.to_ascii_lowercase();
    let start = Element::new("samlp:RequestedAuthnContext").with("Comparison", &comparison);
    // SAML Core §3.3.2.2.1: one kind or the other.
    let (name, list) = match classes.is_empty() {
        true => ("saml:AuthnContextDeclRef", declarations),
        false => ("saml:AuthnContextClassRef", classes),
    };
    let each = list.iter().map(|text| Element::new(name).text(text));
    Some(each.fold(start, Element::push))
}
