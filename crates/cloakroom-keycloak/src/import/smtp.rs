//! The server that mails go by: what of its settings could not be meant is named.

use serde_json::Value;

use super::lenient::Part;
use super::report::Report;
use crate::realm::is_address;

const PLACE: &str = "smtpServer";

/// What Keycloak 26 has for it.
const FIELDS: [&str; 17] = [
    "allowutf8",
    "auth",
    "authTokenClientId",
    "authTokenClientSecret",
    "authTokenScope",
    "authTokenUrl",
    "authType",
    "debug",
    "envelopeFrom",
    "from",
    "fromDisplayName",
    "host",
    "password",
    "port",
    "replyTo",
    "replyToDisplayName",
    "user",
];

/// Members that are on or off, as texts.
const SWITCHES: [&str; 5] = ["allowutf8", "auth", "debug", "ssl", "starttls"];

/// How long is waited, in milliseconds.
const TIMES: [&str; 3] = ["connectionTimeout", "timeout", "writeTimeout"];

/// Names what makes no sense in the settings of the file.
pub(super) fn report(sent: &Part<'_>, report: &mut Report) {
    let Some(members) = sent.object.get(PLACE).and_then(Value::as_object) else {
        return;
    };
    for (name, value) in members {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_known = FIELDS.contains(&name.as_str())
            || SWITCHES.contains(&name.as_str())
            || TIMES.contains(&name.as_str());
        let how = match name.as_str() {
            _ if !is_known => "kept, but Keycloak 26.8 has no such setting, and nothing reads it",
            _ if text.is_empty() => continue,
            "port" if !text.parse::<u16>().is_ok_and(|port| port > 0) => {
                "kept, but it is no port, and no mail could go by it"
            }
            "from" | "replyTo" | "envelopeFrom" if !is_address(&text) => {
                "kept, but it is no address of mail"
            }
            "authType" if !["basic", "token"].contains(&text.as_str()) => {
                "kept, but it is neither basic nor token"
            }
            switch if SWITCHES.contains(&switch) && !["true", "false"].contains(&&*text) => {
                "kept, but it is neither true nor false, and counts as false"
            }
            time if TIMES.contains(&time) && text.parse::<u32>().is_err() => {
                "kept, but it is no number of milliseconds"
            }
            _ => continue,
        };
        report.approximate(&format!("{PLACE}.{name}"), name, how);
    }
    let says = |name: &str| {
        let said = members.get(name).and_then(Value::as_str);
        said.is_some_and(|text| !text.is_empty())
    };
    if !members.is_empty() && !says("host") {
        let how = "kept, but without a host no mail could go anywhere";
        report.approximate(&format!("{PLACE}.host"), "host", how);
    }
    if !members.is_empty() && !says("from") {
        let how = "kept, but without a sender no mail could be written";
        report.approximate(&format!("{PLACE}.from"), "from", how);
    }
}
