//! `OIDCClientRepresentation`: client metadata (RFC 7591 §2) and the settings of a client that they stand for.

mod algorithm;
mod described;
mod flows;
mod keys;
mod show;

use serde_json::{Map, Value, json};

use crate::client::{check_addresses, defaults};
use crate::read::{self, Object, Unreadable};

pub use described::describe;
pub use show::show;

/// Why metadata is not registered (RFC 7591 §3.2.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A redirect URI is none that an answer may go to: `invalid_redirect_uri`.
    #[error("{0}")]
    RedirectUri(String),
    /// Another member is not what it has to be: `invalid_client_metadata`.
    #[error("{0}")]
    Metadata(String),
    /// A member has the wrong type.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl Refused {
    fn metadata(why: impl Into<String>) -> Self {
        Self::Metadata(why.into())
    }
}

type Result<T> = std::result::Result<T, Refused>;

/// Redirect URIs that a stranger may register; each sign-in compares with all of them.
const MOST_ADDRESSES: usize = 500;

/// Attributes of a client that hold a text as it was sent.
const TEXTS: &[(&str, &str)] = &[
    ("logo_uri", "logoUri"),
    ("policy_uri", "policyUri"),
    ("tos_uri", "tosUri"),
    ("jwks_uri", "jwks.url"),
    ("initiate_login_uri", "initiate.login.uri"),
    (
        "id_token_signed_response_alg",
        "id.token.signed.response.alg",
    ),
    (
        "userinfo_signed_response_alg",
        "user.info.response.signature.alg",
    ),
    (
        "id_token_encrypted_response_alg",
        "id.token.encrypted.response.alg",
    ),
    (
        "id_token_encrypted_response_enc",
        "id.token.encrypted.response.enc",
    ),
    (
        "userinfo_encrypted_response_alg",
        "user.info.encrypted.response.alg",
    ),
    (
        "userinfo_encrypted_response_enc",
        "user.info.encrypted.response.enc",
    ),
    ("request_object_signing_alg", "request.object.signature.alg"),
    (
        "token_endpoint_auth_signing_alg",
        "token.endpoint.auth.signing.alg",
    ),
    ("backchannel_logout_uri", "backchannel.logout.url"),
    ("frontchannel_logout_uri", "frontchannel.logout.url"),
];

/// Attributes of a client that are switches.
const SWITCHES: &[(&str, &str)] = &[
    (
        "backchannel_logout_session_required",
        "backchannel.logout.session.required",
    ),
    (
        "backchannel_logout_revoke_offline_tokens",
        "backchannel.logout.revoke.offline.tokens",
    ),
    (
        "frontchannel_logout_session_required",
        "frontchannel.logout.session.required",
    ),
    (
        "require_pushed_authorization_requests",
        "require.pushed.authorization.requests",
    ),
    ("dpop_bound_access_tokens", "dpop.bound.access.tokens"),
];

/// Attributes of a client that hold several texts.
const LISTS: &[(&str, &str)] = &[
    ("request_uris", "request.uris"),
    ("default_acr_values", "default.acr.values"),
    ("post_logout_redirect_uris", "post.logout.redirect.uris"),
];

/// What stands between the values of such an attribute.
const BETWEEN: &str = "##";

/// Grants that an attribute of the client switches on.
const GRANTS: &[(&str, &str)] = &[
    (
        "urn:ietf:params:oauth:grant-type:device_code",
        "oauth2.device.authorization.grant.enabled",
    ),
    (
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "standard.token.exchange.enabled",
    ),
    ("refresh_token", "use.refresh.tokens"),
];

/// How a client proves itself, and Keycloak's name of that.
const METHODS: &[(&str, &str)] = &[
    ("client_secret_basic", "client-secret"),
    ("client_secret_post", "client-secret"),
    ("client_secret_jwt", "client-secret-jwt"),
    ("private_key_jwt", "client-jwt"),
];

/// Keycloak's name of the mapper that gives each sector subjects of its own.
pub const PAIRWISE: &str = "oidc-sha256-pairwise-sub-mapper";

/// The `ClientRepresentation` that the metadata stand for. What is not said is not in it, so that it
/// changes nothing of a client that is there already.
pub fn to_client(sent: &Object) -> Result<Object> {
    let mut client = Object::new();
    let mut attributes = Map::new();
    for (from, to) in [
        ("client_id", "clientId"),
        ("client_name", "name"),
        ("client_uri", "baseUrl"),
    ] {
        if let Some(text) = read::text(sent, from)? {
            client.insert(to.to_owned(), json!(text));
        }
    }
    if let Some(uris) = read::member::<Vec<String>>(sent, "redirect_uris")? {
        if uris.len() > MOST_ADDRESSES {
            return Err(Refused::RedirectUri("Too many redirect URIs".to_owned()));
        }
        client.insert("redirectUris".to_owned(), json!(uris));
    }
    read_attributes(sent, &mut attributes)?;
    keys::read(sent, &mut attributes)?;
    flows::read(sent, &mut client, &mut attributes)?;
    read_method(sent, &mut client)?;
    read_scope(sent, &mut client)?;
    refuse_unsupported(sent)?;
    if read::text(sent, "frontchannel_logout_uri")?.is_some() {
        client.insert("frontchannelLogout".to_owned(), json!(true));
    }
    client.insert("attributes".to_owned(), Value::Object(attributes));
    Ok(client)
}

/// Refuses addresses that a client of either representation must not have.
pub fn check(client: &Object) -> Result<()> {
    let settings = crate::client::apply(&defaults(), client)?;
    check_addresses(&settings).map_err(|why| {
        if why.starts_with("A redirect URI") {
            Refused::RedirectUri(why)
        } else {
            Refused::Metadata(why)
        }
    })
}

/// Whether subjects are to be the client's own (OpenID Connect Core §8); `None` if that is not said.
pub fn is_pairwise(sent: &Object) -> Result<Option<bool>> {
    match read::text(sent, "subject_type")? {
        None => Ok(None),
        Some("public") => Ok(Some(false)),
        Some("pairwise") => Ok(Some(true)),
        Some(_) => Err(Refused::metadata("Invalid subject_type")),
    }
}

fn read_attributes(sent: &Object, attributes: &mut Map<String, Value>) -> Result<()> {
    for (from, to) in TEXTS {
        let Some(text) = read::text(sent, from)? else {
            continue;
        };
        // OpenID Connect Core 1.0 §4: this one must be of https.
        let is_address = match *from {
            "initiate_login_uri" => text.starts_with("https://"),
            _ => is_web(text),
        };
        if from.ends_with("_uri") && !text.is_empty() && !is_address {
            return Err(Refused::metadata(format!("{from} is not a web address")));
        }
        let is_algorithm_name = from.ends_with("_alg") || from.ends_with("_enc");
        if is_algorithm_name && !text.is_empty() && !algorithm::is_offered(from, text) {
            return Err(Refused::metadata(format!("{from} is not supported")));
        }
        attributes.insert((*to).to_owned(), json!(text));
    }
    if let Some(uri) = read::text(sent, "client_uri")?
        && !is_web(uri)
    {
        return Err(Refused::metadata("client_uri is not a web address"));
    }
    for (from, to) in SWITCHES {
        if let Some(on) = read::switch(sent, from)? {
            attributes.insert((*to).to_owned(), json!(on.to_string()));
        }
    }
    for (from, to) in LISTS {
        let Some(values) = read::member::<Vec<String>>(sent, from)? else {
            continue;
        };
        if values.iter().any(|value| value.contains(BETWEEN)) {
            return Err(Refused::metadata(format!("{from} contains {BETWEEN}")));
        }
        if *from == "request_uris" && !values.iter().all(|uri| is_web(uri)) {
            return Err(Refused::metadata("request_uris are not web addresses"));
        }
        attributes.insert((*to).to_owned(), json!(values.join(BETWEEN)));
    }
    if let Some(age) = read::member::<u32>(sent, "default_max_age")? {
        attributes.insert("default.max.age".to_owned(), json!(age.to_string()));
    }
    Ok(())
}

fn is_web(uri: &str) -> bool {
    uri.starts_with("https://") || uri.starts_with("http://")
}

fn read_method(sent: &Object, client: &mut Object) -> Result<()> {
    let Some(method) = read::text(sent, "token_endpoint_auth_method")? else {
        return Ok(());
    };
    client.insert("publicClient".to_owned(), json!(method == "none"));
    if method == "none" {
        return Ok(());
    }
    let Some((_, name)) = METHODS.iter().find(|(known, _)| *known == method) else {
        return Err(Refused::metadata("Client metadata invalid"));
    };
    client.insert("clientAuthenticatorType".to_owned(), json!(name));
    Ok(())
}

/// `openid` is asked for by every client and is no scope that one has to be given.
fn read_scope(sent: &Object, client: &mut Object) -> Result<()> {
    if let Some(scope) = read::text(sent, "scope")? {
        let names = scope.split_whitespace().filter(|name| *name != "openid");
        let names: Vec<&str> = names.collect();
        client.insert("optionalClientScopes".to_owned(), json!(names));
    }
    Ok(())
}

/// Refuses what would be a promise that the server does not keep.
fn refuse_unsupported(sent: &Object) -> Result<()> {
    let name = "tls_client_certificate_bound_access_tokens";
    if read::switch(sent, name)? == Some(true) {
        return Err(Refused::metadata(format!("{name} is not supported")));
    }
    let set = |name: &&&str| sent.get(**name).is_some_and(|value| !value.is_null());
    match UNSUPPORTED.iter().find(set) {
        Some(name) => Err(Refused::metadata(format!("{name} is not supported"))),
        None => Ok(()),
    }
}

/// Members that would change what the client gets, in ways that the server does not have.
const UNSUPPORTED: &[&str] = &[
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "tls_client_auth_subject_dn",
];

/// All members that the representation has.
pub const FIELDS: &[&str] = &[
    "application_type",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "backchannel_authentication_request_signing_alg",
    "backchannel_client_notification_endpoint",
    "backchannel_logout_revoke_offline_tokens",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_token_delivery_mode",
    "client_id",
    "client_id_issued_at",
    "client_name",
    "client_secret",
    "client_secret_expires_at",
    "client_uri",
    "contacts",
    "default_acr_values",
    "default_max_age",
    "dpop_bound_access_tokens",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "registration_access_token",
    "registration_client_uri",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_object_signing_alg",
    "request_uris",
    "require_auth_time",
    "require_pushed_authorization_requests",
    "response_types",
    "scope",
    "sector_identifier_uri",
    "software_id",
    "software_statement",
    "software_version",
    "subject_type",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
];
