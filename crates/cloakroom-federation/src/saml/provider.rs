//! What a realm says of itself as a provider of SAML (SAML Metadata §2.4.3), for the files that an application is set up with.

use super::write::Element;
use super::{PROTOCOL, SIGNATURE};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// The bindings of its one address, in the order in which Keycloak names them.
const BINDINGS: [&str; 4] = ["HTTP-POST", "HTTP-Redirect", "SOAP", "HTTP-Artifact"];

/// The formats of names that it has.
const FORMATS: [&str; 4] = [
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
];

/// The descriptor of the realm at this address, which signs with the key of this certificate: base64 without armour.
pub fn describe(realm: &str, certificate: Option<&str>) -> String {
    let address = format!("{realm}/protocol/saml");
    let service = |name, binding: &str, address: &str| {
        let binding = format!("urn:oasis:names:tc:SAML:2.0:bindings:{binding}");
        Element::new(name)
            .with("Binding", &binding)
            .with("Location", address)
    };
    let key = certificate.map(|certificate| {
        let certificate = Element::new("ds:X509Certificate").text(certificate);
        let data = Element::new("ds:X509Data").push(certificate);
        let info = Element::new("ds:KeyInfo").push(data);
        Element::new("md:KeyDescriptor")
            .with("use", "signing")
            .push(info)
    });
    let resolve = format!("{address}/resolve");
    let mut role = Element::new("md:IDPSSODescriptor")
        .with("WantAuthnRequestsSigned", "true")
        .with("protocolSupportEnumeration", PROTOCOL)
        .push_some(key)
        .push(service("md:ArtifactResolutionService", "SOAP", &resolve).with("index", "0"));
    for binding in BINDINGS {
        role = role.push(service("md:SingleLogoutService", binding, &address));
    }
    for format in FORMATS {
        role = role.push(Element::new("md:NameIDFormat").text(format));
    }
    for binding in BINDINGS {
        role = role.push(service("md:SingleSignOnService", binding, &address));
    }
    Element::new("md:EntityDescriptor")
        .with("xmlns:md", METADATA)
        .with("xmlns:ds", SIGNATURE)
        .with("entityID", realm)
        .push(role)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::published;

    #[test]
    fn a_realm_s_descriptor_is_read_as_that_of_a_provider() {
        let written = describe("https://id.test/realms/a&b", Some("MIIB"));

        let read = published::settings(&written).unwrap();

        assert_eq!(read["idpEntityId"], "https://id.test/realms/a&b");
        assert_eq!(
            read["singleSignOnServiceUrl"],
            "https://id.test/realms/a&b/protocol/saml"
        );
        assert_eq!(read["signingCertificate"], "MIIB");
    }
}
