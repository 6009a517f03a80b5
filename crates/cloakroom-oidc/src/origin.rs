//! Web origins: from which pages a browser may read a client's answers.

use std::collections::BTreeSet;

use cloakroom_model::client::Client;

/// The client's web origins; `+` stands for the origins of its redirect URIs.
pub fn of_client(client: &Client) -> BTreeSet<String> {
    let mut origins = BTreeSet::new();
    for origin in &client.settings.web_origins {
        if origin == "+" {
            let redirects = client.settings.redirect_uris.iter();
            origins.extend(redirects.filter_map(|uri| of_redirect(client, uri)));
        } else if !origin.is_empty() {
            origins.insert(origin.trim_end_matches('/').to_owned());
        }
    }
    origins
}

/// The origin may read this client's answers.
pub fn is_allowed(client: &Client, origin: &str) -> bool {
    let origins = of_client(client);
    origins.contains("*") || origins.contains(origin)
}

fn of_redirect(client: &Client, uri: &str) -> Option<String> {
    let uri = uri.trim_end_matches('*');
    let absolute = if uri.starts_with('/') {
        client.settings.root_url.clone()?
    } else {
        uri.to_owned()
    };
    let url = url::Url::parse(&absolute).ok()?;
    // An app's own scheme has no origin, and `null` must never be one.
    Some(url.origin())
        .filter(url::Origin::is_tuple)
        .map(|origin| origin.ascii_serialization())
}
