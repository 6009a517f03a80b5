//! The members of `RealmRepresentation`: what type each has, and what is lenient about it.

use serde_json::{Map, Value, json};

use crate::read::{self, Object, Unreadable};

/// The type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    Texts,
    /// An object of texts.
    Map,
    /// Anything; it has a call of its own that checks it.
    Json,
}

/// The type of a member that is a setting of the realm itself; `None` for other members.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let lists = [
        (TEXTS, Kind::Texts),
        (TEXT, Kind::Text),
        (NUMBERS, Kind::Number),
        (SWITCHES, Kind::Switch),
        (MAPS, Kind::Map),
        (JSON, Kind::Json),
    ];
    let found = lists.iter().find(|(names, _)| names.contains(&name));
    found.map(|(_, kind)| *kind)
}

/// All members that are settings of the realm itself.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let all = [TEXT, NUMBERS, SWITCHES, TEXTS, MAPS, JSON];
    all.into_iter().flatten().copied()
}

/// Reads a member as leniently as Keycloak: `"77"` is a number, `1` is on, `5` is a text.
///
/// `None` if the member says nothing, and what is stored stays.
pub(super) fn read(sent: &Object, name: &str, kind: Kind) -> Result<Option<Value>, Unreadable> {
    let Some(value) = sent.get(name).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    match kind {
        Kind::Json => Ok(Some(value.clone())),
        Kind::Text => Ok(read::plain(sent, name)?.map(Value::from)),
        Kind::Number | Kind::Switch if is_blank => Ok(None),
        Kind::Number => whole(value).map(|number| Some(json!(number))),
        Kind::Switch => switch(value).map(|on| Some(json!(on))),
        Kind::Texts => {
            let all = value.as_array().ok_or(Unreadable::Type)?;
            let all = all.iter().filter(|one| !one.is_null()).map(text);
            Ok(Some(json!(all.collect::<Result<Vec<_>, _>>()?)))
        }
        Kind::Map => {
            let all = value.as_object().ok_or(Unreadable::Type)?;
            let all = all.iter().filter(|(_, one)| !one.is_null());
            let all = all.map(|(name, one)| Ok((name.clone(), Value::from(text(one)?))));
            Ok(Some(Value::Object(all.collect::<Result<Map<_, _>, _>>()?)))
        }
    }
}

fn text(value: &Value) -> Result<String, Unreadable> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(on) => Ok(on.to_string()),
        _ => Err(Unreadable::Type),
    }
}

/// A whole number of 32 bits; of any other the fraction is dropped.
fn whole(value: &Value) -> Result<i64, Unreadable> {
    let number = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let real = number.as_f64().filter(|real| real.is_finite())?;
            format!("{:.0}", real.trunc()).parse().ok()
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.ok_or(Unreadable::Type)?;
    let number = i32::try_from(number).map_err(|_| Unreadable::Type)?;
    Ok(i64::from(number))
}

fn switch(value: &Value) -> Result<bool, Unreadable> {
    match value {
        Value::Bool(on) => Ok(*on),
        Value::Number(number) => Ok(number.as_i64() != Some(0)),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Unreadable::Type),
    }
}

const TEXT: &[&str] = &[
    "displayName",
    "displayNameHtml",
    "defaultSignatureAlgorithm",
    "sslRequired",
    "bruteForceStrategy",
    "passwordPolicy",
    "otpPolicyType",
    "otpPolicyAlgorithm",
    "webAuthnPolicyRpEntityName",
    "webAuthnPolicyRpId",
    "webAuthnPolicyAttestationConveyancePreference",
    "webAuthnPolicyAuthenticatorAttachment",
    "webAuthnPolicyRequireResidentKey",
    "webAuthnPolicyResidentKey",
    "webAuthnPolicyUserVerificationRequirement",
    "webAuthnPolicyPasswordlessRpEntityName",
    "webAuthnPolicyPasswordlessRpId",
    "webAuthnPolicyPasswordlessAttestationConveyancePreference",
    "webAuthnPolicyPasswordlessAuthenticatorAttachment",
    "webAuthnPolicyPasswordlessRequireResidentKey",
    "webAuthnPolicyPasswordlessResidentKey",
    "webAuthnPolicyPasswordlessUserVerificationRequirement",
    "webAuthnPolicyPasswordlessMediation",
    "loginTheme",
    "accountTheme",
    "adminTheme",
    "emailTheme",
    "defaultLocale",
    "browserFlow",
    "registrationFlow",
    "directGrantFlow",
    "resetCredentialsFlow",
    "clientAuthenticationFlow",
    "dockerAuthenticationFlow",
    "firstBrokerLoginFlow",
];

const NUMBERS: &[&str] = &[
    "notBefore",
    "refreshTokenMaxReuse",
    "accessTokenLifespan",
    "accessTokenLifespanForImplicitFlow",
    "ssoSessionIdleTimeout",
    "ssoSessionMaxLifespan",
    "ssoSessionIdleTimeoutRememberMe",
    "ssoSessionMaxLifespanRememberMe",
    "offlineSessionIdleTimeout",
    "offlineSessionMaxLifespan",
    "clientSessionIdleTimeout",
    "clientSessionMaxLifespan",
    "clientOfflineSessionIdleTimeout",
    "clientOfflineSessionMaxLifespan",
    "accessCodeLifespan",
    "accessCodeLifespanUserAction",
    "accessCodeLifespanLogin",
    "actionTokenGeneratedByAdminLifespan",
    "actionTokenGeneratedByUserLifespan",
    "oauth2DeviceCodeLifespan",
    "oauth2DevicePollingInterval",
    "maxTemporaryLockouts",
    "maxFailureWaitSeconds",
    "minimumQuickLoginWaitSeconds",
    "waitIncrementSeconds",
    "quickLoginCheckMilliSeconds",
    "maxDeltaTimeSeconds",
    "failureFactor",
    "maxSecondaryAuthFailures",
    "otpPolicyInitialCounter",
    "otpPolicyDigits",
    "otpPolicyLookAheadWindow",
    "otpPolicyPeriod",
    "webAuthnPolicyCreateTimeout",
    "webAuthnPolicyPasswordlessCreateTimeout",
    "eventsExpiration",
];

const SWITCHES: &[&str] = &[
    "revokeRefreshToken",
    "offlineSessionMaxLifespanEnabled",
    "registrationAllowed",
    "registrationEmailAsUsername",
    "rememberMe",
    "verifyEmail",
    "loginWithEmailAllowed",
    "duplicateEmailsAllowed",
    "resetPasswordAllowed",
    "editUsernameAllowed",
    "bruteForceProtected",
    "permanentLockout",
    "otpPolicyCodeReusable",
    "webAuthnPolicyAvoidSameAuthenticatorRegister",
    "webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister",
    "webAuthnPolicyPasswordlessPasskeysEnabled",
    "eventsEnabled",
    "adminEventsEnabled",
    "adminEventsDetailsEnabled",
    "internationalizationEnabled",
    "userManagedAccessAllowed",
    "organizationsEnabled",
    "verifiableCredentialsEnabled",
    "adminPermissionsEnabled",
    "scimApiEnabled",
];

const TEXTS: &[&str] = &[
    "requiredCredentials",
    "webAuthnPolicySignatureAlgorithms",
    "webAuthnPolicyAcceptableAaguids",
    "webAuthnPolicyExtraOrigins",
    "webAuthnPolicyPasswordlessSignatureAlgorithms",
    "webAuthnPolicyPasswordlessAcceptableAaguids",
    "webAuthnPolicyPasswordlessExtraOrigins",
    "eventsListeners",
    "enabledEventTypes",
    "supportedLocales",
];

const MAPS: &[&str] = &["browserSecurityHeaders", "smtpServer", "attributes"];

const JSON: &[&str] = &["clientProfiles", "clientPolicies", "localizationTexts"];

/// Members that are read, because files of all ages have them, and are no settings of a realm: they
/// say nothing any more, or have calls of their own.
pub(super) const SILENT: &[&str] = &[
    "keycloakVersion",
    "otpSupportedApplications",
    "defaultGroups",
    "defaultRoles",
    "defaultDefaultClientScopes",
    "defaultOptionalClientScopes",
    "clientScopeMappings",
    "adminPermissionsClient",
    "organizations",
    "privateKey",
    "publicKey",
    "certificate",
    "codeSecret",
    "passwordCredentialGrantAllowed",
    "federatedUsers",
    "userFederationProviders",
    "userFederationMappers",
    "protocolMappers",
    "social",
    "updateProfileOnInitialSocialLogin",
    "socialProviders",
    "applicationScopeMappings",
    "applications",
    "oauthClients",
    "clientTemplates",
    "realmCacheEnabled",
    "userCacheEnabled",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_leniently_as_keycloak_does() {
        let table = [
            (Kind::Number, json!(1.7), Ok(Some(json!(1)))),
            (Kind::Number, json!("77"), Ok(Some(json!(77)))),
            (Kind::Number, json!(""), Ok(None)),
            (
                Kind::Number,
                json!(99_999_999_999_i64),
                Err(Unreadable::Type),
            ),
            (Kind::Number, json!(true), Err(Unreadable::Type)),
            (Kind::Number, json!("x"), Err(Unreadable::Type)),
            (Kind::Switch, json!("true"), Ok(Some(json!(true)))),
            (Kind::Switch, json!(1), Ok(Some(json!(true)))),
            (Kind::Switch, json!("perhaps"), Err(Unreadable::Type)),
            (Kind::Switch, json!(""), Ok(None)),
            (Kind::Text, json!(5), Ok(Some(json!("5")))),
            (Kind::Text, json!(true), Ok(Some(json!("true")))),
            (Kind::Text, json!({}), Err(Unreadable::Type)),
            (Kind::Text, Value::Null, Ok(None)),
            (Kind::Texts, json!("en"), Err(Unreadable::Type)),
            (Kind::Texts, json!(["en", 1]), Ok(Some(json!(["en", "1"])))),
            (
                Kind::Map,
                json!({"x": 5, "y": null}),
                Ok(Some(json!({"x": "5"}))),
            ),
            (Kind::Map, json!({"x": ["1"]}), Err(Unreadable::Type)),
        ];
        for (kind, value, expected) in table {
            let sent = Object::from_iter([("m".to_owned(), value.clone())]);

            assert_eq!(read(&sent, "m", kind), expected, "{kind:?} {value}");
        }
    }
}
