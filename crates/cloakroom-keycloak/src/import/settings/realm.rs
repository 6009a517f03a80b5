//! Attributes of a realm that are kept and that nothing here obeys, or not all of it, and values that cannot be read.

use cloakroom_model::realm::{Settings, frontend};
use serde_json::{Map, Value};

use super::{Kept, of_list};
use crate::import::report::Report;

const OWN_ADDRESS: &str = "obeyed wherever browsers and applications come; a proxy has to lead from there to this server, whose admin API and console stay at its own address";
const NO_CIBA: &str = "kept, but nobody is signed in here by a message to their device (CIBA)";

/// Attributes that nothing obeys; the quiet values are those of a new realm.
const KEPT: &[Kept] = &[
    Kept {
        name: "cibaAuthRequestedUserHint",
        quiet: &["login_hint"],
        how: NO_CIBA,
    },
    Kept {
        name: "cibaBackchannelTokenDeliveryMode",
        quiet: &["poll"],
        how: NO_CIBA,
    },
    Kept {
        name: "cibaExpiresIn",
        quiet: &["120"],
        how: NO_CIBA,
    },
    Kept {
        name: "cibaInterval",
        quiet: &["5"],
        how: NO_CIBA,
    },
    Kept {
        name: "shortVerificationUri",
        quiet: &[],
        how: "kept, but a device shows the address of the server itself",
    },
];

/// Attributes that are whole numbers.
const NUMBERS: [&str; 8] = [
    "adminEventsExpiration",
    "clientOfflineSessionIdleTimeout",
    "clientOfflineSessionMaxLifespan",
    "clientSessionIdleTimeout",
    "clientSessionMaxLifespan",
    "oauth2DeviceCodeLifespan",
    "oauth2DevicePollingInterval",
    "parRequestUriLifespan",
];

/// Names what of a realm's attributes is kept alone.
pub(in crate::import) fn of_realm(settings: &Settings, report: &mut Report) {
    for (name, value) in &settings.attributes {
        if let Some(how) = told(name, value) {
            report.approximate(&format!("attributes.{name}"), "", how);
        }
    }
}

fn told(name: &str, value: &str) -> Option<&'static str> {
    if let Some(told) = of_list(KEPT, name, value) {
        return told;
    }
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if name == frontend::NAME {
        return Some(OWN_ADDRESS);
    }
    if NUMBERS.contains(&name) && value.parse::<i64>().is_err() {
        return Some("kept, but it is no whole number, and what a new realm has counts");
    }
    if name == "acr.loa.map" && serde_json::from_str::<Map<String, Value>>(value).is_err() {
        return Some("kept, but it cannot be read, and levels have no names");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_obeyed_or_not_read_is_told() {
        for (name, value, is_told) in [
            ("frontendUrl", "", false),
            ("frontendUrl", "https://id.example", true),
            ("cibaExpiresIn", "120", false),
            ("cibaExpiresIn", "60", true),
            ("parRequestUriLifespan", "60", false),
            ("parRequestUriLifespan", "a minute", true),
            ("acr.loa.map", "{}", false),
            ("acr.loa.map", "[]", true),
            ("colour", "red", false),
        ] {
            assert_eq!(told(name, value).is_some(), is_told, "{name} {value}");
        }
    }
}
