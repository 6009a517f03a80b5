//! Whether a step for one-time codes asks somebody at all (`auth-conditional-otp-form`): their attribute says so, or else their roles, or else
//! what the step has for everybody.

use super::{Because, Person};
use crate::flow::Node;

/// The authenticator whose settings are read here.
pub(super) const STEP: &str = "auth-conditional-otp-form";

/// The roles that a step looks at, by the names of their settings.
const SKIPS: &str = "skipOtpRole";
const FORCES: &str = "forceOtpRole";

/// Keycloak's patterns of headers. A header is the sender's to choose, so none spares anybody a code, and where one might demand it a code is
/// asked for.
const FORCES_BY_HEADER: &str = "forceOtpForHeaderPattern";

/// The roles that a step asks about; the name of a setting that is empty is none.
pub(super) fn roles(step: &Node) -> impl Iterator<Item = &str> {
    let is_one = step.provider() == Some(STEP);
    let names = [SKIPS, FORCES].into_iter().filter(move |_| is_one);
    let named = names.map(|name| step.setting(name));
    named.filter(|name| !name.is_empty())
}

/// Why a step asks this person nothing; `None` if it asks.
pub(super) fn spares(step: &Node, person: &Person) -> Option<Because> {
    if step.provider() != Some(STEP) {
        return None;
    }
    let attribute = step.setting("otpControlAttribute");
    let said = person
        .attributes
        .get(attribute)
        .and_then(|values| values.first());
    match said.map(String::as_str) {
        Some("skip") => return Some(Because::about("spared", attribute)),
        Some("force") => return None,
        _ => {}
    }
    let has = |name: &str| {
        let role = step.setting(name);
        person.roles.contains(role)
    };
    if has(SKIPS) {
        return Some(Because::about("spared", step.setting(SKIPS)));
    }
    if has(FORCES) || !step.setting(FORCES_BY_HEADER).is_empty() {
        return None;
    }
    let is_spared = step.setting("defaultOtpOutcome") == "skip";
    is_spared.then(|| Because::about("spared", "defaultOtpOutcome"))
}
