//! The list: what stands there, and what everybody then does at once.

/// How many of those who send may succeed.
pub(super) enum Wins {
    /// The first alone.
    One,
    /// As many as come in time.
    Any,
}

/// Requests are written as `METHOD PATH BODY`; `^` begins a path that is not below the realm. `{realm}` is its name, `{n}`
/// the number of who sends, and `{id:0}` the id of what the first request before made.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) before: &'static [&'static str],
    pub(super) at_once: &'static [&'static str],
    pub(super) wins: Wins,
}

const fn once(name: &'static str, at_once: &'static [&'static str]) -> Row {
    Row {
        name,
        before: &[],
        at_once,
        wins: Wins::One,
    }
}

const fn row(
    name: &'static str,
    before: &'static [&'static str],
    at_once: &'static [&'static str],
) -> Row {
    Row {
        name,
        before,
        at_once,
        wins: Wins::Any,
    }
}

pub(super) const ALL: &[Row] = &[
    row(
        "a-realm-goes",
        &[
            r#"POST /users {"username": "ada"}"#,
            r#"POST /clients {"id": "{realm}-shop", "clientId": "shop"}"#,
        ],
        &[
            "DELETE ^/admin/realms/{realm}",
            r#"POST ^/admin/realms {"realm": "{realm}"}"#,
            r#"PUT ^/admin/realms/{realm} {"displayName": "gone"}"#,
            r#"POST /users {"username": "u{n}", "credentials": [{"type": "password", "value": "a long passphrase"}]}"#,
            r#"PUT /users/{id:0} {"firstName": "Ada"}"#,
            r#"POST /clients {"clientId": "c{n}", "serviceAccountsEnabled": true}"#,
            r#"POST /clients/{realm}-shop/roles {"name": "r{n}"}"#,
            r#"POST /roles {"name": "r{n}"}"#,
            r#"POST /groups {"name": "g{n}"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "name": "s{n}"}"#,
            r#"POST /components {"name": "k{n}", "providerId": "hmac-generated", "providerType": "org.keycloak.keys.KeyProvider", "config": {"algorithm": ["HS256"]}}"#,
            r#"POST /identity-provider/instances {"alias": "i{n}", "providerId": "oidc", "config": {"clientId": "a", "clientSecret": "b", "authorizationUrl": "https://idp.example/a", "tokenUrl": "https://idp.example/t"}}"#,
            r#"POST /authentication/flows {"alias": "f{n}", "providerId": "basic-flow", "topLevel": true, "builtIn": false}"#,
            r#"POST /authentication/flows/browser/copy {"newName": "copy{n}"}"#,
            r#"POST /organizations {"name": "o{n}", "domains": [{"name": "o{n}.example"}]}"#,
            r#"POST /clients-initial-access {"count": 1, "expiration": 60}"#,
            r#"POST /localization/de {"a{n}": "b"}"#,
            r#"POST /partialImport {"ifResourceExists": "SKIP", "roles": {"realm": [{"name": "p{n}"}]}}"#,
            r#"POST /ui-ext/partial-import-plan {"ifResourceExists": "SKIP", "roles": {"realm": [{"name": "q{n}"}]}, "users": [{"username": "planned{n}"}]}"#,
            r#"PUT /events/config {"eventsEnabled": true, "adminEventsEnabled": true}"#,
            r#"PUT /users/profile {"attributes": [{"name": "username"}, {"name": "email"}]}"#,
            r#"POST /workflows {"name": "w{n}", "on": "user_created", "steps": [{"uses": "disable-user"}]}"#,
            "GET /users",
            "GET /clients",
        ],
    ),
    once(
        "a-realm-is-made",
        &[r#"POST ^/admin/realms {"realm": "{realm}-new"}"#],
    ),
    once("a-role-is-made", &[r#"POST /roles {"name": "auditor"}"#]),
    once(
        "a-client-is-made",
        &[r#"POST /clients {"clientId": "shop", "serviceAccountsEnabled": true}"#],
    ),
    once(
        "a-scope-is-made",
        &[r#"POST /client-scopes {"protocol": "openid-connect", "name": "phone-number"}"#],
    ),
    once("a-group-is-made", &[r#"POST /groups {"name": "staff"}"#]),
    once(
        "a-user-is-made",
        &[r#"POST /users {"username": "ada", "email": "ada{n}@example.org"}"#],
    ),
    once(
        "an-address-is-taken",
        &[r#"POST /users {"username": "ada{n}", "email": "ada@example.org"}"#],
    ),
    once(
        "a-provider-is-made",
        &[
            r#"POST /identity-provider/instances {"alias": "other", "providerId": "github", "config": {"clientId": "a", "clientSecret": "b"}}"#,
        ],
    ),
    once(
        "a-flow-is-made",
        &[
            r#"POST /authentication/flows {"alias": "mine", "providerId": "basic-flow", "topLevel": true, "builtIn": false}"#,
        ],
    ),
    once(
        "a-flow-is-copied",
        &[r#"POST /authentication/flows/browser/copy {"newName": "mine"}"#],
    ),
    once(
        "an-organization-is-made",
        &[r#"POST /organizations {"name": "acme", "domains": [{"name": "acme{n}.example"}]}"#],
    ),
    once(
        "a-domain-is-taken",
        &[r#"POST /organizations {"name": "acme{n}", "domains": [{"name": "acme.example"}]}"#],
    ),
    row(
        "the-same-is-made-inside",
        &[
            r#"POST /users {"username": "ada"}"#,
            r#"POST /clients {"id": "{realm}-shop", "clientId": "shop", "authorizationServicesEnabled": true, "serviceAccountsEnabled": true}"#,
            r#"POST /roles {"name": "boss"}"#,
            r#"POST /identity-provider/instances {"alias": "other", "providerId": "github", "config": {"clientId": "a", "clientSecret": "b"}}"#,
            r#"POST /authentication/flows {"alias": "mine", "providerId": "basic-flow", "topLevel": true, "builtIn": false}"#,
        ],
        &[
            r#"POST /clients/{realm}-shop/roles {"name": "r"}"#,
            r#"POST /clients/{realm}-shop/protocol-mappers/models {"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}"#,
            r#"POST /clients/{realm}-shop/authz/resource-server/scope {"name": "s"}"#,
            r#"POST /clients/{realm}-shop/authz/resource-server/resource {"name": "r"}"#,
            r#"POST /clients/{realm}-shop/authz/resource-server/policy/user {"name": "p", "users": ["{id:0}"]}"#,
            r#"POST /identity-provider/instances/other/mappers {"name": "m", "identityProviderAlias": "other", "identityProviderMapper": "github-user-attribute-mapper", "config": {"jsonField": "a", "userAttribute": "b"}}"#,
            r#"POST /users/{id:0}/federated-identity/other {"userId": "1", "userName": "ada"}"#,
            r#"POST /authentication/flows/mine/executions/execution {"provider": "auth-cookie"}"#,
            r#"POST /authentication/flows/mine/executions/flow {"alias": "inner", "type": "basic-flow", "provider": "registration-page-form"}"#,
            r#"POST /authentication/register-required-action {"providerId": "TERMS_AND_CONDITIONS", "name": "Terms"}"#,
        ],
    ),
    row(
        "everybody-takes-one-name",
        &[
            r#"POST /users {"username": "user0"}"#,
            r#"POST /users {"username": "user1"}"#,
            r#"POST /users {"username": "user2"}"#,
            r#"POST /users {"username": "user3"}"#,
            r#"POST /clients {"id": "{realm}-c0", "clientId": "c0"}"#,
            r#"POST /clients {"id": "{realm}-c1", "clientId": "c1"}"#,
            r#"POST /clients {"id": "{realm}-c2", "clientId": "c2"}"#,
            r#"POST /clients {"id": "{realm}-c3", "clientId": "c3"}"#,
            r#"POST /roles {"name": "r0"}"#,
            r#"POST /roles {"name": "r1"}"#,
            r#"POST /roles {"name": "r2"}"#,
            r#"POST /roles {"name": "r3"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-s0", "name": "s0"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-s1", "name": "s1"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-s2", "name": "s2"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-s3", "name": "s3"}"#,
        ],
        &[
            r#"PUT /users/{id:{n}} {"email": "one@example.org"}"#,
            r#"PUT /clients/{realm}-c{n} {"clientId": "one"}"#,
            r#"PUT /roles/r{n} {"name": "one"}"#,
            r#"PUT /client-scopes/{realm}-s{n} {"name": "one"}"#,
        ],
    ),
    row(
        "the-same-is-removed",
        &[
            r#"POST /users {"username": "ada"}"#,
            r#"POST /clients {"id": "{realm}-shop", "clientId": "shop", "serviceAccountsEnabled": true}"#,
            r#"POST /roles {"name": "auditor"}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-scope", "name": "s"}"#,
            r#"POST /components {"id": "{realm}-key", "name": "k", "providerId": "hmac-generated", "providerType": "org.keycloak.keys.KeyProvider", "config": {"algorithm": ["HS256"]}}"#,
            r#"POST /identity-provider/instances {"alias": "other", "providerId": "github", "config": {"clientId": "a", "clientSecret": "b"}}"#,
            r#"POST /localization/de {"a": "b"}"#,
        ],
        &[
            "DELETE /users/{id:0}",
            "DELETE /clients/{realm}-shop",
            "DELETE /roles/auditor",
            "DELETE /client-scopes/{realm}-scope",
            "DELETE /components/{realm}-key",
            "DELETE /identity-provider/instances/other",
            "DELETE /localization/de",
        ],
    ),
    row(
        "a-client-goes",
        &[
            r#"POST /clients {"id": "{realm}-shop", "clientId": "shop", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-scope", "name": "s"}"#,
        ],
        &[
            "DELETE /clients/{realm}-shop",
            r#"PUT /clients/{realm}-shop {"name": "Shop {n}"}"#,
            r#"POST /clients/{realm}-shop/roles {"name": "r{n}"}"#,
            r#"POST /clients/{realm}-shop/protocol-mappers/models {"name": "m{n}", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}"#,
            "PUT /clients/{realm}-shop/optional-client-scopes/{realm}-scope",
            "POST /clients/{realm}-shop/client-secret",
            "GET /clients/{realm}-shop/service-account-user",
            "GET /clients/{realm}-shop/evaluate-scopes/protocol-mappers",
            r#"POST /clients/{realm}-shop/authz/resource-server/resource {"name": "r{n}"}"#,
            r#"POST /clients/{realm}-shop/nodes {"node": "n{n}.example"}"#,
        ],
    ),
    row(
        "a-user-goes",
        &[
            r#"POST /users {"username": "ada"}"#,
            r#"POST /organizations {"name": "acme", "domains": [{"name": "acme.example"}]}"#,
            r#"POST /identity-provider/instances {"alias": "other", "providerId": "github", "config": {"clientId": "a", "clientSecret": "b"}}"#,
            r#"PUT /users/{id:0} {"firstName": "Ada", "attributes": {"a": ["b"]}}"#,
        ],
        &[
            "DELETE /users/{id:0}",
            r#"PUT /users/{id:0} {"lastName": "L{n}"}"#,
            r#"PUT /users/{id:0}/reset-password {"type": "password", "value": "a long passphrase {n}", "temporary": false}"#,
            r#"POST /users/{id:0}/federated-identity/other {"userId": "u{n}", "userName": "ada"}"#,
            "POST /users/{id:0}/logout",
            "GET /users/{id:0}/role-mappings",
            "GET /users/{id:0}/credentials",
        ],
    ),
    row(
        "what-holds-others-goes",
        &[
            r#"POST /roles {"name": "outer"}"#,
            r#"POST /authentication/flows {"alias": "mine", "providerId": "basic-flow", "topLevel": true, "builtIn": false}"#,
            r#"POST /identity-provider/instances {"alias": "other", "providerId": "github", "config": {"clientId": "a", "clientSecret": "b"}}"#,
            r#"POST /client-scopes {"protocol": "openid-connect", "id": "{realm}-scope", "name": "s"}"#,
            r#"POST /components {"id": "{realm}-ldap", "name": "ldap", "providerId": "ldap", "providerType": "org.keycloak.storage.UserStorageProvider", "config": {"connectionUrl": ["ldap://127.0.0.1:1"], "usersDn": ["ou=p"], "vendor": ["other"], "editMode": ["READ_ONLY"]}}"#,
        ],
        &[
            "DELETE /roles/outer",
            "GET /roles/outer/users",
            r#"POST /roles/outer/composites [{"name": "offline_access"}]"#,
            r#"PUT /roles/outer {"name": "outer", "description": "{n}"}"#,
            r#"POST /authentication/flows/mine/executions/execution {"provider": "auth-cookie"}"#,
            r#"POST /authentication/flows/mine/copy {"newName": "copy{n}"}"#,
            "DELETE /identity-provider/instances/other",
            r#"POST /identity-provider/instances/other/mappers {"name": "m{n}", "identityProviderAlias": "other", "identityProviderMapper": "github-user-attribute-mapper", "config": {"jsonField": "a", "userAttribute": "b"}}"#,
            r#"PUT /identity-provider/instances/other {"alias": "other", "providerId": "github", "enabled": false, "config": {"clientId": "a{n}", "clientSecret": "b"}}"#,
            "DELETE /client-scopes/{realm}-scope",
            "PUT /default-optional-client-scopes/{realm}-scope",
            r#"POST /client-scopes/{realm}-scope/protocol-mappers/models {"name": "m{n}", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}"#,
            "DELETE /components/{realm}-ldap",
            r#"POST /components {"name": "m{n}", "parentId": "{realm}-ldap", "providerId": "full-name-ldap-mapper", "providerType": "org.keycloak.storage.ldap.mappers.LDAPStorageMapper", "config": {"ldap.full.name.attribute": ["cn"]}}"#,
        ],
    ),
];
