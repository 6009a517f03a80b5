//! Federated identities: by which id an identity provider knows a user.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::UserId;
use crate::schema::federated_identities as links;
use crate::secret::{Sealed, Secret};
use crate::sql::Unless;
use crate::workflow::trigger;

/// A user's link to an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's alias.
    pub provider: String,
    /// The user's id there.
    pub external_id: String,
    /// The user's name there.
    pub external_name: Option<String>,
}

/// A user's links, by alias.
pub fn list(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<Identity>> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .order(links::provider.asc())
        .select(ROW);
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(Row::into_identity).collect())
}

/// The user that an identity provider knows by this id; `None` if nobody is linked to it.
pub fn find_user(cx: &mut Cx<'_>, provider: &str, external_id: &str) -> Result<Option<UserId>> {
    let linked = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::provider.eq(provider))
        .filter(links::external_id.eq(external_id))
        .select(links::user_id);
    Ok(linked.get_result(cx.db.conn()?).optional()?)
}

/// Links a user to an identity provider; false if there is a link to it already.
pub fn insert(cx: &mut Cx<'_>, user: &UserId, identity: &Identity) -> Result<bool> {
    let insert = diesel::insert_into(links::table).values((
        links::user_id.eq(user),
        links::provider.eq(&identity.provider),
        links::realm_id.eq(&cx.realm.id),
        links::external_id.eq(&identity.external_id),
        links::external_name.eq(&identity.external_name),
    ));
    let is_new = Unless(insert, "").execute(cx.db.conn()?)? == 1;
    if is_new {
        trigger::link_changed(cx, user, &identity.provider, true)?;
    }
    Ok(is_new)
}

/// Takes a link away; false if there was none.
pub fn remove(cx: &mut Cx<'_>, user: &UserId, provider: &str) -> Result<bool> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .filter(links::provider.eq(provider));
    let was_there = diesel::delete(mine).execute(cx.db.conn()?)? == 1;
    if was_there {
        trigger::link_changed(cx, user, provider, false)?;
    }
    Ok(was_there)
}

/// Forgets all accounts at an identity provider, which is gone.
pub fn remove_all_of(cx: &mut Cx<'_>, provider: &str) -> Result<()> {
    let theirs = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::provider.eq(provider));
    diesel::delete(theirs).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(())
}

/// Keeps what the provider issued, sealed; false if there is no link.
pub fn keep_tokens(cx: &mut Cx<'_>, user: &UserId, provider: &str, tokens: &str) -> Result<bool> {
    let place = place(user, provider);
    let sealed = cx.vault.seal(cx.rng, &place, tokens.as_bytes())?;
    set_tokens(cx, user, provider, Some(sealed))
}

/// Forgets what the provider issued; false if there is no link.
pub fn drop_tokens(cx: &mut Cx<'_>, user: &UserId, provider: &str) -> Result<bool> {
    set_tokens(cx, user, provider, None)
}

fn set_tokens(
    cx: &mut Cx<'_>,
    user: &UserId,
    provider: &str,
    tokens: Option<Sealed>,
) -> Result<bool> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .filter(links::provider.eq(provider));
    let changed = diesel::update(mine)
        .set(links::tokens.eq(tokens))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// What the provider issued for a user; `None` if nothing is kept.
pub fn tokens(cx: &mut Cx<'_>, user: &UserId, provider: &str) -> Result<Option<Secret>> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .filter(links::provider.eq(provider))
        .select(links::tokens);
    let sealed: Option<Option<Sealed>> = mine.get_result(cx.db.conn()?).optional()?;
    match sealed.flatten() {
        Some(sealed) => cx
            .vault
            .open_text(&place(user, provider), &sealed)
            .map(Some),
        None => Ok(None),
    }
}

fn place(user: &UserId, provider: &str) -> String {
    format!("federated_identities/{user}/{provider}/tokens")
}

/// What a link says of itself; what the provider issued is asked for by itself.
const ROW: (links::provider, links::external_id, links::external_name) =
    (links::provider, links::external_id, links::external_name);

#[derive(Queryable)]
struct Row {
    provider: String,
    external_id: String,
    external_name: Option<String>,
}

impl Row {
    fn into_identity(self) -> Identity {
        Identity {
            provider: self.provider,
            external_id: self.external_id,
            external_name: self.external_name,
        }
    }
}
