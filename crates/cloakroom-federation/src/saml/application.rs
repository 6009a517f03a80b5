//! What applications of SAML say of themselves (SAML Metadata §2.4.4): read from their descriptor, and written into one.
//!
//! Nobody signs in with it here: it becomes the settings of a client, which leave again in the same form.

use roxmltree::Node;

use super::write::Element;
use super::{PROTOCOL, SIGNATURE, parse_within_limits};
use crate::{Problem, Result};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// More addresses than that are no application's.
const MOST: usize = 32;

/// An application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub entity: String,
    /// It signs its requests.
    pub signs: bool,
    /// It wants assertions signed.
    pub wants_signed: bool,
    /// Where it takes responses, in its order.
    pub consumers: Vec<Place>,
    /// Where it takes logouts, in its order.
    pub logouts: Vec<Place>,
    /// The formats of names that it takes, in its order.
    pub formats: Vec<String>,
    /// The certificate of the key that it signs with, base64 without armour.
    pub signing: Option<String>,
    /// The certificate of the key that it wants assertions encrypted for.
    pub encryption: Option<String>,
}

/// An address, and how a message gets there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The binding's URI.
    pub binding: String,
    /// The address.
    pub location: String,
}

impl Application {
    /// Reads a descriptor of one application.
    ///
    /// # Errors
    /// If it is none, or describes several.
    pub fn read(text: &str) -> Result<Self> {
        let other = || Problem::untrusted("it does not describe one application");
        let document = parse_within_limits(text.trim())?;
        let named =
            |name: &'static str| move |node: &Node<'_, '_>| node.has_tag_name((METADATA, name));
        let mut entities = document.descendants().filter(named("EntityDescriptor"));
        let (Some(entity), None) = (entities.next(), entities.next()) else {
            return Err(other());
        };
        let name = entity.attribute("entityID").filter(|name| !name.is_empty());
        let role = entity.children().find(named("SPSSODescriptor"));
        let (Some(name), Some(role)) = (name, role) else {
            return Err(other());
        };
        let places = |name| {
            let all = role.children().filter(named(name)).take(MOST);
            all.filter_map(place).collect()
        };
        let formats = role.children().filter(named("NameIDFormat")).take(MOST);
        let formats = formats.filter_map(|node| Some(node.text()?.trim().to_owned()));
        // A key without a use is for both (SAML Metadata §2.4.1.1); Keycloak takes it for neither.
        let key = |usage: &str| {
            let keys = role.children().filter(named("KeyDescriptor"));
            let mut fitting = keys.filter(|node| node.attribute("use") == Some(usage));
            fitting.find_map(certificate)
        };
        // A boolean of XML Schema has two words for true.
        let is_on = |name| matches!(role.attribute(name), Some("true" | "1"));
        Ok(Self {
            entity: name.to_owned(),
            signs: is_on("AuthnRequestsSigned"),
            wants_signed: is_on("WantAssertionsSigned"),
            consumers: places("AssertionConsumerService"),
            logouts: places("SingleLogoutService"),
            formats: formats.collect(),
            signing: key("signing"),
            encryption: key("encryption"),
        })
    }

    /// The first address of a binding.
    pub fn first<'a>(places: &'a [Place], binding: &str) -> Option<&'a str> {
        let found = places.iter().find(|place| place.binding == binding);
        found.map(|place| place.location.as_str())
    }

    /// The descriptor.
    pub fn write(&self) -> String {
        let text = |is_on: bool| if is_on { "true" } else { "false" };
        let mut role = Element::new("md:SPSSODescriptor")
            .with("AuthnRequestsSigned", text(self.signs))
            .with("WantAssertionsSigned", text(self.wants_signed))
            .with("protocolSupportEnumeration", PROTOCOL)
            .push_some(key("signing", self.signing.as_deref()))
            .push_some(key("encryption", self.encryption.as_deref()));
        let service = |name, place: &Place| {
            Element::new(name)
                .with("Binding", &place.binding)
                .with("Location", &place.location)
        };
        for place in &self.logouts {
            role = role.push(service("md:SingleLogoutService", place));
        }
        for format in &self.formats {
            role = role.push(Element::new("md:NameIDFormat").text(format));
        }
        for (at, place) in self.consumers.iter().enumerate() {
            let one = service("md:AssertionConsumerService", place)
                .with_some("isDefault", (at == 0).then_some("true"))
                .with("index", &at.saturating_add(1).to_string());
            role = role.push(one);
        }
        Element::new("md:EntityDescriptor")
            .with("xmlns:md", METADATA)
            .with("xmlns:ds", SIGNATURE)
            .with("entityID", &self.entity)
            .push(role)
            .finish()
    }
}

fn place(node: Node<'_, '_>) -> Option<Place> {
    Some(Place {
        binding: node.attribute("Binding")?.to_owned(),
        location: node.attribute("Location")?.trim().to_owned(),
    })
}

fn certificate(node: Node<'_, '_>) -> Option<String> {
    let mut all = node.descendants();
    let found = all.find(|node| node.has_tag_name((SIGNATURE, "X509Certificate")))?;
    Some(found.text()?.split_whitespace().collect())
}

fn key(usage: &str, certificate: Option<&str>) -> Option<Element> {
    let certificate = Element::new("ds:X509Certificate").text(certificate?);
    let data = Element::new("ds:X509Data").push(certificate);
    let info = Element::new("ds:KeyInfo").push(data);
    let named = Element::new("md:KeyDescriptor").with("use", usage);
    Some(named.push(info))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(binding: &str, location: &str) -> Place {
        Place {
            binding: binding.to_owned(),
            location: location.to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let whole = Application {
            entity: "https://app.test/saml?a&b".to_owned(),
            signs: true,
            wants_signed: true,
            consumers: vec![place("post", "https://app.test/acs"), place("soap", "x")],
            logouts: vec![place("redirect", "https://app.test/bye?<\"")],
            formats: vec!["persistent".to_owned(), "email".to_owned()],
            signing: Some("MIIA".to_owned()),
            encryption: Some("MIIB".to_owned()),
        };
        let bare = Application {
            entity: "app".to_owned(),
            ..Application::default()
        };
        for application in [whole, bare] {
            let text = application.write();
            assert_eq!(Application::read(&text).unwrap(), application, "{text}");
        }
    }

    #[test]
    fn what_describes_no_application_or_several_is_refused() {
        let one = Application {
            entity: "app".to_owned(),
            ..Application::default()
        };
        let one = one.write();
        let entity = |inside: &str, id: &str| {
            format!("<EntityDescriptor xmlns=\"{METADATA}\"{id}>{inside}</EntityDescriptor>")
        };
        let role = "<SPSSODescriptor/>";
        assert!(Application::read(&entity(role, " entityID=\"a\"")).is_ok());
        for text in [
            String::new(),
            "<a/>".to_owned(),
            entity("<IDPSSODescriptor/>", " entityID=\"a\""),
            entity(role, ""),
            entity(role, " entityID=\"\""),
            format!("<EntitiesDescriptor>{one}{one}</EntitiesDescriptor>"),
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{one}"),
            one.replace("urn:oasis:names:tc:SAML:2.0:metadata", "urn:other"),
            one.replace("</md:EntityDescriptor>", ""),
        ] {
            assert!(Application::read(&text).is_err(), "{text}");
        }
    }
}
