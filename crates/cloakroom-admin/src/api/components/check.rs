//! What a component's settings have to be, in Keycloak's texts.

use cloakroom_federation::directory::vendor;
use cloakroom_keycloak::component::{self as shape, FEDERATION};
use cloakroom_keycloak::user_profile as profile_shape;
use cloakroom_model::component::Component;
use cloakroom_model::id::{ComponentId, RoleId};
use cloakroom_model::{Cx, component, group, key, role, user_profile};
use cloakroom_oidc::keyring::{self, BadCertificate};
use serde_json::Value;

use super::super::user_profile::check_config;
use super::LDAP_MAPPER;
use crate::access::{Admin, Grants};
use crate::error::{AdminError, Result};

/// The family of client registration policies.
pub(crate) const REGISTRATION: &str =
    "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(AdminError::message(400, why))
}

/// Checks a component's settings by its family, and adds what a family says of itself.
pub(super) fn all(component: &mut Component) -> Result<()> {
    match component.provider_type.as_str() {
        key::PROVIDER_TYPE => {
            properties(component)?;
            own_key(component)
        }
        REGISTRATION => properties(component),
        FEDERATION if component.provider_id == "ldap" => {
            ldap(component)?;
            let usual = vendor::find(component.text("vendor").unwrap_or_default()).principal;
            let entry = component.config.entry("krbPrincipalAttribute".to_owned());
            entry.or_insert_with(|| vec![usual.to_owned()]);
            Ok(())
        }
        FEDERATION => numbers(component),
        LDAP_MAPPER => mapper(component),
        _ => Ok(()),
    }
}

/// A component that holds the user profile has to hold one that forms can be made of.
pub(super) fn profile(admin: &Admin, component: &Component) -> Result<()> {
    let Some(text) = user_profile::said_by(component) else {
        return Ok(());
    };
    let sent = profile_shape::read(text.as_bytes())
        .map_err(|why| AdminError::message(400, why.to_string()))?;
    check_config(&admin.realm, &sent)
}

/// What people call a setting that Keycloak labels with a key for translation.
fn label<'a>(name: &'a str, property: &'a Value) -> &'a str {
    match name {
        "max-clients" => "Max Clients Per Realm",
        "host-sending-registration-request-must-match" => {
            "Host Sending Client Registration Request Must Match"
        }
        "client-uris-must-match" => "Client URIs Must Match",
        _ => property
            .get("label")
            .and_then(Value::as_str)
            .unwrap_or(name),
    }
}

/// Settings that a policy cannot be without.
const REQUIRED: [&str; 3] = [
    "max-clients",
    "host-sending-registration-request-must-match",
    "client-uris-must-match",
];

fn properties(component: &Component) -> Result<()> {
    let entry = shape::entry(component);
    for property in entry
        .iter()
        .flat_map(|entry| entry.properties.iter().flatten())
    {
        let name = property
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let label = label(name, property);
        let Some(text) = component.text(name) else {
            if REQUIRED.contains(&name) {
                return refuse(format!("'{label}' is required"));
            }
            continue;
        };
        if ["priority", "max-clients"].contains(&name) && text.parse::<i64>().is_err() {
            return refuse(format!("'{label}' should be a number"));
        }
        let kind = property.get("type").and_then(Value::as_str);
        if kind == Some("boolean") && !["true", "false"].contains(&text) {
            return refuse(format!("'{label}' should be 'true' or 'false'"));
        }
        let options = property.get("options").and_then(Value::as_array);
        let options: Vec<&str> = options
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if kind == Some("List") && !options.is_empty() && !options.contains(&text) {
            return refuse(format!("'{label}' should be {}", either(&options)));
        }
    }
    Ok(())
}

/// `a, b or c`.
fn either(options: &[&str]) -> String {
    match options.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// A key that an administrator brings has to be one.
fn own_key(component: &Component) -> Result<()> {
    let missing = |name: &str| component.text(name).is_none_or(str::is_empty);
    match component.provider_id.as_str() {
        "rsa" | "rsa-enc" if missing("privateKey") => refuse("'Private RSA Key' is required"),
        "rsa" | "rsa-enc" => {
            if !keyring::can_read(component) {
                return refuse("Failed to decode private key");
            }
            match keyring::check_certificate(component) {
                Ok(()) => Ok(()),
                Err(BadCertificate::Unreadable) => refuse("Failed to decode certificate"),
                Err(BadCertificate::OfAnother) => refuse("Certificate does not match private key"),
            }
        }
        "java-keystore" if missing("keystore") => refuse("'Keystore' is required"),
        // Nodes share the database and no disk, and whoever may set a realm's keys need not be trusted with files.
        "java-keystore" => Err(AdminError::described(
            501,
            "not_available",
            "Keys are not read from files of the server: bring the key itself, as rsa or rsa-enc.",
        )),
        _ => Ok(()),
    }
}

fn numbers(component: &Component) -> Result<()> {
    for name in [
        "priority",
        "fullSyncPeriod",
        "changedSyncPeriod",
        "batchSizeForSync",
    ] {
        if component
            .text(name)
            .is_some_and(|text| text.parse::<i64>().is_err())
        {
            return refuse(format!("{name} must be a number"));
        }
    }
    Ok(())
}

fn ldap(component: &Component) -> Result<()> {
    let is_on = |name: &str| component.text(name) == Some("true");
    let mode = component.text("editMode").unwrap_or_default();
    if mode.is_empty() {
        return refuse("Edit Mode is mandatory");
    }
    if !["READ_ONLY", "WRITABLE", "UNSYNCED"].contains(&mode) {
        return refuse("Edit Mode is READ_ONLY, WRITABLE or UNSYNCED");
    }
    if mode == "UNSYNCED" && component.text("importEnabled") == Some("false") {
        return refuse("Can not disable Importing users when LDAP provider mode is UNSYNCED");
    }
    if is_on("validatePasswordPolicy") && mode != "WRITABLE" {
        return refuse("Validate Password Policy is applicable only with WRITABLE edit mode");
    }
    if is_on("startTls") && is_on("connectionPooling") {
        return refuse("Can not enable both StartTLS and connection pooling.");
    }
    for (name, label) in [
        ("connectionTimeout", "Connection Timeout"),
        ("readTimeout", "Read Timeout"),
    ] {
        if component
            .text(name)
            .is_some_and(|text| text.parse::<i64>().is_err())
        {
            return refuse(format!("{label} must be a number"));
        }
    }
    filter(component, "customUserSearchFilter")?;
    numbers(component)
}

/// A filter that somebody wrote is in parentheses.
fn filter(component: &Component, name: &str) -> Result<()> {
    let filter = component.text(name).unwrap_or_default().trim();
    let is_filter = filter.starts_with('(') && filter.ends_with(')');
    if filter.is_empty() || is_filter {
        return Ok(());
    }
    refuse("Custom configured LDAP filter does not start with \"(\" or does not end with \")\".")
}

fn mapper(component: &Component) -> Result<()> {
    let missing = |name: &str| component.text(name).is_none_or(str::is_empty);
    let unset: &[(&str, &str)] = match component.provider_id.as_str() {
        "user-attribute-ldap-mapper" | "certificate-ldap-mapper" => &[
            (
                "user.model.attribute",
                "Missing configuration for User Model Attribute",
            ),
            ("ldap.attribute", "Missing configuration for LDAP Attribute"),
        ],
        "full-name-ldap-mapper" => &[(
            "ldap.full.name.attribute",
            "Missing configuration for LDAP Full Name Attribute",
        )],
        "group-ldap-mapper" => &[("groups.dn", "Missing configuration for LDAP Groups DN")],
        "role-ldap-mapper" => &[("roles.dn", "Missing configuration for LDAP Roles DN")],
        "hardcoded-attribute-mapper" => &[
            ("user.model.attribute", "'Attribute Name' is required"),
            ("attribute.value", "'Attribute Value' is required"),
        ],
        "hardcoded-ldap-attribute-mapper" => &[
            ("ldap.attribute.name", "'LDAP Attribute Name' is required"),
            ("ldap.attribute.value", "'LDAP Attribute Value' is required"),
        ],
        "hardcoded-ldap-role-mapper" => &[("role", "Role cant be null")],
        "hardcoded-ldap-group-mapper" => &[("group", "Group cant be null")],
        _ => &[],
    };
    if let Some((_, why)) = unset.iter().find(|(name, _)| missing(name)) {
        return refuse(*why);
    }
    together(component)
}

/// Settings of a mapper that exclude each other.
fn together(component: &Component) -> Result<()> {
    let missing = |name: &str| component.text(name).is_none_or(str::is_empty);
    let is_on = |name: &str| component.text(name) == Some("true");
    match component.provider_id.as_str() {
        "certificate-ldap-mapper" if is_on("is.der.formatted") && !is_on("is.binary.attribute") => {
            refuse(
                "With DER formatted certificate enabled, the 'Is Binary Attribute' option must be \
                 enabled too",
            )
        }
        "role-ldap-mapper" => {
            let is_of_client = component.text("use.realm.roles.mapping") == Some("false");
            if is_of_client && missing("client.id") {
                return refuse(
                    "Client ID needs to be provided in config when Realm Roles Mapping is not used.",
                );
            }
            filter(component, "roles.ldap.filter")
        }
        "group-ldap-mapper" => {
            let is_inherited = component.text("preserve.group.inheritance") != Some("false");
            if is_inherited && component.text("membership.attribute.type") == Some("UID") {
                return refuse(
                    "Not possible to preserve group inheritance and use UID membership type \
                     together.",
                );
            }
            filter(component, "groups.ldap.filter")
        }
        "hardcoded-attribute-mapper" => {
            let attribute = component.text("user.model.attribute").unwrap_or_default();
            if ["username", "email"].contains(&attribute.to_lowercase().as_str()) {
                return refuse("Attribute Name cannot be set to username or email");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a component names has to be there.
pub(super) fn references(cx: &mut Cx<'_>, component: &Component) -> Result<()> {
    if component.provider_type != LDAP_MAPPER {
        return Ok(());
    }
    let directory = ComponentId::new(component.parent_id.clone());
    let directory = component::find(cx, &directory)?;
    match component.provider_id.as_str() {
        "full-name-ldap-mapper" if directory.is_none() => {
            return refuse("cant find parent component model");
        }
        "full-name-ldap-mapper" if component.text("write.only") == Some("true") => {
            let mode = directory.as_ref().and_then(|one| one.text("editMode"));
            if mode != Some("WRITABLE") {
                return refuse("Can not set write only when LDAP provider mode is not WRITABLE");
            }
        }
        "group-ldap-mapper" => {
            let path = component.text("groups.path").unwrap_or("/");
            if path != "/" && !has_group(cx, path)? {
                return refuse(
                    "Groups path group does not exist - please create the group on specified \
                     path first",
                );
            }
        }
        "hardcoded-ldap-group-mapper" => {
            let path = component.text("group").unwrap_or_default();
            if !has_group(cx, path)? {
                return refuse("There is no group corresponding to configured value");
            }
        }
        "hardcoded-ldap-role-mapper" => {
            let name = component.text("role").unwrap_or_default();
            if !has_role(cx, name)? {
                return refuse("There is no role corresponding to configured value");
            }
        }
        _ => {}
    }
    Ok(())
}

/// The people of a user store get what its mappers say: no right that whoever sets them up has not.
pub(super) fn gifts(cx: &mut Cx<'_>, component: &Component, grants: &Grants) -> Result<()> {
    if component.provider_type != LDAP_MAPPER {
        return Ok(());
    }
    let text = |name: &str| component.text(name).unwrap_or_default();
    match component.provider_id.as_str() {
        "hardcoded-ldap-role-mapper" => grants.check_named(cx, text("role")),
        "hardcoded-ldap-group-mapper" => grants.check_path(cx, text("group")),
        "role-ldap-mapper" if text("use.realm.roles.mapping") == "false" => {
            grants.check_all_of(cx, Some(text("client.id")))
        }
        "role-ldap-mapper" => grants.check_all_of(cx, None),
        "group-ldap-mapper" => grants.check_all_groups(cx),
        _ => Ok(()),
    }
}

/// What a directory and its mappers say decides who somebody is: nobody decides that of those who have more rights.
pub(super) fn directory(cx: &mut Cx<'_>, component: &Component, grants: &Grants) -> Result<()> {
    match component.provider_type.as_str() {
        FEDERATION => grants.check_directory(cx, &component.id),
        LDAP_MAPPER => {
            let directory = ComponentId::new(component.parent_id.clone());
            grants.check_directory(cx, &directory)
        }
        _ => Ok(()),
    }
}

fn has_group(cx: &mut Cx<'_>, path: &str) -> Result<bool> {
    let all = group::list(cx)?;
    Ok(all.iter().any(|one| group::path(&all, &one.id) == path))
}

/// A role of the realm by name, or of a client as `client.role`.
fn has_role(cx: &mut Cx<'_>, name: &str) -> Result<bool> {
    let realm = cx.realm.id.as_str().to_owned();
    if role::find_named(cx, &realm, name)?.is_some() {
        return Ok(true);
    }
    for (at, _) in name.match_indices('.') {
        let (client, rest) = name.split_at(at);
        let id = cloakroom_model::client::find_id(cx, client)?;
        let Some(id) = id else { continue };
        let role = rest.trim_start_matches('.');
        if role::find_named(cx, id.as_str(), role)?.is_some() {
            return Ok(true);
        }
    }
    let graph = role::graph(cx)?;
    Ok(graph.role(&RoleId::new(name)).is_some())
}
