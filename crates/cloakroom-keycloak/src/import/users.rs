//! Users with all that is theirs: credentials, roles, groups, consents, links to identity providers.

use cloakroom_model::component;
use cloakroom_model::consent::{self, Consent};
use cloakroom_model::id::{ClientUuid, ComponentId, GroupId, RoleId, UserId};
use cloakroom_model::user::directory::Link;
use cloakroom_model::user::identity::{self, Identity};
use cloakroom_model::user::{self, Attributes, Stored, User, fold};
use cloakroom_model::{Cx, Timestamp, group};
use serde_json::Value;

use super::Import;
use super::credentials;
use super::error::{ImportError, Result};
use super::lenient::{Part, check_texts, scalar};
use super::older;
use super::roles;
use super::silent;
use super::unknown;
use super::unresolved;
use crate::read::Object;
use crate::user as shape;

/// What makes a person choose a new password.
const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";

/// Members that have no place here, and why.
const DROPPED: &[(&str, &str)] = &[
    (
        "origin",
        "the user store it names is not read here; the user is one of the realm's own",
    ),
    ("userProfileMetadata", "it follows from the user profile"),
];

/// Stores a user.
pub(super) fn insert(cx: &mut Cx<'_>, import: &mut Import<'_>, object: Object) -> Result<UserId> {
    check_texts(&object)?;
    let name = Part::new(&object, "users[]", "").name("username")?;
    let part = Part::new(&object, "users[]", &name);
    part.report_unknown(shape::FIELDS, import.report);
    silent::report(&part, import.report);
    unresolved::report(&object, part.place, &name, import.report);
    report_factor(import, &part)?;
    for (member, why) in DROPPED {
        part.report_dropped(member, why, import.report);
    }
    let user = read(cx, import, &part)?;
    if user::insert(cx, &user)? != Stored::Done {
        let why = format!("user {name}: the username, the e-mail address or the id is in use");
        return Err(ImportError::taken(why));
    }
    if credentials::import(cx, import, &user.id, &part)?
        && !user
            .required_actions
            .iter()
            .any(|action| action == UPDATE_PASSWORD)
    {
        let mut actions = user.required_actions.clone();
        actions.push(UPDATE_PASSWORD.to_owned());
        user::set_required_actions(cx, &user.id, &actions)?;
    }
    let (roles, groups) = (roles(cx, import, &part)?, groups(cx, import, &part)?);
    user::enrol(cx, &user, &roles, &groups)?;
    consents(cx, import, &user.id, &part)?;
    links(cx, import, &user.id, &part)?;
    directory(cx, import, &user, &part)?;
    import.report.map("users");
    Ok(user.id)
}

/// Names a second factor that the file speaks of and does not have.
fn report_factor(import: &mut Import<'_>, part: &Part<'_>) -> Result<()> {
    let credentials = part.objects("credentials")?.into_iter();
    let mut kinds = credentials.filter_map(|one| one.get("type").and_then(Value::as_str));
    let has_one = kinds.any(|kind| ["otp", "totp", "hotp"].contains(&kind));
    if part.switch("totp")?.unwrap_or(false) && !has_one {
        let how = "the file has no credential of this kind of theirs, and they have none here";
        import
            .report
            .approximate(&part.place_of("totp"), part.who, how);
    }
    Ok(())
}

/// Links a user to the directory that they come from, where it is one that is spoken to, and knows them by an id.
fn directory(cx: &mut Cx<'_>, import: &mut Import<'_>, user: &User, part: &Part<'_>) -> Result<()> {
    let first = |name: &str| user.attributes.get(name)?.first().cloned();
    let named = part.text("federationLink")?.map(ComponentId::new);
    let component = match &named {
        Some(id) => component::find(cx, id)?.filter(|found| found.provider_id == "ldap"),
        None => return Ok(()),
    };
    if let (Some(component), Some(external_id)) = (component, first("LDAP_ID")) {
        let link = Link {
            component: component.id,
            external_id,
            dn: first("LDAP_ENTRY_DN").unwrap_or_default(),
        };
        if user::directory::insert(cx, &user.id, &link)? {
            return Ok(());
        }
    }
    let why = "the user store it names is not read here; the user is one of the realm's own";
    part.report_dropped("federationLink", why, import.report);
    Ok(())
}

fn read(cx: &mut Cx<'_>, import: &mut Import<'_>, part: &Part<'_>) -> Result<User> {
    let filled = |member: &str| -> Result<Option<String>> {
        Ok(part.text(member)?.filter(|text| !text.is_empty()))
    };
    let (email, attributes) = (filled("email")?, attributes(import, part)?);
    let indexed = attributes.keys().map(|name| ("attributes", name));
    for (member, text) in indexed.chain(email.iter().map(|text| ("email", text))) {
        part.check_length(member, text)?;
    }
    let created = part
        .number("createdTimestamp")?
        .filter(|millis| *millis >= 0);
    Ok(User {
        id: UserId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        username: fold(part.who),
        email: email.map(|email| fold(&email)),
        email_verified: part.switch("emailVerified")?.unwrap_or(false),
        first_name: filled("firstName")?,
        last_name: filled("lastName")?,
        enabled: part.switch("enabled")?.unwrap_or(false),
        created_at: created.map_or(cx.now, Timestamp::from_millis),
        not_before: part.number("notBefore")?.unwrap_or(0),
        service_account_client: owner(import, part)?,
        attributes,
        required_actions: actions(import, part)?,
    })
}

/// What is no text in an attribute is left out and named. Keycloak takes an empty text for it, so that what it was is lost there too.
fn attributes(import: &mut Import<'_>, part: &Part<'_>) -> Result<Attributes> {
    let mut all = Attributes::new();
    for (name, value) in part.object("attributes")?.into_iter().flatten() {
        let values = match value {
            Value::Null => continue,
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let given = values.iter().filter(|value| !value.is_null());
        let texts: Vec<String> = given.clone().filter_map(scalar).collect();
        if texts.len() < given.count() {
            let place = part.place_of(&format!("attributes.{name}"));
            let why = "a value of an attribute is a text; Keycloak takes an empty one for an object or a list";
            import.report.drop(&place, part.who, why);
            if texts.is_empty() {
                continue;
            }
        }
        all.insert(name.clone(), texts);
    }
    Ok(all)
}

fn actions(import: &mut Import<'_>, part: &Part<'_>) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    for alias in part.texts("requiredActions")? {
        let Some(today) = older::action(&alias) else {
            actions.push(alias);
            continue;
        };
        let how = format!("{alias} is called {today} today");
        let place = part.place_of("requiredActions");
        import.report.approximate(&place, part.who, how);
        actions.push(today.to_owned());
    }
    unknown::waiting(import, part, &actions);
    Ok(actions)
}

/// The client whose service account the user is.
fn owner(import: &mut Import<'_>, part: &Part<'_>) -> Result<Option<ClientUuid>> {
    let Some(client) = part.text("serviceAccountClientId")? else {
        return Ok(None);
    };
    match import.known.clients.get(&client) {
        Some(known) => Ok(Some(known.id.clone())),
        None => {
            let place = part.place_of("serviceAccountClientId");
            let why = format!("{place} refers to client {client}, which is not there");
            Err(ImportError::invalid(why))
        }
    }
}

/// The roles that the user is to have.
fn roles(cx: &mut Cx<'_>, import: &mut Import<'_>, part: &Part<'_>) -> Result<Vec<RoleId>> {
    let mut ids = Vec::new();
    for name in part.texts("realmRoles")? {
        ids.push(roles::find_or_insert(
            cx,
            import,
            (None, &name),
            "users[].realmRoles",
        )?);
    }
    // The second name is that of Keycloak 1.
    for member in ["clientRoles", "applicationRoles"] {
        for (client, names) in part.list_map(member)? {
            for name in names {
                let named = (Some(client.as_str()), name.as_str());
                ids.push(roles::find_or_insert(
                    cx,
                    import,
                    named,
                    "users[].clientRoles",
                )?);
            }
        }
    }
    for id in &ids {
        (import.ready.may_grant)(cx, id)?;
    }
    Ok(ids)
}

/// The groups that the user is to be in.
fn groups(cx: &mut Cx<'_>, import: &mut Import<'_>, part: &Part<'_>) -> Result<Vec<GroupId>> {
    let mut ids = Vec::new();
    for path in part.texts("groups")? {
        let Some(group) = import.known.group(&path).cloned() else {
            let why = format!("user {} is in group {path}, which is not there", part.who);
            return Err(ImportError::invalid(why));
        };
        // Many are in the same few groups, and what these bring does not change meanwhile.
        if import.known.looked_at.insert(group.clone()) {
            for role in group::roles(cx, &group)? {
                (import.ready.may_grant)(cx, &role)?;
            }
        }
        ids.push(group);
    }
    Ok(ids)
}

/// All members that a consent's representation has.
const CONSENT: [&str; 5] = [
    "clientId",
    "createdDate",
    "grantedClientScopes",
    "grantedRealmRoles",
    "lastUpdatedDate",
];

fn consents(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    user: &UserId,
    parent: &Part<'_>,
) -> Result<()> {
    for object in parent.objects("clientConsents")? {
        let part = Part::new(object, "users[].clientConsents[]", parent.who);
        part.report_unknown(&CONSENT, import.report);
        let why = "consents to roles became consents to client scopes in Keycloak 4";
        part.report_dropped("grantedRealmRoles", why, import.report);
        let client_id = part.name("clientId")?;
        let client = import.known.client(&client_id, part.place)?.id.clone();
        let mut scopes = Vec::new();
        for name in part.texts("grantedClientScopes")? {
            match import.known.scopes.get(&name) {
                Some(scope) if scopes.contains(&scope.id) => {}
                Some(scope) => scopes.push(scope.id.clone()),
                None => {
                    let why = format!("there is no client scope {name}");
                    let place = part.place_of("grantedClientScopes");
                    import.report.drop(&place, part.who, why);
                }
            }
        }
        let instant = |member: &str| -> Result<Option<Timestamp>> {
            Ok(part.number(member)?.map(Timestamp::from_millis))
        };
        let created_at = instant("createdDate")?.unwrap_or(cx.now);
        let consent = Consent {
            client,
            scopes,
            created_at,
            updated_at: instant("lastUpdatedDate")?.unwrap_or(created_at),
        };
        if !consent::insert(cx, user, &consent)? {
            let why = format!("user {} has two consents for {client_id}", part.who);
            return Err(ImportError::taken(why));
        }
        import.report.map("consents");
    }
    Ok(())
}

/// All members that a link to an identity provider has; the second set is that of Keycloak 1.
const LINK: [&str; 6] = [
    "identityProvider",
    "socialProvider",
    "socialUserId",
    "socialUsername",
    "userId",
    "userName",
];

fn links(cx: &mut Cx<'_>, import: &mut Import<'_>, user: &UserId, parent: &Part<'_>) -> Result<()> {
    let mut all = parent.objects("federatedIdentities")?;
    all.extend(parent.objects("socialLinks")?);
    for object in all {
        let part = Part::new(object, "users[].federatedIdentities[]", parent.who);
        part.report_unknown(&LINK, import.report);
        let either = |new: &str, old: &str| -> Result<Option<String>> {
            Ok(part.text(new)?.or(part.text(old)?))
        };
        let provider = either("identityProvider", "socialProvider")?;
        let external_id = either("userId", "socialUserId")?;
        let (Some(provider), Some(external_id)) = (provider, external_id) else {
            return Err(part.wrong("userId", "given, and identityProvider too"));
        };
        part.check_length("identityProvider", &provider)?;
        part.check_length("userId", &external_id)?;
        let link = Identity {
            provider,
            external_id,
            external_name: either("userName", "socialUsername")?,
        };
        if !import.known.providers.contains(&link.provider) {
            let how = format!("kept, but there is no identity provider {}", link.provider);
            import.report.approximate(part.place, part.who, how);
        }
        if !identity::insert(cx, user, &link)? {
            let why = format!("user {} has two links to {}", part.who, link.provider);
            return Err(ImportError::taken(why));
        }
        import.report.map("federated identities");
    }
    Ok(())
}
