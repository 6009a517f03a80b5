//! Names that are no settings: refused, with the name that was perhaps meant.
//!
//! A server that ignores a misspelt setting runs with another than its operator meant.

use super::key::KEYS;

/// What the tests of this program are told in the same way.
const FOR_TESTS: &str = "CLOAKROOM_TEST_";

/// Names that differ more than this are not what was meant.
const ALIKE: f64 = 0.8;

/// Refuses a variable of ours that is none.
pub(super) fn check_variables<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let wrong = names.find(|name| {
        let bare = name.strip_suffix("_FILE").unwrap_or(name);
        let is_known = KEYS.iter().any(|key| key.variable() == bare);
        name.starts_with("CLOAKROOM_") && !name.starts_with(FOR_TESTS) && !is_known
    });
    let Some(name) = wrong else {
        return Ok(());
    };
    let known = KEYS.iter().map(super::key::Key::variable);
    Err(sentence(name, known))
}

/// What to say about a line of the file that is no setting.
pub(super) fn setting(name: &str) -> String {
    sentence(name, KEYS.iter().skip(1).map(|key| key.name.to_owned()))
}

fn sentence(name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    let typed = essence(name);
    let likeness = |other: &String| strsim::jaro_winkler(&typed, &essence(other));
    let nearest = known
        .iter()
        .map(|other| (likeness(other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest.filter(|(alike, _)| *alike >= ALIKE) {
        Some((_, meant)) => format!("{name} is no setting; did you mean {meant}?"),
        None => format!(
            "{name} is no setting; the settings are {}",
            known.join(", ")
        ),
    }
}

/// A name without what all names have in common, which would make any two alike.
fn essence(name: &str) -> String {
    let bare = name.to_ascii_lowercase();
    let bare = bare.strip_prefix("cloakroom_").unwrap_or(&bare);
    bare.strip_suffix("_file").unwrap_or(bare).to_owned()
}

/// Kubernetes puts such variables into every container beside a service named `cloakroom`:
/// `CLOAKROOM_PORT=tcp://…`, `CLOAKROOM_SERVICE_HOST`, `CLOAKROOM_PORT_8080_TCP_ADDR`.
pub(super) fn is_of_kubernetes(name: &str, value: &str) -> bool {
    let Some(rest) = name.strip_prefix("CLOAKROOM_") else {
        return false;
    };
    let is_address = value.starts_with("tcp://") || value.starts_with("udp://");
    let is_port = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    rest == "SERVICE_HOST"
        || rest.starts_with("SERVICE_PORT")
        || (rest == "PORT" && is_address)
        || rest.strip_prefix("PORT_").is_some_and(is_port)
}
