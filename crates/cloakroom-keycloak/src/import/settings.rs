//! Settings of realms, clients, identity providers, user stores and their mappers that are kept and that nothing here obeys: the report
//! names them, as far as they ask for something.

mod client;
mod known;
mod realm;

use super::Import;
use super::lenient::Part;
use known::{CODES, KNOWN, SAML};

pub(super) use client::of_client;
pub(super) use realm::of_realm;

/// A setting that is kept alone.
struct Kept {
    name: &'static str,
    /// With these values it asks for nothing that is not so; an empty one never does.
    quiet: &'static [&'static str],
    /// What becomes of it.
    how: &'static str,
}

/// A switch that is off asks for nothing.
const OFF: &[&str] = &["false"];

/// Settings that no kind obeys.
const KEPT: &[Kept] = &[
    Kept {
        name: "allowClientIdAsAudience",
        quiet: OFF,
        how: CLIENTS,
    },
    Kept {
        name: "artifactBindingResponse",
        quiet: OFF,
        how: "kept, but answers come by POST or Redirect: an artifact signs nobody in",
    },
    Kept {
        name: "attributeConsumingServiceName",
        quiet: &[],
        how: "kept, but the description of this side for the provider does not have it",
    },
    Kept {
        name: "connectionTrace",
        quiet: OFF,
        how: "kept, but nothing that a directory is told is written down here",
    },
    Kept {
        name: "doNotStoreUsers",
        quiet: OFF,
        how: "kept, but whoever comes in is stored here",
    },
    Kept {
        name: "enableLdapPasswordPolicy",
        quiet: OFF,
        how: "kept, but what the directory says of the age of a password is not asked for here",
    },
    Kept {
        name: "fedClientAssertionMaxExp",
        quiet: &[],
        how: CLIENTS,
    },
    Kept {
        name: "jwtAuthorizationGrantEnabled",
        quiet: OFF,
        how: "kept, but nobody trades an assertion of a provider for tokens here",
    },
    Kept {
        name: "jwtX509HeadersEnabled",
        quiet: OFF,
        how: "kept, but assertions of this client name their key by kid alone; a provider that finds it by x5t refuses them",
    },
    Kept {
        name: "pkceMethod",
        quiet: &["S256"],
        how: "kept, but the method is S256 in any case",
    },
    Kept {
        name: "referral",
        quiet: &["ignore"],
        how: "kept, but a directory leads nobody elsewhere here: entries behind a referral are not found",
    },
    Kept {
        name: "removeInvalidUsersEnabled",
        quiet: &["true"],
        how: "kept, but a full sync removes whoever is gone from the directory, and keeps nobody switched off",
    },
    Kept {
        name: "signSpMetadata",
        quiet: OFF,
        how: "kept, but the description of this side for the provider is not signed",
    },
    Kept {
        name: "storeTokenInSession",
        quiet: OFF,
        how: "kept, but tokens are stored with the account if storeToken is on, and with no session",
    },
    Kept {
        name: "supportsClientAssertionReuse",
        quiet: OFF,
        how: CLIENTS,
    },
    Kept {
        name: "supportsClientAssertions",
        quiet: OFF,
        how: CLIENTS,
    },
    Kept {
        name: "userIp",
        quiet: OFF,
        how: "kept, but a provider is not told the address of a browser",
    },
    Kept {
        name: "validateSignature",
        quiet: &["true"],
        how: "kept, but signatures are checked in any case: nobody comes in unless the provider's keys are known, by its \
              metadata or its settings",
    },
    Kept {
        name: "xmlSigKeyInfoKeyNameTransformer",
        quiet: &["NONE", "KEY_ID"],
        how: "kept, but a signature names its key by its id",
    },
];

const CLIENTS: &str = "kept, but no client proves itself by an assertion of a provider here";

/// Settings of mappers of directories that nothing obeys; all other names that Keycloak has are.
const OF_MAPPERS: &[Kept] = &[
    Kept {
        name: "attribute.force.default",
        quiet: &["true"],
        how: "kept, but a value by default is written wherever one is missing",
    },
    Kept {
        name: "binary.attribute.decoder",
        quiet: &["auto", "base64"],
        how: "kept, but a binary value is read as base64",
    },
    Kept {
        name: "decode.group.uuid.attribute",
        quiet: OFF,
        how: NO_GROUPS_OWN,
    },
    Kept {
        name: "drop.non.existing.groups.during.sync",
        quiet: OFF,
        how: "kept, but no sync removes a group here",
    },
    Kept {
        name: "groups.relative.create.dn",
        quiet: &[],
        how: "kept, but a new group is written directly below groups.dn",
    },
    Kept {
        name: "ldap.password.policy.hints.enabled",
        quiet: OFF,
        how: "kept, but the directory is not asked to hold a new password against the old ones",
    },
    Kept {
        name: "mapped.group.attributes",
        quiet: &[],
        how: NO_GROUPS_OWN,
    },
    Kept {
        name: "roles.relative.create.dn",
        quiet: &[],
        how: "kept, but a new role is written directly below roles.dn",
    },
];

const NO_GROUPS_OWN: &str = "kept, but groups take over no attributes of the directory's";

/// Names what of an identity provider's settings is kept alone.
pub(super) fn of_provider(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    let protocol = if kind == SAML { SAML } else { CODES };
    each(import, part, |name, value| told(protocol, name, value));
}

/// The same of a user store.
pub(super) fn of_store(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    each(import, part, |name, value| told(kind, name, value));
}

/// The same of a mapper of a directory.
pub(super) fn of_mapper(import: &mut Import<'_>, part: &Part<'_>) {
    each(import, part, |name, value| {
        of_list(OF_MAPPERS, name, value).flatten()
    });
}

fn each(
    import: &mut Import<'_>,
    part: &Part<'_>,
    told: impl Fn(&str, &str) -> Option<&'static str>,
) {
    let Ok(config) = part.list_map("config") else {
        return;
    };
    for (name, values) in &config {
        let value = values.first().map_or("", String::as_str);
        if let Some(how) = told(name, value) {
            let place = part.place_of(&format!("config.{name}"));
            import.report.approximate(&place, part.who, how);
        }
    }
}

/// What the report says of a setting; nothing where it is obeyed or asks for nothing.
fn told(kind: &str, name: &str, value: &str) -> Option<&'static str> {
    if let Some(told) = of_list(KEPT, name, value) {
        return told;
    }
    let known = KNOWN.iter().find(|known| known.kind == kind)?;
    let asks = !value.is_empty() && value != "false";
    let is_known = known.names.contains(&name) || name.starts_with("jwtAuthorizationGrant");
    (asks && !is_known).then_some("kept, but nothing here reads it")
}

/// What a list says of a setting, if it has it.
fn of_list(list: &[Kept], name: &str, value: &str) -> Option<Option<&'static str>> {
    let kept = list.iter().find(|kept| kept.name == name)?;
    let is_quiet = value.is_empty()
        || kept
            .quiet
            .iter()
            .any(|quiet| quiet.eq_ignore_ascii_case(value));
    Some((!is_quiet).then_some(kept.how))
}
