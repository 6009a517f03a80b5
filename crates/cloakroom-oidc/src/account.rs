//! Who may see and change a person's own account for them: applications, by the roles of the client `account`.

use cloakroom_model::client::Client;
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, client, role, user};
use serde_json::Value;

use crate::dpop::Presented;
use crate::error::{Error, Result};
use crate::live::Live;
use crate::provider::Provider;
use crate::{live, scope};

/// The client whose roles decide, as in Keycloak.
const CLIENT: &str = "account";

/// The roles that let accounts elsewhere be linked.
const LINKS: [&str; 2] = ["manage-account", "manage-account-links"];

/// Whether a client may have a user's account linked to accounts elsewhere: both have to hold one of the roles.
///
/// # Errors
/// If the database cannot be asked.
pub fn may_link(
    cx: &mut Cx<'_>,
    asks: &Client,
    user: &UserId,
    scope: &str,
) -> cloakroom_model::Result<bool> {
    let Some(account) = client::find_id(cx, CLIENT)? else {
        return Ok(false);
    };
    let scopes = scope::resolve_again(cx, asks, scope);
    let mine = user::effective_roles(cx, user)?;
    let passed_on = match scope::filter_roles(cx, asks, &scopes, &mine) {
        Ok(passed_on) => passed_on,
        Err(Error::Fault(fault)) => return Err(fault),
        Err(Error::Denied(_)) => return Ok(false),
    };
    for name in LINKS {
        let role = role::find_named(cx, account.as_str(), name)?;
        if role.is_some_and(|role| passed_on.contains(&role.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What becomes of a request about an account.
#[derive(Debug)]
pub enum Access {
    /// It is about the account of whom the token is of.
    Granted(Box<Live>),
    /// The client `account` is not there or switched off, and with it all of this.
    Closed,
    /// The access token counts for nothing here.
    Unauthorized,
    /// The access token carries none of the roles.
    Forbidden(String),
}

impl Provider {
    /// Whose account an access token may see or change: it has to be meant for the client `account`, and to carry
    /// one of these roles of it. Writes where a proof came with it, which is spent.
    ///
    /// # Errors
    /// If the database cannot be asked.
    pub fn account_access(
        &self,
        cx: &mut Cx<'_>,
        shown: &Presented,
        roles: &[&str],
    ) -> Result<Access> {
        let account = client::find(cx, CLIENT)?;
        if account.is_none_or(|account| !account.enabled) {
            return Ok(Access::Closed);
        }
        let Some(token) = shown.read(self, cx)? else {
            return Ok(Access::Unauthorized);
        };
        let Some(live) = live::check_access(cx, &token)? else {
            return Ok(Access::Unauthorized);
        };
        let members = token.members();
        let is_meant = match members.get("aud") {
            Some(Value::Array(all)) => all.iter().any(|one| one == CLIENT),
            Some(one) => one == CLIENT,
            None => false,
        };
        // A client that asks for itself is nobody's account.
        if !is_meant || !live.user.enabled || live.session.is_none() {
            return Ok(Access::Unauthorized);
        }
        shown.spend(cx)?;
        let access = members.get("resource_access");
        let held = access.and_then(|access| access.get(CLIENT)?.get("roles")?.as_array());
        let is_held = |held: &Vec<Value>| {
            held.iter()
                .filter_map(Value::as_str)
                .any(|role| roles.contains(&role))
        };
        let client_id = live.client.client_id.clone();
        Ok(match held.is_some_and(is_held) {
            true => Access::Granted(Box::new(live)),
            false => Access::Forbidden(client_id),
        })
    }
}
