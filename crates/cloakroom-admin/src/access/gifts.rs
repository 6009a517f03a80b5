//! Settings that give roles and groups to whoever comes in: nobody lets others have by them what they have not.

use cloakroom_model::id::RoleId;
use cloakroom_model::{Cx, client, group, role};

use super::Grants;
use crate::api::users::draft::group_at;
use crate::error::Result;

/// More roles than these would not be looked through at each change of a setting.
const ALL: i64 = 100_000;

impl Grants {
    /// Refuses a role as settings name it, `name` of the realm or `client.name`, if it is a right, or holds one,
    /// that the caller has not.
    ///
    /// A role of the realm may have a dot in its name, and so may a client, so everything that the text could mean is
    /// looked at: which of them is given is decided elsewhere, and may change with what is made later.
    pub(crate) fn check_named(&self, cx: &mut Cx<'_>, named: &str) -> Result<()> {
        let realm = cx.realm.id.as_str().to_owned();
        let mut meant: Vec<RoleId> = Vec::new();
        meant.extend(role::find_named(cx, &realm, named)?.map(|role| role.id));
        for (at, _) in named.match_indices('.') {
            let (Some(owner), Some(name)) = (named.get(..at), named.get(at + 1..)) else {
                continue;
            };
            if let Some(owner) = client::find_id(cx, owner)? {
                let found = role::find_named(cx, owner.as_str(), name)?;
                meant.extend(found.map(|role| role.id));
            }
        }
        self.check_all(cx, meant)
    }

    /// Refuses the group at a path if its members have rights that the caller has not.
    pub(crate) fn check_path(&self, cx: &mut Cx<'_>, path: &str) -> Result<()> {
        match group_at(cx, path)? {
            Some(group) => self.check_group(cx, &group.id),
            None => Ok(()),
        }
    }

    /// Refuses if somebody else is to say which of a client's roles, or of the realm's without one, people have, and
    /// there is a right among them that the caller has not.
    pub(crate) fn check_all_of(&self, cx: &mut Cx<'_>, client: Option<&str>) -> Result<()> {
        let container = match client {
            None => cx.realm.id.as_str().to_owned(),
            Some(client) => match client::find_id(cx, client)? {
                Some(id) => id.as_str().to_owned(),
                None => return Ok(()),
            },
        };
        let all = role::list(cx, &container, None, 0, ALL)?;
        self.check_all(cx, all.into_iter().map(|role| role.id))
    }

    /// Refuses if somebody else is to say which groups people are in, and the members of one have a right that the
    /// caller has not.
    pub(crate) fn check_all_groups(&self, cx: &mut Cx<'_>) -> Result<()> {
        let mut given: Vec<RoleId> = Vec::new();
        for group in group::list(cx)? {
            given.extend(group::roles(cx, &group.id)?);
        }
        given.sort();
        given.dedup();
        self.check_all(cx, given)
    }
}
