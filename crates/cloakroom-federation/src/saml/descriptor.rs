//! What we are as a service provider, for identity providers (SAML Metadata §2.4.4).

use super::Settings;
use super::request::Here;
use super::write::Element;
use super::{ASSERTION, SIGNATURE};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const PROTOCOL: &str = super::PROTOCOL;
const BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:";

/// The certificates that a provider has to know, base64 without armour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Certificates<'a> {
    /// Of the key that signs.
    pub signing: Option<&'a str>,
    /// Of the key that assertions are encrypted for.
    pub encryption: Option<&'a str>,
}

/// The descriptor, under the id of the provider's settings.
pub fn write(
    settings: &Settings<'_>,
    here: &Here<'_>,
    id: &str,
    certificates: &Certificates<'_>,
) -> String {
    let text = |is_on: bool| if is_on { "true" } else { "false" };
    let signs = settings.signs().is_some();
    let mut role = Element::new("md:SPSSODescriptor")
        .with("protocolSupportEnumeration", PROTOCOL)
        .with("AuthnRequestsSigned", text(signs))
        .with(
            "WantAssertionsSigned",
            text(settings.has("wantAssertionsSigned")),
        )
        .push_some(key("signing", certificates.signing.filter(|_| signs)));
    let encrypts = settings.has("wantAssertionsEncrypted");
    role = role.push_some(key(
        "encryption",
        certificates.encryption.filter(|_| encrypts),
    ));
    let service = |name, binding: &str| {
        Element::new(name)
            .with("Binding", &format!("{BINDING}{binding}"))
            .with("Location", here.endpoint)
    };
    for binding in ["HTTP-Redirect", "HTTP-POST"] {
        role = role.push(service("md:SingleLogoutService", binding));
    }
    // Keycloak takes none; so it is named where somebody asked for logout without the browser.
    if settings.has("backchannelSupported") {
        role = role.push(service("md:SingleLogoutService", "SOAP"));
    }
    let format = settings.text("nameIDPolicyFormat").unwrap_or_default();
    role = role.push(Element::new("md:NameIDFormat").text(format));
    // The first is the default, so it is the one that the requests ask for.
    let by_post = settings.has("postBindingResponse");
    let ways = match by_post {
        true => ["HTTP-POST", "HTTP-Redirect", "HTTP-Artifact"],
        false => ["HTTP-Redirect", "HTTP-POST", "HTTP-Artifact"],
    };
    for (at, binding) in ways.iter().enumerate() {
        let one = service("md:AssertionConsumerService", binding)
            .with_some("isDefault", (at == 0).then_some("true"))
            .with("index", &(at + 1).to_string());
        role = role.push(one);
    }
    Element::new("md:EntityDescriptor")
        .with("xmlns", METADATA)
        .with("xmlns:md", METADATA)
        .with("xmlns:saml", ASSERTION)
        .with("xmlns:ds", SIGNATURE)
        .with("entityID", settings.entity(here.realm))
        .with("ID", &format!("ID_{id}"))
        .push(role)
        .finish()
}

fn key(usage: &str, certificate: Option<&str>) -> Option<Element> {
    let certificate = Element::new("ds:X509Certificate").text(certificate?);
    let data = Element::new("ds:X509Data").push(certificate);
    let info = Element::new("ds:KeyInfo").push(data);
    Some(
        Element::new("md:KeyDescriptor")
            .with("use", usage)
            .push(info),
    )
}
