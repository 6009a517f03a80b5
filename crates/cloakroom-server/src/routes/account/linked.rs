//! Accounts elsewhere that a person's account is linked to: which there are, and how a link ends.

use std::collections::BTreeMap;

use cloakroom_federation::Upstream;
use cloakroom_model::event::{self, Event};
use cloakroom_model::user::{User, directory, identity};
use cloakroom_model::{Cx, Fault, credential, identity_provider};

/// A provider, and the person's account there.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    pub(super) alias: String,
    /// The kind of provider.
    pub(super) kind: String,
    /// What people call it.
    pub(super) name: String,
    /// Keycloak calls the kinds with a row of their own social.
    pub(super) is_social: bool,
    /// What the account there is called; `None` if there is no link.
    pub(super) account: Option<String>,
    /// People sign in with it, so that it counts as a way in.
    is_way_in: bool,
}

/// The providers of the realm that accounts can be linked to, and those that are linked.
pub(super) fn list(cx: &mut Cx<'_>, user: &User) -> Result<Vec<Linked>, Fault> {
    let links = identity::list(cx, &user.id)?;
    let mut all = Vec::new();
    for upstream in identity_provider::list(cx)?
        .into_iter()
        .filter_map(Upstream::of)
    {
        let settings = &upstream.provider.settings;
        let alias = upstream.provider.alias.clone();
        let link = links.iter().find(|link| link.provider == alias);
        let of_organization = settings.organization_id.as_deref().unwrap_or_default();
        let is_offered = upstream.provider.enabled && of_organization.is_empty();
        let is_hidden = match upstream.text("showInAccountConsole") {
            Some("NEVER") => true,
            Some("WHEN_LINKED") => link.is_none(),
            _ => false,
        };
        if is_hidden || (link.is_none() && !is_offered) {
            continue;
        }
        let kinds = ["oidc", "keycloak-oidc", "saml", "oauth2"];
        let kind = upstream.provider.provider_id.clone();
        all.push(Linked {
            is_social: !kinds.contains(&kind.as_str()),
            name: upstream.name().to_owned(),
            account: link.map(|link| link.external_name.clone().unwrap_or_default()),
            is_way_in: upstream.provider.enabled && settings.link_only != Some(true),
            alias,
            kind,
        });
    }
    Ok(all)
}

/// What became of the wish to end a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unlinked {
    Done,
    NotLinked,
    /// Without it the person could not sign in any more; what people call the provider.
    LastWayIn(String),
}

/// Ends a link, unless it is the only way in.
pub(super) fn unlink(
    cx: &mut Cx<'_>,
    user: &User,
    alias: &str,
    (client_id, ip): (&str, &str),
) -> Result<Unlinked, Fault> {
    let all = list(cx, user)?;
    let is_linked = |one: &&Linked| one.account.is_some();
    let Some(link) = all.iter().filter(is_linked).find(|one| one.alias == alias) else {
        return Ok(Unlinked::NotLinked);
    };
    let others = all.iter().filter(is_linked);
    let has_other = others
        .filter(|one| one.is_way_in)
        .any(|one| one.alias != alias);
    let has_way_in = has_other
        || credential::find_password(cx, &user.id)?.is_some()
        || directory::find(cx, &user.id)?.is_some();
    if !has_way_in {
        return Ok(Unlinked::LastWayIn(link.name.clone()));
    }
    if !identity::remove(cx, &user.id, alias)? {
        return Ok(Unlinked::NotLinked);
    }
    cx.people_changed();
    let mut details = BTreeMap::new();
    details.insert("identity_provider".to_owned(), alias.to_owned());
    let account = link.account.clone().unwrap_or_default();
    details.insert("identity_provider_identity".to_owned(), account);
    details.insert("username".to_owned(), user.username.clone());
    let kind = "REMOVE_FEDERATED_IDENTITY";
    let happened = Event {
        kind: kind.to_owned(),
        client_id: Some(client_id.to_owned()),
        user: Some(user.id.clone()),
        ip: ip.to_owned(),
        details,
        ..Event::default()
    };
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, happened, is_kept)?;
    Ok(Unlinked::Done)
}
