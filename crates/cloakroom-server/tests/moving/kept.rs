//! What a client or a realm asks for and nothing here does is named in the report, and what asks for nothing is not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::server::Installation;

fn places(report: &Value) -> BTreeSet<String> {
    let all = report["approximated"].as_array().unwrap().iter();
    all.map(|one| one["place"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_kept_alone_is_named() {
    let here = Installation::new();
    let loud = json!({
        "realm": "loud", "enabled": true,
        "attributes": {"frontendUrl": "https://other.example", "shortVerificationUri": "https://o.example", "cibaInterval": "9", "parRequestUriLifespan": "soon"},
        "ssoSessionIdleTimeout": 0, "notBefore": 2_000_000_000, "browserFlow": "clients",
        "clients": [{
            "clientId": "app", "publicClient": true, "implicitFlowEnabled": true,
            "redirectUris": ["https://a.example*", "https://a.example/x/*"],
            "attributes": {
                "dpop.bound.access.tokens": "true", "tls.client.certificate.bound.access.tokens": "true",
                "oidc.ciba.grant.enabled": "true", "ciba.backchannel.token.delivery.mode": "ping",
                "access.token.lifespan": "abc", "post.logout.redirect.uris": "*##https://a.example/out",
            },
        }],
    });
    let quiet = json!({
        "realm": "quiet", "enabled": true,
        "browserFlow": "browser", "ssoSessionIdleTimeout": 600, "notBefore": 5,
        "attributes": {
            "frontendUrl": "", "cibaInterval": "5", "parRequestUriLifespan": "60",
            "cloakroom.frontChannelAccessTokens": "true",
        },
        "clients": [{
            "clientId": "app", "publicClient": true, "implicitFlowEnabled": true,
            "redirectUris": ["https://a.example/*", "/app/*"],
            "attributes": {
                "dpop.bound.access.tokens": "false", "tls.client.certificate.bound.access.tokens": "false",
                "oidc.ciba.grant.enabled": "false", "access.token.lifespan": "300",
                "post.logout.redirect.uris": "+",
            },
        }],
    });

    let told = places(&here.import(&here.file("loud.json", &loud.to_string())));
    let untold = places(&here.import(&here.file("quiet.json", &quiet.to_string())));

    for place in [
        "attributes.frontendUrl",
        "attributes.shortVerificationUri",
        "attributes.cibaInterval",
        "attributes.parRequestUriLifespan",
        "browserFlow",
        "notBefore",
        "ssoSessionIdleTimeout",
        "clients[].implicitFlowEnabled",
        "clients[].redirectUris",
        "clients[].attributes.access.token.lifespan",
        "clients[].attributes.ciba.backchannel.token.delivery.mode",
        "clients[].attributes.oidc.ciba.grant.enabled",
        "clients[].attributes.post.logout.redirect.uris",
        "clients[].attributes.tls.client.certificate.bound.access.tokens",
    ] {
        assert!(told.contains(place), "{place} {told:?}");
        assert!(!untold.contains(place), "{place} {untold:?}");
    }
}
