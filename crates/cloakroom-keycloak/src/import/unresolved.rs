//! Texts that stand for others: placeholders whose names nothing was set for, those of tools that nobody ran over the file,
//! references to a vault, and masks of other makes than Keycloak's. They come in as they are, and the report names them.

use serde_json::Value;

use super::clients::MASK;
use super::report::Report;
use crate::read::Object;

/// By which member something in a list is called.
const NAMES: [&str; 6] = [
    "clientId",
    "alias",
    "username",
    "name",
    "displayName",
    "type",
];

/// What the templates of names that providers give stand in for.
const OF_TEMPLATES: [&str; 2] = ["ALIAS", "NAMEID"];

/// Names what stands for something else in an object that is called like this.
pub(super) fn report(object: &Object, place: &str, who: &str, report: &mut Report) {
    for (name, value) in object {
        let inner = match place {
            "" => name.clone(),
            place => format!("{place}.{name}"),
        };
        walk(value, &inner, who, report);
    }
}

fn walk(value: &Value, place: &str, who: &str, told: &mut Report) {
    match value {
        Value::String(text) => {
            if let Some(how) = stands_for(text) {
                told.approximate(place, who, how);
            }
        }
        Value::Array(list) => {
            for one in list {
                match one {
                    Value::Object(object) => {
                        let name = NAMES.iter().find_map(|name| object.get(*name)?.as_str());
                        report(object, &format!("{place}[]"), name.unwrap_or(who), told);
                    }
                    one => walk(one, place, who, told),
                }
            }
        }
        Value::Object(object) => report(object, place, who, told),
        _ => {}
    }
}

/// What a text stands for that is not there.
fn stands_for(text: &str) -> Option<String> {
    if text.len() > 2 && text != MASK && text.bytes().all(|byte| byte == b'*') {
        return Some("kept as it is, but it looks like a mask over something else".to_owned());
    }
    if text.starts_with("${vault.") {
        return Some(
            "kept as it is: there is no vault here that it could be taken from".to_owned(),
        );
    }
    let open =
        between(text, "${", "}").filter(|name| is_variable(name) && !OF_TEMPLATES.contains(name));
    let of_tool = || between(text, "$(", ")").filter(|name| is_key(name));
    let of_template = || between(text, "{{", "}}").filter(|name| !name.trim().is_empty());
    let name = open.or_else(of_tool).or_else(of_template)?;
    let name = name.trim();
    Some(format!(
        "kept as it is, but {name} looks like a name for something else, and nothing of this name was set"
    ))
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(open)?;
    let (name, _) = rest.split_once(close)?;
    Some(name)
}

/// Variables are written in capitals, and keys of messages are not.
fn is_variable(name: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_.,- ".contains(&byte);
    name.bytes().all(fits) && name.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// What the tool keycloak-config-cli replaces.
fn is_key(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-/".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::report::Outcome;

    #[test]
    fn what_stands_for_something_else_is_told_from_what_does_not() {
        for told in [
            "${APP_URL}/*",
            "https://${HOST}:8080/x",
            "$(env:CLIENT_SECRET)",
            "$(env:REALM:-demo)",
            "{{ .Values.secret }}",
            "****",
            "${vault.smtp}",
        ] {
            assert!(stands_for(told).is_some(), "{told}");
        }
        for plain in [
            "${role_admin}",
            "${authBaseUrl}",
            "resource_access.${client_id}.roles",
            "*",
            "**********",
            "a$(b",
            "$(two words)",
            "{}",
            "",
            "p${}w",
            "${ALIAS}.${CLAIM.sub}",
        ] {
            assert_eq!(stands_for(plain), None, "{plain}");
        }
    }

    #[test]
    fn the_report_says_where_and_whose_it_is() {
        let realm = serde_json::json!({
            "smtpServer": {"password": "${vault.smtp}"},
            "clients": [{"clientId": "shop", "redirectUris": ["${URL}/a", "${URL}/b"], "attributes": {"x": "$(env:X)"}}],
        });
        let mut told = Report::new("x", Outcome::Created);
        report(realm.as_object().unwrap(), "", "", &mut told);

        let places: Vec<&str> = told.approximated.places().collect();
        assert_eq!(
            places,
            [
                "clients[].attributes.x",
                "clients[].redirectUris",
                "smtpServer.password"
            ]
        );
        assert!(told.to_text().contains("(shop, shop)"));
    }
}
