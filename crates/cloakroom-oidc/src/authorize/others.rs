//! Parameters that this server has no use for, and an identity provider may.

use std::collections::BTreeMap;

use crate::Form;

/// The parameters that are none of this server's, and `acr_values`; as many and as long as in Keycloak.
pub(super) fn read(form: &Form) -> BTreeMap<String, String> {
    const OURS: [&str; 21] = [
        "claims",
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "dpop_jkt",
        "id_token_hint",
        "kc_action",
        "kc_idp_hint",
        "kc_locale",
        "login_hint",
        "max_age",
        "nonce",
        "prompt",
        "redirect_uri",
        "request",
        "request_uri",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    ];
    const MOST: usize = 5;
    const LONGEST: usize = 2000;
    let mut sent: Vec<(&str, &str)> = form
        .iter()
        .filter(|(name, value)| {
            !OURS.contains(name) && !value.is_empty() && name.len() <= 100 && value.len() <= LONGEST
        })
        .collect();
    // The one that Keycloak passes on without being told comes first, whatever else there is.
    sent.sort_by_key(|(name, _)| (*name != "acr_values", *name));
    sent.truncate(MOST);
    sent.into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
