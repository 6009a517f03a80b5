//! A setting as a command of Keycloak's command line.

use serde_json::{Value, json};

use super::{Field, Shape, instant};
use crate::desk::{Desk, decode, encode};

/// Where the API has what the page is about, with the option that names the realm.
pub(super) fn target(desk: &Desk) -> String {
    let path = desk.path();
    let below = path.split_once(&format!("/console/{}/", encode(&desk.realm)));
    let parts: Vec<&str> = below.map_or("", |(_, rest)| rest).split('/').collect();
    let at = match parts.as_slice() {
        ["settings", ..] | ["branding"] => return quote(&format!("realms/{}", desk.realm)),
        [kind @ ("clients" | "client-scopes"), id, "mappers", mapper] => {
            format!("{kind}/{id}/protocol-mappers/models/{mapper}")
        }
        ["profile"] => "users/profile".to_owned(),
        // A form over one attribute says it in other words than the API.
        ["profile", ..] => return String::new(),
        ["branding", "texts", locale] => format!("ui-ext/texts/{locale}"),
        ["roles", id, ..] => format!("roles-by-id/{id}"),
        ["identity-providers", alias, "mappers", mapper] => {
            format!("identity-provider/instances/{alias}/mappers/{mapper}")
        }
        ["identity-providers", alias, ..] => format!("identity-provider/instances/{alias}"),
        [kind, id, ..] => format!("{kind}/{id}"),
        _ => String::new(),
    };
    format!("{} -r {}", quote(&decode(&at)), quote(&desk.realm))
}

/// The change of one setting; nothing where no command changes it alone.
pub(super) fn of(target: &str, field: &Field, value: &str) -> String {
    if target.is_empty() {
        return String::new();
    }
    let path = match field.at.split_once('/') {
        None => field.at.clone(),
        Some((outer, inner)) => format!("{outer}.\"{inner}\""),
    };
    let value = match field.shape {
        Shape::Lines => json!(value.lines().collect::<Vec<_>>()).to_string(),
        Shape::Attributes => attributes(value),
        Shape::Joined => value.replace('\n', "##"),
        Shape::Instant => instant::typed(value),
        Shape::Secret => "…".to_owned(),
        _ => value.to_owned(),
    };
    let setting = quote(&format!("{path}={value}"));
    format!("kcadm.sh update {target} -s {setting}")
}

/// `name=value` lines as the JSON that the command takes.
fn attributes(lines: &str) -> String {
    let lines: Vec<&str> = lines.lines().collect();
    Value::to_string(&super::field::attributes(&lines))
}

/// A text as one word of a shell.
fn quote(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_one_word_of_a_shell() {
        for (at, shape, value, expected) in [
            ("enabled", Shape::Switch(false), "true", "'enabled=true'"),
            (
                "displayName",
                Shape::Text,
                "Ada's; rm -rf",
                r"'displayName=Ada'\''s; rm -rf'",
            ),
            (
                "attributes/a.b",
                Shape::Joined,
                "x\ny",
                "'attributes.\"a.b\"=x##y'",
            ),
            (
                "redirectUris",
                Shape::Lines,
                "a\nb",
                r#"'redirectUris=["a","b"]'"#,
            ),
            (
                "attributes",
                Shape::Attributes,
                "a=1\na=2",
                r#"'attributes={"a":["1","2"]}'"#,
            ),
        ] {
            let command = of("realms/acme", &Field::new(at, "", shape), value);

            assert_eq!(
                command,
                format!("kcadm.sh update realms/acme -s {expected}")
            );
        }
    }
}
