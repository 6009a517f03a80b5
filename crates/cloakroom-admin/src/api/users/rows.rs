//! A user as a row of a table: made or changed by the same rules as over the API, as part of a larger unit of work.
//!
//! What is refused has written nothing, so that the other rows can stay.

use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::user as shape;
use cloakroom_model::Cx;
use cloakroom_model::id::{GroupId, UserId};
use cloakroom_model::user::{self, User};
use serde_json::{Value, json};

use super::{New, change, check_free, draft, insert};
use crate::access::{Actor, Grants};
use crate::api::user_profile;
use crate::audit;
use crate::error::{AdminError, Result};

/// Makes the user of a row; where somebody of the name is there and `is_update` says so, changes them.
pub(crate) fn put(
    cx: &mut Cx<'_>,
    sent: &Object,
    is_update: bool,
    (grants, actor): (&Grants, &Actor),
) -> Result<()> {
    let name = read::text(sent, "username")?.unwrap_or_default();
    let before = user::find_by_username(cx, name)?;
    let groups = groups(cx, sent, grants)?;
    let (operation, id) = match before.filter(|_| is_update) {
        Some(before) => {
            grants.check_account(cx, &before.id)?;
            alter(cx, &before, sent)?;
            (audit::UPDATE, before.id)
        }
        None => (audit::CREATE, make(cx, sent, grants)?),
    };
    for group in groups {
        user::join(cx, &id, &group)?;
    }
    let kept = Value::Object(sent.clone()).to_string();
    let place = format!("users/{id}");
    audit::record_with(cx, actor, (operation, "USER"), &place, Some(kept))?;
    Ok(())
}

/// The groups of a row, all of which have to be there before anything is written.
fn groups(cx: &mut Cx<'_>, sent: &Object, grants: &Grants) -> Result<Vec<GroupId>> {
    let paths: Vec<String> = read::member(sent, "groups")?.unwrap_or_default();
    let mut groups = Vec::new();
    for path in paths {
        let found = draft::group_at(cx, &path)?;
        let why = || AdminError::message(400, format!("There is no group {path}"));
        let group = found.ok_or_else(why)?;
        grants.check_group(cx, &group.id)?;
        groups.push(group.id);
    }
    Ok(groups)
}

fn make(cx: &mut Cx<'_>, sent: &Object, grants: &Grants) -> Result<UserId> {
    let mut user = draft::nobody();
    user.enabled = true;
    shape::apply(&mut user, sent)?;
    if cx.realm.settings.registration_email_as_username
        && let Some(email) = &user.email
    {
        user.username.clone_from(email);
    }
    if user.username.is_empty() {
        return Err(AdminError::message(400, "User name is missing"));
    }
    check_free(cx, &user)?;
    user_profile::check(cx.realm, None, &mut user)?;
    let new = New {
        entered: None,
        user,
        passwords: Vec::new(),
        groups: Vec::new(),
        identities: Vec::new(),
        created: None,
    };
    insert(cx, &new, grants)
}

/// Changes somebody, after a look at whether the change would go through.
fn alter(cx: &mut Cx<'_>, before: &User, sent: &Object) -> Result<()> {
    let mut sent = sent.clone();
    sent.remove("groups");
    // What a row does not name stays as it is.
    if let Some(Value::Object(named)) = sent.get("attributes").cloned() {
        let mut all = json!(before.attributes);
        if let Some(members) = all.as_object_mut() {
            members.extend(named);
        }
        sent.insert("attributes".to_owned(), all);
    }
    let mut after = before.clone();
    shape::apply(&mut after, &sent)?;
    if let Some(email) = after.email.as_deref()
        && !cx.realm.settings.duplicate_emails_allowed
        && user::find_by_email(cx, email)?.is_some_and(|other| other.id != before.id)
    {
        return Err(AdminError::message(409, "User exists with same email"));
    }
    change(cx, before, &sent, &[])
}
