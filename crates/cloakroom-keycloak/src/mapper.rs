//! `ProtocolMapperRepresentation`: a mapper as JSON.

use std::collections::BTreeMap;

use cloakroom_model::id::MapperId;
use cloakroom_model::mapper::Mapper;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable};

/// Mappers whose claims are for access tokens where nothing is said.
const FOR_ACCESS: [&str; 2] = [
    "oidc-allowed-origins-mapper",
    "oidc-audience-resolve-mapper",
];
/// Mappers that have no switches for kinds of tokens.
const WITHOUT_SWITCHES: [&str; 2] = ["oidc-nonce-backwards-compatible-mapper", OF_ORGANIZATIONS];
const OF_ORGANIZATIONS: &str = "oidc-organization-membership-mapper";

/// The settings of a mapper with those that follow from what is said: userinfo is like ID tokens, and introspection like
/// access tokens, because mappers are older than these two switches.
fn effective(mapper: &Mapper) -> BTreeMap<String, String> {
    let mut config = mapper.config.clone();
    // A switch without a word is one that was not set.
    config.retain(|name, value| !(value.is_empty() && name.ends_with(".token.claim")));
    let kind = mapper.mapper.as_str();
    let mut usual = |name: &str, value: &str| {
        config
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
    };
    if FOR_ACCESS.contains(&kind) {
        usual("access.token.claim", "true");
        usual("introspection.token.claim", "true");
    } else if kind == OF_ORGANIZATIONS {
        if !mapper.config.contains_key("addOrganizationAttributes") {
            usual("addOrganizationAttributes", "false");
            usual("addOrganizationId", "false");
        }
        usual("claim.name", "organization");
        usual("jsonType.label", "String");
        usual("multivalued", "true");
    }
    if !kind.starts_with("oidc-") || WITHOUT_SWITCHES.contains(&kind) {
        return config;
    }
    for (of, like) in [
        ("introspection.token.claim", "access.token.claim"),
        ("userinfo.token.claim", "id.token.claim"),
    ] {
        let is_for_access = FOR_ACCESS.contains(&kind);
        if let Some(value) = config.get(like).filter(|_| !is_for_access).cloned() {
            config.entry(of.to_owned()).or_insert(value);
        }
    }
    config
}

/// The mapper as it is shown.
pub fn show(mapper: &Mapper) -> Value {
    with(mapper, &effective(mapper))
}

/// The mapper as files and its owner's representation have it: with what was said, and nothing else. Tools compare that
/// with what they sent.
pub fn export(mapper: &Mapper) -> Value {
    with(mapper, &mapper.config)
}

fn with(mapper: &Mapper, config: &BTreeMap<String, String>) -> Value {
    json!({
        "id": mapper.id,
        "name": mapper.name,
        "protocol": mapper.protocol,
        "protocolMapper": mapper.mapper,
        "consentRequired": false,
        "config": config,
    })
}

/// The mapper that was sent, for the given owner.
pub fn from_sent(owner: &str, id: MapperId, sent: &Object) -> Result<Mapper, Unreadable> {
    let text = |name| read::text(sent, name).map(|text| text.unwrap_or_default().to_owned());
    let config = read::settings(sent, "config")?.unwrap_or_default();
    Ok(Mapper {
        id,
        owner_id: owner.to_owned(),
        name: text("name")?,
        protocol: text("protocol")?,
        mapper: text("protocolMapper")?,
        config,
    })
}

/// The mapper that was sent with its owner. Userinfo is like ID tokens where nothing is said, from then on: Keycloak writes
/// that down for mappers that come this way.
pub fn from_owner(owner: &str, id: MapperId, sent: &Object) -> Result<Mapper, Unreadable> {
    let mut made = from_sent(owner, id, sent)?;
    let like = made.config.get("id.token.claim").cloned();
    if let Some(value) = like.filter(|_| made.protocol == "openid-connect") {
        let switch = made.config.entry("userinfo.token.claim".to_owned());
        switch.or_insert(value);
    }
    Ok(made)
}

/// All members that a mapper's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "protocol",
    "protocolMapper",
    "consentRequired",
    "consentText",
    "config",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_the_settings_is_shown_with_them() {
        let (access, id) = ("access.token.claim", "id.token.claim");
        let (introspection, userinfo) = ("introspection.token.claim", "userinfo.token.claim");
        let (on, off) = ("true", "false");
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let both: Pairs<'_> = &[("access.token.claim", "true"), ("id.token.claim", "false")];
        let cases: [(&str, Pairs<'_>, Pairs<'_>); 7] = [
            ("oidc-full-name-mapper", &[], &[]),
            (
                "oidc-full-name-mapper",
                both,
                &[
                    (access, on),
                    (id, off),
                    (introspection, on),
                    (userinfo, off),
                ],
            ),
            (
                "oidc-audience-resolve-mapper",
                &[],
                &[(access, on), (introspection, on)],
            ),
            (
                "oidc-audience-resolve-mapper",
                &[("access.token.claim", "false")],
                &[(access, off), (introspection, on)],
            ),
            (
                "oidc-nonce-backwards-compatible-mapper",
                both,
                &[(access, on), (id, off)],
            ),
            ("saml-role-list-mapper", both, &[(access, on), (id, off)]),
            (
                "oidc-organization-membership-mapper",
                &[("addOrganizationAttributes", "true")],
                &[
                    ("addOrganizationAttributes", on),
                    ("claim.name", "organization"),
                    ("jsonType.label", "String"),
                    ("multivalued", on),
                ],
            ),
        ];
        let texts = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        for (kind, config, shown) in cases {
            let mapper = Mapper {
                id: MapperId::new("m"),
                owner_id: "c".to_owned(),
                name: "m".to_owned(),
                protocol: "openid-connect".to_owned(),
                mapper: kind.to_owned(),
                config: texts(config),
            };

            assert_eq!(effective(&mapper), texts(shown), "{kind} {config:?}");
        }
    }
}
