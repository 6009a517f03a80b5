//! What a client asks to be answered with: a code, and nothing else.

use cloakroom_model::client::Client;

use super::Refusal;
use crate::Form;

/// The client may have what it asks for.
pub(super) fn check(client: &Client, form: &Form) -> Result<(), Refusal> {
    let Some(text) = form.get("response_type") else {
        let why = "Missing parameter: response_type".to_owned();
        return Err(("invalid_request", Some(why)));
    };
    let disabled = |flow: &str| {
        let why = format!(
            "Client is not allowed to initiate browser login with given response_type. \
             {flow} flow is disabled for the client."
        );
        ("unauthorized_client", Some(why))
    };
    if text == "code" {
        return if client.settings.standard_flow_enabled {
            Ok(())
        } else {
            Err(disabled("Standard"))
        };
    }
    let words: Vec<&str> = text.split(' ').collect();
    let is_known = words
        .iter()
        .all(|word| ["code", "token", "id_token"].contains(word));
    if is_known && !client.settings.implicit_flow_enabled {
        return Err(disabled("Implicit"));
    }
    // Tokens in a redirect are not offered, whatever the client's settings say (RFC 9700 §2.1.2).
    Err(("unsupported_response_type", None))
}
