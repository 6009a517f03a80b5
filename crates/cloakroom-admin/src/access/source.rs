//! Where people and tokens come from: whoever decides what a source says can be anybody who comes from it.

use std::collections::BTreeSet;

use cloakroom_model::authorization::delegation;
use cloakroom_model::component::Component;
use cloakroom_model::id::{ComponentId, GroupId, RoleId, UserId};
use cloakroom_model::{Cx, group, key, role, user};
use cloakroom_oidc::keyring::generate::Wanted;

use super::Grants;
use crate::error::{AdminError, Result};

/// More people or groups than these would not be looked through at each change of a source.
const ALL: i64 = 100_000;

impl Grants {
    /// Refuses a key of the realm that the caller knows, unless they have every right over the realm: whoever has a key
    /// that signs can make anybody's tokens. `before` is the component as it is, if it is there already.
    pub(crate) fn check_key(
        &self,
        cx: &mut Cx<'_>,
        before: Option<&Component>,
        after: &Component,
    ) -> Result<()> {
        if after.provider_type != key::PROVIDER_TYPE {
            return Ok(());
        }
        let is_known = match before {
            Some(before) => before.secrets != after.secrets,
            None => matches!(Wanted::by(after), Wanted::Own),
        };
        if is_known && !self.cover_everything(cx)? {
            return Err(AdminError::forbidden());
        }
        Ok(())
    }

    /// Refuses to change an identity provider through which somebody comes in who has rights that the caller has not.
    pub(crate) fn check_provider(&self, cx: &mut Cx<'_>, alias: &str) -> Result<()> {
        self.check_people(cx, |cx, person| {
            let links = user::identity::list(cx, person)?;
            Ok(links.iter().any(|link| link.provider == alias))
        })
    }

    /// Refuses to change a directory from which somebody comes who has rights that the caller has not.
    pub(crate) fn check_directory(&self, cx: &mut Cx<'_>, id: &ComponentId) -> Result<()> {
        self.check_people(cx, |cx, person| {
            let link = user::directory::find(cx, person)?;
            Ok(link.is_some_and(|link| &link.component == id))
        })
    }

    fn check_people(
        &self,
        cx: &mut Cx<'_>,
        comes_from: impl Fn(&mut Cx<'_>, &UserId) -> Result<bool>,
    ) -> Result<()> {
        if self.cover_everything(cx)? {
            return Ok(());
        }
        for person in self.mightier(cx)? {
            if comes_from(cx, &person)? {
                self.check_account(cx, &person)?;
            }
        }
        Ok(())
    }

    /// Everybody who may have a right that the caller has not.
    fn mightier(&self, cx: &mut Cx<'_>) -> Result<BTreeSet<UserId>> {
        let named = delegation::named(cx)?;
        let mut found: BTreeSet<UserId> = named.people.iter().map(UserId::new).collect();
        let mut groups: BTreeSet<GroupId> = named.groups.iter().map(GroupId::new).collect();
        let graph = role::graph(cx)?;
        let roles: Vec<RoleId> = graph.all().map(|role| role.id.clone()).collect();
        for id in roles {
            if self.cover(cx, [id.clone()])? {
                continue;
            }
            let holders = user::list_with_role(cx, &id, 0, ALL)?;
            found.extend(holders.into_iter().map(|holder| holder.id));
            let members_hold = group::list_with_role(cx, &id, 0, ALL)?;
            groups.extend(members_hold.into_iter().map(|group| group.id));
        }
        for id in groups {
            let members = user::list_in_group_and_below(cx, &id, 0, ALL)?;
            found.extend(members.into_iter().map(|member| member.id));
        }
        Ok(found)
    }
}
