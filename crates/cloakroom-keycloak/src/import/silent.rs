//! Members that Keycloak has and nothing here reads, because something else says the same or has the last word. The report
//! names each that says something.

use super::lenient::Part;
use super::report::Report;

const RIGHTS: &str = "what the reader of the file may do there is no part of a realm";
const FOLLOWS: &str = "it follows from the rest of the file";
const ISSUED: &str = "verifiable credentials are not issued here";
const CONTAINER: &str = "the client that it stands in says it";
const STORE: &str = "the store it names is not read here";
const SETTLED: &str = "the lists of resources and policies say it";

/// Where they are, their names, and why they are not read.
const SILENT: &[(&str, &[&str], &str)] = &[
    ("clients[]", &["access"], RIGHTS),
    ("clients[]", &["origin"], STORE),
    ("groups[]", &["access"], RIGHTS),
    ("groups[]", &["subGroupCount"], FOLLOWS),
    ("users[]", &["access"], RIGHTS),
    ("users[]", &["disableableCredentialTypes", "self"], FOLLOWS),
    (
        "users[]",
        &["issuedVerifiableCredentials", "verifiableCredentials"],
        ISSUED,
    ),
    (
        "authenticationFlows[].authenticationExecutions[]",
        &["userSetupAllowed"],
        "has no meaning for the steps of Keycloak 8 and later",
    ),
    (
        "organizations[].members[]",
        &[
            "access",
            "applicationRoles",
            "attributes",
            "clientConsents",
            "clientRoles",
            "createdTimestamp",
            "credentials",
            "disableableCredentialTypes",
            "email",
            "emailVerified",
            "enabled",
            "federatedIdentities",
            "federationLink",
            "firstName",
            "issuedVerifiableCredentials",
            "lastName",
            "notBefore",
            "origin",
            "realmRoles",
            "requiredActions",
            "self",
            "serviceAccountClientId",
            "socialLinks",
            "totp",
            "userProfileMetadata",
            "verifiableCredentials",
        ],
        "the list of users says what a person is",
    ),
    ("scopeMappings[]", &["self"], FOLLOWS),
    ("clientScopeMappings[]", &["self"], FOLLOWS),
    (
        "clients[].authorizationSettings",
        &["clientId", "name"],
        CONTAINER,
    ),
    (
        "clients[].authorizationSettings",
        &["authorizationSchema"],
        "the kinds of things in a realm that permissions are about are the same in every realm",
    ),
    (
        "clients[].authorizationSettings.scopes[]",
        &["policies", "resources"],
        SETTLED,
    ),
    (
        "clients[].authorizationSettings.policies[]",
        &["owner"],
        "policies here belong to their client, and not to people",
    ),
    (
        "clients[].authorizationSettings.policies[]",
        &["resourcesData", "scopesData"],
        "as in Keycloak, the lists of resources and scopes or the policy's config say what it is about",
    ),
    (
        "clients[].authorizationSettings.policies[]",
        &["resourceType"],
        "the policy's config says it, as defaultResourceType",
    ),
];

/// Names those of this object.
pub(super) fn report(part: &Part<'_>, report: &mut Report) {
    let here = SILENT.iter().filter(|(place, ..)| *place == part.place);
    for (_, members, why) in here {
        for member in *members {
            part.report_dropped(member, why, report);
        }
    }
}
