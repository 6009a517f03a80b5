//! The realm itself: its name, its settings, and the role of every new user.

use std::sync::Arc;

use cloakroom_model::id::{RealmId, RoleId};
use cloakroom_model::realm::{Settings, frontend};
use cloakroom_model::{Cx, Realm};
use serde_json::Value;

use super::Ready;
use super::client_policies;
use super::clients::MASK;
use super::error::{ImportError, Result};
use super::federation;
use super::lenient::{Part, fit};
use super::localization;
use super::report::Report;
use super::security_keys;
use super::smtp;
use super::unknown;
use crate::blueprint::{self, DefaultRole, MASTER, NewRealm};
use crate::export::VERSION;
use crate::realm as shape;

/// Members of a realm that other files of this folder read, or that say nothing of their own.
const ELSEWHERE: &[&str] = &[
    "authenticationFlows",
    "authenticatorConfig",
    "clientScopeMappings",
    "clientScopes",
    "clientTemplates",
    "clients",
    "components",
    "defaultDefaultClientScopes",
    "defaultGroups",
    "defaultOptionalClientScopes",
    "defaultRole",
    "defaultRoles",
    "enabled",
    "groups",
    "id",
    "identityProviderMappers",
    "identityProviders",
    "keycloakVersion",
    "localizationTexts",
    "organizations",
    "realm",
    "requiredActions",
    "roles",
    "scopeMappings",
    "users",
];

/// Members that have no place here, and why.
const DROPPED: &[(&str, &str)] = &[
    (
        "federatedUsers",
        "roles and groups of people who live in another user store, which is not read here",
    ),
    ("codeSecret", "no code is signed with it since Keycloak 3"),
    ("social", "has no meaning since Keycloak 1.2"),
    (
        "socialProviders",
        "has no meaning since Keycloak 1.2, unless social is on and there are no identity providers",
    ),
    (
        "updateProfileOnInitialSocialLogin",
        "has no meaning since Keycloak 1.2",
    ),
    (
        "passwordCredentialGrantAllowed",
        "has no meaning since Keycloak 2; each client has directAccessGrantsEnabled",
    ),
    ("realmCacheEnabled", "has no meaning since Keycloak 3"),
    ("userCacheEnabled", "has no meaning since Keycloak 3"),
    (
        "protocolMappers",
        "mappers of a whole realm, which have no meaning since Keycloak 1.3",
    ),
];

/// The members that are keys in the form of Keycloak 1, which [`super::components`] reads.
pub(super) const OLD_KEY: [&str; 3] = ["privateKey", "publicKey", "certificate"];

/// Makes the realm's row. Its default role is named here and made with the other roles.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    sent: &Part<'_>,
    ready: &Ready<'_>,
    report: &mut Report,
) -> Result<(Arc<Realm>, RoleId)> {
    let name = sent.name("realm")?;
    shape::check_name(&name).map_err(ImportError::invalid)?;
    let mut settings = settings(sent, ready, report)?;
    frontend::check(&settings).map_err(ImportError::invalid)?;
    if settings.not_before > cx.now.seconds() {
        let how =
            "lies in the future, until when no token would count: it is the time of the import now";
        report.approximate("notBefore", &settings.not_before.to_string(), how);
        settings.not_before = cx.now.seconds();
    }
    let mut enabled = sent.switch("enabled")?.unwrap_or(false);
    if name == MASTER {
        keep_open((&mut settings, &mut enabled), ready, report);
    }
    if let Some(version) = sent.text("keycloakVersion")?.filter(|text| text != VERSION) {
        let how = format!("the realm is one of {VERSION} now, and exports say so");
        report.approximate("keycloakVersion", &version, how);
    }
    let default = default_role(sent, report)?;
    let draft = NewRealm {
        id: sent.id("id")?.map(RealmId::new),
        name: name.clone(),
        enabled,
        settings,
        keys: Vec::new(),
    };
    let made = blueprint::insert_row(cx, draft, &default)?;
    made.ok_or_else(|| ImportError::taken(format!("Realm {name} already exists")))
}

/// The default role that the file names; older files name none.
fn default_role(sent: &Part<'_>, report: &mut Report) -> Result<DefaultRole> {
    let Some(role) = sent.object("defaultRole")? else {
        return Ok(DefaultRole::default());
    };
    let part = Part::new(role, "defaultRole", "");
    part.report_unknown(crate::role::FIELDS, report);
    for member in ["attributes", "composites"] {
        let why = "as in Keycloak, the role of this name among roles.realm says it";
        part.report_dropped(member, why, report);
    }
    Ok(DefaultRole {
        id: part.id("id")?.map(RoleId::new),
        name: Some(part.name("name")?),
        description: part.text("description")?,
    })
}

fn settings(sent: &Part<'_>, ready: &Ready<'_>, report: &mut Report) -> Result<Settings> {
    let mut mine = sent.object.clone();
    for (member, why) in DROPPED {
        sent.report_dropped(member, why, report);
        mine.remove(*member);
    }
    for member in ELSEWHERE.iter().chain(&OLD_KEY).chain(&federation::MEMBERS) {
        mine.remove(*member);
    }
    for secret in ["password", "authTokenClientSecret"] {
        let said = sent
            .object
            .get("smtpServer")
            .and_then(|mail| mail.get(secret));
        if said.and_then(Value::as_str) == Some(MASK) {
            report.drop("smtpServer", secret, "it is masked in the file");
        }
    }
    let known = shape::fields();
    let part = Part::new(&mine, "", "");
    part.report_unknown(&known, report);
    let fitting = part
        .object
        .iter()
        .filter(|(name, _)| known.contains(&name.as_str()));
    let mine = fitting
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let base = blueprint::settings::defaults()?;
    let like = match serde_json::to_value(&base).map_err(cloakroom_model::Fault::from)? {
        Value::Object(like) => like,
        _ => serde_json::Map::new(),
    };
    let mine = fit(&Part::new(&mine, "", ""), &like)?;
    let strategy = sent.text("bruteForceStrategy")?.unwrap_or_default();
    if !["", "LINEAR", "MULTIPLE"].contains(&strategy.to_uppercase().as_str()) {
        return Err(sent.wrong("bruteForceStrategy", "MULTIPLE or LINEAR"));
    }
    let mut settings = shape::apply(&base, &mine)
        .map_err(|_| ImportError::invalid("a setting of the realm has the wrong type"))?;
    unknown::settings(&settings, sent, report)?;
    unknown::headers(&base, sent, report);
    shared(&settings, sent, report)?;
    smtp::report(sent, report);
    localization::report(sent, ready, report)?;
    security_keys::report(sent, report);
    client_policies::check(&settings, ready, report)?;
    check(&mut settings, ready, report)?;
    lengthen(&mut settings, &base, report);
    Ok(settings)
}

/// Where an address may be several people's, nobody signs in by theirs.
fn shared(settings: &Settings, sent: &Part<'_>, report: &mut Report) -> Result<()> {
    if !settings.duplicate_emails_allowed {
        return Ok(());
    }
    for member in ["loginWithEmailAllowed", "registrationEmailAsUsername"] {
        if sent.switch(member)?.unwrap_or(false) {
            let how = "switched off: an address may be several people's in this realm";
            report.approximate(member, "true", how);
        }
    }
    Ok(())
}

/// Nobody could come in to open the realm that administers all others.
fn keep_open(
    (settings, enabled): (&mut Settings, &mut bool),
    ready: &Ready<'_>,
    report: &mut Report,
) {
    if !*enabled {
        let how =
            "the realm that administers all others is enabled: nobody could switch it on again";
        report.approximate("enabled", MASTER, how);
        *enabled = true;
    }
    if settings.ssl_required.eq_ignore_ascii_case("all") && !ready.is_https {
        let how = "is external now: the address of the server is no https one, and nobody could sign in to change it";
        report.approximate("sslRequired", MASTER, how);
        "external".clone_into(&mut settings.ssl_required);
    }
}

/// Nobody can work in a realm in which every session or every token ends as it begins.
fn lengthen(settings: &mut Settings, usual: &Settings, report: &mut Report) {
    let spans = [
        (
            "accessTokenLifespan",
            &mut settings.access_token_lifespan,
            usual.access_token_lifespan,
        ),
        (
            "ssoSessionIdleTimeout",
            &mut settings.sso_session_idle_timeout,
            usual.sso_session_idle_timeout,
        ),
        (
            "ssoSessionMaxLifespan",
            &mut settings.sso_session_max_lifespan,
            usual.sso_session_max_lifespan,
        ),
    ];
    for (member, seconds, usual) in spans {
        if *seconds < 1 {
            let how = format!(
                "ends everything as it begins: it is {usual} seconds now, as in a new realm"
            );
            report.approximate(member, &seconds.to_string(), how);
            *seconds = usual;
        }
    }
}

/// Leaves out what could not be obeyed, and says so.
fn check(settings: &mut Settings, ready: &Ready<'_>, report: &mut Report) -> Result<()> {
    let ssl = settings.ssl_required.to_lowercase();
    if !["all", "external", "none"].contains(&ssl.as_str()) {
        return Err(ImportError::invalid(
            "sslRequired must be all, external or none",
        ));
    }
    let Some(policy) = &settings.password_policy else {
        return Ok(());
    };
    let mut kept = Vec::new();
    for rule in policy.split(" and ").filter(|rule| !rule.trim().is_empty()) {
        match ready.rules.check_policy(rule.trim()) {
            Ok(()) => kept.push(rule.trim()),
            Err(why) => report.drop("passwordPolicy", rule.trim(), why),
        }
    }
    settings.password_policy = Some(kept.join(" and "));
    Ok(())
}
