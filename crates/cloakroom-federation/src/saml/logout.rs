//! Single logout: requests and answers, both ways (SAML Core §3.7, SAML Profiles §4.4).

use cloakroom_model::Timestamp;
use roxmltree::Node;

use super::assertion::{self, NameId};
use super::binding::{self, Kind, Message, Outgoing, Route};
use super::request::{self, Here};
use super::response::{self, Expected};
use super::sign::Draft;
use super::write::Element;
use super::{PROTOCOL, SUCCESS, Settings, signature, xml};
use crate::{Problem, Result};

/// The provider wants sessions ended.
#[derive(Clone, Debug)]
pub struct Ends {
    /// The id of the request, which the answer names.
    pub id: String,
    /// Whose sessions.
    pub subject: NameId,
    /// Which of them; all of them if there is none.
    pub sessions: Vec<String>,
    /// Nobody takes it after this.
    pub expires_at: Timestamp,
}

/// Reads a message and gives `read` what is signed of it.
fn signed<T>(
    message: &Message,
    expected: &Expected<'_>,
    read: impl FnOnce(Node<'_, '_>) -> Result<T>,
) -> Result<T> {
    let document = xml::parse(&message.text)?;
    let root = message.root(&document)?;
    let by_query = message.verify(expected.keys, expected.crypto)?;
    match signature::verify(root, expected.keys, expected.crypto)? {
        Some(canonical) => read(xml::parse(&canonical)?.root_element()),
        None if by_query => read(root),
        None => Err(Problem::untrusted("its message is not signed")),
    }
}

/// Reads a request of the provider; one without a signature ends nothing.
///
/// # Errors
/// The first reason not to believe it.
pub fn read_request(message: &Message, expected: &Expected<'_>) -> Result<Ends> {
    signed(message, expected, |root| {
        if !root.has_tag_name((PROTOCOL, "LogoutRequest")) {
            return Err(Problem::untrusted("its message is no logout request"));
        }
        check(root, expected)?;
        let skew = expected.settings.skew();
        // What says no end of its own counts for as long as anything does here.
        let end = assertion::at(root, "NotOnOrAfter")?;
        let issued = assertion::at(root, "IssueInstant")?.unwrap_or(expected.now);
        let until = end.unwrap_or(issued.plus(cloakroom_model::Ttl::seconds(300)));
        if until.plus(skew) <= expected.now {
            return Err(Problem::untrusted("its logout request is over"));
        }
        let sessions = xml::children(root, PROTOCOL, "SessionIndex").take(64);
        let id = root.attribute("ID").unwrap_or_default();
        if id.is_empty() || id.len() > 1024 {
            return Err(Problem::untrusted("its logout request has no id"));
        }
        Ok(Ends {
            id: id.to_owned(),
            subject: assertion::name_id(root, expected.crypto)?,
            sessions: sessions.map(xml::text).collect::<Result<_>>()?,
            expires_at: until.plus(skew),
        })
    })
}

/// Reads the provider's answer to a request of ours; true if the session there is over.
///
/// # Errors
/// The first reason not to believe it.
pub fn read_response(message: &Message, expected: &Expected<'_>) -> Result<bool> {
    signed(message, expected, |root| {
        if !root.has_tag_name((PROTOCOL, "LogoutResponse")) {
            return Err(Problem::untrusted("its message is no logout response"));
        }
        check(root, expected)?;
        if root.attribute("InResponseTo") != Some(expected.request) {
            return Err(Problem::untrusted("its message answers another request"));
        }
        Ok(response::status(root)?.is_none())
    })
}

fn check(root: Node<'_, '_>, expected: &Expected<'_>) -> Result<()> {
    if root.attribute("Version") != Some("2.0") {
        return Err(Problem::untrusted("its message is not one of SAML 2.0"));
    }
    response::check_destination(root, expected.here.endpoint, true)?;
    assertion::check_issuer(root, expected, true)?;
    assertion::check_issued(root, expected)
}

/// Which message of ours is meant, and when it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Its id.
    pub id: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// Asks the provider to end a session.
///
/// # Errors
/// If it cannot be signed.
pub fn send_request(
    (settings, here): (&Settings<'_>, &Here<'_>),
    (subject, session): (&NameId, Option<&str>),
    stamp: &Stamp<'_>,
    route: &Route<'_>,
) -> Result<Outgoing> {
    let end = stamp.now.plus(cloakroom_model::Ttl::seconds(300));
    let root = request::root("samlp:LogoutRequest", stamp.id, stamp.now, route.to)
        .with("NotOnOrAfter", &super::instant::write(end));
    let name = Element::new("saml:NameID")
        .with_some("Format", subject.format.as_deref())
        .with_some("NameQualifier", subject.name_qualifier.as_deref())
        .with_some("SPNameQualifier", subject.sp_name_qualifier.as_deref())
        .text(&subject.value);
    let session = session.map(|index| Element::new("samlp:SessionIndex").text(index));
    let draft = Draft {
        root,
        id: stamp.id.to_owned(),
        issuer: Element::new("saml:Issuer").text(settings.entity(here.realm)),
        rest: [Some(name), session].into_iter().flatten().collect(),
    };
    binding::send(Kind::Request, &draft, route)
}

/// Tells the provider whether its request ended anything.
///
/// # Errors
/// If it cannot be signed.
pub fn send_response(
    from: (&Settings<'_>, &Here<'_>),
    answered: (&str, bool),
    stamp: &Stamp<'_>,
    route: &Route<'_>,
) -> Result<Outgoing> {
    let draft = response_draft(from, answered, stamp, route.to);
    binding::send(Kind::Response, &draft, route)
}

/// The same in an envelope of SOAP, for a provider that waits for it.
///
/// # Errors
/// If it cannot be signed.
pub fn write_response(
    from: (&Settings<'_>, &Here<'_>),
    answered: (&str, bool),
    stamp: &Stamp<'_>,
    route: &Route<'_>,
) -> Result<String> {
    // It goes where the question came from, which has no address of its own.
    let draft = response_draft(from, answered, stamp, "");
    binding::wrap(&draft, route.signer)
}

fn response_draft(
    (settings, here): (&Settings<'_>, &Here<'_>),
    (answered, is_done): (&str, bool),
    stamp: &Stamp<'_>,
    to: &str,
) -> Draft {
    let root = request::root("samlp:LogoutResponse", stamp.id, stamp.now, to)
        .with("InResponseTo", answered);
    let code = |value: &str| Element::new("samlp:StatusCode").with("Value", value);
    let code = match is_done {
        true => code(SUCCESS),
        // SAML Core §3.2.2.2: the first says whose fault it is, the second what is wrong.
        false => code("urn:oasis:names:tc:SAML:2.0:status:Requester")
            .push(code("urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal")),
    };
    Draft {
        root,
        id: stamp.id.to_owned(),
        issuer: Element::new("saml:Issuer").text(settings.entity(here.realm)),
        rest: vec![Element::new("samlp:Status").push(code)],
    }
}
