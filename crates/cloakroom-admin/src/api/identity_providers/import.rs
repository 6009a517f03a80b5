//! Settings of an identity provider, read from what it says of itself: its OpenID Connect discovery
//! document, or its SAML metadata.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::saml::parse_within_limits;
use cloakroom_keycloak::{catalog, read};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use roxmltree::Node;
use serde_json::Value;

use super::{BASE, MANAGE};
use crate::access::Admin;
use crate::api::Answer;
use crate::error::{AdminError, Result};
use crate::multipart;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(&format!("{BASE}/import-config"), web::post().to(import));
}

type Config = BTreeMap<&'static str, String>;

/// Fetches from the address that was sent, as far as the server may go there, or reads the file.
async fn import(admin: Admin, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let bad = || AdminError::error(400, "HTTP 400 Bad Request");
    if let Some(form) = multipart::read(&request, &body) {
        let field = |name: &str| form.get(name).and_then(|field| multipart::text(field));
        let kind = Kind::of(&field("providerId").ok_or_else(bad)?)?;
        let config = kind.read(&field("file").ok_or_else(bad)?)?;
        return Ok(HttpResponse::Ok().json(config));
    }
    let sent = read::map(&body)?;
    let kind = read::text(&sent, "providerId")?.ok_or_else(bad)?;
    let address = read::text(&sent, "fromUrl")?.ok_or_else(bad)?;
    let kind = Kind::of(kind)?;
    let mut config = match kind.accepts() {
        Some(accepted) => {
            let fetched = admin.app.outbound.get(address, accepted).await;
            // Whoever names an address learns nothing about what is there.
            let fetched = fetched.map_err(|why| {
                tracing::info!(%why, "settings of an identity provider were not fetched");
                unreadable()
            })?;
            kind.read(&String::from_utf8_lossy(&fetched))?
        }
        None => Config::new(),
    };
    config.insert("metadataDescriptorUrl", address.to_owned());
    Ok(HttpResponse::Ok().json(config))
}

fn unreadable() -> AdminError {
    AdminError::message(
        400,
        "No settings of an identity provider could be read there",
    )
}

/// In which form identity providers of a kind say what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OpenIdConnect,
    Saml,
    /// Everything about it is known.
    Fixed,
}

impl Kind {
    fn of(id: &str) -> Result<Self> {
        match id {
            "oidc" | "keycloak-oidc" => Ok(Self::OpenIdConnect),
            "saml" => Ok(Self::Saml),
            id if catalog::identity_provider(id).is_some() => Ok(Self::Fixed),
            id => {
                let why = format!("Invalid identity provider id [{id}]");
                Err(AdminError::message(400, why))
            }
        }
    }

    fn accepts(self) -> Option<&'static str> {
        match self {
            Self::OpenIdConnect => Some("application/json"),
            Self::Saml => Some("application/samlmetadata+xml, application/xml, text/xml"),
            Self::Fixed => None,
        }
    }

    fn read(self, text: &str) -> Result<Config> {
        let config = match self {
            Self::OpenIdConnect => discovered(text),
            Self::Saml => described(text),
            Self::Fixed => Some(Config::new()),
        };
        config.ok_or_else(unreadable)
    }
}

/// The settings that each member of a discovery document is (OpenID Connect Discovery 1.0 §3).
const DISCOVERED: [(&str, &str); 7] = [
    ("issuer", "issuer"),
    ("authorization_endpoint", "authorizationUrl"),
    ("token_endpoint", "tokenUrl"),
    ("introspection_endpoint", "tokenIntrospectionUrl"),
    ("userinfo_endpoint", "userInfoUrl"),
    ("end_session_endpoint", "logoutUrl"),
    ("jwks_uri", "jwksUrl"),
];

fn discovered(text: &str) -> Option<Config> {
    let document: Value = serde_json::from_str(text).ok()?;
    let document = document.as_object()?;
    let mut config = Config::new();
    for (member, setting) in DISCOVERED {
        if let Some(text) = document.get(member).and_then(Value::as_str) {
            config.insert(setting, text.to_owned());
        }
    }
    if config.contains_key("jwksUrl") {
        config.insert("validateSignature", "true".to_owned());
        config.insert("useJwksUrl", "true".to_owned());
    }
    Some(config)
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

fn described(text: &str) -> Option<Config> {
    let document = parse_within_limits(text).ok()?;
    let mut all = document.descendants();
    let role = all.find(|node| node.has_tag_name((METADATA, "IDPSSODescriptor")))?;
    let entity = role.parent()?.attribute("entityID")?;
    let (sign_on, by_post) = service(role, "SingleSignOnService")?;
    let mut config = Config::new();
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
        let config = described(DESCRIPTOR).unwrap();

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
            let config = described(&text).unwrap();

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
            assert_eq!(described(text), None, "{text}");
        }
        for text in ["", "[]", "<a/>"] {
            assert_eq!(discovered(text), None, "{text}");
        }
    }

    #[test]
    fn keys_at_an_address_are_used_for_signatures() {
        let config =
            discovered(r#"{"issuer":"https://a","jwks_uri":"https://a/keys","more":1}"#).unwrap();

        assert_eq!(config.get("useJwksUrl").map(String::as_str), Some("true"));
        assert_eq!(config.len(), 4);
    }
}
