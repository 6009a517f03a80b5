//! Members of clients of SAML, and the settings that they are.

use cloakroom_model::client::Settings;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// Switches, and the attributes that keep them.
const SWITCHES: [(&str, &str); 7] = [
    ("forceNameIdFormat", "saml_force_name_id_format"),
    ("includeAuthnStatement", "saml.authnstatement"),
    ("signDocuments", "saml.server.signature"),
    ("signAssertions", "saml.assertion.signature"),
    ("clientSignatureRequired", "saml.client.signature"),
    ("forcePostBinding", "saml.force.post.binding"),
    ("allowEcpFlow", "saml.allow.ecp.flow"),
];

/// Texts, and the attributes that keep them.
const TEXTS: [(&str, &str); 4] = [
    ("nameIdFormat", "saml_name_id_format"),
    ("signatureAlgorithm", "saml.signature.algorithm"),
    (
        "signatureCanonicalizationMethod",
        "saml_signature_canonicalization_method",
    ),
    ("signingCertificate", "saml.signing.certificate"),
];

/// The one switch that is no attribute.
const LOGOUT: &str = "frontChannelLogout";

/// Words that a text has to be one of; any if it is not here.
pub(super) const WORDS: [(&str, &[&str]); 2] = [
    (
        "nameIdFormat",
        &["username", "email", "persistent", "transient"],
    ),
    (
        "signatureAlgorithm",
        &[
            "RSA_SHA1",
            "RSA_SHA256",
            "RSA_SHA256_MGF1",
            "RSA_SHA512",
            "RSA_SHA512_MGF1",
            "DSA_SHA1",
        ],
    ),
];

/// Tells whether clients of SAML have this member.
pub(super) fn is_member(name: &str) -> bool {
    is_switch(name) || TEXTS.iter().any(|(member, _)| *member == name)
}

/// Tells whether the member is a switch.
pub(super) fn is_switch(name: &str) -> bool {
    name == LOGOUT || SWITCHES.iter().any(|(member, _)| *member == name)
}

pub(super) fn show(settings: &Settings, shown: &mut Value) {
    for (member, attribute) in SWITCHES {
        if let Some(text) = settings.attribute(attribute) {
            set(shown, member, json!(text == "true"));
        }
    }
    for (member, attribute) in TEXTS {
        if let Some(text) = settings.attribute(attribute) {
            set(shown, member, json!(text));
        }
    }
    set(shown, LOGOUT, json!(settings.frontchannel_logout));
}

/// What is not said is taken away.
pub(super) fn read(sent: &Object, client: &mut Object) -> Result<(), Unreadable> {
    let mut attributes = Object::new();
    for (member, attribute) in SWITCHES {
        let on = read::switch(sent, member)?;
        let text = on.map_or_else(String::new, |on| on.to_string());
        attributes.insert(attribute.to_owned(), json!(text));
    }
    for (member, attribute) in TEXTS {
        let text = read::text(sent, member)?.unwrap_or_default();
        attributes.insert(attribute.to_owned(), json!(text));
    }
    client.insert("attributes".to_owned(), Value::Object(attributes));
    let logout = read::switch(sent, LOGOUT)?.unwrap_or(false);
    client.insert("frontchannelLogout".to_owned(), json!(logout));
    Ok(())
}
