//! What a realm says of security keys (`webAuthnPolicy…`) and of passkeys (`webAuthnPolicyPasswordless…`).

use cloakroom_model::credential::PASSKEY;
use cloakroom_model::realm::Settings;
use serde_json::Value;
use url::Url;

use super::cose;

/// What Keycloak writes where nothing was chosen.
const NOT_SPECIFIED: &str = "not specified";

/// The policy of one kind of key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the browser calls this server while a key is made.
    pub rp_name: String,
    /// The domain that keys are for.
    pub rp_id: String,
    /// The origins that a ceremony may take place at.
    pub origins: Vec<String>,
    /// The algorithms that a new key may have, by their numbers (RFC 9053).
    pub algorithms: Vec<i64>,
    /// `none`, `indirect` or `direct`, if the realm says.
    pub attestation: Option<String>,
    /// `platform` or `cross-platform`, if the realm says.
    pub attachment: Option<String>,
    /// A new key has to be one that names its owner, if the realm says.
    pub resident_key: Option<bool>,
    /// `required`, `preferred` or `discouraged`, if the realm says.
    pub user_verification: Option<String>,
    /// How many seconds the browser waits; 0 leaves that to it.
    pub timeout: i64,
    /// An authenticator that has a key of the person already makes no other.
    pub avoids_same: bool,
    /// The models that a new key may be of; all if there are none.
    pub aaguids: Vec<String>,
    /// Passkeys are asked for where a name is (of the passwordless policy).
    pub asks_with_name: bool,
}

impl Policy {
    /// Reads the realm's settings for a kind of credential, on a server of this address; what is not said is as in Keycloak.
    pub fn of(settings: &Settings, kind: &str, base_url: &str) -> Self {
        let rest = &settings.rest;
        let prefix = match kind {
            PASSKEY => "webAuthnPolicyPasswordless",
            _ => "webAuthnPolicy",
        };
        let value = |name: &str| rest.get(&format!("{prefix}{name}"));
        let chosen = |name: &str| {
            let said = value(name).and_then(Value::as_str).map(str::to_owned);
            said.filter(|said| !said.is_empty() && said != NOT_SPECIFIED)
        };
        let list = |name: &str| -> Vec<String> {
            let all = value(name).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let flag = |name: &str| value(name).and_then(Value::as_bool).unwrap_or(false);
        let site = Url::parse(base_url).ok();
        let host = site.as_ref().and_then(Url::host_str).unwrap_or_default();
        let mut origins = list("ExtraOrigins");
        origins.extend(
            site.as_ref()
                .map(|site| site.origin().ascii_serialization()),
        );
        let named = list("SignatureAlgorithms");
        let known = named.iter().filter_map(|name| cose::number_of(name));
        let mut algorithms: Vec<i64> = known.collect();
        if named.is_empty() {
            algorithms = vec![-7, -257];
        }
        let verification = chosen("UserVerificationRequirement");
        Self {
            rp_name: chosen("RpEntityName").unwrap_or_else(|| "keycloak".to_owned()),
            rp_id: chosen("RpId").unwrap_or_else(|| host.to_owned()),
            origins,
            algorithms,
            attestation: chosen("AttestationConveyancePreference"),
            attachment: chosen("AuthenticatorAttachment"),
            resident_key: resident_key(
                chosen("ResidentKey").as_deref(),
                chosen("RequireResidentKey").as_deref(),
            ),
            user_verification: match (value("UserVerificationRequirement"), kind) {
                // A passkey stands for two factors, of which the second is the person.
                (None, PASSKEY) => Some("required".to_owned()),
                _ => verification,
            },
            timeout: value("CreateTimeout").and_then(Value::as_i64).unwrap_or(0),
            avoids_same: flag("AvoidSameAuthenticatorRegister"),
            aaguids: list("AcceptableAaguids"),
            asks_with_name: kind == PASSKEY && flag("PasskeysEnabled"),
        }
    }

    /// The model is one of those that are listed, in whatever letters.
    pub(super) fn takes_model(&self, model: &str) -> bool {
        let mut listed = self.aaguids.iter();
        listed.any(|one| one.trim().eq_ignore_ascii_case(model))
    }

    /// The person has to be verified by their authenticator.
    pub fn wants_verified(&self) -> bool {
        self.user_verification.as_deref() == Some("required")
    }
}

/// What Keycloak 26.7 calls `residentKey` was `requireResidentKey` before.
fn resident_key(newer: Option<&str>, older: Option<&str>) -> Option<bool> {
    match (newer, older) {
        (Some("required"), _) | (None, Some("Yes")) => Some(true),
        (Some("discouraged"), _) | (None, Some("No")) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use cloakroom_model::credential::SECURITY_KEY;
    use serde_json::json;

    use super::*;

    fn policy(kind: &str, base: &str, settings: Value) -> Policy {
        let settings = Settings {
            rest: settings.as_object().cloned().unwrap(),
            ..Settings::default()
        };
        Policy::of(&settings, kind, base)
    }

    #[test]
    fn what_is_not_said_is_as_in_keycloak() {
        let base = "https://id.test:8443/auth";
        let plain = policy(SECURITY_KEY, base, json!({}));
        assert_eq!(
            (plain.rp_id.as_str(), plain.rp_name.as_str()),
            ("id.test", "keycloak")
        );
        assert_eq!(plain.origins, ["https://id.test:8443"]);
        assert_eq!(plain.algorithms, [-7, -257]);
        assert!(!plain.wants_verified() && !plain.asks_with_name && plain.aaguids.is_empty());
        assert!(policy(PASSKEY, base, json!({})).wants_verified());
    }

    #[test]
    fn the_two_kinds_have_settings_of_their_own() {
        let said = json!({
            "webAuthnPolicyRpId": "acme.test", "webAuthnPolicyUserVerificationRequirement": "required",
            "webAuthnPolicySignatureAlgorithms": ["Ed25519", "RS1", "ES512"],
            "webAuthnPolicyExtraOrigins": ["https://app.acme.test"],
            "webAuthnPolicyPasswordlessUserVerificationRequirement": "not specified",
            "webAuthnPolicyPasswordlessRequireResidentKey": "Yes",
            "webAuthnPolicyPasswordlessPasskeysEnabled": true,
        });
        let base = "https://id.acme.test/";
        let key = policy(SECURITY_KEY, base, said.clone());
        assert_eq!(key.rp_id, "acme.test");
        assert_eq!(key.algorithms, [-8, -36]);
        assert_eq!(
            key.origins,
            ["https://app.acme.test", "https://id.acme.test"]
        );
        assert!(key.wants_verified() && !key.asks_with_name);
        let passkey = policy(PASSKEY, base, said);
        assert_eq!(passkey.rp_id, "id.acme.test");
        assert_eq!(passkey.resident_key, Some(true));
        assert!(!passkey.wants_verified() && passkey.asks_with_name);
    }
}
