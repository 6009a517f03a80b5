//! What is sent of a user, before it is stored.

use std::collections::BTreeMap;

use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::UserId;
use cloakroom_model::user::identity::Identity;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result as Found, Timestamp};

use crate::error::{AdminError, Result};

/// A user of whom nothing is known yet.
pub(super) fn nobody() -> User {
    User {
        id: UserId::new(""),
        username: String::new(),
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: false,
        created_at: cloakroom_web::app::now(),
        not_before: 0,
        service_account_client: None,
        attributes: BTreeMap::new(),
        required_actions: Vec::new(),
    }
}

/// When a user came who is brought from elsewhere; `None` if they come now.
pub(super) fn created(sent: &Object) -> Result<Option<Timestamp>> {
    let millis: Option<i64> = read::member(sent, "createdTimestamp")?;
    Ok(millis.map(Timestamp::from_millis))
}

/// The links to identity providers that are sent with a new user.
pub(super) fn identities(sent: &Object) -> Result<Vec<Identity>> {
    let all: Vec<Object> = read::member(sent, "federatedIdentities")?.unwrap_or_default();
    let mut identities = Vec::new();
    for one in &all {
        let provider = read::text(one, "identityProvider")?.unwrap_or_default();
        identities.push(identity(provider, one)?);
    }
    Ok(identities)
}

/// A link to an identity provider, as it is sent.
pub(super) fn identity(provider: &str, sent: &Object) -> Result<Identity> {
    let external_id = read::text(sent, "userId")?.unwrap_or_default();
    if provider.is_empty() || external_id.is_empty() {
        let why = "A link needs an identity provider and the user's id there";
        return Err(AdminError::message(400, why));
    }
    Ok(Identity {
        provider: provider.to_owned(),
        external_id: external_id.to_owned(),
        external_name: read::text(sent, "userName")?.map(str::to_owned),
    })
}

/// The group with this path; the slash at its beginning may be left out.
pub(crate) fn group_at(cx: &mut Cx<'_>, path: &str) -> Found<Option<Group>> {
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = path.split('/').collect();
    below(cx, None, &names)
}

/// A name may have slashes of its own, so each way to divide the path is tried.
fn below(cx: &mut Cx<'_>, parent: Option<&Group>, names: &[&str]) -> Found<Option<Group>> {
    for count in 1..=names.len() {
        let (name, rest) = names.split_at(count);
        let parent = parent.map(|parent| &parent.id);
        let Some(group) = group::find_named(cx, parent, &name.join("/"))? else {
            continue;
        };
        if rest.is_empty() {
            return Ok(Some(group));
        }
        if let Some(found) = below(cx, Some(&group), rest)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Which of a user's names another one has.
pub(crate) fn taken(cx: &mut Cx<'_>, user: &User) -> Result<AdminError> {
    let same = user::find_by_username(cx, &user.username)?;
    let what = if same.is_some_and(|other| other.id != user.id) {
        "username"
    } else {
        "email"
    };
    let text = format!("User exists with same {what}");
    Ok(AdminError::message(409, text))
}
