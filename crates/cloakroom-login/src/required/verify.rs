//! What the user profile demands of somebody who signs in, and whether they can bring it.

use std::collections::BTreeMap;

use cloakroom_model::component::{self, Component};
use cloakroom_model::event::{self, Event};
use cloakroom_model::user::User;
use cloakroom_model::user::directory;
use cloakroom_model::user_profile::Side;
use cloakroom_model::{Cx, Realm, Result};

use super::{Action, is_enabled, strike};
use crate::profile::{self, Occasion};

/// The family of what takes the attributes of entries over.
const MAPPERS: &str = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";

fn occasion(scopes: &[String]) -> Occasion<'_> {
    Occasion {
        side: Side::User,
        scopes: Some(scopes),
    }
}

/// The attributes with which something is wrong that the form of a sign-in can mend.
pub(super) fn lacking(realm: &Realm, user: &User, scopes: &[String]) -> Vec<String> {
    let found = profile::lacking(realm, occasion(scopes), user);
    let mut names: Vec<String> = found.into_iter().map(|one| one.attribute).collect();
    names.dedup();
    names
}

/// Those of the attributes that somebody can mend at a sign-in.
///
/// The form has a field for them, and no directory keeps them: nobody is kept from signing in by what is not theirs to
/// change.
pub fn mendable(
    cx: &mut Cx<'_>,
    user: &User,
    scopes: &[String],
    mut names: Vec<String>,
) -> Result<Vec<String>> {
    names.retain(|name| profile::has_field(cx.realm, occasion(scopes), user, name));
    if names.is_empty() {
        return Ok(names);
    }
    let kept = kept_elsewhere(cx, user)?;
    names.retain(|name| !kept.contains(name));
    Ok(names)
}

/// What a directory alone changes of its people, by its own settings and those of its mappers.
fn kept_elsewhere(cx: &mut Cx<'_>, user: &User) -> Result<Vec<String>> {
    let Some(link) = directory::find(cx, &user.id)? else {
        return Ok(Vec::new());
    };
    let Some(home) = component::find(cx, &link.component)? else {
        return Ok(Vec::new());
    };
    // A mode that is not known lets nothing be changed.
    let is_read_only = match home.text("editMode") {
        Some("UNSYNCED") => return Ok(Vec::new()),
        Some("WRITABLE") => false,
        _ => true,
    };
    let mut kept = Vec::new();
    if is_read_only {
        kept.push("username".to_owned());
    }
    for mapper in component::list(cx, Some(MAPPERS))? {
        let is_own = mapper.parent_id == home.id.as_str();
        if is_own && (is_read_only || is_never_written(&mapper)) {
            kept.extend(members_of(&mapper));
        }
    }
    Ok(kept)
}

fn is_never_written(mapper: &Component) -> bool {
    mapper.text("read.only") == Some("true") || mapper.provider_id == "certificate-ldap-mapper"
}

/// The members of a person that a mapper fills.
fn members_of(mapper: &Component) -> Vec<String> {
    match mapper.provider_id.as_str() {
        "full-name-ldap-mapper" => vec!["firstName".to_owned(), "lastName".to_owned()],
        _ => {
            let named = mapper.text("user.model.attribute");
            named.map(str::to_owned).into_iter().collect()
        }
    }
}

/// Strikes the action off the list of whoever has nothing to fill in any more, once a sign-in has come past it.
pub fn clear_verified(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let action = Action::VerifyProfile;
    let is_listed = user
        .required_actions
        .iter()
        .any(|alias| Action::parse(alias) == Some(action));
    if is_listed && is_enabled(cx, action)? {
        strike(cx, user, action)?;
    }
    Ok(())
}

/// Writes down that somebody is asked for what their profile lacks, and for which fields; the words are Keycloak's.
pub fn report_verification(
    cx: &mut Cx<'_>,
    user: &User,
    scopes: &[String],
    (client_id, ip): (&str, &str),
) -> Result<()> {
    let kind = Action::VerifyProfile.alias();
    let names = lacking(cx.realm, user, scopes);
    let fields = mendable(cx, user, scopes, names)?.join(",");
    let event = Event {
        kind: kind.to_owned(),
        client_id: Some(client_id.to_owned()),
        user: Some(user.id.clone()),
        ip: ip.to_owned(),
        details: BTreeMap::from([("fields_to_update".to_owned(), fields)]),
        ..Event::default()
    };
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, event, is_kept)
}
