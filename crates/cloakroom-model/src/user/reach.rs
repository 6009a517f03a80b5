//! How far somebody's sight goes: the part of all people that a list of theirs may hold.

use diesel::prelude::*;

use super::search::Boxed;
use crate::id::{GroupId, RealmId, UserId};
use crate::schema::{user_groups, users};

/// The people that a list may hold.
///
/// What is said of single people and of single groups counts before what is said of all; of what is said of somebody,
/// one thing that keeps them out is enough.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// What is said of everybody.
    pub all: Option<bool>,
    /// What is said of everybody who is in a group.
    pub members: Option<bool>,
    /// Single people who are let in.
    pub people: Vec<UserId>,
    /// Groups whose members are let in.
    pub groups: Vec<GroupId>,
    /// Single people who are kept out.
    pub not_people: Vec<UserId>,
    /// Groups whose members are kept out.
    pub not_groups: Vec<GroupId>,
}

impl Reach {
    /// Takes those alone that may be in the list.
    pub(super) fn narrow<'a>(&self, mut list: Boxed<'a>, realm: &'a RealmId) -> Boxed<'a> {
        let members = || {
            user_groups::table
                .filter(user_groups::realm_id.eq(realm))
                .select(user_groups::user_id)
        };
        let single = || {
            let of_groups = members().filter(user_groups::group_id.eq_any(self.groups.clone()));
            users::id
                .eq_any(self.people.clone())
                .or(users::id.eq_any(of_groups))
        };
        let is_member = || users::id.eq_any(members());
        list = match (self.all, self.members) {
            // Whoever is in a group is kept out, unless they are let in by name.
            (Some(true), Some(false)) => list.filter(single().or(diesel::dsl::not(is_member()))),
            (Some(true), _) => list,
            (None, Some(true)) => list.filter(single().or(is_member())),
            _ => list.filter(single()),
        };
        if !self.not_people.is_empty() {
            list = list.filter(users::id.ne_all(self.not_people.clone()));
        }
        if !self.not_groups.is_empty() {
            let groups = user_groups::group_id.eq_any(self.not_groups.clone());
            let kept_out = users::id.eq_any(members().filter(groups));
            list = list.filter(diesel::dsl::not(kept_out));
        }
        list
    }
}
