//! The settings of a provider, read from the metadata that it publishes (SAML Metadata §2.4.3).

use roxmltree::Node;

use super::parse_within_limits;
use crate::upstream::Written;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// Reads them; `None` if the text is no such metadata.
pub fn settings(text: &str) -> Option<Written> {
    let document = parse_within_limits(text).ok()?;
    let mut all = document.descendants();
    let role = all.find(|node| node.has_tag_name((METADATA, "IDPSSODescriptor")))?;
    let entity = role.parent()?.attribute("entityID")?;
    let (sign_on, by_post) = service(role, "SingleSignOnService")?;
    let mut config = Written::new();
    config.insert("idpEntityId", entity.to_owned());
    config.insert("singleSignOnServiceUrl", sign_on);
    config.insert("postBindingResponse", by_post.to_string());
    config.insert("postBindingAuthnRequest", by_post.to_string());
    if let Some((logout, by_post)) = service(role, "SingleLogoutService") {
        config.insert("singleLogoutServiceUrl", logout);
        config.insert("postBindingLogout", by_post.to_string());
    }
    let resolution = children(role, METADATA, "ArtifactResolutionService").next();
    if let Some(address) = resolution.and_then(|node| node.attribute("Location")) {
        config.insert("artifactResolutionServiceUrl", address.to_owned());
    }
    let signed = role.attribute("WantAuthnRequestsSigned") == Some("true");
    config.insert("wantAuthnRequestsSigned", signed.to_string());
    // What is not signed is never believed, whatever the metadata ask of our requests.
    config.insert("validateSignature", "true".to_owned());
    let formats = children(role, METADATA, "NameIDFormat").filter_map(|node| node.text());
    let formats: Vec<&str> = formats.map(str::trim).collect();
    let format = formats
        .iter()
        .find(|format| **format == PERSISTENT)
        .or(formats.first());
    if let Some(format) = format {
        config.insert("nameIDPolicyFormat", (*format).to_owned());
    }
    for (usage, setting) in [
        ("signing", "signingCertificate"),
        ("encryption", "encryptionPublicKey"),
    ] {
        let found = certificates(role, usage);
        if !found.is_empty() {
            config.insert(setting, found.join(","));
        }
    }
    config.insert("enabledFromMetadata", "true".to_owned());
    for off in [
        "artifactBindingResponse",
        "addExtensionsElementWithKeyInfo",
        "loginHint",
    ] {
        config.insert(off, "false".to_owned());
    }
    Some(config)
}

fn children<'a, 'b>(
    of: Node<'a, 'b>,
    space: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'b>> {
    of.children()
        .filter(move |node| node.has_tag_name((space, name)))
}

/// The address of a service, and whether it is posted to; a form is preferred, as it has room for signatures.
fn service(role: Node<'_, '_>, name: &'static str) -> Option<(String, bool)> {
    let at = |binding: &str| {
        let mut all = children(role, METADATA, name);
        let found = all.find(|node| node.attribute("Binding") == Some(binding))?;
        found.attribute("Location").map(str::to_owned)
    };
    let posted = at(POST).map(|address| (address, true));
    posted.or_else(|| at(REDIRECT).map(|address| (address, false)))
}

/// The certificates of the keys with this use, or with no use of their own, base64 without armour.
fn certificates(role: Node<'_, '_>, usage: &str) -> Vec<String> {
    let keys = children(role, METADATA, "KeyDescriptor");
    let keys = keys.filter(|key| key.attribute("use").is_none_or(|one| one == usage));
    let found = keys.flat_map(|key| {
        let inside = key.descendants();
        inside.filter(|node| node.has_tag_name((SIGNATURE, "X509Certificate")))
    });
    let texts = found.filter_map(|node| node.text());
    texts
        .map(|text| text.split_whitespace().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIPTOR: &str = r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
        xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example">
        <md:IDPSSODescriptor WantAuthnRequestsSigned="true"
            protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
            AAAA
            BBBB</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
        <md:SingleLogoutService Location="https://idp.example/out"
            Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/>
        <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
        <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
        <md:SingleSignOnService Location="https://idp.example/redirect"
            Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/>
        <md:SingleSignOnService Location="https://idp.example/post"
            Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
        </md:IDPSSODescriptor></md:EntityDescriptor>"#;

    #[test]
    fn saml_metadata_become_settings() {
        let config = settings(DESCRIPTOR).unwrap();

        for (setting, text) in [
            ("idpEntityId", "https://idp.example"),
            ("singleSignOnServiceUrl", "https://idp.example/post"),
            ("postBindingResponse", "true"),
            ("singleLogoutServiceUrl", "https://idp.example/out"),
            ("postBindingLogout", "false"),
            ("signingCertificate", "AAAABBBB"),
            ("validateSignature", "true"),
            ("nameIDPolicyFormat", PERSISTENT),
        ] {
            assert_eq!(
                config.get(setting).map(String::as_str),
                Some(text),
                "{setting}"
            );
        }
        assert!(!config.contains_key("encryptionPublicKey"));
    }

    #[test]
    fn signatures_are_wanted_whatever_the_metadata_say() {
        let rows = [
            DESCRIPTOR.replace("WantAuthnRequestsSigned=\"true\"", ""),
            DESCRIPTOR.replace("use=\"signing\"", ""),
            DESCRIPTOR.replace("\"true\"", "\"false\""),
        ];
        for text in rows {
            let config = settings(&text).unwrap();

            assert_eq!(config.get("validateSignature").unwrap(), "true", "{text}");
            assert_eq!(config.get("signingCertificate").unwrap(), "AAAABBBB");
        }
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>"#;
        for text in [
            "",
            "{}",
            "<a/>",
            bomb,
            &DESCRIPTOR.replace("entityID", "other"),
            &format!(
                "{}{DESCRIPTOR}{}",
                "<a>".repeat(100_000),
                "</a>".repeat(100_000)
            ),
            &DESCRIPTOR.replace("WantAuthnRequestsSigned", &"a='' ".repeat(1_000)),
            &DESCRIPTOR.replace("AAAA", &"A".repeat(600_000)),
        ] {
            assert_eq!(settings(text), None, "{text}");
        }
    }
}
