//! What each kind of identity provider has to be told to be reached: the fields of its form.

use cloakroom_admin::preset;
use serde_json::{Value, json};

use crate::part::sheet::{Field, Shape};

/// The ways in which a client proves itself that there are.
const PROOFS: &[&str] = &[
    "",
    "client_secret_post",
    "client_secret_basic",
    "client_secret_basic_unencoded",
    "client_secret_jwt",
    "private_key_jwt",
];

const SYNC: &[&str] = &["", "IMPORT", "LEGACY", "FORCE"];

/// The fields of a kind.
pub(super) fn fields(kind: &str) -> Vec<Field> {
    let mut fields = match kind {
        "saml" => saml(),
        "apple" => [apple(), openid()].concat(),
        // A kind that nobody here speaks to keeps what it was imported with.
        kind if preset::find(kind).is_none() => Vec::new(),
        "oidc" => [openid(), vec![jwt()], filter()].concat(),
        "keycloak-oidc" => [openid(), filter()].concat(),
        _ => openid(),
    };
    let sync = Field::new("config/syncMode", "provider-sync", Shape::Choice(SYNC));
    fields.push(sync);
    fields
}

/// The settings that a new one begins with.
pub(super) fn begin(kind: &str) -> Value {
    match kind {
        "saml" => json!({
            "validateSignature": "true", "wantAssertionsSigned": "true", "postBindingAuthnRequest": "true",
            "postBindingResponse": "true",
        }),
        // Whoever is told nothing else is told who somebody is, but not their name and address.
        "oidc" | "keycloak-oidc" => json!({
            "validateSignature": "true", "useJwksUrl": "true", "pkceEnabled": "true",
            "defaultScope": "openid profile email",
        }),
        _ => json!({"validateSignature": "true", "useJwksUrl": "true", "pkceEnabled": "true"}),
    }
}

fn text(path: &'static str, key: &'static str) -> Field {
    Field::new(path, key, Shape::Text)
}

fn switch(path: &'static str, key: &'static str) -> Field {
    Field::new(path, key, Shape::Switch(true))
}

fn openid() -> Vec<Field> {
    vec![
        text("config/clientId", "provider-client-id"),
        Field::new(
            "config/clientSecret",
            "provider-client-secret",
            Shape::Secret,
        ),
        Field::new(
            "config/clientSecretExpiresAt",
            "provider-secret-end",
            Shape::Instant,
        ),
        Field::new(
            "config/clientAuthMethod",
            "provider-proof",
            Shape::Choice(PROOFS),
        ),
        text("config/issuer", "provider-issuer"),
        text("config/authorizationUrl", "provider-authorization"),
        text("config/tokenUrl", "provider-token"),
        text("config/userInfoUrl", "provider-userinfo"),
        text("config/logoutUrl", "provider-logout"),
        text("config/jwksUrl", "provider-jwks"),
        switch("config/validateSignature", "provider-validate"),
        switch("config/useJwksUrl", "provider-use-jwks"),
        switch("config/pkceEnabled", "provider-pkce"),
        text("config/defaultScope", "provider-scope"),
    ]
}

/// Whether claims are read out of the access token.
fn jwt() -> Field {
    switch("config/isAccessTokenJWT", "provider-access-token")
}

/// Who of the people there is let in.
fn filter() -> Vec<Field> {
    vec![
        switch("config/filteredByClaim", "provider-filter"),
        text("config/claimFilterName", "provider-filter-name"),
        text("config/claimFilterValue", "provider-filter-value"),
    ]
}

fn apple() -> Vec<Field> {
    vec![
        text("config/teamId", "provider-apple-team"),
        text("config/keyId", "provider-apple-key"),
    ]
}

fn saml() -> Vec<Field> {
    vec![
        text("config/singleSignOnServiceUrl", "provider-saml-sign-on"),
        text("config/singleLogoutServiceUrl", "provider-saml-logout"),
        text("config/idpEntityId", "provider-saml-entity"),
        text("config/entityId", "provider-saml-own"),
        text("config/metadataDescriptorUrl", "provider-saml-metadata"),
        switch(
            "config/useMetadataDescriptorUrl",
            "provider-saml-use-metadata",
        ),
        text("config/signingCertificate", "provider-saml-certificate"),
        switch("config/validateSignature", "provider-validate"),
        switch("config/wantAssertionsSigned", "provider-saml-signed"),
        switch("config/wantAssertionsEncrypted", "provider-saml-encrypted"),
        switch("config/wantAuthnRequestsSigned", "provider-saml-sign"),
        switch("config/postBindingAuthnRequest", "provider-saml-post"),
        switch("config/postBindingLogout", "provider-saml-post-logout"),
        text("config/nameIDPolicyFormat", "provider-saml-name"),
    ]
}
