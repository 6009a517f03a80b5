//! `UPConfig` and `UserProfileMetadata`: a realm's user profile, as stored and as forms need it.

use cloakroom_model::realm::Settings;
use cloakroom_model::user_profile::{Attribute, LOCALE, Side, UserProfile};
use serde_json::{Map, Value, json};

use crate::read::{self, Unreadable, set};

/// Reads a profile that was sent.
pub fn read(text: &[u8]) -> Result<UserProfile, Unreadable> {
    let sent = read::object(text, "UPConfig", FIELDS)?;
    let members = |name: &str| {
        sent.get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for attribute in members("attributes") {
        read::check_members(text, attribute, "UPAttribute", ATTRIBUTE)?;
        let parts = [
            ("required", "UPAttributeRequired", REQUIRED),
            ("permissions", "UPAttributePermissions", PERMISSIONS),
            ("selector", "UPAttributeSelector", SELECTOR),
        ];
        for (name, representation, fields) in parts {
            if let Some(part) = attribute.get(name) {
                read::check_members(text, part, representation, fields)?;
            }
        }
    }
    for group in members("groups") {
        read::check_members(text, group, "UPGroup", GROUP)?;
    }
    let mut sent = Value::Object(sent);
    drop_nulls(&mut sent);
    serde_json::from_value(sent).map_err(|_| Unreadable::Type)
}

/// Reads a profile that a realm file has, in which a null means nothing; `None` if it is none. `unknown` is told the members
/// that no profile has, and that do not come in.
pub(crate) fn read_stored(text: &str, unknown: &mut dyn FnMut(&str)) -> Option<UserProfile> {
    let mut sent: Value = serde_json::from_str(text).ok()?;
    drop_nulls(&mut sent);
    let mut look = |value: &Value, path: &str, known: &[&str]| {
        let members = value.as_object().into_iter().flatten();
        for (name, _) in members.filter(|(name, _)| !known.contains(&name.as_str())) {
            unknown(&format!("{path}{name}"));
        }
    };
    look(&sent, "", FIELDS);
    let list = |name: &str| sent.get(name).and_then(Value::as_array);
    for attribute in list("attributes").into_iter().flatten() {
        look(attribute, "attributes[].", ATTRIBUTE);
        for (name, known) in [
            ("required", REQUIRED),
            ("permissions", PERMISSIONS),
            ("selector", SELECTOR),
        ] {
            if let Some(part) = attribute.get(name) {
                look(part, &format!("attributes[].{name}."), known);
            }
        }
    }
    for group in list("groups").into_iter().flatten() {
        look(group, "groups[].", GROUP);
    }
    serde_json::from_value(sent).ok()
}

/// A null means the same as nothing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(members) => members.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

const FIELDS: &[&str] = &["attributes", "groups", "unmanagedAttributePolicy"];
const ATTRIBUTE: &[&str] = &[
    "name",
    "displayName",
    "validations",
    "annotations",
    "required",
    "permissions",
    "selector",
    "group",
    "multivalued",
    "defaultValue",
];
const REQUIRED: &[&str] = &["roles", "scopes"];
const PERMISSIONS: &[&str] = &["view", "edit"];
const SELECTOR: &[&str] = &["scopes"];
const GROUP: &[&str] = &["name", "displayHeader", "displayDescription", "annotations"];

/// What a form needs to know: the attributes that somebody sees, and the headings.
///
/// `is_new` says that the person is not there yet, so that the username may still be chosen.
pub fn metadata(profile: &UserProfile, settings: &Settings, side: Side, is_new: bool) -> Value {
    let seen = profile
        .attributes
        .iter()
        .filter(|one| one.name == "username" || one.may_view(side));
    let described = seen.map(|one| describe(one, settings, side, is_new));
    let language = Attribute {
        name: LOCALE.to_owned(),
        ..Attribute::default()
    };
    // Where a realm speaks several languages, everybody has one, and may choose it.
    let has_own = profile.has_languages && profile.attribute(LOCALE).is_none();
    let language = has_own.then(|| {
        let mut shown = describe(&language, settings, side, is_new);
        set(&mut shown, "readOnly", json!(false));
        set(&mut shown, "validators", json!({}));
        shown
    });
    let attributes: Vec<Value> = language.into_iter().chain(described).collect();
    let groups: Vec<&_> = profile.groups.iter().collect();
    json!({"attributes": attributes, "groups": groups})
}

/// What an attribute is called where people see it; often the name of a text.
pub fn display_name(attribute: &Attribute) -> String {
    let name = attribute.name.as_str();
    match &attribute.display_name {
        Some(text) if !text.is_empty() => text.clone(),
        _ if ["username", "email"].contains(&name) => format!("${{{name}}}"),
        _ => name.to_owned(),
    }
}

fn describe(attribute: &Attribute, settings: &Settings, side: Side, is_new: bool) -> Value {
    let name = attribute.name.as_str();
    let is_username = name == "username";
    let is_fixed = is_username && !is_new && !settings.edit_username_allowed;
    let display = display_name(attribute);
    let is_required = match is_username {
        true => !settings.registration_email_as_username,
        false => attribute.is_required(side, &[]),
    };
    let mut validators = Map::new();
    for (id, rule) in attribute.validations.iter().flatten() {
        let mut rule = rule.clone();
        if id != "multivalued" {
            set(&mut rule, "ignore.empty.value", json!(true));
        }
        validators.insert(id.clone(), rule);
    }
    if !attribute.multivalued {
        validators.insert("multivalued".to_owned(), json!({"max": "1"}));
    }
    let mut shown = json!({
        "name": name,
        "displayName": display,
        "required": is_required,
        "readOnly": is_fixed || !attribute.may_edit(side),
        "validators": validators,
        "multivalued": attribute.multivalued,
    });
    let more = [
        (
            "annotations",
            attribute.annotations.clone().map(Value::Object),
        ),
        ("group", attribute.group.clone().map(Value::String)),
        (
            "defaultValue",
            attribute.default_value.clone().map(Value::String),
        ),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            set(&mut shown, name, value);
        }
    }
    // What a form of a person's own looks for at the address.
    if side == Side::User && name == "email" && attribute.annotations.is_none() {
        set(&mut shown, "annotations", json!({}));
    }
    shown
}
