//! Applications of SAML as clients: settings from the descriptor of an application, and its descriptor from settings.

use cloakroom_federation::saml::application::{Application, Place};
use cloakroom_federation::saml::provider;
use cloakroom_model::client::Client;
use cloakroom_oidc::keyring::describe::certificates_end;
use serde_json::{Map, Value, json};

use super::bundle;
use crate::error::{AdminError, Result};

const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const ARTIFACT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact";
const SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";
const PAOS: &str = "urn:oasis:names:tc:SAML:2.0:bindings:PAOS";

/// What stands where an application has no address, as in Keycloak: whoever reads the document sees what is missing.
const NOWHERE: &str = "ERROR:ENDPOINT_NOT_SET";

/// The formats of names, by what a client's settings call them.
const FORMATS: [(&str, &str); 4] = [
    (
        "email",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    ),
    (
        "persistent",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    ),
    (
        "transient",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    ),
    (
        "username",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    ),
];

/// What is sent looks like a descriptor of SAML.
pub(crate) fn is_description(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<') && text.ends_with('>') && text.contains("EntityDescriptor")
}

/// The client that a descriptor speaks of.
///
/// # Errors
///
/// It is none of one application, or a certificate in it is none.
pub(crate) fn client_of(text: &str) -> Result<Value> {
    let refuse = |_| AdminError::error(400, "Unsupported format");
    let read = Application::read(text).map_err(refuse)?;
    let mut attributes = Map::new();
    let mut set = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), json!(value));
        }
    };
    set("saml.server.signature", Some("true"));
    set("saml.server.signature.keyinfo.ext", Some("false"));
    set("saml.signature.algorithm", Some("RSA_SHA256"));
    set("saml.authnstatement", Some("true"));
    let on = |is_on: bool| is_on.then_some("true");
    set("saml.assertion.signature", on(read.wants_signed));
    let at = |places, binding| Application::first(places, binding);
    let logouts = &read.logouts;
    set("saml_single_logout_service_url_post", at(logouts, POST));
    set(
        "saml_single_logout_service_url_redirect",
        at(logouts, REDIRECT),
    );
    let mut addresses = Vec::new();
    for (binding, attribute) in [
        (POST, Some("saml_assertion_consumer_url_post")),
        (REDIRECT, Some("saml_assertion_consumer_url_redirect")),
        (SOAP, None),
        (PAOS, None),
        (ARTIFACT, Some("saml_artifact_binding_url")),
    ] {
        if let Some(found) = at(&read.consumers, binding) {
            if !addresses.contains(&found) {
                addresses.push(found);
            }
            if let Some(attribute) = attribute {
                set(attribute, Some(found));
            }
        }
    }
    let mut known = read.formats.iter().filter_map(|format| {
        let found = FORMATS.iter().find(|(_, uri)| uri == format);
        found.map(|(name, _)| *name)
    });
    set("saml_name_id_format", known.next());
    for certificate in [&read.signing, &read.encryption].into_iter().flatten() {
        if certificates_end(certificate).is_empty() {
            return Err(AdminError::error(400, "Unsupported format"));
        }
    }
    set("saml.client.signature", on(read.signing.is_some()));
    set("saml.signing.certificate", read.signing.as_deref());
    set("saml.encrypt", on(read.encryption.is_some()));
    set("saml.encryption.certificate", read.encryption.as_deref());
    Ok(json!({
        "clientId": read.entity,
        "protocol": "saml",
        "fullScopeAllowed": true,
        "redirectUris": addresses,
        "attributes": attributes,
    }))
}

/// The document of this name for an application of SAML, whatever protocol the client speaks; `None` if there is none of
/// that name.
pub(super) fn document(name: &str, client: &Client) -> Option<String> {
    (name == "saml-sp-descriptor").then(|| application(client).write())
}

/// What `mod_auth_mellon` of a web server is set up with: both descriptors and the certificate, in a ZIP archive. The key
/// that belongs to it is the application's, and is not here.
pub(super) fn mellon(client: &Client, realm: &str, certificate: Option<&str>) -> Vec<u8> {
    let described = application(client);
    let folder = folder(&client.client_id);
    let mut files = vec![
        ("idp-metadata.xml", provider::describe(realm, certificate)),
        ("sp-metadata.xml", described.write()),
    ];
    if let Some(certificate) = &described.signing {
        files.push(("client-cert.pem", armoured(certificate)));
    }
    let named = files
        .into_iter()
        .map(|(name, text)| (format!("{folder}/{name}"), text));
    bundle::zip(&named.collect::<Vec<_>>())
}

/// A client's name as that of a folder, which leads nowhere else.
fn folder(client_id: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-_".contains(c) {
        true => c,
        false => '_',
    };
    client_id.chars().map(plain).collect()
}

/// A certificate between its lines, as PEM has it (RFC 7468 §2).
fn armoured(certificate: &str) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let bare: Vec<char> = certificate.chars().filter(|c| !c.is_whitespace()).collect();
    for line in bare.chunks(64) {
        text.extend(line);
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// The format of the names that a client wants.
pub(super) fn name_format(client: &Client) -> &'static str {
    let said = client.settings.attribute("saml_name_id_format");
    let known = FORMATS.iter().find(|(name, _)| Some(*name) == said);
    known.map_or(
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        |(_, uri)| uri,
    )
}

/// Where a client begins: its base address, below its root if it is a path.
pub(super) fn start(client: &Client) -> Option<String> {
    let settings = &client.settings;
    let base = settings.base_url.as_deref().filter(|url| !url.is_empty())?;
    let root = settings.root_url.as_deref().unwrap_or_default();
    Some(match base.starts_with('/') {
        true => format!("{}{base}", root.trim_end_matches('/')),
        false => base.to_owned(),
    })
}

/// The application that a client's settings describe.
fn application(client: &Client) -> Application {
    let settings = &client.settings;
    let text = |name: &str| settings.attribute(name).map(str::to_owned);
    let (usual, suffix) = match settings.has("saml.force.post.binding") {
        true => (POST, "post"),
        false => (REDIRECT, "redirect"),
    };
    let consumer = text(&format!("saml_assertion_consumer_url_{suffix}"));
    let logout = text(&format!("saml_single_logout_service_url_{suffix}"));
    let by_artifact = settings.has("saml.artifact.binding");
    let consumer = match by_artifact {
        true => (ARTIFACT, text("saml_artifact_binding_url")),
        false => (usual, consumer),
    };
    let logout = match text("saml_single_logout_service_url_artifact") {
        Some(address) if by_artifact => (ARTIFACT, Some(address)),
        _ => (usual, logout),
    };
    let [consumer, logout] = [consumer, logout].map(|(binding, location)| Place {
        binding: binding.to_owned(),
        location: location
            .or_else(|| settings.admin_url.clone().filter(|url| !url.is_empty()))
            .unwrap_or_else(|| NOWHERE.to_owned()),
    });
    let format = name_format(client);
    let signs = settings.has("saml.client.signature");
    let is_encrypted = settings.has("saml.encrypt");
    Application {
        entity: client.client_id.clone(),
        signs,
        wants_signed: settings.has("saml.assertion.signature"),
        consumers: vec![consumer],
        logouts: vec![logout],
        formats: vec![format.to_owned()],
        signing: text("saml.signing.certificate").filter(|_| signs),
        encryption: text("saml.encryption.certificate").filter(|_| is_encrypted),
    }
}
