//! Each setting that Keycloak 26 writes for identity providers, user stores and their mappers is obeyed, or named in the report.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::server::Installation;

/// What a realm has of them, by the places that the report calls them by.
const PROVIDER: &str = "identityProviders[].config.";
const STORE: &str = "components[].config.";

/// A kind, what Keycloak writes for it, and which of that the report has to name where it asks for something.
struct Row {
    kind: &'static str,
    all: &'static [&'static str],
    named: &'static [&'static str],
}

#[rustfmt::skip]
const PROVIDERS: [Row; 2] = [
    Row {
        kind: "oidc",
        all: &["acceptsPromptNoneForwardFromClient", "allowClientIdAsAudience", "allowedClockSkew", "apiUrl", "authorizationUrl", "backchannelSupported",
            "baseUrl", "caseSensitiveOriginalUsername", "claimFilterName", "claimFilterValue", "clientAssertionAudience", "clientAssertionSigningAlg",
            "clientAuthMethod", "clientId", "clientSecret", "defaultScope", "disableNonce", "disableTypeClaimCheck", "disableUserInfo", "doNotStoreUsers",
            "emailClaim", "familyNameClaim", "fedClientAssertionMaxExp", "fetchedFields", "filteredByClaim", "forwardParameters", "fullNameClaim",
            "githubJsonFormat", "givenNameClaim", "guiOrder", "hostedDomain", "isAccessTokenJWT", "issuer", "jwksUrl", "jwtAuthorizationGrantEnabled",
            "jwtX509HeadersEnabled", "key", "loginHint", "logoutUrl", "metadataDescriptorUrl", "minValidityToken", "offlineAccess", "passMaxAge",
            "pkceEnabled", "pkceMethod", "prompt", "publicKeySignatureVerifier", "publicKeySignatureVerifierKeyId", "requiresShortStateParameter",
            "sandbox", "sendClientIdOnLogout", "sendIdTokenOnLogout", "showInAccountConsole", "storeTokenInSession", "supportsClientAssertionReuse",
            "supportsClientAssertions", "syncMode", "tenantId", "tokenIntrospectionUrl", "tokenUrl", "uiLocales", "useJwksUrl", "userIDClaim",
            "userInfoUrl", "userIp", "userNameClaim", "validateSignature", "acmeOwn"],
        named: &["allowClientIdAsAudience", "doNotStoreUsers", "fedClientAssertionMaxExp", "jwtAuthorizationGrantEnabled", "jwtX509HeadersEnabled",
            "pkceMethod", "storeTokenInSession", "supportsClientAssertionReuse", "supportsClientAssertions", "userIp",
            "validateSignature", "acmeOwn"],
    },
    Row {
        kind: "saml",
        all: &["addExtensionsElementWithKeyInfo", "allowCreate", "allowedClockSkew", "artifactBindingResponse", "artifactResolutionServiceUrl",
            "attributeConsumingServiceIndex", "attributeConsumingServiceName", "authnContextClassRefs", "authnContextComparisonType", "authnContextDeclRefs",
            "backchannelSupported", "caseSensitiveOriginalUsername", "descriptorCacheSeconds", "doNotStoreUsers", "enabledFromMetadata",
            "encryptionAlgorithm", "encryptionPublicKey", "entityId", "forceAuthn", "guiOrder", "idpEntityId", "loginHint", "metadataDescriptorUrl",
            "nameIDPolicyFormat", "postBindingAuthnRequest", "postBindingLogout", "postBindingResponse", "principalAttribute", "principalType",
            "showInAccountConsole", "signSpMetadata", "signatureAlgorithm", "signingCertificate", "singleLogoutServiceUrl", "singleSignOnServiceUrl",
            "storeTokenInSession", "syncMode", "useMetadataDescriptorUrl", "validateSignature", "wantAssertionsEncrypted", "wantAssertionsSigned",
            "wantAuthnRequestsSigned", "xmlSigKeyInfoKeyNameTransformer", "acmeOwn"],
        named: &["artifactBindingResponse", "attributeConsumingServiceName", "doNotStoreUsers", "signSpMetadata",
            "storeTokenInSession", "validateSignature", "xmlSigKeyInfoKeyNameTransformer", "acmeOwn"],
    },
];

#[rustfmt::skip]
const STORES: [Row; 2] = [
    Row {
        kind: "ldap",
        all: &["allowKerberosAuthentication", "authType", "batchSizeForSync", "bindCredential", "bindDn", "cachePolicy", "changedSyncPeriod",
            "connectionPooling", "connectionTimeout", "connectionTrace", "connectionUrl", "customUserSearchFilter", "debug", "editMode",
            "enableLdapPasswordPolicy", "enabled", "evictionDay", "evictionHour", "evictionMinute", "fullSyncPeriod", "importEnabled", "kerberosRealm",
            "keyTab", "krbPrincipalAttribute", "lastSync", "maxConditions", "maxLifespan", "pagination", "priority", "rdnLDAPAttribute", "readTimeout",
            "referral", "relativeCreateDn", "removeInvalidUsersEnabled", "searchScope", "serverPrincipal", "startTls", "syncRegistrations", "trustEmail",
            "usePasswordModifyExtendedOp", "useTruststoreSpi", "userObjectClasses", "usernameLDAPAttribute", "usersDn", "uuidLDAPAttribute",
            "validatePasswordPolicy", "vendor", "acmeOwn"],
        named: &["connectionTrace", "enableLdapPasswordPolicy", "referral", "removeInvalidUsersEnabled", "acmeOwn"],
    },
    Row {
        kind: "kerberos",
        all: &["cachePolicy", "debug", "editMode", "enabled", "evictionDay", "evictionHour", "evictionMinute", "kerberosRealm", "keyTab", "maxLifespan",
            "priority", "serverPrincipal", "updateProfileFirstLogin", "acmeOwn"],
        named: &["acmeOwn"],
    },
];

#[rustfmt::skip]
const MAPPERS: [(&str, &[&str], &[&str]); 3] = [
    ("user-attribute-ldap-mapper", &["user.model.attribute", "ldap.attribute", "read.only", "always.read.value.from.ldap", "is.binary.attribute",
        "binary.attribute.decoder", "is.mandatory.in.ldap", "attribute.default.value", "attribute.force.default"],
        &["attribute.force.default", "binary.attribute.decoder"]),
    ("group-ldap-mapper", &["groups.dn", "groups.relative.create.dn", "group.name.ldap.attribute", "group.object.classes", "preserve.group.inheritance",
        "membership.ldap.attribute", "membership.attribute.type", "membership.user.ldap.attribute", "groups.ldap.filter", "mode",
        "user.roles.retrieve.strategy", "memberof.ldap.attribute", "mapped.group.attributes", "decode.group.uuid.attribute",
        "drop.non.existing.groups.during.sync", "groups.path"],
        &["groups.relative.create.dn", "mapped.group.attributes", "decode.group.uuid.attribute", "drop.non.existing.groups.during.sync"]),
    ("msad-user-account-control-mapper", &["ldap.password.policy.hints.enabled", "always.read.enabled.value.from.ldap"],
        &["ldap.password.policy.hints.enabled"]),
];

/// Settings whose reason to be is elsewhere, so that no source names them: what they ask for is so without them.
#[rustfmt::skip]
const SO_ANYWAY: &[&str] = &[
    "caseSensitiveOriginalUsername", "descriptorCacheSeconds", "disableTypeClaimCheck", "encryptionAlgorithm", "githubJsonFormat",
    "requiresShortStateParameter", "cachePolicy", "debug", "evictionDay", "evictionHour", "evictionMinute", "maxConditions", "maxLifespan",
    "always.read.enabled.value.from.ldap",
];

/// What a setting is sent with so that it asks for something other than is usual.
fn asking(name: &str) -> &'static str {
    match name {
        "pkceMethod" => "plain",
        "showInAccountConsole" => "NEVER",
        "validateSignature" | "removeInvalidUsersEnabled" | "attribute.force.default" => "false",
        "xmlSigKeyInfoKeyNameTransformer" => "CERT_SUBJECT",
        "referral" => "follow",
        "binary.attribute.decoder" => "uuid",
        "attributeConsumingServiceName"
        | "groups.relative.create.dn"
        | "mapped.group.attributes" => "something",
        "fedClientAssertionMaxExp" => "300",
        "connectionUrl" => "ldaps://directory.example.org",
        _ => "true",
    }
}

/// What a setting is sent with by a Keycloak in which nobody has touched it.
fn usual(name: &str) -> &'static str {
    match name {
        "pkceMethod" => "S256",
        "showInAccountConsole" => "ALWAYS",
        "validateSignature" | "removeInvalidUsersEnabled" | "attribute.force.default" => "true",
        "xmlSigKeyInfoKeyNameTransformer" => "KEY_ID",
        "referral" => "ignore",
        "connectionUrl" => "ldap://one.example.org ldap://two.example.org:3268",
        "binary.attribute.decoder" => "auto",
        "attributeConsumingServiceName"
        | "groups.relative.create.dn"
        | "mapped.group.attributes"
        | "fedClientAssertionMaxExp" => "",
        _ => "false",
    }
}

fn config(names: &[&str], value: fn(&str) -> &'static str) -> Map<String, Value> {
    let each = names.iter();
    each.map(|name| ((*name).to_owned(), json!(value(name))))
        .collect()
}

fn lists(names: &[&str], value: fn(&str) -> &'static str) -> Value {
    let each = config(names, value).into_iter();
    each.map(|(name, value)| (name, json!([value])))
        .collect::<Map<_, _>>()
        .into()
}

/// A realm with one thing of each kind, whose settings have these values.
fn realm(name: &str, value: fn(&str) -> &'static str) -> Value {
    let providers = PROVIDERS.iter().map(
        |row| json!({"alias": row.kind, "providerId": row.kind, "config": config(row.all, value)}),
    );
    let mappers = MAPPERS.iter().map(
        |(kind, all, _)| json!({"name": kind, "providerId": kind, "config": lists(all, value)}),
    );
    let mappers: Value = mappers.collect();
    let stores = STORES.iter().map(|row| {
        let inside = json!({"org.keycloak.storage.ldap.mappers.LDAPStorageMapper": mappers});
        let inside = if row.kind == "ldap" { inside } else { json!({}) };
        json!({"name": row.kind, "providerId": row.kind, "config": lists(row.all, value), "subComponents": inside})
    });
    json!({
        "realm": name, "identityProviders": providers.collect::<Value>(),
        "components": {"org.keycloak.storage.UserStorageProvider": stores.collect::<Value>()},
    })
}

/// The settings that a report names: the kind of thing and the place.
fn named(report: &Value) -> BTreeSet<(String, String)> {
    let all = report["approximated"].as_array().unwrap().iter();
    let each = all.flat_map(|one| {
        let place = one["place"].as_str().unwrap().to_owned();
        let of = one["of"].as_array().cloned().unwrap_or_default();
        let of = of.into_iter().map(|who| who.as_str().unwrap().to_owned());
        of.map(move |who| (who, place.clone())).collect::<Vec<_>>()
    });
    each.filter(|(_, place)| place.contains(".config."))
        .collect()
}

#[test]
fn each_setting_of_keycloaks_is_obeyed_or_named() {
    let here = Installation::new();
    let bring = |name: &str, value| {
        let file = here.file("settings.json", &realm(name, value).to_string());
        here.import(&file)
    };

    let found = named(&bring("asking", asking));
    let quiet = named(&bring("usual", usual));

    let of = |place: &'static str| {
        move |(kind, names): (&&'static str, &&'static [&'static str])| {
            let kind = (*kind).to_owned();
            let each = names
                .iter()
                .map(move |name| (kind.clone(), format!("{place}{name}")));
            each.collect::<Vec<_>>()
        }
    };
    let providers = PROVIDERS.iter().map(|row| (&row.kind, &row.named));
    let stores = STORES.iter().map(|row| (&row.kind, &row.named));
    let mappers = MAPPERS.iter().map(|(kind, _, named)| (kind, named));
    let mut wanted: BTreeSet<(String, String)> = providers.flat_map(of(PROVIDER)).collect();
    wanted.extend(stores.chain(mappers).flat_map(of(STORE)));
    assert_eq!(found, wanted);
    assert_eq!(
        quiet,
        BTreeSet::new(),
        "what nobody has touched is not told"
    );
}

#[test]
fn what_is_not_named_stands_in_the_source() {
    let mut source = String::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["federation", "server", "model", "admin"] {
        read(&crates.join(format!("cloakroom-{folder}/src")), &mut source);
    }
    let rows = PROVIDERS
        .iter()
        .chain(&STORES)
        .map(|row| (row.all, row.named));
    let mappers = MAPPERS.iter().map(|(_, all, named)| (*all, *named));
    let missing: BTreeSet<&str> = rows
        .chain(mappers)
        .flat_map(|(all, named)| all.iter().filter(|name| !named.contains(*name)))
        .filter(|name| !SO_ANYWAY.contains(*name))
        .filter(|name| {
            !source.contains(&format!("\"{name}\"")) && !source.contains(&format!("{{{name}"))
        })
        .copied()
        .collect();

    assert_eq!(missing, BTreeSet::new(), "nothing reads them");
}

fn read(folder: &Path, source: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, source);
        } else {
            source.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

#[test]
fn a_provider_by_which_nobody_comes_for_the_first_time_is_named_with_the_step() {
    let here = Installation::new();
    let step = |authenticator: &str| json!({"authenticator": authenticator, "requirement": "REQUIRED", "priority": 1});
    let flow = |alias: &str, steps: Value| json!({"alias": alias, "topLevel": true, "providerId": "basic-flow", "authenticationExecutions": steps});
    let provider = |alias: &str, flow: &str| json!({"alias": alias, "providerId": "oidc", "firstBrokerLoginFlowAlias": flow, "config": {"clientId": "x"}});
    let mut for_linking = provider("linking", "approved");
    for_linking["linkOnly"] = json!(true);
    let realm = json!({
        "realm": "first", "enabled": true, "firstBrokerLoginFlow": "approved",
        "authenticationFlows": [
            flow("approved", json!([step("acme-approval"), step("idp-create-user-if-unique")])),
            flow("open", json!([step("idp-create-user-if-unique")])),
        ],
        "identityProviders": [
            provider("by-own", "approved"), provider("by-realm", ""), provider("fine", "open"), for_linking,
        ],
    });

    let report = here.import(&here.file("first.json", &realm.to_string()));

    let place = json!("identityProviders[].firstBrokerLoginFlowAlias");
    let all = report["approximated"].as_array().unwrap().iter();
    let of_flows = all.filter(|one| one["place"] == place);
    let text = of_flows.map(Value::to_string).collect::<String>();
    for (alias, is_named) in [
        ("by-own", true),
        ("by-realm", true),
        ("fine", false),
        ("linking", false),
    ] {
        assert_eq!(text.contains(alias), is_named, "{alias}: {text}");
    }
    assert!(text.contains("acme-approval"), "{text}");
}
