//! Every member that Keycloak's document of its API gives a realm, and what is in one, comes back out of an export or is
//! named in the report. The members are those of the document, so that none is forgotten.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::server::Installation;

/// Where in a realm something stands, what Keycloak calls it, and what it needs to come in at all.
type Frame = (&'static str, &'static str, Value);

const DOCUMENT: &str = include_str!("../clients/openapi/keycloak-26.8.json");

/// The id of a thing would be its name in the whole database, and these say whose the thing is.
const NAMES: [&str; 4] = ["_id", "id", "identityProviderAlias", "parentId"];

#[test]
fn each_member_of_a_realm_is_kept_or_named() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let here = Installation::new();
    let bring = |name: &str, more: &dyn Fn(&Frame) -> Map<String, Value>| {
        let mut realm = json!({"realm": name, "enabled": true});
        for frame in frames() {
            let (place, _, base) = &frame;
            let there = at_mut(&mut realm, place).as_object_mut().unwrap();
            there.extend(base.as_object().unwrap().clone());
            there.extend(more(&frame));
        }
        let report = here.import(&here.file("field.json", &realm.to_string()));
        let exported: Value = serde_json::from_str(&here.export(name)).unwrap();
        (report, exported)
    };
    let (_, plain) = bring("plain", &|_| Map::new());
    let probes = |frame: &Frame| probes(&document, frame, &plain);
    let (report, exported) = bring("probed", &probes);

    let of = |list: &str| report[list].as_array().unwrap().clone();
    let spoken = [of("approximated"), of("dropped")].concat();
    let spoken: BTreeSet<&str> = spoken
        .iter()
        .map(|one| one["place"].as_str().unwrap())
        .collect();
    let (mut silent, mut asked) = (Vec::new(), 0);
    for frame in frames() {
        let found = at(&exported, frame.0);
        for (member, sent) in probes(&frame) {
            asked += 1;
            let place = place_of(frame.0, &member);
            let is_inside = |said: &&str| {
                let rest = said.strip_prefix(&place);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            if !holds(&found[&member], &sent) && !spoken.iter().any(is_inside) {
                silent.push(format!("{place}: {sent} became {}", found[&member]));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
    assert!(asked > 300, "the document has members: {asked}");
}

/// What is sent is there, whatever was added to it.
fn holds(found: &Value, sent: &Value) -> bool {
    match (found, sent) {
        (Value::Object(found), Value::Object(sent)) => {
            let mut all = sent.iter();
            all.all(|(name, value)| found.get(name).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(found), Value::Array(sent)) => {
            let is_there = |value: &Value| found.iter().any(|found| holds(found, value));
            sent.iter().all(is_there)
        }
        _ => found == sent,
    }
}

fn place_of(place: &str, member: &str) -> String {
    match place.is_empty() {
        true => member.to_owned(),
        false => format!("{place}.{member}"),
    }
}

/// What stands at a place, which is made where it is missing.
fn at_mut<'a>(realm: &'a mut Value, place: &str) -> &'a mut Value {
    let parts = place.split('.').filter(|part| !part.is_empty());
    parts.fold(realm, |inside, part| match part.strip_suffix("[]") {
        None => inside
            .as_object_mut()
            .unwrap()
            .entry(part)
            .or_insert_with(|| json!({})),
        Some(list) => {
            let list = inside.as_object_mut().unwrap().entry(list);
            &mut list.or_insert_with(|| json!([{}]))[0]
        }
    })
}

/// The same in what was exported, where the lists hold more: the one with the name of the frame.
fn at(realm: &Value, place: &str) -> Value {
    let (mut inside, mut path) = (realm.clone(), String::new());
    for part in place.split('.').filter(|part| !part.is_empty()) {
        path = place_of(&path, part);
        inside = match part.strip_suffix("[]") {
            None => inside[part].clone(),
            Some(list) => {
                let base = frames().into_iter().find(|frame| frame.0 == path);
                let base = base.map_or(json!({}), |frame| frame.2);
                let named = ["clientId", "name", "alias", "username", "type", "client"];
                let all = inside[list].as_array().cloned().unwrap_or_default();
                let is_it = |one: &Value| {
                    named
                        .iter()
                        .all(|name| base[name].is_null() || one[name] == base[name])
                };
                all.into_iter().find(is_it).unwrap_or_default()
            }
        };
    }
    inside
}

/// A value other than the usual one for each member of a frame.
fn probes(document: &Value, (place, schema, base): &Frame, plain: &Value) -> Map<String, Value> {
    let usual = at(plain, place);
    let members = &document["components"]["schemas"][schema]["properties"];
    let mut probes = Map::new();
    for (member, kind) in members.as_object().unwrap() {
        let place = place_of(place, member);
        let has_frame = |frame: &Frame| {
            frame.0.starts_with(&place)
                && !frame.0[place.len()..].starts_with(char::is_alphanumeric)
        };
        let is_name = NAMES.contains(&member.as_str()) || base.get(member).is_some();
        if is_name || frames().iter().any(has_frame) || elsewhere(&place) {
            continue;
        }
        let usual = &usual[member];
        let value = match (meaningful(&place), kind["type"].as_str()) {
            (Some(value), _) => value,
            (None, Some("boolean")) => json!(usual != &json!(true)),
            (None, Some("integer")) => json!(usual.as_i64().unwrap_or(0) + 7),
            (None, Some("string")) => json!(format!("probe {member}")),
            (None, Some("array")) if kind["items"]["type"] == json!("string") => json!(["probe"]),
            (None, Some("array")) => json!([{"name": "probe"}]),
            (None, _) if kind["additionalProperties"]["type"] == json!("array") => {
                json!({"probe": ["1"]})
            }
            (None, _) => json!({"probe": "1"}),
        };
        probes.insert(member.clone(), value);
    }
    probes
}

/// Members that a made-up value says nothing of, with the reason, and the test that is about them.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "realm",
        "the name by which the whole file is asked for",
        "here: each import",
    ),
    (
        "enabled",
        "a realm that is off is one of its own",
        "here: what_no_value_can_be_made_up_for_is_read",
    ),
    (
        "applications",
        "clients of Keycloak 1",
        "strange.rs: applications of Keycloak 1",
    ),
    (
        "oauthClients",
        "clients of Keycloak 1",
        "strange.rs: applications of Keycloak 1",
    ),
    (
        "applicationScopeMappings",
        "scope mappings of Keycloak 1",
        "here: what_no_value_can_be_made_up_for_is_read",
    ),
    (
        "clientTemplates",
        "client scopes of Keycloak 3",
        "versions.rs: what Keycloak 3 called otherwise",
    ),
    (
        "components",
        "their settings are of many kinds",
        "keycloak.rs, settings.rs and round_trip.rs: each kind",
    ),
    (
        "defaultRole",
        "a role of the realm's, by its name",
        "versions.rs and strange.rs",
    ),
    (
        "clientScopeMappings",
        "roles of one client for another, by their names",
        "whole.rs, and here: what_no_value_can_be_made_up_for_is_read",
    ),
    (
        "keycloakVersion",
        "it says how the rest is read",
        "versions.rs: each version",
    ),
    (
        "authenticationFlows[].authenticationExecutions[].flowAlias",
        "a flow of the realm, by its name",
        "keycloak.rs: the exports of a real one",
    ),
    (
        "clients[].authorizationSettings.policies[].policies",
        "policies of the client, by their names",
        "authorization.rs: the form of the API",
    ),
    (
        "clients[].authorizationSettings.policies[].resources",
        "resources of the client, by their names",
        "authorization.rs: the form of the API",
    ),
    (
        "clients[].authorizationSettings.policies[].scopes",
        "scopes of the client, by their names",
        "authorization.rs: the form of the API",
    ),
    (
        "clients[].authorizationSettings.resources[].scopesUma",
        "another name of `scopes`, under which it is exported",
        "authorization.rs: the form of the API",
    ),
    (
        "clients[].authorizationSettings.resources[].uri",
        "one of `uris`, under which it is exported",
        "authorization.rs: the form of the API",
    ),
    (
        "organizations[].groups",
        "groups with their ids, by which members name them",
        "whole.rs: an organization with groups",
    ),
    (
        "organizations[].members[].groups",
        "groups of the organization, by their ids",
        "whole.rs: an organization with groups",
    ),
    (
        "users[].applicationRoles",
        "another name of `clientRoles`, under which they are exported",
        "versions.rs and strange.rs",
    ),
    (
        "users[].serviceAccountClientId",
        "a client of the realm, which has one such user",
        "keycloak.rs: the exports of a real one",
    ),
    (
        "users[].socialLinks",
        "another name of `federatedIdentities`, under which they are exported",
        "versions.rs: what Keycloak 3 called otherwise",
    ),
    (
        "users[].credentials[].temporary",
        "it makes a required action of the person",
        "versions.rs: credentials of each kind",
    ),
];

/// Members that tests of their own are about: they are read, and no made-up value of them comes in.
fn elsewhere(place: &str) -> bool {
    ELSEWHERE.iter().any(|(known, ..)| *known == place)
}

#[test]
fn what_no_value_can_be_made_up_for_is_read() {
    let here = Installation::new();
    let realm = json!({
        "realm": "left", "enabled": false,
        "clients": [{"clientId": "app", "fullScopeAllowed": false}, {"clientId": "other"}, {"clientId": "third"}],
        "roles": {"client": {"other": [{"name": "read"}, {"name": "write"}], "third": [{"name": "see"}]}},
        "clientScopeMappings": {"other": [{"client": "app", "roles": ["read"]}]},
        "applicationScopeMappings": {
            "other": [{"client": "app", "roles": ["write"]}],
            "third": [{"client": "app", "roles": ["see"]}],
        },
    });
    here.import(&here.file("left.json", &realm.to_string()));
    let exported: Value = serde_json::from_str(&here.export("left")).unwrap();
    assert_eq!(exported["realm"], json!("left"));
    assert_eq!(exported["enabled"], json!(false));
    let mapped = &exported["clientScopeMappings"];
    for (owner, roles) in [
        ("other", json!(["read", "write"])),
        ("third", json!(["see"])),
    ] {
        let of_app = json!([{"client": "app", "roles": roles}]);
        assert!(holds(&mapped[owner], &of_app), "{owner}: {mapped}");
    }
}

/// Values for members that take few, or that name something else of the realm.
#[rustfmt::skip]
fn meaningful(place: &str) -> Option<Value> {
    Some(match place {
        "sslRequired" => json!("all"),
        "bruteForceStrategy" => json!("LINEAR"),
        "passwordPolicy" => json!("length(9)"),
        "smtpServer" => json!({"host": "mail.example", "from": "a@b.example"}),
        "localizationTexts" => json!({"de": {"a": "b"}}),
        "browserFlow" | "registrationFlow" | "directGrantFlow" | "resetCredentialsFlow" | "clientAuthenticationFlow"
            | "dockerAuthenticationFlow" | "firstBrokerLoginFlow" => json!("probed"),
        "defaultRoles" | "groups[].realmRoles" | "users[].realmRoles" => json!(["rr"]),
        "defaultGroups" | "users[].groups" => json!(["/gg"]),
        "defaultDefaultClientScopes" | "clients[].defaultClientScopes" => json!(["cs"]),
        "defaultOptionalClientScopes" | "clients[].optionalClientScopes" => json!(["other"]),
        "groups[].clientRoles" | "users[].clientRoles" => json!({"realm-management": ["view-users"]}),
        "groups[].subGroups" => json!([{"name": "below"}]),
        "groups[].path" => json!("/elsewhere"),
        "roles.realm[].composites" => json!({"realm": ["below"]}),
        "clients[].protocol" => json!("openid-connect"),
        "clients[].clientAuthenticatorType" => json!("client-jwt"),
        "clients[].authenticationFlowBindingOverrides" => json!({"browser": "gone"}),
        "clientScopes[].protocolMappers" => json!([{"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-attribute-mapper"}]),
        "authenticationFlows[].authenticationExecutions[].authenticatorConfig" => json!("ac"),
        "authenticationFlows[].authenticationExecutions[].authenticatorFlow"
            | "authenticationFlows[].authenticationExecutions[].autheticatorFlow" => json!(false),
        "identityProviders[].firstBrokerLoginFlowAlias" | "identityProviders[].postBrokerLoginFlowAlias" => json!("probed"),
        "organizations[].identityProviders" => json!([{"alias": "ip"}]),
        "organizations[].members[].membershipType" => json!("MANAGED"),
        "clientPolicies.policies[].profiles" => json!(["cp"]),
        "clients[].authorizationSettings.policyEnforcementMode" => json!("PERMISSIVE"),
        "clients[].authorizationSettings.decisionStrategy"
            | "clients[].authorizationSettings.policies[].decisionStrategy" => json!("AFFIRMATIVE"),
        "clients[].authorizationSettings.policies[].logic" => json!("NEGATIVE"),
        "clients[].authorizationSettings.resources[].owner" => json!({"name": "uu"}),
        "clients[].authorizationSettings.resources[].scopes" => json!([{"name": "sc"}]),
        _ => return None,
    })
}

#[rustfmt::skip]
fn frames() -> Vec<Frame> {
    let mapper = json!({"name": "pm", "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-attribute-mapper"});
    let password = json!({"type": "password", "secretData": "{\"value\":\"eA==\",\"salt\":\"eA==\"}", "credentialData": "{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha256\"}"});
    vec![
        ("", "RealmRepresentation", json!({
            "clientScopes": [{"name": "cs", "protocol": "openid-connect"}, {"name": "other", "protocol": "openid-connect"}],
            "roles": {"realm": [{"name": "rr"}, {"name": "below"}]},
        })),
        ("clients[]", "ClientRepresentation", json!({"clientId": "app", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true})),
        ("clients[].protocolMappers[]", "ProtocolMapperRepresentation", mapper),
        ("clientScopes[]", "ClientScopeRepresentation", json!({"name": "cs", "protocol": "openid-connect"})),
        ("roles.realm[]", "RoleRepresentation", json!({"name": "rr"})),
        ("groups[]", "GroupRepresentation", json!({"name": "gg"})),
        ("users[]", "UserRepresentation", json!({"username": "uu"})),
        ("users[].credentials[]", "CredentialRepresentation", password),
        ("users[].federatedIdentities[]", "FederatedIdentityRepresentation", json!({"identityProvider": "ip", "userId": "1", "userName": "x"})),
        ("users[].clientConsents[]", "UserConsentRepresentation", json!({"clientId": "app"})),
        ("identityProviders[]", "IdentityProviderRepresentation", json!({"alias": "ip", "providerId": "oidc"})),
        ("identityProviderMappers[]", "IdentityProviderMapperRepresentation", json!({"name": "im", "identityProviderAlias": "ip", "identityProviderMapper": "oidc-user-attribute-idp-mapper"})),
        ("requiredActions[]", "RequiredActionProviderRepresentation", json!({"alias": "VERIFY_PROFILE", "name": "n", "providerId": "VERIFY_PROFILE"})),
        ("authenticationFlows[]", "AuthenticationFlowRepresentation", json!({"alias": "probed", "topLevel": true})),
        ("authenticationFlows[].authenticationExecutions[]", "AuthenticationExecutionExportRepresentation", json!({"authenticator": "auth-cookie", "requirement": "ALTERNATIVE"})),
        ("authenticatorConfig[]", "AuthenticatorConfigRepresentation", json!({"alias": "ac"})),
        ("organizations[]", "OrganizationRepresentation", json!({"name": "oo"})),
        ("organizations[].domains[]", "OrganizationDomainRepresentation", json!({"name": "o.example"})),
        ("organizations[].members[]", "MemberRepresentation", json!({"username": "uu"})),
        ("clientProfiles.profiles[]", "ClientProfileRepresentation", json!({"name": "cp"})),
        ("clientProfiles.profiles[].executors[]", "ClientPolicyExecutorRepresentation", json!({"executor": "pkce-enforcer"})),
        ("clientPolicies.policies[]", "ClientPolicyRepresentation", json!({"name": "pp"})),
        ("clientPolicies.policies[].conditions[]", "ClientPolicyConditionRepresentation", json!({"condition": "any-client"})),
        ("scopeMappings[]", "ScopeMappingRepresentation", json!({"client": "app", "roles": ["rr"]})),
        ("clients[].authorizationSettings", "ResourceServerRepresentation", json!({})),
        ("clients[].authorizationSettings.resources[]", "ResourceRepresentation", json!({"name": "re"})),
        ("clients[].authorizationSettings.scopes[]", "ScopeRepresentation", json!({"name": "sc"})),
        ("clients[].authorizationSettings.policies[]", "PolicyRepresentation", json!({"name": "po", "type": "role", "config": {"roles": "[]"}})),
    ]
}
