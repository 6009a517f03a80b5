//! What files of older versions mean today: Keycloak upgrades a realm that it imports, and so do we.

use cloakroom_model::user_profile::{self, Unmanaged};
use cloakroom_model::{Cx, client, scope};

use super::Import;
use super::error::Result;
use super::known::KnownClient;
use super::lenient::Part;
use crate::blueprint;

/// What was added since, and the first version whose files have it.
const SCOPES: [(&str, u32, bool, &str); 3] = [
    (
        "acr",
        18,
        true,
        "added, because Keycloak before 18 put acr into every token by itself",
    ),
    (
        "basic",
        25,
        true,
        "added, because Keycloak before 25 put sub and auth_time into every token by itself",
    ),
    (
        "service_account",
        26,
        false,
        "added, because clients that get a service account later take their mappers from it",
    ),
];

/// The major version that wrote the file; `None` if it does not say, and then it is a recent one.
fn version(import: &Import<'_>) -> Option<u32> {
    let text = import.sent.object.get("keycloakVersion")?.as_str()?;
    text.split('.').next()?.parse().ok()
}

pub(crate) fn upgrade(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let Some(version) = version(import) else {
        let how = "set to +, as in Keycloak: a logout goes back to any redirect URI of a client that says nothing of it";
        return post_logout(cx, import, how);
    };
    for (name, since, linked, how) in SCOPES {
        if version < since && !import.known.scopes.contains_key(name) {
            add_scope(cx, import, name, linked)?;
            import.report.approximate("clientScopes[]", name, how);
        }
    }
    if version < 19 {
        let how = "set to +, because Keycloak before 19 went back to any redirect URI";
        post_logout(cx, import, how)?;
    }
    if version < 25
        && let Some(account) = import.known.clients.get("account").cloned()
    {
        for (name, id) in blueprint::ensure_account(cx, &account.id)? {
            import.known.add_role(Some("account"), name, id);
        }
    }
    if version < 26 {
        own_clients(cx, import)?;
    }
    Ok(())
}

/// Adds what an older realm had not, now that its required actions and its user profile stand.
pub(super) fn complete(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let Some(version) = version(import) else {
        return Ok(());
    };
    if version < 26 {
        for alias in [
            "delete_account",
            "delete_credential",
            "idp_link",
            "update_user_locale",
        ] {
            if blueprint::insert_action(cx, alias)? {
                let how = "added, because realms have it today";
                import.report.approximate("requiredActions[]", alias, how);
            }
        }
    }
    let attributes = import.sent.text_map("attributes")?;
    let has_profile = attributes.get("userProfileEnabled").map(String::as_str) == Some("true");
    if version < 24 && !has_profile {
        let mut profile = user_profile::load(cx)?;
        if profile.unmanaged_attribute_policy.is_none() {
            profile.unmanaged_attribute_policy = Some(Unmanaged::Enabled);
            user_profile::store(cx, &profile)?;
            let how = "set to ENABLED, because people had any attributes before Keycloak 24";
            let place = "userProfile.unmanagedAttributePolicy";
            import.report.approximate(place, "", how);
        }
    }
    Ok(())
}

/// What the realm's own clients say of themselves since Keycloak 26. Before it, the tokens of an
/// administrator had every role in them by themselves.
fn own_clients(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    const LIGHTWEIGHT: (&str, &str) = ("client.use.lightweight.access.token.enabled", "true");
    for (client_id, attribute) in [
        ("admin-cli", LIGHTWEIGHT),
        ("security-admin-console", LIGHTWEIGHT),
        ("broker", ("realm_client", "true")),
        ("realm-management", ("realm_client", "true")),
    ] {
        let Some(known) = import.known.clients.get(client_id).cloned() else {
            continue;
        };
        change(cx, &known, |settings| {
            settings.full_scope_allowed |= attribute == LIGHTWEIGHT;
            let (name, value) = attribute;
            let attributes = &mut settings.attributes;
            attributes.insert(name.to_owned(), value.to_owned());
            true
        })?;
    }
    Ok(())
}

/// Changes a client that stands; says whether it is another one now.
fn change(
    cx: &mut Cx<'_>,
    known: &KnownClient,
    how: impl FnOnce(&mut client::Settings) -> bool,
) -> Result<bool> {
    let Some(mut found) = client::load(cx, &known.id)? else {
        return Ok(false);
    };
    if !how(&mut found.settings) {
        return Ok(false);
    }
    let draft = client::Draft {
        secret: client::reveal_secret(cx, &found)?,
        id: found.id,
        client_id: found.client_id,
        enabled: found.enabled,
        settings: found.settings,
    };
    client::update(cx, &draft)?;
    Ok(true)
}

/// Adds a client scope, for new clients and, if it stands for what tokens had by themselves, for
/// those that are there.
fn add_scope(cx: &mut Cx<'_>, import: &mut Import<'_>, name: &str, linked: bool) -> Result<()> {
    let Some(made) = blueprint::insert_scope(cx, name)? else {
        return Ok(());
    };
    import.known.add_made_scope(&made);
    if linked {
        for client in openid_clients(import) {
            scope::link(cx, client.id.as_str(), &made.id, true)?;
        }
    }
    Ok(())
}

fn openid_clients(import: &Import<'_>) -> Vec<KnownClient> {
    let all = import.known.clients.values();
    let openid = all.filter(|client| client.protocol == "openid-connect");
    openid.cloned().collect()
}

/// Lets a logout go back to any redirect URI of the clients of the file that say nothing of it.
fn post_logout(cx: &mut Cx<'_>, import: &mut Import<'_>, how: &str) -> Result<()> {
    const NAME: &str = "post.logout.redirect.uris";
    for object in import.sent.objects("clients")? {
        let client_id = Part::new(object, "clients[]", "").name("clientId")?;
        let Some(known) = import.known.clients.get(&client_id).cloned() else {
            continue;
        };
        if known.protocol != "openid-connect" {
            continue;
        }
        let is_changed = change(cx, &known, |settings| {
            let is_given = settings.attributes.contains_key(NAME);
            let entry = settings.attributes.entry(NAME.to_owned());
            entry.or_insert_with(|| "+".to_owned());
            !is_given
        })?;
        if is_changed {
            let place = "clients[].attributes.post.logout.redirect.uris";
            import.report.approximate(place, &client_id, how);
        }
    }
    Ok(())
}

/// The name that a required action has today, where it is written in another way: as in Keycloak, case does not count.
pub(super) fn action(alias: &str) -> Option<&'static str> {
    blueprint::action_named(alias).filter(|today| *today != alias)
}
