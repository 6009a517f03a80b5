//! What is wrong with a profile that an administrator wants to store, in Keycloak's sentences.

use cloakroom_model::user_profile::{Attribute, ROOT, UserProfile};
use serde_json::{Map, Value};

use super::validator::{self, About, BadSetting};

/// What is wrong with a profile of a realm with these client scopes; nothing if it may be stored.
pub fn check(profile: &UserProfile, has_scope: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let attributes = &profile.attributes;
    for (at, attribute) in attributes.iter().enumerate() {
        if attribute.name.trim().is_empty() {
            found.push("Attribute configuration without 'name' is not allowed".to_owned());
            continue;
        }
        let name = &attribute.name;
        if attributes.iter().take(at).any(|other| &other.name == name) {
            found.push(format!(
                "Attribute configuration already exists with 'name':'{name}'"
            ));
            continue;
        }
        check_attribute(has_scope, profile, attribute, &mut found);
    }
    // A profile without any attribute lacks them as well, and would check nothing of anybody.
    for name in ROOT.iter().take(2) {
        if profile.attribute(name).is_none() {
            found.push(format!("The attribute '{name}' can not be removed"));
        }
    }
    let nameless = profile.groups.iter().filter(|group| {
        let name = group.name.as_deref();
        name.is_none_or(|name| name.trim().is_empty())
    });
    let nameless = nameless.count();
    if nameless > 0 {
        found.push(format!(
            "Name is mandatory for groups, found {nameless} group(s) without name."
        ));
    }
    found
}

fn check_attribute(
    has_scope: &dyn Fn(&str) -> bool,
    profile: &UserProfile,
    attribute: &Attribute,
    found: &mut Vec<String>,
) {
    let name = &attribute.name;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !name.chars().all(is_plain) {
        // The quotation mark that closes and never opens is in Keycloak's sentence.
        found.push(format!(
            "Invalid attribute name (only letters, numbers and '.' '_' '-' special characters \
             allowed): {name}']"
        ));
    }
    let required = attribute.required.as_ref();
    let permissions = attribute.permissions.as_ref();
    let roles = [
        (
            "required.roles",
            required.and_then(|one| one.roles.as_ref()),
        ),
        ("permissions.view", permissions.map(|one| &one.view)),
        ("permissions.edit", permissions.map(|one| &one.edit)),
    ];
    for (setting, roles) in roles {
        for role in roles.into_iter().flatten() {
            if !["admin", "user"].contains(&role.as_str()) {
                found.push(format!(
                    "'{setting}' configuration for attribute '{name}' contains unsupported role \
                     '{role}'"
                ));
            }
        }
    }
    let selector = attribute.selector.as_ref();
    let scopes = [
        (
            "required.scopes",
            required.and_then(|one| one.scopes.as_ref()),
        ),
        (
            "selector.scopes",
            selector.and_then(|one| one.scopes.as_ref()),
        ),
    ];
    for (setting, scopes) in scopes {
        for scope in scopes.into_iter().flatten() {
            if !has_scope(scope) {
                found.push(format!(
                    "'{setting}' configuration for attribute '{name}' contains unsupported scope \
                     '{scope}'"
                ));
            }
        }
    }
    if let Some(group) = attribute.group.as_deref().filter(|group| !group.is_empty())
        && !profile
            .groups
            .iter()
            .any(|one| one.name.as_deref() == Some(group))
    {
        found.push(format!(
            "Attribute '{name}' references unknown group '{group}'"
        ));
    }
    let before = found.len();
    check_validations(attribute, found);
    if found.len() == before && !is_default_good(attribute) {
        found.push(format!("Default value for attribute '{name}' is invalid"));
    }
}

fn check_validations(attribute: &Attribute, found: &mut Vec<String>) {
    let name = &attribute.name;
    let none = Map::new();
    for (id, settings) in attribute.validations.iter().flatten() {
        let Some(validator) = validator::find(id) else {
            found.push(format!(
                "Validator '{id}' defined for attribute '{name}' doesn't exist"
            ));
            continue;
        };
        let bad = validator.check_settings(settings.as_object().unwrap_or(&none));
        if !bad.is_empty() {
            let bad: String = bad.iter().map(|one| sentence(id, one)).collect();
            found.push(format!(
                "Validator '{id}' defined for attribute '{name}' has incorrect configuration: {bad}"
            ));
        }
    }
}

fn sentence(id: &str, bad: &BadSetting) -> String {
    format!(
        "ValidationError{{validatorId='{id}', inputHint='{}', message='{}', \
         messageParameters=[{}]}}, ",
        bad.name,
        bad.message,
        bad.params.join(", ")
    )
}

fn is_default_good(attribute: &Attribute) -> bool {
    let Some(default) = attribute
        .default_value
        .as_ref()
        .filter(|value| !value.is_empty())
    else {
        return true;
    };
    let values = std::slice::from_ref(default);
    let none = Map::new();
    let about = About { locale: "" };
    let mut rules = attribute.validations.iter().flatten();
    rules.all(|(id, settings): (&String, &Value)| {
        let settings = settings.as_object().unwrap_or(&none);
        let rule = validator::find(id);
        rule.is_none_or(|rule| rule.check_all(values, settings, &about).is_none())
    })
}
