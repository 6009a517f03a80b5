//! What a realm wants of new security keys and passkeys: where that is obeyed otherwise than in Keycloak, it is named.

use serde_json::Value;

use super::lenient::Part;
use super::report::Report;

const MODELS: &str = "a new key of a listed model needs the word of a maker whose certificate the server lists (CLOAKROOM_WEBAUTHN_ROOTS)";
const FORMATS: &str = "where the server lists makers (CLOAKROOM_WEBAUTHN_ROOTS), a new key needs the word of one of them; android-safetynet and what a TPM signs over SHA-1 are not taken";
const BROKEN: &str = "no new key of this algorithm is taken, because its digest is broken";

/// Names what is obeyed otherwise.
pub(super) fn report(sent: &Part<'_>, report: &mut Report) {
    for prefix in ["webAuthnPolicy", "webAuthnPolicyPasswordless"] {
        let place = |end: &str| format!("{prefix}{end}");
        let list = |place: &str| sent.object.get(place).and_then(Value::as_array);
        let models = place("AcceptableAaguids");
        if list(&models).is_some_and(|all| !all.is_empty()) {
            report.approximate(&models, "", MODELS);
        }
        let wish = place("AttestationConveyancePreference");
        let said = sent.object.get(&wish).and_then(Value::as_str);
        if let Some(said @ ("direct" | "indirect" | "enterprise")) = said {
            report.approximate(&wish, said, FORMATS);
        }
        let algorithms = place("SignatureAlgorithms");
        let is_broken = |one: &Value| one.as_str() == Some("RS1");
        if list(&algorithms).is_some_and(|all| all.iter().any(is_broken)) {
            report.approximate(&algorithms, "RS1", BROKEN);
        }
    }
}
