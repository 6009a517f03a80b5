//! Settings of a realm that Keycloak keeps as attributes, and shows both ways.

use serde_json::{Value, json};

use crate::read::Object;

/// Numbers that are members and attributes of the same name.
const NUMBERS: [&str; 6] = [
    "clientOfflineSessionIdleTimeout",
    "clientOfflineSessionMaxLifespan",
    "clientSessionIdleTimeout",
    "clientSessionMaxLifespan",
    "oauth2DeviceCodeLifespan",
    "oauth2DevicePollingInterval",
];

/// A list of addresses that is a member, and an attribute of the same name.
const ORIGINS: &str = "webAuthnPolicyExtraOrigins";
/// What stands between the parts of a list in an attribute.
const BETWEEN: &str = "##";

/// Takes over what is sent of the members as attributes alone.
pub(super) fn read(all: &mut Object, sent: &Object) {
    let Some(attributes) = sent.get("attributes").and_then(Value::as_object) else {
        return;
    };
    for name in NUMBERS {
        let number = match attributes.get(name) {
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
            None => None,
        };
        if let Some(number) = number {
            all.insert(name.to_owned(), json!(number));
        }
    }
}

/// Shows what is sent of the members as attributes too; a member counts more than its attribute.
pub(super) fn write(all: &mut Object, sent: &Object) {
    let mut shown: Vec<(&str, Value)> = Vec::new();
    for name in NUMBERS {
        let is_said = sent.get(name).is_some_and(|value| !value.is_null());
        // Zero stands for no limit of its own, which needs no attribute.
        if let (true, Some(value)) = (is_said, all.get(name).filter(|value| **value != json!(0))) {
            shown.push((name, json!(value.to_string())));
        }
    }
    if let Some(on) = all.get("otpPolicyCodeReusable") {
        shown.push(("realmReusableOtpCode", json!(on.to_string())));
    }
    let origins = all.get(ORIGINS).and_then(Value::as_array);
    let origins: Vec<&str> = origins
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !origins.is_empty() {
        shown.push((ORIGINS, json!(origins.join(BETWEEN))));
    }
    if let Some(Value::Object(attributes)) = all.get_mut("attributes") {
        for (name, value) in shown {
            attributes.insert(name.to_owned(), value);
        }
    }
}
