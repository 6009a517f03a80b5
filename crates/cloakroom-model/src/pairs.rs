//! Pairs: the tables that say who has what, and the three questions that all of them answer.
//!
//! Which memory a change makes stale is for the concepts to say that the pairs belong to.

/// The question that differs.
macro_rules! add {
    (unnamed, $owner:ident: $Owner:ty, $thing:ident: $Thing:ty) => {
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
    };
    (named, $owner:ident: $Owner:ty, $thing:ident: $Thing:ty) => {
        /// Gives it to an owner of this name; false if they have it already.
        pub(crate) fn add_named(
            cx: &mut Cx<'_>,
            owner: &$Owner,
            thing: &$Thing,
            name: &str,
        ) -> Result<bool> {
            let insert = diesel::insert_into(pairs::table).values((
                pairs::$owner.eq(owner),
                pairs::$thing.eq(thing),
                pairs::realm_id.eq(&cx.realm.id),
                pairs::username.eq(name),
            ));
            Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
        }
    };
}
use add;

/// Makes a module with the questions of one table of pairs, each of which belongs to one realm; the
/// owners of some are listed by their names, which stand beside the pair.
macro_rules! pairs {
    ($table:ident, $owner:ident: $Owner:ty, $thing:ident: $Thing:ty, $name:ident) => {
        pub(crate) mod $table {
            use diesel::prelude::*;

            use crate::Result;
            use crate::cx::Cx;
            use crate::id::*;
            use crate::schema::$table as pairs;
            use crate::sql::{Unless, fixed};

            /// What an owner has.
            pub(crate) fn list(cx: &mut Cx<'_>, owner: &$Owner) -> Result<Vec<$Thing>> {
                let mine = pairs::table
                    .filter(pairs::realm_id.eq(&cx.realm.id))
                    .filter(pairs::$owner.eq(owner))
                    .select(pairs::$thing);
                Ok(fixed!(cx.db.conn()?, mine, load::<$Thing>)?)
            }

            $crate::pairs::add!($name, $owner: $Owner, $thing: $Thing);

            /// Takes it from an owner; false if they have it not.
            pub(crate) fn remove(cx: &mut Cx<'_>, owner: &$Owner, thing: &$Thing) -> Result<bool> {
                let mine = pairs::table
                    .filter(pairs::realm_id.eq(&cx.realm.id))
                    .filter(pairs::$owner.eq(owner))
                    .filter(pairs::$thing.eq(thing));
                Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
            }
        }
    };
}

pairs!(user_roles, user_id: UserId, role_id: RoleId, named);
pairs!(user_groups, user_id: UserId, group_id: GroupId, named);
pairs!(group_roles, group_id: GroupId, role_id: RoleId, unnamed);
pairs!(organization_group_roles, group_id: GroupId, role_id: RoleId, unnamed);
pairs!(role_composites, parent_id: RoleId, child_id: RoleId, unnamed);
pairs!(scope_mappings, owner_id: str, role_id: RoleId, unnamed);
