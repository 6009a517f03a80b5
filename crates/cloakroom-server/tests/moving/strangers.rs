//! Realm files of other people: condensed from what public repositories hold, of all ages and written by all hands. What
//! Keycloak takes comes in, its people sign in, and the report names what is not the same afterwards.

use serde_json::{Value, json};

use crate::keycloak::code;
use crate::server::{Installation, Server, claims};

/// The members of the report's remarks that name this place.
fn named<'r>(report: &'r Value, place: &str) -> Vec<&'r Value> {
    let lists = ["approximated", "dropped"].iter();
    let all = lists.flat_map(|list| report[list].as_array().unwrap());
    all.filter(|one| one["place"] == place).collect()
}

fn assert_named(report: &Value, places: &[&str]) {
    for place in places {
        let named = named(report, place);
        assert!(!named.is_empty(), "{place} is not in {report:#}");
    }
}

/// Signs in with a password, and says what the answer was.
async fn sign_in(
    server: &Server,
    realm: &str,
    client: &str,
    more: &[(&str, &str)],
) -> (u16, Value) {
    let mut form = vec![
        ("grant_type", "password"),
        ("client_id", client),
        ("scope", "openid"),
    ];
    form.extend(more);
    server.token(realm, &form).await
}

fn exported(here: &Installation, realm: &str) -> Value {
    serde_json::from_str(&here.export(realm)).unwrap()
}

/// The one of a list whose member has this value.
fn one<'v>(list: &'v Value, member: &str, value: &str) -> &'v Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one[member] == value);
    assert!(found.is_some(), "no {member} {value} in {list:#}");
    found.unwrap()
}

/// The portal of a small town, written for Keycloak 1 and never looked at again.
fn town() -> Value {
    json!({
        "id": "town", "realm": "town", "enabled": true, "accessTokenLifespan": 3000, "accessCodeLifespanUserAction": 6000,
        "sslRequired": "none", "passwordCredentialGrantAllowed": true, "requiredCredentials": ["password"],
        "social": true, "updateProfileOnInitialSocialLogin": false,
        "socialProviders": {"google.key": "town-at-google", "google.secret": "secret-at-google"},
        "roles": {
            "realm": [{"name": "citizen"}, {"name": "clerk", "composites": {"application": {"permits": ["issue"]}}}],
            "application": {"permits": [{"name": "issue", "scopeParamRequired": true}, {"name": "read"}]},
        },
        "defaultRoles": ["citizen"],
        "applications": [
            {"name": "permits", "enabled": true, "adminUrl": "http://localhost:8081/permits", "redirectUris": ["http://localhost:8081/permits/*"], "secret": "password"},
            {"name": "counter", "enabled": true, "publicClient": true, "directGrantsOnly": true},
            {"name": "kiosk", "enabled": true, "publicClient": true, "redirectUris": ["urn:ietf:wg:oauth:2.0:oob", "http://localhost"]},
        ],
        "oauthClients": [{"name": "newspaper", "enabled": true, "redirectUris": ["http://localhost:8082/*"], "secret": "password"}],
        "scopeMappings": [{"client": "newspaper", "roles": ["citizen"]}],
        "applicationScopeMappings": {"permits": [{"client": "newspaper", "roles": ["read"]}]},
        "userFederationProviders": [
            {"id": "town-hall", "displayName": "town hall", "providerName": "ldap", "priority": 1, "fullSyncPeriod": -1, "config": {"connectionUrl": "ldap://127.0.0.1:1", "usersDn": "ou=people,dc=town", "vendor": "other", "editMode": "READ_ONLY"}},
            {"displayName": "library", "providerName": "ldap", "config": {"connectionUrl": ["ldap://127.0.0.1:1"], "usersDn": ["ou=people,dc=library"], "vendor": ["other"]}},
            {"displayName": "file", "providerName": "properties-file", "config": {"path": "/tmp/people"}},
        ],
        "userFederationMappers": [
            {"name": "zip", "federationProviderDisplayName": "town hall", "federationMapperType": "user-attribute-ldap-mapper", "config": {"ldap.attribute": "postalCode", "user.model.attribute": "zip"}},
            {"name": "lost", "federationProviderDisplayName": "file", "federationMapperType": "user-attribute-ldap-mapper", "config": {}},
        ],
        "users": [
            {"username": "berta@town.example", "enabled": true, "email": "berta@town.example", "firstName": "Berta", "lastName": "T", "attributes": {"phone": "12"}, "credentials": [{"type": "password", "value": "of Berta"}], "realmRoles": ["clerk"], "applicationRoles": {"permits": ["read"], "account": ["manage-account"]}},
            {"username": "otto", "enabled": true, "socialLinks": [{"socialProvider": "google", "socialUserId": "1", "socialUsername": "otto"}]},
        ],
    })
}

#[tokio::test]
async fn the_portal_of_a_town_of_keycloak_1_comes_in_and_its_clerk_signs_in() {
    let here = Installation::new();
    let report = here.import(&here.file("town.json", &town().to_string()));
    assert_named(
        &report,
        &[
            "applications",
            "oauthClients",
            "applicationScopeMappings",
            "clients[].directGrantsOnly",
            "socialProviders",
            "userFederationProviders[]",
            "userFederationMappers",
            "userFederationMappers[]",
            "defaultRoles",
            "passwordCredentialGrantAllowed",
        ],
    );
    let realm = exported(&here, "town");
    let newspaper = one(&realm["clients"], "clientId", "newspaper");
    assert_eq!(newspaper["consentRequired"], true);
    assert_eq!(newspaper["fullScopeAllowed"], false);
    let counter = one(&realm["clients"], "clientId", "counter");
    assert_eq!(counter["standardFlowEnabled"], false);
    assert_eq!(counter["directAccessGrantsEnabled"], true);
    let google = one(&realm["identityProviders"], "alias", "google");
    assert_eq!(google["config"]["clientId"], "town-at-google");
    let stores = &realm["components"]["org.keycloak.storage.UserStorageProvider"];
    let mappers = |name: &str| {
        let family = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";
        let all = one(stores, "name", name)["subComponents"][family].clone();
        all.as_array().unwrap().len()
    };
    assert_eq!(one(stores, "name", "town hall")["id"], "town-hall");
    assert_eq!(mappers("town hall"), 1);
    assert!(mappers("library") > 4, "{stores:#}");
    assert_eq!(stores.as_array().unwrap().len(), 2);

    let server = here.start(&[]).await;
    let berta = [("username", "berta@town.example"), ("password", "of Berta")];
    let (status, answer) = sign_in(&server, "town", "counter", &berta).await;
    assert_eq!(status, 200, "{answer}");
    let token = claims(&answer["access_token"]);
    let roles = token["realm_access"]["roles"].to_string();
    assert!(roles.contains("clerk"), "{token:#}");
    let permits = token["resource_access"]["permits"]["roles"].to_string();
    assert!(
        permits.contains("issue") && permits.contains("read"),
        "{token:#}"
    );
}

/// The members' realm of a choir, exported by Keycloak 4: whoever had set up a code was asked for it.
fn choir() -> Value {
    let step = |authenticator: &str, requirement: &str, priority: u32| json!({"authenticator": authenticator, "requirement": requirement, "priority": priority, "userSetupAllowed": false, "autheticatorFlow": false});
    let password = json!({"type": "password", "hashedSaltedValue": "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=", "salt": "1yxIzmrw/0V6Ru0qvrNfZA==", "hashIterations": 27_500, "counter": 0, "algorithm": "pbkdf2-sha256", "digits": 0, "period": 0, "createdDate": 1_500_000_000_000_i64, "config": {}});
    let codes = json!({"type": "totp", "hashedSaltedValue": "JBSWY3DPEHPK3PXPJBSW", "hashIterations": 0, "counter": 0, "algorithm": "HmacSHA1", "digits": 6, "period": 30, "config": {}});
    json!({
        "id": "choir", "realm": "choir", "enabled": true, "keycloakVersion": "4.8.3.Final",
        "otpPolicyType": "totp", "otpPolicyLookAheadWindow": 1,
        "clients": [{"clientId": "songs", "publicClient": true, "directAccessGrantsEnabled": true}],
        "authenticationFlows": [
            {"alias": "browser", "providerId": "basic-flow", "topLevel": true, "builtIn": true, "authenticationExecutions": [step("auth-cookie", "ALTERNATIVE", 10), {"requirement": "ALTERNATIVE", "priority": 30, "flowAlias": "forms", "autheticatorFlow": true}]},
            {"alias": "forms", "providerId": "basic-flow", "topLevel": false, "builtIn": true, "authenticationExecutions": [step("auth-username-password-form", "REQUIRED", 10), step("auth-otp-form", "OPTIONAL", 20)]},
            {"alias": "direct grant", "providerId": "basic-flow", "topLevel": true, "builtIn": true, "authenticationExecutions": [step("direct-grant-validate-username", "REQUIRED", 10), step("direct-grant-validate-password", "REQUIRED", 20), step("direct-grant-validate-otp", "OPTIONAL", 30)]},
        ],
        "authenticatorConfig": [
            {"id": "1", "alias": "review profile config", "config": {"update.profile.on.first.login": "missing"}},
            {"id": "2", "alias": "review profile config", "config": {"update.profile.on.first.login": "on"}},
        ],
        "browserFlow": "browser", "directGrantFlow": "direct grant",
        "users": [
            {"username": "alto", "enabled": true, "email": "alto@choir.example", "firstName": "Al", "lastName": "To", "credentials": [password]},
            {"username": "tenor", "enabled": true, "email": "tenor@choir.example", "firstName": "Ten", "lastName": "Or", "totp": true, "credentials": [password, codes]},
        ],
    })
}

#[tokio::test]
async fn whoever_had_a_code_before_keycloak_8_is_asked_for_it_and_nobody_else_is() {
    let here = Installation::new();
    let report = here.import(&here.file("choir.json", &choir().to_string()));
    assert_named(
        &report,
        &[
            "authenticationFlows[].authenticationExecutions[].requirement",
            "authenticatorConfig[]",
            "resetCredentialsFlow",
        ],
    );
    assert!(
        named(&report, "users[].credentials[]").is_empty(),
        "{report:#}"
    );
    let server = here.start(&[]).await;
    let word = ("password", "carl 3 password");
    let (status, answer) = sign_in(&server, "choir", "songs", &[("username", "alto"), word]).await;
    assert_eq!(status, 200, "{answer}");
    let tenor = ("username", "tenor");
    let (status, answer) = sign_in(&server, "choir", "songs", &[tenor, word]).await;
    assert!(status >= 400, "{answer}");
    let step = u64::try_from(cloakroom_web::app::now().seconds() / 30).unwrap();
    let code = code("JBSWY3DPEHPK3PXPJBSW", step);
    let (status, answer) =
        sign_in(&server, "choir", "songs", &[tenor, word, ("totp", &code)]).await;
    assert_eq!(status, 200, "{answer}");
}

/// What somebody wrote for a demonstration, by hand and with a spreadsheet; Keycloak takes all of it.
const BAKERY: &str = "\u{FEFF}{
    \"id\": \"Bakery\", \"realm\": \"Bakery\", \"enabled\": \"true\", \"registrationAllowed\": 0, \"accessTokenLifespan\": 600.0, \"failureFactor\": \"\",
    \"displayName\": \"first\", \"displayName\": \"The bakery\",
    \"groups\": [{\"name\": \"shifts\", \"subGroups\": [{\"name\": \"night\", \"parentId\": \"removed\"}]}],
    \"clients\": [
        {\"id\": \"Bakery\", \"clientId\": \"till\", \"publicClient\": \"true\", \"directAccessGrantsEnabled\": 1, \"redirectUris\": [\"http://localhost:3000/*\"], \"webOrigins\": null},
        {\"id\": \"oven\", \"secret\": \"of the oven\", \"consentRequired\": true},
        {\"clientId\": \"doors\", \"publicClient\": true, \"authorizationServicesEnabled\": true, \"secret\": \"of the doors\"}
    ],
    \"users\": [
        {\"username\": 4711, \"enabled\": true, \"email\": \"4711@bakery.example\", \"firstName\": \"Bo\", \"lastName\": \"B\", \"credentials\": [{\"value\": 1234}], \"realmRoles\": [\" baker \"], \"groups\": [\"/shifts/night/\", \"shifts\"]},
        {\"username\": \"Rosa\", \"enabled\": true, \"email\": \"rosa@bakery.example\", \"firstName\": \"Rosa\", \"lastName\": \"R\", \"credentials\": [{\"type\": \"password\", \"value\": \"old\"}, {\"type\": \"Password\", \"value\": \"new\"}], \"realmRoles\": [\"baker\"], \"requiredActions\": []},
        {\"username\": \"empty\", \"enabled\": true, \"credentials\": [{\"type\": \"password\", \"value\": \"\"}], \"requiredActions\": [\"update_password\"]}
    ]
}
// written on a Friday
";

#[tokio::test]
async fn a_file_that_is_written_by_hand_comes_in_as_keycloak_reads_it() {
    let here = Installation::new();
    let report = here.import(&here.file("bakery.json", BAKERY));
    assert_named(
        &report,
        &[
            "the end",
            "displayName",
            "groups[].parentId",
            "clients[].clientId",
            "clients[].id",
            "clients[].publicClient",
            "clients[].serviceAccountsEnabled",
            "clients[].attributes.post.logout.redirect.uris",
            "users[].credentials[]",
            "users[].credentials[].type",
            "users[].requiredActions",
            "users[].realmRoles",
        ],
    );
    let realm = exported(&here, "Bakery");
    assert_eq!(realm["displayName"], "The bakery");
    assert_eq!(realm["accessTokenLifespan"], 600);
    assert_eq!(realm["registrationAllowed"], false);
    assert_eq!(
        one(&realm["clients"], "clientId", "oven")["fullScopeAllowed"],
        false
    );
    let till = one(&realm["clients"], "clientId", "till");
    assert_eq!(till["webOrigins"], json!(["http://localhost:3000"]));
    assert_eq!(till["attributes"]["post.logout.redirect.uris"], "+");
    assert_eq!(
        one(&realm["users"], "username", "empty")["requiredActions"],
        json!(["UPDATE_PASSWORD"])
    );
    assert_eq!(
        one(&realm["users"], "username", "rosa")["credentials"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let server = here.start(&[]).await;
    for (username, password, works) in [
        ("4711", "1234", true),
        ("Rosa", "new", true),
        ("rosa", "old", false),
        ("empty", "", false),
    ] {
        let who = [("username", username), ("password", password)];
        let (status, answer) = sign_in(&server, "Bakery", "till", &who).await;
        assert_eq!(status == 200, works, "{username} {password}: {answer}");
    }
}

/// What the console of Keycloak exports: no key, no secret and no person is in it, and no role if that is not chosen.
fn console() -> Value {
    let key = |kind: &str, config: Value| json!({"id": kind, "name": kind, "providerId": kind, "subComponents": {}, "config": config});
    json!({
        "id": "11111111-2222-4333-8444-555555555555", "realm": "club", "enabled": true, "keycloakVersion": "26.1.4",
        "internationalizationEnabled": true, "supportedLocales": ["en", "de", "fi"], "defaultLocale": "fi",
        "localizationTexts": {"sv": {"a": "b"}},
        "defaultRole": {"id": "r", "name": "default-roles-club", "description": "${role_default-roles}", "composite": true, "composites": {"realm": ["member"]}, "clientRole": false, "containerId": "11111111-2222-4333-8444-555555555555"},
        "defaultRoles": ["member"],
        "scopeMappings": [{"clientScope": "offline_access", "roles": ["offline_access"]}],
        "clients": [{"id": "c", "clientId": "court", "publicClient": true, "directAccessGrantsEnabled": true, "attributes": {"post.logout.redirect.uris": "+"}}],
        "identityProviderMappers": [{"name": "sport", "identityProviderAlias": "gone", "identityProviderMapper": "hardcoded-attribute-idp-mapper", "config": {}}],
        "defaultGroups": ["/members"],
        "smtpServer": {"host": "mail.club.example", "from": "club@club.example", "password": "${vault.mail}"},
        "components": {"org.keycloak.keys.KeyProvider": [
            key("rsa-generated", json!({"priority": ["100"]})),
            key("hmac-generated", json!({"priority": ["100"], "algorithm": ["HS512"]})),
            key("aes-generated", json!({"priority": ["100"]})),
        ]},
        "users": [{"username": "anna", "enabled": true, "email": "anna@club.example", "firstName": "Anna", "lastName": "A", "credentials": [{"type": "password", "value": "of Anna"}]}],
    })
}

#[tokio::test]
async fn an_export_of_the_console_gets_keys_and_says_so() {
    let here = Installation::new();
    let report = here.import(&here.file("club.json", &console().to_string()));
    assert_named(
        &report,
        &[
            "components",
            "components[]",
            "supportedLocales",
            "defaultLocale",
            "defaultRole.composites",
            "defaultRoles",
            "defaultGroups",
            "identityProviderMappers[]",
            "smtpServer.password",
        ],
    );
    let keys = named(&report, "components");
    assert!(
        keys[0]["how"]
            .as_str()
            .unwrap()
            .contains("new ones were made"),
        "{keys:?}"
    );
    assert_eq!(named(&report, "supportedLocales")[0]["of"], json!(["fi"]));
    let server = here.start(&[]).await;
    let anna = [("username", "anna"), ("password", "of Anna")];
    let (status, answer) = sign_in(&server, "club", "court", &anna).await;
    assert_eq!(status, 200, "{answer}");
    let keys = server
        .get("/realms/club/protocol/openid-connect/certs")
        .await;
    assert_eq!(one(&keys["keys"], "use", "sig")["kty"], "RSA");
}

#[test]
fn what_stands_for_something_else_is_named_and_what_looks_like_it_is_not() {
    let here = Installation::new();
    let realm = json!({
        "realm": "tools", "enabled": true, "displayName": "$(env:REALM_TITLE:-Tools)",
        "clients": [
            {"clientId": "a", "secret": "$(env:CLIENT_SECRET)", "rootUrl": "${APP_ROOT_URL}", "redirectUris": ["${APP_ROOT_URL}/*"], "baseUrl": "${authBaseUrl}/x", "name": "${client_a}"},
            {"clientId": "b", "secret": "****", "redirectUris": ["*"]},
        ],
        "identityProviders": [{"alias": "o", "providerId": "oidc", "config": {"clientSecret": "{{ .Values.secret }}"}}],
        "identityProviderMappers": [{"name": "m", "identityProviderAlias": "o", "identityProviderMapper": "oidc-username-idp-mapper", "config": {"template": "${ALIAS}.${CLAIM.sub}"}}],
        "users": [{"username": "u", "credentials": [{"type": "password", "value": "${U_PASSWORD}"}]}],
    });
    let report = here.import(&here.file("tools.json", &realm.to_string()));
    assert_named(
        &report,
        &[
            "displayName",
            "clients[].secret",
            "clients[].rootUrl",
            "clients[].redirectUris",
            "identityProviders[].config.clientSecret",
            "users[].credentials[].value",
        ],
    );
    for place in [
        "clients[].baseUrl",
        "clients[].name",
        "identityProviderMappers[].config.template",
    ] {
        assert!(named(&report, place).is_empty(), "{place}: {report:#}");
    }
    let told = report.to_string();
    assert!(told.contains("APP_ROOT_URL looks like"), "{report:#}");
}

#[test]
fn a_file_without_a_realm_is_no_success() {
    let here = Installation::new();
    assert!(here.refusal("[]").contains("there is no realm in it"));
}
