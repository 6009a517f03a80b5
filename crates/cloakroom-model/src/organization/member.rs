//! Members of organizations.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{OrganizationId, UserId};
use crate::schema::{organization_members as members, users};
use crate::sql::Unless;

/// A user who belongs to an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The user came with the organization and goes with it.
    pub managed: bool,
}

/// The members whose username or e-mail address holds the text, by username.
pub fn list_members(
    cx: &mut Cx<'_>,
    id: &OrganizationId,
    search: &Search,
    first: i64,
    max: i64,
) -> Result<Vec<Member>> {
    let mut mine = members::table
        .inner_join(users::table)
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(id))
        .select((members::user_id, members::managed))
        .into_boxed();
    if let Some(managed) = search.managed {
        mine = mine.filter(members::managed.eq(managed));
    }
    if let Some(text) = &search.text {
        mine = if search.exact {
            let whole = users::username.eq(text.clone()).nullable();
            mine.filter(whole.or(users::email.eq(text.clone())))
        } else {
            let escaped = text
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            mine.filter(users::search.like(format!("%{escaped}%")).escape('\\'))
        };
    }
    let rows: Vec<(UserId, bool)> = mine
        .order(users::username.asc())
        .offset(first)
        .limit(max)
        .load(cx.db.conn()?)?;
    let member = |(user, managed)| Member { user, managed };
    Ok(rows.into_iter().map(member).collect())
}

/// Which members are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// A part of username, e-mail address or name, folded.
    pub text: Option<String>,
    /// The text is all of the username or of the e-mail address.
    pub exact: bool,
    /// Only managed members, or only others.
    pub managed: Option<bool>,
}

/// How many members an organization has.
pub fn count_members(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<i64> {
    let mine = members::table
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(id));
    Ok(mine.count().get_result(cx.db.conn()?)?)
}

/// The user as a member of the organization; `None` if the user is not one.
pub fn find_member(cx: &mut Cx<'_>, id: &OrganizationId, user: &UserId) -> Result<Option<Member>> {
    let mine = members::table
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(id))
        .filter(members::user_id.eq(user))
        .select(members::managed);
    let managed = mine.get_result::<bool>(cx.db.conn()?).optional()?;
    Ok(managed.map(|managed| Member {
        user: user.clone(),
        managed,
    }))
}

/// The organizations that a user is a member of.
pub fn list_of_user(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<OrganizationId>> {
    let mine = members::table
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::user_id.eq(user))
        .select(members::organization_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Makes a user a member; false if the user is one.
pub fn add_member(cx: &mut Cx<'_>, id: &OrganizationId, member: &Member) -> Result<bool> {
    let insert = diesel::insert_into(members::table).values((
        members::organization_id.eq(id),
        members::user_id.eq(&member.user),
        members::realm_id.eq(&cx.realm.id),
        members::managed.eq(member.managed),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(inserted == 1)
}

/// Replaces what kind of member a user is; false if the user is none.
pub fn update_member(cx: &mut Cx<'_>, id: &OrganizationId, member: &Member) -> Result<bool> {
    let mine = members::table
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(id))
        .filter(members::user_id.eq(&member.user));
    let changed = diesel::update(mine)
        .set(members::managed.eq(member.managed))
        .execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(changed == 1)
}

/// Ends a membership; false if there was none.
pub fn remove_member(cx: &mut Cx<'_>, id: &OrganizationId, user: &UserId) -> Result<bool> {
    let mine = members::table
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(id))
        .filter(members::user_id.eq(user));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}
