//! Pairs: the tables that say who has what, and the three questions that all of them answer.
//!
//! Which memory a change makes stale is for the concepts to say that the pairs belong to.

/// Makes a module with the questions of one table of pairs, each of which belongs to one realm.
macro_rules! pairs {
    ($table:ident, $owner:ident: $Owner:ty, $thing:ident: $Thing:ty) => {
        pub(crate) mod $table {
            use diesel::prelude::*;

            use crate::Result;
            use crate::cx::Cx;
            use crate::id::*;
            use crate::schema::$table as pairs;
            use crate::sql::Unless;

            /// What an owner has.
            pub(crate) fn list(cx: &mut Cx<'_>, owner: &$Owner) -> Result<Vec<$Thing>> {
                let mine = pairs::table
                    .filter(pairs::realm_id.eq(&cx.realm.id))
                    .filter(pairs::$owner.eq(owner))
                    .select(pairs::$thing);
                Ok(mine.load(cx.db.conn()?)?)
            }

            /// Gives it to an owner, who may have it already.
            pub(crate) fn add(cx: &mut Cx<'_>, owner: &$Owner, thing: &$Thing) -> Result<()> {
                let insert = diesel::insert_into(pairs::table).values((
                    pairs::$owner.eq(owner),
                    pairs::$thing.eq(thing),
                    pairs::realm_id.eq(&cx.realm.id),
                ));
                Unless(insert, "").execute(cx.db.conn()?)?;
                Ok(())
            }

            /// Takes it from an owner, who may not have it.
            pub(crate) fn remove(cx: &mut Cx<'_>, owner: &$Owner, thing: &$Thing) -> Result<()> {
                let mine = pairs::table
                    .filter(pairs::realm_id.eq(&cx.realm.id))
                    .filter(pairs::$owner.eq(owner))
                    .filter(pairs::$thing.eq(thing));
                diesel::delete(mine).execute(cx.db.conn()?)?;
                Ok(())
            }
        }
    };
}

pairs!(user_roles, user_id: UserId, role_id: RoleId);
pairs!(user_groups, user_id: UserId, group_id: GroupId);
pairs!(group_roles, group_id: GroupId, role_id: RoleId);
pairs!(role_composites, parent_id: RoleId, child_id: RoleId);
pairs!(scope_mappings, owner_id: str, role_id: RoleId);
