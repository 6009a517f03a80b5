//! Who somebody is, out of an assertion that is believed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::assertion::{Assertion, Attribute, NameId};
use super::settings::{Principal, Settings};
use crate::identity::{self, Identity, Said};
use crate::{Arrived, Problem, Result, Upstream};

const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// What providers call an address: X.500's names, those of Active Directory, and what people write.
const EMAIL: &[&str] = &[
    "email",
    "mail",
    "urn:oid:1.2.840.113549.1.9.1",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
];
const FIRST_NAME: &[&str] = &[
    "givenName",
    "firstName",
    "urn:oid:2.5.4.42",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
];
const LAST_NAME: &[&str] = &[
    "surname",
    "sn",
    "lastName",
    "urn:oid:2.5.4.4",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
];

/// What ends the session there, as a session here keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionThere {
    /// Whose it is.
    pub subject: NameId,
    /// Which it is.
    pub session: Option<String>,
}

impl SessionThere {
    /// Reads what was kept; `None` if it is of another kind of provider.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The attributes that were said of somebody, as mappers find them.
pub(crate) fn attributes(said: &Said) -> Vec<Attribute> {
    let all = said.userinfo.get("attributes").cloned();
    all.and_then(|all| serde_json::from_value(all).ok())
        .unwrap_or_default()
}

/// The name of the subject that was said.
pub(crate) fn subject(said: &Said) -> Option<&str> {
    said.userinfo.get("subject").and_then(Value::as_str)
}

/// The values of the attribute with this name, or with this name for people.
pub(crate) fn values(all: &[Attribute], name: &str) -> Option<Vec<String>> {
    let is_named =
        |one: &&Attribute| one.name == name || one.friendly_name.as_deref() == Some(name);
    all.iter().find(is_named).map(|one| one.values.clone())
}

/// Takes what an assertion says into what an arrival is.
///
/// # Errors
/// If it names nobody, or in a way that no provider means.
pub fn arrived(upstream: &Upstream, assertion: Assertion) -> Result<Arrived> {
    let settings = Settings::of(upstream);
    let first = |is_it: &dyn Fn(&Attribute) -> bool| {
        let found = assertion.attributes.iter().find(|one| is_it(one));
        found.and_then(|one| one.values.first()).cloned()
    };
    let id = match settings.principal()? {
        Principal::Subject => Some(assertion.subject.value.clone()),
        Principal::Attribute(name) => first(&|one| one.name == name),
        Principal::Friendly(name) => first(&|one| one.friendly_name.as_deref() == Some(name)),
    };
    let id = id.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Problem::untrusted("it does not say who somebody is"))?;
    identity::check_id(&id)?;
    let named = |names: &[&str]| {
        let is_it = |one: &Attribute| {
            let friendly = one.friendly_name.as_deref().unwrap_or_default();
            names.contains(&one.name.as_str()) || names.contains(&friendly)
        };
        let text = first(&is_it).map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty() && identity::can_be_kept(text))
    };
    let subject = &assertion.subject;
    let by_name = (subject.format.as_deref() == Some(EMAIL_FORMAT)).then(|| subject.value.clone());
    let email = by_name.or_else(|| named(EMAIL));
    let said = Said {
        userinfo: json!({ "subject": subject.value, "attributes": assertion.attributes }),
        ..Said::default()
    };
    let there = SessionThere {
        subject: subject.clone(),
        session: assertion.session.clone(),
    };
    Ok(Arrived {
        identity: Identity {
            alias: upstream.provider.alias.clone(),
            provider: upstream.provider.id.as_str().to_owned(),
            username: id.clone(),
            name_there: id.clone(),
            id,
            email: email.filter(|email| identity::is_email(email)),
            email_verified: None,
            first_name: named(FIRST_NAME),
            last_name: named(LAST_NAME),
            said,
            session: assertion.session.clone(),
        },
        tokens: Value::Null,
        id_token: Some(json!(there).to_string()),
    })
}
