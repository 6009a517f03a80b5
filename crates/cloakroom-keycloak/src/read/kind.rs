//! What kind of value the members of representations hold, for those whose name says it everywhere.

use serde_json::Value;

use super::{Object, Unreadable};

/// Members that are on or off.
const SWITCHES: &str = "\
    addReadTokenRoleOnCreate adminEventsDetailsEnabled adminEventsEnabled \
    adminPermissionsEnabled allowRemoteResourceManagement alwaysDisplayInConsole \
    authenticateByDefault authenticationFlow authenticatorFlow autheticatorFlow \
    authorizationServicesEnabled autoMembership bearerOnly bruteForceProtected builtIn \
    clientRole composite configurable consentRequired defaultAction directAccessGrantsEnabled \
    directGrantsOnly duplicateEmailsAllowed editUsernameAllowed emailVerified enabled \
    entitlements eventsEnabled frontchannelLogout fullScopeAllowed hideOnLogin \
    implicitFlowEnabled internationalizationEnabled linkOnly loginWithEmailAllowed \
    offlineSessionMaxLifespanEnabled organizationsEnabled otpPolicyCodeReusable \
    ownerManagedAccess passwordCredentialGrantAllowed permanentLockout publicClient \
    realmCacheEnabled realmCertificate registrationAllowed registrationEmailAsUsername \
    rememberMe resetPasswordAllowed revokeRefreshToken scimApiEnabled scopeParamRequired \
    serviceAccountsEnabled social standardFlowEnabled storeToken surrogateAuthRequired temporary \
    topLevel totp trustEmail updateProfileFirstLogin updateProfileOnInitialSocialLogin \
    useTemplateConfig useTemplateMappers useTemplateScope userCacheEnabled \
    userManagedAccessAllowed verifiableCredentialsEnabled verifyEmail \
    webAuthnPolicyAvoidSameAuthenticatorRegister \
    webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister \
    webAuthnPolicyPasswordlessPasskeysEnabled";

/// Members that are whole numbers.
const NUMBERS: &str = "\
    accessCodeLifespan accessCodeLifespanLogin accessCodeLifespanUserAction accessTokenLifespan \
    accessTokenLifespanForImplicitFlow actionTokenGeneratedByAdminLifespan \
    actionTokenGeneratedByUserLifespan clientOfflineSessionIdleTimeout \
    clientOfflineSessionMaxLifespan clientSessionIdleTimeout clientSessionMaxLifespan count \
    counter createdDate createdTimestamp digits eventsExpiration expiration failureFactor \
    hashIterations index keySize level maxDeltaTimeSeconds maxFailureWaitSeconds \
    maxSecondaryAuthFailures maxTemporaryLockouts minimumQuickLoginWaitSeconds \
    nodeReRegistrationTimeout notBefore oauth2DeviceCodeLifespan oauth2DevicePollingInterval \
    offlineSessionIdleTimeout offlineSessionMaxLifespan otpPolicyDigits otpPolicyInitialCounter \
    otpPolicyLookAheadWindow otpPolicyPeriod period priority quickLoginCheckMilliSeconds \
    refreshTokenMaxReuse ssoSessionIdleTimeout ssoSessionIdleTimeoutRememberMe \
    ssoSessionMaxLifespan ssoSessionMaxLifespanRememberMe subGroupCount validity \
    waitIncrementSeconds webAuthnPolicyCreateTimeout webAuthnPolicyPasswordlessCreateTimeout";

/// Members that hold several values in their order.
const LISTS: &str = "\
    applications authenticationExecutions authenticationFlows client-types clientConsents \
    clientScopes clientTemplates credentials defaultClientScopes defaultDefaultClientScopes \
    defaultGroups defaultOptionalClientScopes defaultRoles disableableCredentialTypes domains \
    enabledEventTypes eventsListeners federatedIdentities federatedUsers global-client-types \
    globalPolicies globalProfiles groups identityProviderMappers identityProviders \
    issuedVerifiableCredentials members oauthClients optionalClientScopes organizationLinks \
    organizations otpSupportedApplications policies profiles protocolMappers realmRoles \
    redirectUris requiredActions requiredCredentials requirementChoices resources roleIds \
    scopeMappings scopes scopesUma socialLinks steps subGroups supportedLocales types uris \
    userFederationMappers userFederationProviders users verifiableCredentials \
    webAuthnPolicyAcceptableAaguids webAuthnPolicyExtraOrigins \
    webAuthnPolicyPasswordlessAcceptableAaguids webAuthnPolicyPasswordlessExtraOrigins \
    webAuthnPolicyPasswordlessSignatureAlgorithms webAuthnPolicySignatureAlgorithms webOrigins";

/// Members that have members of their own.
const OBJECTS: &str = "\
    access adminPermissionsClient applicationRoles applicationScopeMappings \
    authenticationFlowBindingOverrides authorizationSchema authorizationSettings \
    browserSecurityHeaders clientPolicies clientProfiles clientRoles clientScopeMappings \
    components composites concurrency config context defaultRole localizationTexts \
    registeredNodes schedule scopePermissions smtpServer socialProviders state \
    userProfileMetadata with";

/// Members that are texts wherever they are.
const TEXTS: &str = "\
    alias clientId description displayName email firstName lastName name realm username";

/// What Keycloak calls a policy of one kind.
const POLICY: &str = "AbstractPolicyRepresentation";

/// Refuses an object in which a member holds what no value of its kind is made of. Texts stand for
/// numbers and switches as well, as forms send them.
pub(super) fn check(object: &Object, representation: &str) -> Result<(), Unreadable> {
    // A policy over time has an instant under the name that is a count of seconds everywhere else.
    let is_instant = |name: &str, value: &Value| {
        representation == POLICY && name == "notBefore" && value.is_string()
    };
    let is_right = |(name, value): (&String, &Value)| is_instant(name, value) || fits(name, value);
    match object.iter().all(is_right) {
        true => Ok(()),
        false => Err(Unreadable::Type),
    }
}

/// Makes texts of the numbers and switches that were sent for some, as Keycloak does.
pub(super) fn write_texts(object: &mut Object) {
    for name in TEXTS.split(' ') {
        if let Some(value @ (Value::Number(_) | Value::Bool(_))) = object.get_mut(name) {
            *value = Value::String(value.to_string());
        }
    }
}

fn fits(name: &str, value: &Value) -> bool {
    let is_one_of = |names: &str| names.split(' ').any(|one| one == name);
    match value {
        Value::Null => true,
        Value::Array(_) => !is_one_of(SWITCHES) && !is_one_of(NUMBERS) && !is_one_of(OBJECTS),
        Value::Object(_) => !is_one_of(SWITCHES) && !is_one_of(NUMBERS) && !is_one_of(LISTS),
        Value::Bool(_) => !is_one_of(NUMBERS) && !is_one_of(LISTS) && !is_one_of(OBJECTS),
        Value::Number(_) => !is_one_of(LISTS) && !is_one_of(OBJECTS),
        Value::String(text) if is_one_of(SWITCHES) => {
            matches!(text.to_ascii_lowercase().as_str(), "" | "true" | "false")
        }
        Value::String(text) if is_one_of(NUMBERS) => text.is_empty() || text.parse::<i64>().is_ok(),
        Value::String(_) => !is_one_of(LISTS) && !is_one_of(OBJECTS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_holds_what_its_name_says() {
        let table = [
            (
                json!({"enabled": true, "priority": 3, "redirectUris": [], "config": {}}),
                true,
            ),
            (
                json!({"enabled": "true", "priority": "3", "redirectUris": null}),
                true,
            ),
            (json!({"enabled": {"a": 1}}), false),
            (json!({"enabled": "perhaps"}), false),
            (json!({"priority": [1]}), false),
            (json!({"priority": "high"}), false),
            (json!({"redirectUris": "https://app.example"}), false),
            (json!({"protocolMappers": {"a": 1}}), false),
            (json!({"config": []}), false),
            (json!({"config": true}), false),
            (json!({"attributes": []}), true),
        ];
        for (sent, fits) in table {
            let object = sent.as_object().unwrap();

            assert_eq!(check(object, "").is_ok(), fits, "{sent}");
        }
    }

    #[test]
    fn a_number_or_a_switch_stands_for_its_text() {
        let sent =
            json!({"name": 5, "description": true, "username": 1.5, "alias": "a", "priority": 3});
        let mut object = sent.as_object().unwrap().clone();

        write_texts(&mut object);

        let read = json!({
            "name": "5", "description": "true", "username": "1.5", "alias": "a", "priority": 3,
        });
        assert_eq!(json!(object), read);
    }

    #[test]
    fn only_a_policy_has_an_instant_before_which_nothing_holds() {
        let sent = json!({"notBefore": "2026-12-30 12:00:00"});
        let object = sent.as_object().unwrap();

        assert!(check(object, POLICY).is_ok());
        assert_eq!(check(object, "ClientRepresentation"), Err(Unreadable::Type));
    }
}
