//! `RealmRepresentation`: a realm's settings as JSON.

use cloakroom_model::Result;
use cloakroom_model::realm::{RealmRow, Settings};
use serde_json::{Value, json};

use crate::read::{Object, Unreadable};

/// The realm as it is shown.
pub fn show(realm: &RealmRow) -> Result<Value> {
    let mut shown = serde_json::to_value(&realm.settings)?;
    if let Value::Object(members) = &mut shown {
        members.insert("id".to_owned(), json!(realm.id));
        members.insert("realm".to_owned(), json!(realm.name));
        members.insert("enabled".to_owned(), json!(realm.enabled));
    }
    Ok(shown)
}

/// The little that every administrator of a realm may see.
pub fn show_little(realm: &RealmRow) -> Value {
    json!({
        "realm": realm.name,
        "bruteForceProtected": realm.settings.brute_force_protected,
        "registrationEmailAsUsername": realm.settings.registration_email_as_username,
    })
}

/// What is sent changes, the rest stays.
pub fn apply(settings: &Settings, sent: &Object) -> std::result::Result<Settings, Unreadable> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Err(Unreadable::Type);
    };
    for (name, value) in sent {
        if value.is_null() || OWN.contains(&name.as_str()) {
            continue;
        }
        let mut value = value.clone();
        if name == "attributes"
            && let (Some(new), Some(Value::Object(old))) =
                (value.as_object_mut(), all.get("attributes"))
        {
            new.retain(|_, value| !value.is_null());
            for (name, value) in old.iter().filter(|(name, _)| is_kept(name)) {
                new.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        all.insert(name.clone(), value);
    }
    serde_json::from_value(Value::Object(all)).map_err(|_| Unreadable::Type)
}

/// Members that are columns of their own, or that only the server sets.
const OWN: [&str; 4] = ["id", "realm", "enabled", "defaultRole"];

/// Refuses a name that would need escaping in a path, as Keycloak does; says why.
pub fn check_name(name: &str) -> std::result::Result<(), String> {
    if name.trim().is_empty() {
        return Err("Realm name cannot be empty".to_owned());
    }
    if name.len() > 255 {
        return Err("Realm name is too long".to_owned());
    }
    let bad = |c: &char| "/\\?#%;:&=+$,[]{}|^`<>\"".contains(*c) || c.is_control();
    match name.chars().find(bad) {
        Some(bad) => Err(format!("Character '{bad}' not allowed.")),
        None => Ok(()),
    }
}

/// Attributes that are settings and outlive a new set of attributes.
fn is_kept(name: &str) -> bool {
    ["ciba", "oauth2Device", "parRequest"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// The members of a realm that hold other things, which have calls of their own here.
pub const CONTENTS: [&str; 12] = [
    "clients",
    "clientScopes",
    "components",
    "groups",
    "identityProviders",
    "identityProviderMappers",
    "roles",
    "users",
    "authenticationFlows",
    "authenticatorConfig",
    "requiredActions",
    "scopeMappings",
];

/// All members that a realm's representation has.
pub fn fields() -> Vec<&'static str> {
    let mut all = vec![
        "passwordPolicy",
        "displayName",
        "displayNameHtml",
        "supportedLocales",
    ];
    all.extend(MORE);
    all.extend(CONTENTS);
    all.extend(OWN);
    all
}

const MORE: &[&str] = &[
    "accessCodeLifespan",
    "accessCodeLifespanLogin",
    "accessCodeLifespanUserAction",
    "accessTokenLifespan",
    "accessTokenLifespanForImplicitFlow",
    "accountTheme",
    "actionTokenGeneratedByAdminLifespan",
    "actionTokenGeneratedByUserLifespan",
    "adminEventsDetailsEnabled",
    "adminEventsEnabled",
    "adminPermissionsClient",
    "adminPermissionsEnabled",
    "adminTheme",
    "applicationScopeMappings",
    "applications",
    "attributes",
    "browserFlow",
    "browserSecurityHeaders",
    "bruteForceProtected",
    "bruteForceStrategy",
    "certificate",
    "clientAuthenticationFlow",
    "clientOfflineSessionIdleTimeout",
    "clientOfflineSessionMaxLifespan",
    "clientPolicies",
    "clientProfiles",
    "clientScopeMappings",
    "clientSessionIdleTimeout",
    "clientSessionMaxLifespan",
    "clientTemplates",
    "codeSecret",
    "defaultDefaultClientScopes",
    "defaultGroups",
    "defaultLocale",
    "defaultOptionalClientScopes",
    "defaultRoles",
    "defaultSignatureAlgorithm",
    "directGrantFlow",
    "dockerAuthenticationFlow",
    "duplicateEmailsAllowed",
    "editUsernameAllowed",
    "emailTheme",
    "enabledEventTypes",
    "eventsEnabled",
    "eventsExpiration",
    "eventsListeners",
    "failureFactor",
    "federatedUsers",
    "firstBrokerLoginFlow",
    "internationalizationEnabled",
    "keycloakVersion",
    "localizationTexts",
    "loginTheme",
    "loginWithEmailAllowed",
    "maxDeltaTimeSeconds",
    "maxFailureWaitSeconds",
    "maxSecondaryAuthFailures",
    "maxTemporaryLockouts",
    "minimumQuickLoginWaitSeconds",
    "notBefore",
    "oauth2DeviceCodeLifespan",
    "oauth2DevicePollingInterval",
    "oauthClients",
    "offlineSessionIdleTimeout",
    "offlineSessionMaxLifespan",
    "offlineSessionMaxLifespanEnabled",
    "organizations",
    "organizationsEnabled",
    "otpPolicyAlgorithm",
    "otpPolicyCodeReusable",
    "otpPolicyDigits",
    "otpPolicyInitialCounter",
    "otpPolicyLookAheadWindow",
    "otpPolicyPeriod",
    "otpPolicyType",
    "otpSupportedApplications",
    "passwordCredentialGrantAllowed",
    "permanentLockout",
    "privateKey",
    "protocolMappers",
    "publicKey",
    "quickLoginCheckMilliSeconds",
    "realmCacheEnabled",
    "refreshTokenMaxReuse",
    "registrationAllowed",
    "registrationEmailAsUsername",
    "registrationFlow",
    "rememberMe",
    "requiredCredentials",
    "resetCredentialsFlow",
    "resetPasswordAllowed",
    "revokeRefreshToken",
    "scimApiEnabled",
    "smtpServer",
    "social",
    "socialProviders",
    "sslRequired",
    "ssoSessionIdleTimeout",
    "ssoSessionIdleTimeoutRememberMe",
    "ssoSessionMaxLifespan",
    "ssoSessionMaxLifespanRememberMe",
    "updateProfileOnInitialSocialLogin",
    "userCacheEnabled",
    "userFederationMappers",
    "userFederationProviders",
    "userManagedAccessAllowed",
    "verifiableCredentialsEnabled",
    "verifyEmail",
    "waitIncrementSeconds",
    "webAuthnPolicyAcceptableAaguids",
    "webAuthnPolicyAttestationConveyancePreference",
    "webAuthnPolicyAuthenticatorAttachment",
    "webAuthnPolicyAvoidSameAuthenticatorRegister",
    "webAuthnPolicyCreateTimeout",
    "webAuthnPolicyExtraOrigins",
    "webAuthnPolicyPasswordlessAcceptableAaguids",
    "webAuthnPolicyPasswordlessAttestationConveyancePreference",
    "webAuthnPolicyPasswordlessAuthenticatorAttachment",
    "webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister",
    "webAuthnPolicyPasswordlessCreateTimeout",
    "webAuthnPolicyPasswordlessExtraOrigins",
    "webAuthnPolicyPasswordlessMediation",
    "webAuthnPolicyPasswordlessPasskeysEnabled",
    "webAuthnPolicyPasswordlessRequireResidentKey",
    "webAuthnPolicyPasswordlessResidentKey",
    "webAuthnPolicyPasswordlessRpEntityName",
    "webAuthnPolicyPasswordlessRpId",
    "webAuthnPolicyPasswordlessSignatureAlgorithms",
    "webAuthnPolicyPasswordlessUserVerificationRequirement",
    "webAuthnPolicyRequireResidentKey",
    "webAuthnPolicyResidentKey",
    "webAuthnPolicyRpEntityName",
    "webAuthnPolicyRpId",
    "webAuthnPolicySignatureAlgorithms",
    "webAuthnPolicyUserVerificationRequirement",
];
