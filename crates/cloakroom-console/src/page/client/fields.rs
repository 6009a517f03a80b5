//! The settings of a client, in the order that people look for them.

use crate::part::{Field, Section, Shape};

fn attribute(name: &str, key: &str, shape: Shape) -> Field {
    Field::new(&format!("attributes/{name}"), key, shape)
}

/// All settings, by section.
pub(super) fn all() -> Vec<Section> {
    vec![
        Section::new("client-general", general()),
        Section::new("client-urls", urls()),
        Section::new("client-ways", ways()),
        Section::new("client-token-settings", tokens()),
        Section::new("client-sign-out", sign_out()),
    ]
}

fn general() -> Vec<Field> {
    vec![
        Field::new("clientId", "client-id", Shape::Required),
        Field::new("name", "client-name", Shape::Text),
        Field::new("description", "client-description", Shape::Text),
        Field::new("enabled", "client-enabled", Shape::Switch(false)),
        Field::new(
            "alwaysDisplayInConsole",
            "client-always-shown",
            Shape::Switch(false),
        ),
    ]
}

fn urls() -> Vec<Field> {
    vec![
        Field::new("rootUrl", "client-root", Shape::Text),
        Field::new("baseUrl", "client-base", Shape::Text),
        Field::new("redirectUris", "client-redirects", Shape::Lines),
        attribute(
            "post.logout.redirect.uris",
            "client-logout-redirects",
            Shape::Joined,
        ),
        Field::new("webOrigins", "client-origins", Shape::Lines),
        Field::new("adminUrl", "client-admin-url", Shape::Text),
    ]
}

fn ways() -> Vec<Field> {
    vec![
        Field::new("publicClient", "client-public", Shape::Switch(false)),
        Field::new(
            "standardFlowEnabled",
            "client-standard",
            Shape::Switch(false),
        ),
        Field::new(
            "serviceAccountsEnabled",
            "client-service",
            Shape::Switch(false),
        ),
        attribute(
            "oauth2.device.authorization.grant.enabled",
            "client-device",
            Shape::Switch(true),
        ),
        Field::new(
            "directAccessGrantsEnabled",
            "client-direct",
            Shape::Switch(false),
        ),
        Field::new(
            "implicitFlowEnabled",
            "client-implicit",
            Shape::Switch(false),
        ),
        attribute(
            "pkce.code.challenge.method",
            "client-pkce",
            Shape::Choice(&["", "S256"]),
        ),
        attribute(
            "require.pushed.authorization.requests",
            "client-par",
            Shape::Switch(true),
        ),
        attribute(
            "dpop.bound.access.tokens",
            "client-dpop",
            Shape::Switch(true),
        ),
        Field::new("consentRequired", "client-consent", Shape::Switch(false)),
    ]
}

fn tokens() -> Vec<Field> {
    vec![
        attribute(
            "access.token.lifespan",
            "client-lifespan",
            Shape::Seconds(true),
        ),
        attribute(
            "access.token.signed.response.alg",
            "client-signature",
            Shape::Choice(SIGNATURES),
        ),
        attribute(
            "id.token.signed.response.alg",
            "client-id-signature",
            Shape::Choice(SIGNATURES),
        ),
        attribute(
            "client.use.lightweight.access.token.enabled",
            "client-light",
            Shape::Switch(true),
        ),
        attribute(
            "cloakroom.access.token.opaque",
            "client-opaque",
            Shape::Switch(true),
        ),
        attribute("use.refresh.tokens", "client-refresh", Shape::Switch(true)).on_unset(),
    ]
}

const SIGNATURES: &[&str] = &["", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

fn sign_out() -> Vec<Field> {
    vec![
        attribute("backchannel.logout.url", "client-backchannel", Shape::Text),
        attribute(
            "backchannel.logout.session.required",
            "client-backchannel-session",
            Shape::Switch(true),
        ),
        Field::new(
            "frontchannelLogout",
            "client-frontchannel",
            Shape::Switch(false),
        ),
        attribute(
            "frontchannel.logout.url",
            "client-frontchannel-url",
            Shape::Text,
        ),
    ]
}
