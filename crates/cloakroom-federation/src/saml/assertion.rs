//! What an assertion says: for whom, for how long, and who somebody is (SAML Profiles §4.1.4.3).

use cloakroom_model::Timestamp;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::response::Expected;
use super::{ASSERTION, Crypto, encryption, instant, xml};
use crate::{Problem, Result};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// The name of somebody at a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameId {
    /// The name.
    pub value: String,
    /// What kind of name it is.
    pub format: Option<String>,
    /// In whose words.
    pub name_qualifier: Option<String>,
    /// For whom.
    pub sp_name_qualifier: Option<String>,
}

/// An attribute of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// Its values.
    pub values: Vec<String>,
}

/// What is believed.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// It may be used once; so it has a name, and an end.
    pub id: String,
    /// Nobody takes it after this.
    pub expires_at: Timestamp,
    /// Who it is about.
    pub subject: NameId,
    /// The session there.
    pub session: Option<String>,
    /// What else is said.
    pub attributes: Vec<Attribute>,
}

impl Assertion {
    /// Reads an assertion whose signature was verified, and checks that it is for us, now and for this request.
    ///
    /// `answered` is the request that the signed message around it names, if there is one.
    pub(super) fn read(
        node: Node<'_, '_>,
        expected: &Expected<'_>,
        answered: Option<&str>,
    ) -> Result<Self> {
        let id = node.attribute("ID").unwrap_or_default();
        let is_assertion = node.has_tag_name((ASSERTION, "Assertion"));
        if !is_assertion
            || node.attribute("Version") != Some("2.0")
            || id.is_empty()
            || id.len() > 1024
        {
            return Err(Problem::untrusted("its assertion is not one of SAML 2.0"));
        }
        check_issuer(node, expected, true)?;
        check_issued(node, expected)?;
        let subject = xml::wanted(node, ASSERTION, "Subject")?;
        let expires_at = check_confirmation(subject, expected, answered)?;
        check_conditions(xml::wanted(node, ASSERTION, "Conditions")?, expected)?;
        Ok(Self {
            id: id.to_owned(),
            expires_at: expires_at.plus(expected.settings.skew()),
            subject: name_id(subject, expected.crypto)?,
            session: session(node, expected)?,
            attributes: attributes(node)?,
        })
    }
}

/// Who an element says that it is from.
pub(super) fn check_issuer(
    node: Node<'_, '_>,
    expected: &Expected<'_>,
    is_wanted: bool,
) -> Result<()> {
    let found = xml::child(node, ASSERTION, "Issuer")?;
    let found = found.map(xml::text).transpose()?;
    match (found, expected.settings.provider()) {
        (Some(found), Some(known)) if found != known => Err(Problem::untrusted(
            "its message is of another issuer than the settings name",
        )),
        (None, _) if is_wanted => Err(Problem::untrusted("its message says no issuer")),
        _ => Ok(()),
    }
}

/// An instant in an attribute; `None` if there is none.
pub(super) fn at(node: Node<'_, '_>, name: &'static str) -> Result<Option<Timestamp>> {
    let text = node.attribute(name);
    let read = |text: &str| {
        instant::parse(text).ok_or_else(|| Problem::untrusted(format!("its {name} is no instant")))
    };
    text.map(read).transpose()
}

/// What was issued later than now was not issued.
pub(super) fn check_issued(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<()> {
    let latest = expected.now.plus(expected.settings.skew());
    match at(node, "IssueInstant")? {
        Some(issued) if issued <= latest => Ok(()),
        Some(_) => Err(Problem::untrusted("its message is from the future")),
        None => Err(Problem::untrusted(
            "its message says not when it was issued",
        )),
    }
}

/// From when until when something counts.
fn check_times(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<Option<Timestamp>> {
    let skew = expected.settings.skew();
    let end = at(node, "NotOnOrAfter")?;
    if end.is_some_and(|end| end.plus(skew) <= expected.now) {
        return Err(Problem::untrusted("its assertion is over"));
    }
    if at(node, "NotBefore")?.is_some_and(|start| start > expected.now.plus(skew)) {
        return Err(Problem::untrusted("its assertion has not begun"));
    }
    Ok(end)
}

/// One confirmation has to be for whoever brings it, to here, in time, and for this request; when it ends.
fn check_confirmation(
    subject: Node<'_, '_>,
    expected: &Expected<'_>,
    answered: Option<&str>,
) -> Result<Timestamp> {
    let mut why = Problem::untrusted("its assertion is for no bearer");
    for node in xml::children(subject, ASSERTION, "SubjectConfirmation") {
        if node.attribute("Method") != Some(BEARER) {
            continue;
        }
        match confirmed(node, expected, answered) {
            Ok(until) => return Ok(until),
            Err(problem) => why = problem,
        }
    }
    Err(why)
}

fn confirmed(
    node: Node<'_, '_>,
    expected: &Expected<'_>,
    answered: Option<&str>,
) -> Result<Timestamp> {
    let data = xml::wanted(node, ASSERTION, "SubjectConfirmationData")?;
    if data.attribute("Recipient") != Some(expected.here.endpoint) {
        return Err(Problem::untrusted("its assertion is for another recipient"));
    }
    // The one that is signed counts; where both are, both have to say the same.
    let named = data.attribute("InResponseTo");
    let is_ours = |id: Option<&str>| id.is_none_or(|id| id == expected.request);
    if !is_ours(named) || !is_ours(answered) || named.or(answered).is_none() {
        return Err(Problem::untrusted("its assertion answers another request"));
    }
    let end = check_times(data, expected)?;
    end.ok_or_else(|| Problem::untrusted("its assertion has no end"))
}

/// For whom it is. A condition that is not known is not fulfilled (SAML Core §2.5.1.1).
fn check_conditions(conditions: Node<'_, '_>, expected: &Expected<'_>) -> Result<()> {
    check_times(conditions, expected)?;
    let entity = expected.settings.entity(expected.here.realm);
    let mut is_for_us = false;
    for node in conditions.children().filter(Node::is_element) {
        match (node.tag_name().namespace(), node.tag_name().name()) {
            (Some(ASSERTION), "AudienceRestriction") => {
                let mut all = xml::children(node, ASSERTION, "Audience");
                if !all.any(|one| xml::text(one).is_ok_and(|text| text == entity)) {
                    return Err(Problem::untrusted("its assertion is for another audience"));
                }
                is_for_us = true;
            }
            (Some(ASSERTION), "OneTimeUse" | "ProxyRestriction") => {}
            _ => {
                return Err(Problem::untrusted(
                    "its assertion has a condition that is not known",
                ));
            }
        }
    }
    match is_for_us {
        true => Ok(()),
        false => Err(Problem::untrusted("its assertion says not whom it is for")),
    }
}

/// The name of whom something is about, in the clear or encrypted for us; the caller has verified a signature over it.
pub(super) fn name_id(of: Node<'_, '_>, crypto: &dyn Crypto) -> Result<NameId> {
    let plain = xml::child(of, ASSERTION, "NameID")?;
    let sealed = xml::child(of, ASSERTION, "EncryptedID")?;
    match (plain, sealed) {
        (Some(node), None) => read_name(node),
        (None, Some(node)) => {
            let opened = encryption::open(node, crypto, true)?;
            let document = xml::parse(&opened)?;
            let root = document.root_element();
            if root.children().filter(Node::is_element).count() != 1 {
                return Err(Problem::untrusted("what it encrypted is not one name"));
            }
            read_name(xml::wanted(root, ASSERTION, "NameID")?)
        }
        (None, None) => Err(Problem::untrusted("its message has no NameID")),
        (Some(_), Some(_)) => Err(Problem::untrusted("its message names somebody twice")),
    }
}

fn read_name(node: Node<'_, '_>) -> Result<NameId> {
    let attribute = |name: &str| {
        let found = node.attribute(name).filter(|text| !text.is_empty());
        found.map(str::to_owned)
    };
    Ok(NameId {
        value: xml::text(node)?,
        format: attribute("Format"),
        name_qualifier: attribute("NameQualifier"),
        sp_name_qualifier: attribute("SPNameQualifier"),
    })
}

/// The session there. Without a statement that somebody has signed in, nobody has.
fn session(node: Node<'_, '_>, expected: &Expected<'_>) -> Result<Option<String>> {
    let mut all = xml::children(node, ASSERTION, "AuthnStatement");
    let statement = all.next();
    let statement =
        statement.ok_or_else(|| Problem::untrusted("it does not say that somebody signed in"))?;
    let end = at(statement, "SessionNotOnOrAfter")?;
    if end.is_some_and(|end| end.plus(expected.settings.skew()) <= expected.now) {
        return Err(Problem::untrusted("the session there is over"));
    }
    let index = statement.attribute("SessionIndex");
    let index = index.filter(|text| !text.is_empty() && text.len() <= 255);
    Ok(index.map(str::to_owned))
}

fn attributes(node: Node<'_, '_>) -> Result<Vec<Attribute>> {
    let statements = xml::children(node, ASSERTION, "AttributeStatement");
    let all = statements.flat_map(|one| xml::children(one, ASSERTION, "Attribute"));
    let read = |one: Node<'_, '_>| {
        let values = xml::children(one, ASSERTION, "AttributeValue");
        // A value that is no text, such as a name in an element, is what its texts are together.
        let values = values.map(|value| whole(value));
        Ok(Attribute {
            name: one.attribute("Name").unwrap_or_default().to_owned(),
            friendly_name: one.attribute("FriendlyName").map(str::to_owned),
            values: values.collect(),
        })
    };
    all.map(read).collect()
}

fn whole(value: Node<'_, '_>) -> String {
    let texts = value.descendants().filter(Node::is_text);
    let text: String = texts.filter_map(|node| node.text()).collect();
    text.trim().to_owned()
}
