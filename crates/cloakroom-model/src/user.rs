//! Users: people and service accounts, their attributes, roles and groups.

mod beginning;
mod changed;
pub mod directory;
pub(crate) mod given;
mod held;
mod holders;
pub mod identity;
mod index;
mod membership;
mod page;
mod reach;
mod search;
mod walk;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, RoleId, UserId};
use crate::schema::users;
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;
use crate::workflow::trigger;

pub use changed::{update_changed, update_enabled};
pub use given::Given;
pub use held::{administering_role, is_held, is_last_administrator};
pub use membership::{
    direct_roles, effective_roles, enrol, expand, grant_role, groups, join, leave, revoke_role,
    shared_roles,
};
pub use page::{list_in_group, list_in_group_and_below, list_with_role, usernames};
pub use reach::Reach;
pub(crate) use search::pattern;
pub use search::{Query, count, list};
pub use walk::walk;
use written::{described, standing};

/// Free attributes, each with its values.
pub type Attributes = BTreeMap<String, Vec<String>>;

/// A person, or a client's service account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its id: the `sub` of its tokens.
    pub id: UserId,
    /// The name it signs in with, in lower case.
    pub username: String,
    /// Its e-mail address, in lower case.
    pub email: Option<String>,
    /// The address is known to be its own.
    pub email_verified: bool,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// It may sign in.
    pub enabled: bool,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Tokens from before this second (since 1970) are refused.
    pub not_before: i64,
    /// The client whose service account it is.
    pub service_account_client: Option<ClientUuid>,
    /// Free attributes.
    pub attributes: Attributes,
    /// What it must do before its next sign-in ends, by alias.
    pub required_actions: Vec<String>,
}

/// A client's service account, with its roles: what client credentials are issued for.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// The account.
    pub user: User,
    /// Its roles, composites expanded.
    pub roles: BTreeSet<RoleId>,
}

/// The user with this id.
pub fn find(cx: &mut Cx<'_>, id: &UserId) -> Result<Option<User>> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(id));
    let row = fixed!(cx.db.conn()?, mine, get_result::<Row>).optional()?;
    row.map(Row::into_user).transpose()
}

/// The user with this username, whatever its case.
pub fn find_by_username(cx: &mut Cx<'_>, username: &str) -> Result<Option<User>> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::username.eq(fold(username)));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_user)
        .transpose()
}

/// The user with this e-mail address, whatever its case; `None` if several have it.
pub fn find_by_email(cx: &mut Cx<'_>, email: &str) -> Result<Option<User>> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::email.eq(fold(email)))
        .limit(2);
    let mut rows = mine.load::<Row>(cx.db.conn()?)?;
    if rows.len() != 1 {
        return Ok(None);
    }
    rows.pop().map(Row::into_user).transpose()
}

/// The user that a sign-in form's first field means: by username, and by e-mail where the realm
/// allows that.
pub fn find_for_login(cx: &mut Cx<'_>, text: &str) -> Result<Option<User>> {
    let by_email = cx.realm.settings.login_with_email_allowed && text.contains('@');
    if by_email && let Some(user) = find_by_email(cx, text)? {
        return Ok(Some(user));
    }
    find_by_username(cx, text)
}

/// The service account of a client.
pub fn find_service_account(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Option<User>> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::service_account_client.eq(client));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_user)
        .transpose()
}

/// The service account of a client with its roles, from the snapshot if it is there.
pub fn service_account(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
) -> Result<Option<Arc<ServiceAccount>>> {
    if let Some(known) = cx.realm.memory.service_account(client) {
        return Ok(Some(known));
    }
    let Some(user) = find_service_account(cx, client)? else {
        return Ok(None);
    };
    let roles = effective_roles(cx, &user.id)?;
    let account = Arc::new(ServiceAccount { user, roles });
    if cx.changes.is_empty() {
        cx.realm.memory.remember_service_account(client, &account);
    }
    Ok(Some(account))
}

/// How storing a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It stands.
    Done,
    /// Another user has the username, the e-mail address or the id.
    Taken,
    /// There is no such user.
    Gone,
}

/// Stores a new user.
pub fn insert(cx: &mut Cx<'_>, user: &User) -> Result<Stored> {
    let insert = diesel::insert_into(users::table).values((
        users::id.eq(&user.id),
        users::realm_id.eq(&cx.realm.id),
        users::username.eq(fold(&user.username)),
        users::created_at.eq(user.created_at),
        users::service_account_client.eq(&user.service_account_client),
        described(cx, user)?,
        standing(user)?,
    ));
    if Unless(insert, "").execute(cx.db.conn()?)? != 1 {
        return Ok(Stored::Taken);
    }
    index::insert_attributes(cx, user)?;
    if user.service_account_client.is_none() {
        trigger::user_created(cx, &user.id)?;
    }
    Ok(Stored::Done)
}

/// Replaces a user's own row.
pub fn update(cx: &mut Cx<'_>, user: &User) -> Result<Stored> {
    replace(cx, user, true)
}

/// Replaces what people say of themselves, and nothing else of a user's row.
///
/// Whom another node has shut out, or asked for something, since the user was read, stays so.
pub fn update_profile(cx: &mut Cx<'_>, user: &User) -> Result<Stored> {
    replace(cx, user, false)
}

fn replace(cx: &mut Cx<'_>, user: &User, is_whole: bool) -> Result<Stored> {
    if is_taken(cx, user)? {
        return Ok(Stored::Taken);
    }
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(&user.id));
    let named = users::username.eq(fold(&user.username));
    let described = described(cx, user)?;
    let changed = if is_whole {
        diesel::update(mine)
            .set((named, described, standing(user)?))
            .execute(cx.db.conn()?)?
    } else {
        diesel::update(mine)
            .set((named, described))
            .execute(cx.db.conn()?)?
    };
    changed_person(cx, user);
    if changed != 1 {
        return Ok(Stored::Gone);
    }
    index::replace_attributes(cx, user)?;
    membership::renamed(cx, &user.id, &fold(&user.username))?;
    Ok(Stored::Done)
}

/// Another user has this one's username or, where it must be unique, its e-mail address.
fn is_taken(cx: &mut Cx<'_>, user: &User) -> Result<bool> {
    let others = || {
        users::table
            .filter(users::realm_id.eq(&cx.realm.id))
            .filter(users::id.ne(&user.id))
    };
    let by_name = others().filter(users::username.eq(fold(&user.username)));
    let by_mail = user
        .email
        .as_deref()
        .map(|email| others().filter(users::email_key.eq(fold(email))));
    let unique = !cx.realm.settings.duplicate_emails_allowed;
    if by_name.count().get_result::<i64>(cx.db.conn()?)? > 0 {
        return Ok(true);
    }
    match by_mail.filter(|_| unique) {
        Some(same) => Ok(same.count().get_result::<i64>(cx.db.conn()?)? > 0),
        None => Ok(false),
    }
}

/// Somebody else signs in by what this user would have: the other's name is this one's address, or the other way round.
///
/// Who types an address is looked for by addresses first, so one of the two could sign in no more. Administrators may
/// want it so; nobody may do it to somebody else by a form of their own.
pub fn shares_a_name(cx: &mut Cx<'_>, user: &User) -> Result<bool> {
    if !cx.realm.settings.login_with_email_allowed {
        return Ok(false);
    }
    let others = || {
        users::table
            .filter(users::realm_id.eq(&cx.realm.id))
            .filter(users::id.ne(&user.id))
    };
    let by_mail = others().filter(users::email.eq(fold(&user.username)));
    let by_name = user
        .email
        .as_deref()
        .map(|email| others().filter(users::username.eq(fold(email))));
    if by_mail.count().get_result::<i64>(cx.db.conn()?)? > 0 {
        return Ok(true);
    }
    match by_name {
        Some(same) => Ok(same.count().get_result::<i64>(cx.db.conn()?)? > 0),
        None => Ok(false),
    }
}

/// Replaces the list of what a user must do; false if it is gone.
pub fn set_required_actions(cx: &mut Cx<'_>, id: &UserId, actions: &[String]) -> Result<bool> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(id));
    let changed = diesel::update(mine)
        .set(users::required_actions.eq(serde_json::to_string(actions)?))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Removes a user with all that is theirs; false if there is none.
pub fn remove(cx: &mut Cx<'_>, id: &UserId) -> Result<bool> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(id));
    let was = mine
        .select(users::service_account_client)
        .get_result::<Option<ClientUuid>>(cx.db.conn()?)
        .optional()?;
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    // The snapshot holds service accounts.
    if was.flatten().is_some() {
        cx.settings_changed();
    }
    Ok(removed == 1)
}

pub(crate) fn remove_service_account(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<()> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::service_account_client.eq(client));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

fn changed_person(cx: &mut Cx<'_>, user: &User) {
    cx.people_changed();
    if user.service_account_client.is_some() {
        cx.settings_changed();
    }
}

/// Case does not tell two people apart.
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[derive(Clone, Queryable)]
pub(crate) struct Row {
    id: UserId,
    _realm: RealmId,
    username: String,
    email: Option<String>,
    _email_key: Option<String>,
    email_verified: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    enabled: bool,
    created_at: Timestamp,
    not_before: i64,
    service_account_client: Option<ClientUuid>,
    attributes: String,
    required_actions: String,
    _search: String,
}

impl Row {
    pub(crate) fn into_user(self) -> Result<User> {
        Ok(User {
            attributes: serde_json::from_str(&self.attributes)?,
            required_actions: serde_json::from_str(&self.required_actions)?,
            id: self.id,
            username: self.username,
            email: self.email,
            email_verified: self.email_verified,
            first_name: self.first_name,
            last_name: self.last_name,
            enabled: self.enabled,
            created_at: self.created_at,
            not_before: self.not_before,
            service_account_client: self.service_account_client,
        })
    }
}
