//! The attempts, by the right that somebody has, and the harmless calls beside them.

/// What has to come of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// It is refused with 403.
    Refused,
    /// It works: the right is for this.
    Done,
    /// It works, and the secret in it is not shown.
    Masked,
}

use Expected::{Done, Masked, Refused};

/// One call, by somebody with one right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) who: &'static str,
    what: &'static str,
    pub(super) method: &'static str,
    /// Below the realm; names in braces stand for ids of the scene.
    pub(super) path: &'static str,
    pub(super) body: &'static str,
    pub(super) expected: Expected,
}

impl Row {
    /// The sentence that the test proves.
    pub(super) fn name(&self) -> String {
        let verb = match self.expected {
            Refused => "may not",
            Done => "may",
            Masked => "does not see the secret when it may",
        };
        format!("{} {verb} {}", self.who, self.what)
    }
}

type Call = (
    &'static str,
    Expected,
    &'static str,
    &'static str,
    &'static str,
);

/// Every attempt.
pub(super) fn all() -> Vec<Row> {
    let groups: [(&'static str, &[Call]); 10] = [
        ("manage-users", USERS),
        ("manage-clients", CLIENTS),
        ("manage-realm", REALM),
        ("create-client", NEW_CLIENTS),
        ("view-clients", VIEW),
        ("impersonation", IMPERSONATION),
        ("manage-authorization", AUTHORIZATION),
        ("manage-organizations", ORGANIZATIONS),
        ("manage-identity-providers", PROVIDERS),
        ("delegate", DELEGATE),
    ];
    let row = |who, &(what, expected, method, path, body): &Call| Row {
        who,
        what,
        method,
        path,
        body,
        expected,
    };
    groups
        .iter()
        .flat_map(|(who, calls)| calls.iter().map(move |call| row(*who, call)))
        .collect()
}

const REALM_ADMIN: &str = r#"[{"id":"{realm-admin}","name":"realm-admin"}]"#;
const HARMLESS: &str = r#"[{"id":"{harmless}","name":"harmless"}]"#;
const PASSWORD: &str =
    r#"{"type":"password","value":"a new passphrase of mine","temporary":false}"#;

#[rustfmt::skip]
const USERS: &[Call] = &[
    ("set the password of somebody without rights", Done, "PUT", "/users/{plain}/reset-password", PASSWORD),
    ("set the password of somebody mightier", Refused, "PUT", "/users/{boss}/reset-password", PASSWORD),
    ("set it by an update", Refused, "PUT", "/users/{boss}", r#"{"credentials":[{"type":"password","value":"a new passphrase of mine"}]}"#),
    ("change the address of somebody mightier", Refused, "PUT", "/users/{boss}", r#"{"email":"me@example.org","emailVerified":true}"#),
    ("remove somebody without rights", Done, "DELETE", "/users/{leaving}", ""),
    ("remove somebody mightier", Refused, "DELETE", "/users/{boss}", ""),
    ("take a credential from somebody mightier", Refused, "DELETE", "/users/{boss}/credentials/{boss-password}", ""),
    ("link somebody without rights to an identity provider", Done, "POST", "/users/{plain}/federated-identity/google", r#"{"userId":"1","userName":"me"}"#),
    ("link somebody mightier to an identity provider", Refused, "POST", "/users/{boss}/federated-identity/google", r#"{"userId":"1","userName":"me"}"#),
    ("become somebody else", Refused, "POST", "/users/{plain}/impersonation", ""),
    ("give a harmless role", Done, "POST", "/users/{plain}/role-mappings/realm", HARMLESS),
    ("give a right that is part of their own", Done, "POST", "/users/{plain}/role-mappings/clients/{rm}", r#"[{"id":"{query-users}","name":"query-users"}]"#),
    ("give themselves every right", Refused, "POST", "/users/{manage-users-self}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("give somebody else every right", Refused, "POST", "/users/{plain}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("give themselves a role that holds every right", Refused, "POST", "/users/{manage-users-self}/role-mappings/realm", r#"[{"id":"{mighty}","name":"mighty"}]"#),
    ("take a right from somebody mightier", Refused, "DELETE", "/users/{boss}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("let a group have every right", Refused, "POST", "/groups/{mine}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("join a group without rights", Done, "PUT", "/users/{manage-users-self}/groups/{friends}", ""),
    ("join a group whose members have every right", Refused, "PUT", "/users/{manage-users-self}/groups/{bosses}", ""),
    ("join a group below such a one", Refused, "PUT", "/users/{manage-users-self}/groups/{below}", ""),
    ("move a group below such a one", Refused, "POST", "/groups/{bosses}/children", r#"{"id":"{mine}","name":"mine"}"#),
    ("make a user in a group without rights", Done, "POST", "/users", r#"{"username":"newcomer","groups":["/friends"]}"#),
    ("make a user in a group with rights", Refused, "POST", "/users", r#"{"username":"puppet","enabled":true,"groups":["/bosses"],"credentials":[{"type":"password","value":"a new passphrase of mine"}]}"#),
    ("make a composite role", Refused, "POST", "/roles/harmless/composites", REALM_ADMIN),
    ("join a group that permissions name", Refused, "PUT", "/users/{manage-users-self}/groups/{helpers}", ""),
    ("give themselves a role that permissions name", Refused, "POST", "/users/{manage-users-self}/role-mappings/realm", HELPER),
    ("set the password of somebody whom permissions name", Refused, "PUT", "/users/{deputy-self}/reset-password", PASSWORD),
];

const HELPER: &str = r#"[{"id":"{helper}","name":"helper"}]"#;

#[rustfmt::skip]
const DELEGATE: &[Call] = &[
    ("set the password of somebody without rights", Done, "PUT", "/users/{guest}/reset-password", PASSWORD),
    ("set the password of somebody mightier", Refused, "PUT", "/users/{boss}/reset-password", PASSWORD),
    ("set the password of somebody else whom permissions name", Refused, "PUT", "/users/{deputy-self}/reset-password", PASSWORD),
    ("remove somebody mightier", Refused, "DELETE", "/users/{boss}", ""),
    ("become somebody mightier", Refused, "POST", "/users/{boss}/impersonation", ""),
    ("become somebody else whom permissions name", Refused, "POST", "/users/{deputy-self}/impersonation", ""),
    ("give a harmless role", Done, "POST", "/users/{guest}/role-mappings/realm", HARMLESS),
    ("give themselves every right", Refused, "POST", "/users/{delegate-self}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("give themselves a role that holds every right", Refused, "POST", "/users/{delegate-self}/role-mappings/realm", r#"[{"id":"{mighty}","name":"mighty"}]"#),
    ("give themselves a role that permissions name", Refused, "POST", "/users/{delegate-self}/role-mappings/realm", HELPER),
    ("let a group have every right", Refused, "POST", "/groups/{mine}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("join a group without rights", Done, "PUT", "/users/{delegate-self}/groups/{friends}", ""),
    ("join a group whose members have every right", Refused, "PUT", "/users/{delegate-self}/groups/{bosses}", ""),
    ("join a group that permissions name", Refused, "PUT", "/users/{delegate-self}/groups/{helpers}", ""),
    ("make a user in a group that permissions name", Refused, "POST", "/users", r#"{"username":"marionette","groups":["/helpers"]}"#),
    ("move a group below one with rights", Refused, "POST", "/groups/{bosses}/children", r#"{"id":"{mine}","name":"mine"}"#),
    ("move a group below one that permissions name", Refused, "POST", "/groups/{helpers}/children", r#"{"id":"{mine}","name":"mine"}"#),
    ("renew the secret of a mightier service account", Refused, "POST", "/clients/{machine}/client-secret", ""),
    ("make a key for it", Refused, "POST", "/clients/{machine}/certificates/jwt.credential/generate", ""),
    ("let a client pass on every right", Refused, "POST", "/clients/{app}/scope-mappings/clients/{rm}", REALM_ADMIN),
    ("hard-code a right into tokens", Refused, "POST", "/clients/{app}/protocol-mappers/models", r#"{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}"#),
    ("compose a client's role of every right", Refused, "POST", "/clients/{app}/roles/buyer/composites", REALM_ADMIN),
    ("change a right", Refused, "PUT", "/clients/{rm}/roles/view-users", r#"{"name":"gone"}"#),
    ("change the client whose roles are rights", Refused, "PUT", "/clients/{rm}", r#"{"clientId":"another"}"#),
    ("give a service account every right", Refused, "POST", "/users/{machine-account}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("name themselves where the realm's permissions are kept", Refused, "POST", "/clients/{ap}/authz/resource-server/policy/user", r#"{"name":"me","users":["{delegate-self}"]}"#),
    ("see who may do what", Refused, "GET", "/clients/{ap}/authz/resource-server/permission", ""),
    ("turn a setting of the realm", Refused, "PUT", "", r#"{"registrationAllowed":true}"#),
    ("manage an organization that others may", Refused, "POST", "/organizations", r#"{"name":"Mine","domains":[{"name":"mine.test"}]}"#),
];

#[rustfmt::skip]
const CLIENTS: &[Call] = &[
    ("renew the secret of a client without rights", Done, "POST", "/clients/{app}/client-secret", ""),
    ("renew the secret of a mightier service account", Refused, "POST", "/clients/{machine}/client-secret", ""),
    ("read the secret of a mightier service account", Masked, "GET", "/clients/{machine}/client-secret", ""),
    ("change the client of a mightier service account", Refused, "PUT", "/clients/{machine}", r#"{"clientId":"machine","secret":"a secret of my own choice"}"#),
    ("make a registration token for it", Refused, "POST", "/clients/{machine}/registration-access-token", ""),
    ("make a key for it", Refused, "POST", "/clients/{machine}/certificates/jwt.credential/generate", ""),
    ("let a client pass on a harmless role", Done, "POST", "/clients/{app}/scope-mappings/realm", HARMLESS),
    ("let a client pass on every right", Refused, "POST", "/clients/{app}/scope-mappings/clients/{rm}", REALM_ADMIN),
    ("let a client scope pass on every right", Refused, "POST", "/client-scopes/{scope}/scope-mappings/clients/{rm}", REALM_ADMIN),
    ("let a client scope pass on a role that holds them", Refused, "POST", "/client-scopes/{scope}/scope-mappings/realm", r#"[{"id":"{mighty}","name":"mighty"}]"#),
    ("hard-code a harmless role", Done, "POST", "/clients/{app}/protocol-mappers/models", r#"{"name":"fine","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"harmless"}}"#),
    ("hard-code a right into tokens", Refused, "POST", "/clients/{app}/protocol-mappers/models", r#"{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}"#),
    ("hard-code a role that holds rights", Refused, "POST", "/clients/{app}/protocol-mappers/models", r#"{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"mighty"}}"#),
    ("hard-code it among several mappers", Refused, "POST", "/clients/{app}/protocol-mappers/add-models", r#"[{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}]"#),
    ("turn a harmless mapper into one that does", Refused, "PUT", "/clients/{app}/protocol-mappers/models/{mapper}", r#"{"id":"{mapper}","name":"audience","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}"#),
    ("show a role under the name of a right", Refused, "POST", "/client-scopes/{scope}/protocol-mappers/models", r#"{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-role-name-mapper","config":{"role":"harmless","new.role.name":"realm-management.realm-admin"}}"#),
    ("send such a mapper with a client", Refused, "PUT", "/clients/{app}", r#"{"clientId":"app","protocolMappers":[{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}]}"#),
    ("send such a mapper with a client scope", Refused, "POST", "/client-scopes", r#"{"name":"trojan","protocol":"openid-connect","protocolMappers":[{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}]}"#),
    ("compose a client's role of every right", Refused, "POST", "/clients/{app}/roles/buyer/composites", REALM_ADMIN),
    ("compose it by its id", Refused, "POST", "/roles-by-id/{buyer}/composites", REALM_ADMIN),
    ("make a role that is composed of every right", Refused, "POST", "/clients/{app}/roles", r#"{"name":"horse","composite":true,"composites":{"client":{"realm-management":["realm-admin"]}}}"#),
    ("touch a role of the realm by its id", Refused, "PUT", "/roles-by-id/{harmless}", r#"{"name":"renamed"}"#),
    ("change a right", Refused, "PUT", "/clients/{rm}/roles/view-users", r#"{"name":"gone"}"#),
    ("put a right into another", Refused, "POST", "/clients/{rm}/roles/manage-clients/composites", r#"[{"id":"{manage-clients}","name":"manage-clients"}]"#),
    ("make a right", Refused, "POST", "/clients/{rm}/roles", r#"{"name":"manage-everything"}"#),
    ("change the client whose roles are rights", Refused, "PUT", "/clients/{rm}", r#"{"clientId":"another"}"#),
    ("remove the client whose roles are rights", Refused, "DELETE", "/clients/{rm}", ""),
    ("give a service account every right", Refused, "POST", "/users/{machine-account}/role-mappings/clients/{rm}", REALM_ADMIN),
];

#[rustfmt::skip]
const REALM: &[Call] = &[
    ("compose a role of a harmless one", Done, "POST", "/roles/wide/composites", HARMLESS),
    ("compose a role of every right", Refused, "POST", "/roles/wide/composites", REALM_ADMIN),
    ("compose the role that everybody has of every right", Refused, "POST", "/roles/default-roles-escalation/composites", REALM_ADMIN),
    ("compose a role by its id", Refused, "POST", "/roles-by-id/{wide}/composites", r#"[{"id":"{mighty}","name":"mighty"}]"#),
    ("make a role that is composed of every right", Refused, "POST", "/roles", r#"{"name":"horse","composite":true,"composites":{"realm":["mighty"]}}"#),
    ("take the rights out of a role that holds them", Refused, "DELETE", "/roles/mighty/composites", REALM_ADMIN),
    ("take them out by the id of the role", Refused, "DELETE", "/roles-by-id/{mighty}/composites", REALM_ADMIN),
    ("bring in a role that holds every right", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"SKIP","roles":{"realm":[{"name":"horse","composite":true,"composites":{"client":{"realm-management":["realm-admin"]}}}]}}"#),
    ("put every right into the role that everybody has, by a file", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"OVERWRITE","roles":{"realm":[{"name":"default-roles-escalation","composite":true,"composites":{"realm":["mighty"]}}]}}"#),
    ("bring themselves in again with every right", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"OVERWRITE","users":[{"username":"manage-realm","enabled":true,"clientRoles":{"realm-management":["realm-admin"]}}]}"#),
    ("let the people of a user store have a harmless role", Done, "POST", "/components", r#"{"name":"hardcoded-ldap-role-mapper","providerId":"hardcoded-ldap-role-mapper","parentId":"{directory}","providerType":"org.keycloak.storage.ldap.mappers.LDAPStorageMapper","config":{"role":["harmless"]}}"#),
    ("let the people of a user store have every right", Refused, "POST", "/components", r#"{"name":"hardcoded-ldap-role-mapper","providerId":"hardcoded-ldap-role-mapper","parentId":"{directory}","providerType":"org.keycloak.storage.ldap.mappers.LDAPStorageMapper","config":{"role":["realm-management.realm-admin"]}}"#),
    ("let the people of a user store join a group whose members have every right", Refused, "POST", "/components", r#"{"name":"hardcoded-ldap-group-mapper","providerId":"hardcoded-ldap-group-mapper","parentId":"{directory}","providerType":"org.keycloak.storage.ldap.mappers.LDAPStorageMapper","config":{"group":["/bosses"]}}"#),
    ("let a user store say who has which right", Refused, "POST", "/components", r#"{"name":"role-ldap-mapper","providerId":"role-ldap-mapper","parentId":"{directory}","providerType":"org.keycloak.storage.ldap.mappers.LDAPStorageMapper","config":{"roles.dn":["ou=r"],"role.name.ldap.attribute":["cn"],"role.object.classes":["g"],"membership.ldap.attribute":["m"],"mode":["READ_ONLY"],"use.realm.roles.mapping":["false"],"client.id":["realm-management"]}}"#),
    ("have a key made", Done, "POST", "/components", r#"{"name":"made","providerId":"hmac-generated","providerType":"org.keycloak.keys.KeyProvider","config":{"priority":["1"]}}"#),
    ("bring a key that signs", Refused, "POST", "/components", r#"{"name":"mine","providerId":"rsa","providerType":"org.keycloak.keys.KeyProvider","config":{"privateKey":["{key}"],"priority":["1000"]}}"#),
    ("say which key comes first", Done, "PUT", "/components/{hmac}", r#"{"config":{"priority":["101"]}}"#),
    ("change a directory of people without rights", Done, "PUT", "/components/{directory}", r#"{"config":{"connectionUrl":["ldap://other.test"]}}"#),
    ("lead a directory of somebody mightier elsewhere", Refused, "PUT", "/components/{house-directory}", r#"{"config":{"connectionUrl":["ldap://mine.test"]}}"#),
    ("say how a directory of somebody mightier is read", Refused, "POST", "/components", r#"{"name":"names","providerId":"user-attribute-ldap-mapper","parentId":"{house-directory}","providerType":"org.keycloak.storage.ldap.mappers.LDAPStorageMapper","config":{"ldap.attribute":["description"],"user.model.attribute":["username"]}}"#),
    ("remove a directory of somebody mightier", Refused, "DELETE", "/components/{house-directory}", ""),
    ("lead a provider of somebody mightier elsewhere by a file", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"OVERWRITE","identityProviders":[{"alias":"house","providerId":"oidc","config":{"clientId":"us","authorizationUrl":"https://mine.test/a","tokenUrl":"https://mine.test/t"}}]}"#),
    ("take the place of somebody mightier by a file", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"OVERWRITE","users":[{"username":"boss"}]}"#),
    ("touch a client's role by its id", Refused, "PUT", "/roles-by-id/{buyer}", r#"{"name":"renamed"}"#),
    ("change a right by its id", Refused, "PUT", "/roles-by-id/{view-users}", r#"{"name":"gone"}"#),
];

#[rustfmt::skip]
const NEW_CLIENTS: &[Call] = &[
    ("make a client", Done, "POST", "/clients", r#"{"clientId":"fresh"}"#),
    ("make a client with a hard-coded right", Refused, "POST", "/clients", r#"{"clientId":"trojan","protocolMappers":[{"name":"bad","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-role-mapper","config":{"role":"realm-management.realm-admin"}}]}"#),
    ("change a client", Refused, "PUT", "/clients/{app}", r#"{"clientId":"app","enabled":false}"#),
];

#[rustfmt::skip]
const VIEW: &[Call] = &[
    ("read the secret of a client", Masked, "GET", "/clients/{app}/client-secret", ""),
    ("renew the secret of a client", Refused, "POST", "/clients/{app}/client-secret", ""),
];

#[rustfmt::skip]
const IMPERSONATION: &[Call] = &[
    ("become somebody without rights", Done, "POST", "/users/{plain}/impersonation", ""),
    ("become somebody mightier", Refused, "POST", "/users/{boss}/impersonation", ""),
];

#[rustfmt::skip]
const AUTHORIZATION: &[Call] = &[
    ("say what a client protects", Done, "POST", "/clients/{guarded}/authz/resource-server/scope", r#"{"name":"read"}"#),
    ("protect what a client has not", Refused, "PUT", "/clients/{app}", r#"{"clientId":"app","serviceAccountsEnabled":true,"authorizationServicesEnabled":true}"#),
    ("change the client that protects", Refused, "PUT", "/clients/{guarded}", r#"{"clientId":"guarded","redirectUris":["https://evil.test/*"]}"#),
    ("read the secret of the client that protects", Refused, "GET", "/clients/{guarded}/client-secret", ""),
    ("give the client's service account every right", Refused, "POST", "/users/{machine-account}/role-mappings/clients/{rm}", REALM_ADMIN),
    ("compose a role of every right", Refused, "POST", "/roles/harmless/composites", REALM_ADMIN),
    ("let themselves manage everybody", Refused, "POST", "/clients/{ap}/authz/resource-server/permission/scope", r#"{"name":"mine","resourceType":"Users","scopes":["manage"],"policies":["delegate"]}"#),
    ("name themselves where the realm's permissions are kept", Refused, "POST", "/clients/{ap}/authz/resource-server/policy/user", r#"{"name":"me","users":["{manage-authorization-self}"]}"#),
    ("give themselves every right", Refused, "POST", "/users/{manage-authorization-self}/role-mappings/clients/{rm}", REALM_ADMIN),
];

#[rustfmt::skip]
const ORGANIZATIONS: &[Call] = &[
    ("make an organization", Done, "POST", "/organizations", r#"{"name":"Acme","domains":[{"name":"acme.test"}]}"#),
    ("make a user", Refused, "POST", "/users", r#"{"username":"puppet"}"#),
    ("set the password of a member", Refused, "PUT", "/users/{boss}/reset-password", PASSWORD),
    ("let a member join a group", Refused, "PUT", "/users/{manage-organizations-self}/groups/{bosses}", ""),
    ("make an identity provider", Refused, "POST", "/identity-provider/instances", r#"{"alias":"mine","providerId":"oidc","config":{}}"#),
    ("turn a setting of the realm", Refused, "PUT", "", r#"{"registrationAllowed":true}"#),
    ("give themselves every right", Refused, "POST", "/users/{manage-organizations-self}/role-mappings/clients/{rm}", REALM_ADMIN),
];

#[rustfmt::skip]
const PROVIDERS: &[Call] = &[
    ("change a provider of people without rights", Done, "PUT", "/identity-provider/instances/google", r#"{"alias":"google","providerId":"oidc","displayName":"Google"}"#),
    ("lead a provider of somebody mightier elsewhere", Refused, "PUT", "/identity-provider/instances/house", r#"{"alias":"house","providerId":"oidc","config":{"clientId":"us","authorizationUrl":"https://mine.test/a","tokenUrl":"https://mine.test/t"}}"#),
    ("say by what a provider of somebody mightier knows them", Refused, "POST", "/identity-provider/instances/house/mappers", r#"{"name":"id","identityProviderAlias":"house","identityProviderMapper":"oidc-username-idp-mapper","config":{"template":"${CLAIM.nickname}","target":"BROKER_ID"}}"#),
    ("let whoever comes in have a harmless role", Done, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"fine","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"harmless","syncMode":"FORCE"}}"#),
    ("let whoever comes in have every right", Refused, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"realm-management.realm-admin","syncMode":"FORCE"}}"#),
    ("let whoever comes in have a role that holds every right", Refused, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"mighty","syncMode":"FORCE"}}"#),
    ("let whoever says so have every right", Refused, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-role-idp-mapper","config":{"claim":"a","claim.value":"b","role":"realm-management.realm-admin","syncMode":"FORCE"}}"#),
    ("let whoever comes in join a group whose members have every right", Refused, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-group-idp-mapper","config":{"group":"/bosses","syncMode":"FORCE"}}"#),
    ("let whoever says so join a group below such a one", Refused, "POST", "/identity-provider/instances/google/mappers", r#"{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-advanced-group-idp-mapper","config":{"claims":"[]","group":"/bosses/below","syncMode":"FORCE"}}"#),
    ("turn a harmless mapper of a provider into one that gives every right", Refused, "PUT", "/identity-provider/instances/google/mappers/{idp-mapper}", r#"{"name":"colour","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"mighty","syncMode":"FORCE"}}"#),
    ("bring in such a mapper by a file", Refused, "POST", "/partialImport", r#"{"ifResourceExists":"SKIP","identityProviderMappers":[{"name":"bad","identityProviderAlias":"google","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"mighty"}}]}"#),
    ("make a user", Refused, "POST", "/users", r#"{"username":"puppet"}"#),
];
