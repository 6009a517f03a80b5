//! `ClientProfilesRepresentation` and `ClientPoliciesRepresentation`: what clients have to keep to.

use cloakroom_model::client_policy::{GLOBAL_PROFILES, Part};
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// The profiles that every realm has.
pub fn global_profiles() -> Vec<Value> {
    // A test reads them; an empty list would be seen there.
    serde_json::from_str(GLOBAL_PROFILES).unwrap_or_default()
}

/// Why profiles or policies do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A member has the wrong type.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Keycloak's text.
    #[error("{0}")]
    Text(String),
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Unfit> {
    Err(Unfit::Text(why.into()))
}

/// The profiles that were sent, checked, as they are kept.
pub fn profiles(sent: &Object) -> Result<Vec<Value>, Unfit> {
    let list: Vec<Object> = read::member(sent, "profiles")?.unwrap_or_default();
    let global = global_profiles();
    let mut kept: Vec<Value> = Vec::new();
    for one in &list {
        let name = read::text(one, "name")?.unwrap_or_default();
        if name.is_empty() {
            return refuse("client profile without its name not allowed.");
        }
        let has = |all: &[Value]| {
            all.iter()
                .any(|other| other.get("name") == Some(&json!(name)))
        };
        if has(&kept) {
            return refuse("proposed client profile name duplicated.");
        }
        if has(&global) {
            return refuse(format!(
                "Proposed profile name '{name}' is duplicated as a global profile"
            ));
        }
        let executors = parts(one, "executors", "executor", &EXECUTORS)?;
        let executors = executors.ok().filter(|all| all.iter().all(can_rotate));
        let Some(executors) = executors else {
            return refuse(
                "proposed client profile contains the executor, which does not have valid \
                 provider, or has invalid configuration.",
            );
        };
        let mut shown = json!({"name": name, "executors": executors});
        if let Some(description) = read::text(one, "description")? {
            set(&mut shown, "description", json!(description));
        }
        kept.push(shown);
    }
    Ok(kept)
}

/// The policies that were sent, checked against the realm's profiles, as they are kept.
pub fn policies(sent: &Object, profiles: &[Value]) -> Result<Vec<Value>, Unfit> {
    let list: Vec<Object> = read::member(sent, "policies")?.unwrap_or_default();
    let global = global_profiles();
    let mut kept: Vec<Value> = Vec::new();
    for one in &list {
        let name = read::text(one, "name")?.unwrap_or_default();
        if name.is_empty() {
            return refuse("client policy without name not allowed");
        }
        if kept
            .iter()
            .any(|other| other.get("name") == Some(&json!(name)))
        {
            return refuse("proposed client policy name duplicated");
        }
        let conditions = match parts(one, "conditions", "condition", &CONDITIONS)? {
            Ok(conditions) => conditions,
            Err(kind) => return refuse(format!("Policy {name} contains invalid condition {kind}")),
        };
        let named: Vec<String> = read::member(one, "profiles")?.unwrap_or_default();
        for wanted in &named {
            let mut known = profiles.iter().chain(&global);
            if !known.any(|profile| profile.get("name") == Some(&json!(wanted))) {
                return refuse(format!("Policy {name} contains invalid profile {wanted}"));
            }
        }
        let mut shown = json!({
            "name": name,
            "enabled": read::switch(one, "enabled")?.unwrap_or(false),
            "conditions": conditions,
            "profiles": named,
        });
        for member in ["description", "mode"] {
            if let Some(text) = read::text(one, member)? {
                set(&mut shown, member, json!(text));
            }
        }
        kept.push(shown);
    }
    Ok(kept)
}

/// The parts of a profile or a policy; the kind of the first that is not known is the error.
fn parts(
    one: &Object,
    list: &str,
    member: &str,
    known: &[&str],
) -> Result<Result<Vec<Value>, String>, Unfit> {
    let sent: Vec<Object> = read::member(one, list)?.unwrap_or_default();
    let mut kept = Vec::new();
    for part in &sent {
        let kind = read::text(part, member)?.unwrap_or_default();
        if !known.contains(&kind) {
            return Ok(Err(kind.to_owned()));
        }
        let configuration: Option<Object> = read::member(part, "configuration")?;
        let mut shown = json!({});
        set(&mut shown, member, json!(kind));
        set(
            &mut shown,
            "configuration",
            json!(configuration.unwrap_or_default()),
        );
        kept.push(shown);
    }
    Ok(Ok(kept))
}

/// A secret that is rotated lives for a while, the one before it no longer, and is renewed within it.
pub(crate) fn can_rotate(executor: &Value) -> bool {
    if executor.get("executor") != Some(&json!("secret-rotation")) {
        return true;
    }
    let config = executor.get("configuration").and_then(Value::as_object);
    let part = Part {
        kind: String::new(),
        config: config.cloned().unwrap_or_default(),
    };
    let named = [
        "expiration-period",
        "rotated-expiration-period",
        "remaining-rotation-period",
    ];
    let [Some(life), Some(before), Some(renewed)] = named.map(|name| part.number(name)) else {
        return false;
    };
    life > 0 && (0..=life).contains(&before) && (0..=life).contains(&renewed)
}

/// The kinds of executors: what a profile does or demands.
const EXECUTORS: [&str; 36] = [
    "auth-flow-enforcer",
    "confidential-client",
    "consent-required",
    "downscope-assertion-grant-enforcer",
    "dpop-bind-enforcer",
    "full-scope-disabled",
    "holder-of-key-enforcer",
    "intent-client-bind-checker",
    "jwt-claim-enforcer",
    "pkce-enforcer",
    "registration-access-token-rotation-disabled",
    "reject-implicit-grant",
    "reject-request",
    "reject-ropc-grant",
    "saml-avoid-redirect",
    "saml-secure-client-uris",
    "saml-signature-enforcer",
    "secret-rotation",
    "secure-ciba-req-sig-algorithm",
    "secure-ciba-session",
    "secure-ciba-signed-authn-req",
    "secure-client-authentication-assertion",
    "secure-client-authenticator",
    "secure-client-uris",
    "secure-client-uris-pattern",
    "secure-logout",
    "secure-par-content",
    "secure-redirect-uris-enforcer",
    "secure-request-object",
    "secure-response-type",
    "secure-session",
    "secure-signature-algorithm",
    "secure-signature-algorithm-signed-jwt",
    "suppress-refresh-token-rotation",
    "tls-client-auth-ca-subject-dn",
    "use-lightweight-access-token",
];

/// The kinds of conditions: when a policy applies.
const CONDITIONS: [&str; 13] = [
    "acr-condition",
    "any-client",
    "client-access-type",
    "client-attributes",
    "client-roles",
    "client-scopes",
    "client-type",
    "client-updater-context",
    "client-updater-source-groups",
    "client-updater-source-host",
    "client-updater-source-roles",
    "grant-type",
    "identity-provider-alias",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profiles_of_every_realm_use_known_executors() {
        let global = global_profiles();

        assert_eq!(global.len(), 10);
        for profile in &global {
            for executor in profile["executors"].as_array().unwrap() {
                let kind = executor["executor"].as_str().unwrap();
                assert!(EXECUTORS.contains(&kind), "{kind}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let known = [json!({"name": "mine"})];
        for (sent, why) in [
            (json!({"policies": [{}]}), "without name"),
            (
                json!({"policies": [{"name": "a"}, {"name": "a"}]}),
                "duplicated",
            ),
            (
                json!({"policies": [{"name": "a", "profiles": ["other"]}]}),
                "invalid profile other",
            ),
            (
                json!({"policies": [{"name": "a", "conditions": [{"condition": "none"}]}]}),
                "invalid condition none",
            ),
        ] {
            let refused = policies(sent.as_object().unwrap(), &known).unwrap_err();

            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
}
