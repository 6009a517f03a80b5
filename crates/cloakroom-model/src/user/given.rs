//! The roles and groups that a user was given, gathered by the database beside the user's row.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Nullable, Text};

use crate::cx::Cx;
use crate::id::{GroupId, RoleId};
use crate::{Result, group};

/// Stands between two ids, and in none.
const BETWEEN: char = '\u{1f}';

/// The roles and groups that a user was given directly.
#[derive(Clone, Debug, Default)]
pub struct Given {
    roles: Vec<RoleId>,
    groups: Vec<GroupId>,
}

impl Given {
    pub(super) fn new(roles: Vec<RoleId>, groups: Vec<GroupId>) -> Self {
        Self { roles, groups }
    }

    /// What the columns of [`columns`] say.
    pub(crate) fn of((roles, groups): (Option<String>, Option<String>)) -> Self {
        let parts = |text: Option<String>| -> Vec<String> {
            let text = text.unwrap_or_default();
            let ids = text.split(BETWEEN).filter(|id| !id.is_empty());
            ids.map(str::to_owned).collect()
        };
        Self {
            roles: parts(roles).into_iter().map(RoleId::new).collect(),
            groups: parts(groups).into_iter().map(GroupId::new).collect(),
        }
    }

    /// The roles given by themselves and by groups, before composites are expanded.
    pub(super) fn roles(self, cx: &mut Cx<'_>) -> Result<Vec<RoleId>> {
        let mut all = self.roles;
        if !self.groups.is_empty() {
            all.extend(group::roles_of_all(cx, &self.groups)?);
        }
        Ok(all)
    }
}

type Gathered = SqlLiteral<Nullable<Text>>;

/// Two columns of a statement that reads `users`: the roles and the groups of the row's user.
pub(crate) fn columns(is_postgres: bool) -> (Gathered, Gathered) {
    let (roles, groups) = match is_postgres {
        true => (
            "(SELECT string_agg(r.role_id, chr(31)) FROM user_roles r WHERE r.realm_id = users.realm_id AND r.user_id = users.id)",
            "(SELECT string_agg(g.group_id, chr(31)) FROM user_groups g WHERE g.realm_id = users.realm_id AND g.user_id = users.id)",
        ),
        false => (
            "(SELECT group_concat(r.role_id, char(31)) FROM user_roles r WHERE r.realm_id = users.realm_id AND r.user_id = users.id)",
            "(SELECT group_concat(g.group_id, char(31)) FROM user_groups g WHERE g.realm_id = users.realm_id AND g.user_id = users.id)",
        ),
    };
    (sql(roles), sql(groups))
}
