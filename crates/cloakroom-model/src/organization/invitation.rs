//! Invitations: who was asked by e-mail to become a member.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{OrganizationId, RealmId};
use crate::schema::organization_invitations as invitations;
use crate::time::Timestamp;

/// Somebody who was asked by e-mail to become a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// The organization.
    pub organization: OrganizationId,
    /// Where it was sent.
    pub email: String,
    /// The name of who is asked.
    pub first_name: Option<String>,
    /// The name of who is asked.
    pub last_name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be accepted.
    pub expires_at: Timestamp,
}

/// The invitations of an organization, the oldest first.
pub fn list_invitations(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<Vec<Invitation>> {
    let mine = invitations::table
        .filter(invitations::realm_id.eq(&cx.realm.id))
        .filter(invitations::organization_id.eq(id))
        .order((invitations::created_at.asc(), invitations::id.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(Row::into_invitation).collect())
}

/// The organization's invitation with this id.
pub fn find_invitation(
    cx: &mut Cx<'_>,
    organization: &OrganizationId,
    id: &str,
) -> Result<Option<Invitation>> {
    let mine = invitations::table
        .filter(invitations::realm_id.eq(&cx.realm.id))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    Ok(row.map(Row::into_invitation))
}

/// Stores a new invitation. An earlier one to the same address is over.
pub fn insert_invitation(cx: &mut Cx<'_>, invitation: &Invitation) -> Result<()> {
    let earlier = invitations::table
        .filter(invitations::realm_id.eq(&cx.realm.id))
        .filter(invitations::organization_id.eq(&invitation.organization))
        .filter(invitations::email.eq(&invitation.email));
    diesel::delete(earlier).execute(cx.db.conn()?)?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(&invitation.id),
            invitations::realm_id.eq(&cx.realm.id),
            invitations::organization_id.eq(&invitation.organization),
            invitations::email.eq(&invitation.email),
            invitations::first_name.eq(&invitation.first_name),
            invitations::last_name.eq(&invitation.last_name),
            invitations::created_at.eq(invitation.created_at),
            invitations::expires_at.eq(invitation.expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Takes an invitation back; false if it is gone.
pub fn remove_invitation(cx: &mut Cx<'_>, organization: &OrganizationId, id: &str) -> Result<bool> {
    let mine = invitations::table
        .filter(invitations::realm_id.eq(&cx.realm.id))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    organization: OrganizationId,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Row {
    fn into_invitation(self) -> Invitation {
        Invitation {
            id: self.id,
            organization: self.organization,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}
