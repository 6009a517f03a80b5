//! Files that real installations have: odd, old or of another make. Each comes in, and the report
//! names what is not the same afterwards.

use serde_json::{Value, json};

use crate::server::Installation;

/// What is odd, its members, and the places that the report has to speak of.
type Row = (&'static str, Value, &'static [&'static str]);

#[test]
fn strange_but_real_files_come_in_and_the_report_says_what_changed() {
    let here = Installation::new();
    for (number, (what, members, places)) in rows().into_iter().enumerate() {
        let mut realm = json!({"realm": format!("strange-{number}"), "enabled": true});
        let all = realm.as_object_mut().unwrap();
        all.extend(members.as_object().unwrap().clone());
        let file = here.file("strange.json", &realm.to_string());
        let report = here.import(&file);

        let spoken = format!("{} {}", report["approximated"], report["dropped"]);
        for place in places {
            let named = format!("\"place\":\"{place}\"");
            assert!(
                spoken.contains(&named),
                "{what}: {place} is not in {report:#}"
            );
        }
    }
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let flow = |provider: &str| json!([{"alias": "browser", "topLevel": true, "authenticationExecutions": [{"authenticator": provider, "requirement": "REQUIRED", "priority": 10}]}]);
    let client = |members: Value| {
        let mut client = json!({"clientId": "app"});
        client.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({"clients": [client]})
    };
    let mapper = |kind: &str| json!({"protocolMappers": [{"name": "m", "protocol": "openid-connect", "protocolMapper": kind, "config": {"script": "exports = 1"}}]});
    let policies = json!([
        {"name": "Script", "type": "script-policy.js", "logic": "NEGATIVE", "config": {"code": "$evaluation.grant()"}},
        {"name": "Only with the script", "type": "resource", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"defaultResourceType": "urn:x", "applyPolicies": "[\"Script\"]"}},
    ]);
    vec![
        ("null in place of lists and objects", json!({"users": null, "clients": null, "roles": null, "groups": null, "components": null, "smtpServer": null, "authenticationFlows": null, "scopeMappings": null, "organizations": null, "localizationTexts": null}), &[]),
        ("null among others", json!({"users": [null, {"username": "u", "attributes": {"a": [null, "b"], "c": null}, "realmRoles": [null], "groups": null}], "clients": [null, {"clientId": "c", "redirectUris": [null, "https://c.example"]}]}), &[]),
        ("no ids", json!({"clients": [{"clientId": "c"}], "roles": {"realm": [{"name": "r"}], "client": {"c": [{"name": "r"}]}}, "groups": [{"name": "g"}], "users": [{"username": "u"}]}), &[]),
        ("a user store of Keycloak 2", json!({"userFederationProviders": [{"displayName": "ldap", "providerName": "ldap", "config": {}}], "userFederationMappers": [{"name": "m"}]}), &["userFederationProviders[]", "userFederationMappers[]"]),
        ("applications of Keycloak 1", json!({"applications": [{"name": "app", "enabled": true, "redirectUris": ["https://app.example/*"]}], "oauthClients": [{"name": "third", "enabled": true}], "roles": {"application": {"app": [{"name": "user"}]}}, "users": [{"username": "u", "applicationRoles": {"app": ["user"]}}]}), &["applications", "oauthClients"]),
        ("what a realm required of Keycloak 1", json!({"requiredCredentials": ["password"], "requiredApplicationCredentials": ["password"], "passwordCredentialGrantAllowed": true, "social": true}), &["social", "passwordCredentialGrantAllowed"]),
        ("a passkey whose key nobody can read", json!({"users": [{"username": "u", "credentials": [{"type": "webauthn-passwordless", "secretData": "{}", "credentialData": "{\"counter\":5}"}]}]}), &["users[].credentials[]"]),
        ("what a person should be asked for", json!({"users": [{"username": "u", "requiredActions": ["acme-action"]}]}), &["users[].requiredActions"]),
        ("what new people should be asked for", json!({"requiredActions": [{"alias": "acme-action", "name": "Set up", "providerId": "acme-action", "enabled": true, "defaultAction": true}]}), &["requiredActions[].providerId"]),
        ("a code by the word of a header", json!({"authenticationFlows": flow("auth-conditional-otp-form"), "authenticatorConfig": [{"alias": "whom", "config": {"noOtpRequiredForHeaderPattern": "x-office: .*", "forceOtpForHeaderPattern": "x-far: .*"}}]}), &["authenticatorConfig[].config.noOtpRequiredForHeaderPattern", "authenticatorConfig[].config.forceOtpForHeaderPattern"]),
        ("a step that asks for a certificate", json!({"authenticationFlows": flow("auth-x509-client-username-form")}), &["authenticationFlows[].authenticationExecutions[].authenticator"]),
        ("headers of one's own", json!({"browserSecurityHeaders": {"xFrameOptions": "DENY", "xRobotsTag": "none", "acme": "1"}}), &["browserSecurityHeaders.xFrameOptions", "browserSecurityHeaders.acme"]),
        ("mail that goes nowhere", json!({"smtpServer": {"port": "99999", "from": "nobody", "replyTo": "x y@z", "starttls": "perhaps", "authType": "magic", "timeout": "soon", "odd": "1"}}), &["smtpServer.host", "smtpServer.port", "smtpServer.from", "smtpServer.replyTo", "smtpServer.starttls", "smtpServer.authType", "smtpServer.timeout", "smtpServer.odd"]),
        ("roles that contradict themselves", json!({"clients": [{"clientId": "c"}], "roles": {"realm": [{"name": "r", "composite": true, "clientRole": true, "containerId": "elsewhere"}, {"name": "s", "composite": false, "composites": {"realm": ["s", "r"]}}], "client": {"c": [{"name": "t", "clientRole": false}]}}}), &["roles.realm[].composite", "roles.realm[].clientRole", "roles.realm[].containerId", "roles.realm[].composites", "roles.client[].clientRole"]),
        ("a client of a flow that is not there", client(json!({"authenticationFlowBindingOverrides": {"browser": "some-flow"}})), &["clients[].authenticationFlowBindingOverrides"]),
        ("settings that nothing obeys", json!({"verifyEmail": true, "eventsListeners": ["acme"], "smtpServer": {"host": "h", "from": "a@b.example", "password": "**********"}}), &["verifyEmail", "eventsListeners", "smtpServer"]),
        ("a mapper of an identity provider of one's own", json!({"identityProviders": [{"alias": "o", "providerId": "oidc", "config": {}}], "identityProviderMappers": [{"name": "m", "identityProviderAlias": "o", "identityProviderMapper": "acme-mapper", "config": {}}]}), &["identityProviderMappers[].identityProviderMapper"]),
        ("a client of a protocol of one's own", json!({"clients": [{"clientId": "app", "protocol": "wsfed"}], "roles": {"client": {"app": [{"name": "r"}]}}}), &["clients[].protocol"]),
        ("an action under both of its names", json!({"requiredActions": [{"alias": "TERMS_AND_CONDITIONS", "name": "T"}, {"alias": "terms_and_conditions", "name": "T"}]}), &["requiredActions[]"]),
        ("a slash in a name that is written as another", json!({"groups": [{"name": "a/b", "path": "/a~/b"}], "defaultGroups": ["/a~/b"], "users": [{"username": "u", "groups": ["/a~/b"]}]}), &[]),
        ("an authenticator of one's own", json!({"authenticationFlows": flow("acme-sms-authenticator")}), &["authenticationFlows[].authenticationExecutions[].authenticator"]),
        ("a required action of one's own", json!({"requiredActions": [{"alias": "acme", "name": "Acme", "providerId": "acme-action", "enabled": true}]}), &["requiredActions[].providerId"]),
        ("Twitter of Keycloak's", json!({"identityProviders": [{"alias": "t", "providerId": "twitter", "config": {}}]}), &["identityProviders[].providerId"]),
        ("a mapper by XPath", json!({"identityProviders": [{"alias": "o", "providerId": "saml", "config": {}}], "identityProviderMappers": [{"name": "m", "identityProviderAlias": "o", "identityProviderMapper": "saml-xpath-attribute-idp-mapper", "config": {}}]}), &["identityProviderMappers[].identityProviderMapper"]),
        ("a directory at a port of another service", json!({"components": {"org.keycloak.storage.UserStorageProvider": [{"name": "lds", "providerId": "ldap", "config": {"connectionUrl": ["ldap://directory.example.org:25"]}}]}}), &["components[].config.connectionUrl"]),
        ("the account control of AD LDS", json!({"components": {"org.keycloak.storage.UserStorageProvider": [{"name": "lds", "providerId": "ldap", "config": {}, "subComponents": {"org.keycloak.storage.ldap.mappers.LDAPStorageMapper": [{"name": "m", "providerId": "msad-lds-user-account-control-mapper", "config": {}}]}}]}}), &["components[].providerId"]),
        ("an identity provider of one's own", json!({"identityProviders": [{"alias": "acme", "providerId": "acme-login", "enabled": true, "config": {"clientSecret": "s"}}]}), &["identityProviders[].providerId"]),
        ("components of one's own", json!({"components": {"com.acme.Spi": [{"name": "a", "providerId": "acme", "config": {"x": ["1"]}}]}}), &["components[]"]),
        ("a mapper that is a script", client(mapper("oidc-script-based-protocol-mapper")), &["clients[].protocolMappers[].protocolMapper"]),
        ("a mapper of one's own", client(mapper("acme-mapper")), &["clients[].protocolMappers[].protocolMapper"]),
        ("a policy that is a script", client(json!({"authorizationServicesEnabled": true, "serviceAccountsEnabled": true, "secret": "s", "authorizationSettings": {"policies": policies}})), &["clients[].authorizationSettings.policies[]"]),
        ("attributes of a hundred thousand characters", json!({"attributes": {"big": "x".repeat(100_000)}, "users": [{"username": "u", "attributes": {"photo": ["é".repeat(100_000)]}}], "groups": [{"name": "g", "attributes": {"a": ["y".repeat(100_000)]}}]}), &[]),
        ("names that differ in their case alone", json!({"clients": [{"clientId": "App"}, {"clientId": "app"}], "roles": {"realm": [{"name": "Admin"}, {"name": "admin"}]}, "groups": [{"name": "Staff"}, {"name": "staff"}]}), &[]),
        ("a realm file of a tool", json!({"accessTokenLifespan": "300", "registrationAllowed": "true", "clients": [{"clientId": "c", "publicClient": "true", "attributes": {"pkce.code.challenge.method": "S256", "n": 5, "b": true}}], "users": [{"username": "u", "enabled": "true", "attributes": {"one": "not a list"}}]}), &[]),
        ("an organization with a member who is not in the file", json!({"organizationsEnabled": true, "organizations": [{"name": "Acme", "domains": [{"name": "acme.example"}], "members": [{"username": "ghost"}]}]}), &["organizations[].members[]"]),
        ("executors, conditions and profiles of one's own", client_policies(), &["clientProfiles.profiles[].executors[]", "clientProfiles.globalProfiles", "clientProfiles.profiles[].odd", "clientPolicies.policies[].conditions[]", "clientPolicies.policies[].profiles", "clientPolicies.policies[].conditions[].odd"]),
        ("a user profile with rules of one's own", profile(&json!({"attributes": [{"name": "username"}, {"name": "email", "group": null}, {"name": "x", "odd": 1, "validations": {"acme": {}}}]}).to_string()), &["components[].config.kc.user.profile.config"]),
        ("a user profile that is none", profile("no JSON"), &["components[].config.kc.user.profile.config"]),
        ("wishes for security keys", json!({"webAuthnPolicyAcceptableAaguids": ["cb69481e-8ff7-4039-93ec-0a2729a154a8"], "webAuthnPolicyPasswordlessAttestationConveyancePreference": "direct", "webAuthnPolicySignatureAlgorithms": ["ES256", "RS1"]}), &["webAuthnPolicyAcceptableAaguids", "webAuthnPolicyPasswordlessAttestationConveyancePreference", "webAuthnPolicySignatureAlgorithms"]),
        ("words that have no meaning", json!({"otpPolicyType": "sms", "otpPolicyAlgorithm": "HmacMD5", "defaultSignatureAlgorithm": "none", "loginTheme": "acme", "emailTheme": "acme", "scimApiEnabled": true, "enabledEventTypes": ["LOGIN", "ACME"]}), &["otpPolicyType", "otpPolicyAlgorithm", "defaultSignatureAlgorithm", "loginTheme", "emailTheme", "scimApiEnabled", "enabledEventTypes"]),
        ("a client that proves itself otherwise", client(json!({"clientAuthenticatorType": "client-x509", "authenticationFlowBindingOverrides": {"browser": "some-flow"}})), &["clients[].clientAuthenticatorType", "clients[].authenticationFlowBindingOverrides"]),
        ("a client of SAML, with a mapper of one's own", client(json!({"protocol": "saml", "protocolMappers": [{"name": "m", "protocol": "saml", "protocolMapper": "acme-saml-mapper", "config": {}}, {"name": "n", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}]})), &["clients[].protocol", "clients[].protocolMappers[].protocol", "clients[].protocolMappers[].protocolMapper"]),
        ("a client scope of a protocol of one's own", json!({"clientScopes": [{"name": "s", "protocol": "wsfed"}]}), &["clientScopes[].protocol"]),
        ("flows that nobody has", json!({"identityProviders": [{"alias": "o", "providerId": "oidc", "firstBrokerLoginFlowAlias": "none of ours", "postBrokerLoginFlowAlias": "nor this", "config": {}}]}), &["identityProviders[].firstBrokerLoginFlowAlias", "identityProviders[].postBrokerLoginFlowAlias"]),
        ("an account at a provider that is not there", json!({"users": [{"username": "u", "federatedIdentities": [{"identityProvider": "gone", "userId": "1", "userName": "u"}]}]}), &["users[].federatedIdentities[]"]),
        ("a member of an organization with something of one's own", json!({"organizationsEnabled": true, "users": [{"username": "u"}], "organizations": [{"name": "Acme", "domains": [{"name": "acme.example"}], "members": [{"username": "u", "membershipType": "GUEST", "odd": 1}]}]}), &["organizations[].members[].odd", "organizations[].members[].membershipType"]),
        ("a path that does not follow from the names", json!({"groups": [{"name": "a", "path": "/b"}], "defaultRole": {"name": "default-roles-x", "odd": 1}}), &["groups[].path", "defaultRole.odd"]),
        ("permissions on what people own", with_ann(client(json!({"authorizationServicesEnabled": true, "serviceAccountsEnabled": true, "secret": "s", "authorizationSettings": owned_by_people()}))), &["clients[].authorizationSettings.policies[]", "clients[].authorizationSettings.policies[].resources"]),
        ("something of one's own in authorization settings", client(json!({"authorizationServicesEnabled": "true", "serviceAccountsEnabled": true, "secret": "s", "authorizationSettings": {"odd": 1, "resources": [{"name": "r", "odd": 1}], "scopes": [{"name": "s", "odd": 1}], "policies": [{"name": "p", "type": "user", "odd": 1, "config": {"users": "[]"}}]}})), &["clients[].authorizationSettings.odd", "clients[].authorizationSettings.resources[].odd", "clients[].authorizationSettings.scopes[].odd", "clients[].authorizationSettings.policies[].odd"]),
        ("a policy that asks for roles that are not there", client(json!({"authorizationServicesEnabled": true, "serviceAccountsEnabled": true, "secret": "s", "authorizationSettings": {"policies": [{"name": "p", "type": "role", "config": {"roles": "[{\"id\":\"gone\",\"required\":true}]"}}]}})), &["clients[].authorizationSettings.policies[].config.roles"]),
        ("authorization services that are switched off", client(json!({"authorizationSettings": {"resources": [{"name": "r"}]}})), &["clients[].authorizationSettings"]),
        ("names in other scripts", json!({"displayName": "Ärzte ✚ 医者", "users": [{"username": "Ünal", "firstName": "العربية", "lastName": "名".repeat(200)}], "groups": [{"name": "部署/東"}], "roles": {"realm": [{"name": "роль"}]}}), &[]),
    ]
}

/// A profile and a policy with parts that only an extension knows.
fn client_policies() -> Value {
    let executors = json!([{"executor": "acme-executor", "configuration": {"x": 1}}, {"executor": "pkce-enforcer"}]);
    let conditions = json!([{"condition": "acme-condition", "odd": 1, "configuration": {}}, {"condition": "any-client"}]);
    json!({
        "clientProfiles": {"profiles": [{"name": "mine", "odd": 1, "executors": executors}], "globalProfiles": [{"name": "theirs"}]},
        "clientPolicies": {"policies": [{"name": "all", "enabled": true, "conditions": conditions, "profiles": ["mine", "none"]}]},
    })
}

fn with_ann(mut realm: Value) -> Value {
    realm["users"] = json!([{"username": "ann"}]);
    realm
}

/// A realm whose user profile is this text.
fn profile(text: &str) -> Value {
    let config = json!({"kc.user.profile.config": [text]});
    let component = json!({"providerId": "declarative-user-profile", "config": config});
    json!({"components": {"org.keycloak.userprofile.UserProfileProvider": [component]}})
}

/// Resources of people, one of them under a name that two people use, and permissions on them.
fn owned_by_people() -> Value {
    let resource = |owner: &str, name: &str| json!({"name": name, "owner": {"name": owner}, "ownerManagedAccess": true, "scopes": [{"name": "view"}]});
    let permission = |name: &str, resources: &str| json!({"name": name, "type": "scope", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"resources": resources, "scopes": "[\"view\"]"}});
    json!({
        "scopes": [{"name": "view"}],
        "resources": [resource("service-account-app", "one"), resource("service-account-app", "two"), resource("ann", "two")],
        "policies": [permission("On one", "[\"one\"]"), permission("On two", "[\"two\"]")],
    })
}

#[test]
fn a_permission_on_what_a_person_owns_comes_in_and_no_other_becomes_one_on_everything() {
    let here = Installation::new();
    let realm = json!({"realm": "owned", "users": [{"username": "ann"}], "clients": [{
        "clientId": "app", "secret": "s", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
        "authorizationSettings": owned_by_people(),
    }]});
    let file = here.file("owned.json", &realm.to_string());
    here.import(&file);
    let exported: Value = serde_json::from_str(&here.export("owned")).unwrap();

    let clients = exported["clients"].as_array().unwrap();
    let app = clients.iter().find(|one| one["clientId"] == "app").unwrap();
    let policies = app["authorizationSettings"]["policies"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = policies
        .iter()
        .map(|one| (&one["name"], &one["config"]["resources"]))
        .collect();
    assert_eq!(told, [(&json!("On one"), &json!("[\"one\"]"))]);
}

#[test]
fn a_user_profile_that_cannot_be_read_leaves_that_of_a_new_realm_and_nulls_mean_nothing() {
    let here = Installation::new();
    let table = [
        ("{", "firstName"),
        ("{\"attributes\": 7}", "firstName"),
        (
            "{\"attributes\": [{\"name\": \"username\"}, {\"name\": \"email\"}, {\"name\": \"pet\", \"group\": null, \"validations\": null}], \"groups\": null}",
            "pet",
        ),
    ];
    for (number, (text, attribute)) in table.into_iter().enumerate() {
        let name = format!("profile-{number}");
        let mut realm = profile(text);
        realm["realm"] = json!(name);
        let file = here.file("profile.json", &realm.to_string());
        here.import(&file);
        let exported = here.export(&name);

        let stored: Value = serde_json::from_str(&exported).unwrap();
        let stored = &stored["components"]["org.keycloak.userprofile.UserProfileProvider"];
        let kept = stored.to_string().contains(attribute);
        // A realm that has none of its own says nothing, and has that of a new realm.
        assert!(
            kept || (stored.is_null() && attribute == "firstName"),
            "{text}: {stored}"
        );
    }
}

#[test]
fn client_policies_that_could_not_be_read_are_refused_with_their_place() {
    let here = Installation::new();
    let table = [
        (
            json!({"clientPolicies": []}),
            "clientPolicies must be an object",
        ),
        (
            json!({"clientPolicies": {"policies": {}}}),
            "clientPolicies.policies must be a list of objects",
        ),
        (
            json!({"clientPolicies": {"policies": [{"name": "a", "enabled": "yes"}]}}),
            "enabled must be true or false",
        ),
        (
            json!({"clientPolicies": {"policies": [{"name": "a"}, {"name": "a"}]}}),
            "client policy a stands there twice",
        ),
        (
            json!({"clientProfiles": {"profiles": [{"name": "a", "executors": [{"executor": {}}]}]}}),
            "executor must be a text",
        ),
        (
            json!({"clientProfiles": {"profiles": [{"name": "fapi-1-baseline"}]}}),
            "client profile fapi-1-baseline stands there twice",
        ),
        (
            json!({"clientProfiles": {"profiles": [{"name": "a", "executors": [{"executor": "pkce-enforcer", "configuration": 7}]}]}}),
            "configuration must be an object",
        ),
    ];
    for (members, why) in table {
        let mut realm = json!({"realm": "bad"});
        let all = realm.as_object_mut().unwrap();
        all.extend(members.as_object().unwrap().clone());
        let refused = here.refusal(&realm.to_string());
        assert!(refused.contains(why), "{refused} does not say: {why}");
    }
}

#[test]
fn a_policy_that_cannot_be_decided_allows_nobody() {
    let here = Installation::new();
    let policies = json!([{"name": "Script", "type": "script-policy.js", "logic": "NEGATIVE", "config": {"code": "x"}}]);
    let realm = json!({"realm": "scripts", "clients": [{
        "clientId": "app", "secret": "s", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
        "authorizationSettings": {"policies": policies},
    }]});
    let file = here.file("scripts.json", &realm.to_string());
    here.import(&file);
    let exported: Value = serde_json::from_str(&here.export("scripts")).unwrap();

    let clients = exported["clients"].as_array().unwrap();
    let app = clients.iter().find(|one| one["clientId"] == "app").unwrap();
    let policy = &app["authorizationSettings"]["policies"][0];
    assert_eq!(
        (&policy["type"], &policy["logic"], &policy["config"]),
        (&json!("user"), &json!("POSITIVE"), &json!({"users": "[]"}))
    );
}

#[test]
fn names_that_no_index_has_room_for_are_refused_with_their_place() {
    let here = Installation::new();
    // Digits that do not repeat, because what repeats is stored in less room.
    let long: String = (0_u64..400)
        .map(|n| (n * n * 7919 % 10_007).to_string())
        .collect();
    let table = [
        (json!({"clients": [{"clientId": long}]}), "clientId"),
        (json!({"roles": {"realm": [{"name": long}]}}), "name"),
        (json!({"groups": [{"name": long}]}), "name"),
        (json!({"users": [{"username": long}]}), "username"),
        (
            json!({"users": [{"username": "u", "email": long}]}),
            "email",
        ),
        (
            json!({"users": [{"username": "u", "attributes": {long.clone(): ["x"]}}]}),
            "attributes",
        ),
        (
            json!({"users": [{"username": "u", "federatedIdentities": [{"identityProvider": "i", "userId": long}]}]}),
            "userId",
        ),
        (
            json!({"clientScopes": [{"name": long, "protocol": "openid-connect"}]}),
            "name",
        ),
        (
            json!({"identityProviders": [{"alias": long, "providerId": "oidc"}]}),
            "alias",
        ),
        (json!({"authenticationFlows": [{"alias": long}]}), "alias"),
        (
            json!({"localizationTexts": {"en": {long.clone(): "x"}}}),
            "en",
        ),
        (
            json!({"organizations": [{"name": "o", "domains": [{"name": long}]}]}),
            "domains",
        ),
    ];
    for (members, member) in table {
        let mut realm = json!({"realm": "long"});
        let all = realm.as_object_mut().unwrap();
        all.extend(members.as_object().unwrap().clone());
        let refused = here.refusal(&realm.to_string());
        let why = format!("{member} must be at most 255 characters long");
        assert!(refused.contains(&why), "{refused:.300} does not say: {why}");
    }
}

#[test]
fn a_report_says_of_passwords_that_a_centre_of_keys_proves_where_that_is_listed() {
    let here = Installation::new();
    let store = |name: &str, kind: &str, setting: &str, value: &str| {
        let config = json!({
            setting: [value], "enabled": ["true"], "connectionUrl": ["ldap://directory.example.org"],
        });
        let mut store = json!({"name": name, "providerId": kind, "config": config});
        if kind != "ldap" {
            store["config"]
                .as_object_mut()
                .unwrap()
                .remove("connectionUrl");
        }
        store
    };
    let stores = json!([
        store(
            "asks-it",
            "ldap",
            "useKerberosForPasswordAuthentication",
            "true"
        ),
        store(
            "asks-not",
            "ldap",
            "useKerberosForPasswordAuthentication",
            "false"
        ),
        store("alone", "kerberos", "allowPasswordAuthentication", "true"),
        store(
            "tickets",
            "kerberos",
            "allowPasswordAuthentication",
            "false"
        ),
    ]);
    let components = json!({"org.keycloak.storage.UserStorageProvider": stores});
    let realm = json!({"realm": "centre", "components": components});
    let file = here.file("centre.json", &realm.to_string());

    let report = here.import(&file).to_string();

    assert!(report.contains("CLOAKROOM_KERBEROS_KDCS"), "{report}");
    for (name, is_said) in [
        ("asks-it", true),
        ("asks-not", false),
        ("alone", true),
        ("tickets", false),
    ] {
        assert_eq!(report.contains(name), is_said, "{name}: {report}");
    }
}
