//! `CredentialRepresentation`: a credential as JSON, without its secret part.

use crate::read::set;
use cloakroom_model::credential::Credential;
use serde_json::{Value, json};

/// The credential as it is shown.
pub fn show(credential: &Credential) -> Value {
    let mut shown = json!({
        "id": credential.id,
        "type": credential.kind,
        "createdDate": credential.created_at.millis(),
        "credentialData": credential.credential_data,
    });
    if let Some(label) = &credential.label {
        set(&mut shown, "userLabel", json!(label));
    }
    shown
}
