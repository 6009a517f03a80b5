//! What a realm would say of somebody to an application of SAML (Core §3.3.3, Profiles §4.1.4.2): shown to administrators, and never
//! sent. It is not signed, and nobody takes it.

use cloakroom_model::Timestamp;

use super::instant;
use super::write::Element;
use super::{ASSERTION, PROTOCOL, SUCCESS};

/// How somebody has proved who they are, if nothing is known of it (Authentication Context §3.4.25).
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";

/// Everything that is said.
#[derive(Clone, Debug)]
pub struct Example<'a> {
    /// Who says it.
    pub issuer: &'a str,
    /// Where it would be sent, if the application has an address.
    pub destination: Option<&'a str>,
    /// The ids of the response and of the assertion in it.
    pub ids: [&'a str; 2],
    /// When it is said.
    pub now: Timestamp,
    /// The format of the name, and the name.
    pub name: (&'a str, &'a str),
    /// Until when the application may take it from a browser.
    pub confirmed_until: Timestamp,
    /// Until when it holds.
    pub holds_until: Timestamp,
    /// It may be used once.
    pub is_for_once: bool,
    /// Whom it is for.
    pub audiences: &'a [String],
    /// The id of the session and when that ends, where sign-ins are spoken of.
    pub session: Option<(&'a str, Timestamp)>,
    /// What else is known of the person.
    pub attributes: &'a [Attribute],
}

/// An attribute of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub friendly: Option<String>,
    /// What kind of name it is.
    pub format: &'static str,
    /// Its values.
    pub values: Vec<String>,
}

impl Example<'_> {
    /// The response as XML, an element a line.
    #[must_use]
    pub fn write(&self) -> String {
        let now = instant::write(self.now);
        let [response, assertion] = self.ids;
        let issuer = || Element::new("saml:Issuer").text(self.issuer);
        let status = Element::new("samlp:Status")
            .push(Element::new("samlp:StatusCode").with("Value", SUCCESS));
        let assertion = Element::new("saml:Assertion")
            .with("xmlns", ASSERTION)
            .with("ID", assertion)
            .with("IssueInstant", &now)
            .with("Version", "2.0")
            .push(issuer())
            .push(self.subject())
            .push(self.conditions(&now))
            .push_some(self.sign_in(&now))
            .push_some(self.statement());
        let response = Element::new("samlp:Response")
            .with("xmlns:samlp", PROTOCOL)
            .with("xmlns:saml", ASSERTION)
            .with_some("Destination", self.destination)
            .with("ID", response)
            .with("IssueInstant", &now)
            .with("Version", "2.0");
        let response = response.push(issuer()).push(status).push(assertion);
        indented(&response.finish())
    }

    fn subject(&self) -> Element {
        let (format, name) = self.name;
        let until = instant::write(self.confirmed_until);
        let data = Element::new("saml:SubjectConfirmationData")
            .with("NotOnOrAfter", &until)
            .with_some("Recipient", self.destination);
        let confirmation = Element::new("saml:SubjectConfirmation")
            .with("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
            .push(data);
        Element::new("saml:Subject")
            .push(
                Element::new("saml:NameID")
                    .with("Format", format)
                    .text(name),
            )
            .push(confirmation)
    }

    fn conditions(&self, now: &str) -> Element {
        let audiences = self.audiences.iter();
        let restriction = audiences.fold(Element::new("saml:AudienceRestriction"), |all, one| {
            all.push(Element::new("saml:Audience").text(one))
        });
        let once = self.is_for_once.then(|| Element::new("saml:OneTimeUse"));
        Element::new("saml:Conditions")
            .with("NotBefore", now)
            .with("NotOnOrAfter", &instant::write(self.holds_until))
            .push(restriction)
            .push_some(once)
    }

    fn sign_in(&self, now: &str) -> Option<Element> {
        let (id, until) = self.session?;
        let class = Element::new("saml:AuthnContextClassRef").text(UNSPECIFIED);
        let statement = Element::new("saml:AuthnStatement")
            .with("AuthnInstant", now)
            .with("SessionIndex", id)
            .with("SessionNotOnOrAfter", &instant::write(until));
        Some(statement.push(Element::new("saml:AuthnContext").push(class)))
    }

    /// Core §2.7.3: a statement has one attribute at least.
    fn statement(&self) -> Option<Element> {
        let all = self.attributes.iter().map(|attribute| {
            let said = Element::new("saml:Attribute")
                .with_some("FriendlyName", attribute.friendly.as_deref())
                .with("Name", &attribute.name)
                .with("NameFormat", attribute.format);
            let values = attribute.values.iter();
            values.fold(said, |said, value| {
                said.push(Element::new("saml:AttributeValue").text(value))
            })
        });
        let none = Element::new("saml:AttributeStatement");
        (!self.attributes.is_empty()).then(|| all.fold(none, Element::push))
    }
}

/// Elements on lines of their own, further in the deeper they are; a text stays within its tags.
fn indented(xml: &str) -> String {
    let (mut out, mut depth, mut is_open) = (String::new(), 0_usize, false);
    for part in xml.split_inclusive('>') {
        let (text, tag) = part.split_at(part.find('<').unwrap_or_default());
        let is_end = tag.starts_with("</");
        if is_end {
            depth = depth.saturating_sub(1);
        }
        // A closing tag follows what it closes where nothing stands between but a text.
        let is_beside = out.is_empty() || (is_end && is_open);
        if !is_beside {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        out.push_str(text);
        out.push_str(tag);
        if !is_end {
            depth = depth.saturating_add(1);
        }
        is_open = !is_end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_a_line_and_texts_as_they_are() {
        let xml = "<a><b>x &lt; y</b><c></c><d><e>z</e></d></a>";
        let lines = [
            "<a>",
            "  <b>x &lt; y</b>",
            "  <c></c>",
            "  <d>",
            "    <e>z</e>",
            "  </d>",
            "</a>",
        ];
        assert_eq!(indented(xml), lines.join("\n"));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let plain = Example {
            issuer: "https://id.test/realms/acme",
            destination: None,
            ids: ["ID_1", "ID_2"],
            now: Timestamp::from_seconds(0),
            name: (
                "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "ann <&>",
            ),
            confirmed_until: Timestamp::from_seconds(300),
            holds_until: Timestamp::from_seconds(60),
            is_for_once: false,
            audiences: &["app".to_owned()],
            session: None,
            attributes: &[],
        };
        let said = plain.write();
        assert!(said.contains("ann &lt;&amp;&gt;</saml:NameID>"), "{said}");
        for name in [
            "Destination",
            "Recipient",
            "OneTimeUse",
            "AuthnStatement",
            "AttributeStatement",
        ] {
            assert!(!said.contains(name), "{name}: {said}");
        }
        let attribute = Attribute {
            name: "Role".to_owned(),
            friendly: Some("Roles".to_owned()),
            format: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
            values: vec!["a".to_owned(), "b".to_owned()],
        };
        let full = Example {
            destination: Some("https://app.test/saml"),
            is_for_once: true,
            session: Some(("s::c", Timestamp::from_seconds(900))),
            attributes: &[attribute],
            ..plain
        };
        let said = full.write();
        let parsed = roxmltree::Document::parse(&said).unwrap();
        let count = |name: &str| {
            parsed
                .descendants()
                .filter(|one| one.has_tag_name((ASSERTION, name)))
                .count()
        };
        let names = [
            "Assertion",
            "OneTimeUse",
            "AuthnStatement",
            "Attribute",
            "AttributeValue",
        ];
        assert_eq!(names.map(count), [1, 1, 1, 1, 2]);
        assert!(
            said.contains("SessionNotOnOrAfter=\"1970-01-01T00:15:00Z\""),
            "{said}"
        );
    }
}
