//! What a role is inside of: whoever has one of those has it as well.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::RoleId;
use crate::schema::role_composites;

/// The role and all that it is inside of, however deep, as they stand in this transaction. A cycle ends by itself.
pub fn with_all_above(cx: &mut Cx<'_>, id: &RoleId) -> Result<Vec<RoleId>> {
    let mut seen: BTreeSet<RoleId> = BTreeSet::new();
    let mut level = vec![id.clone()];
    while !level.is_empty() {
        let parents: Vec<RoleId> = role_composites::table
            .filter(role_composites::realm_id.eq(&cx.realm.id))
            .filter(role_composites::child_id.eq_any(level.clone()))
            .select(role_composites::parent_id)
            .load(cx.db.conn()?)?;
        seen.extend(level);
        level = parents
            .into_iter()
            .filter(|id| !seen.contains(id))
            .collect();
    }
    Ok(seen.into_iter().collect())
}
