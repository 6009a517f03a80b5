//! The realms that lack a flow of some name: asked of all realms at once, because few do.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{RealmRow, Row};
use crate::Result;
use crate::cx::Link;
use crate::id::RealmId;
use crate::schema::{flows, realms};

/// The realms that have no flow of this name, by name.
pub fn list_without_flow(link: &mut Link<'_>, alias: &str) -> Result<Vec<RealmRow>> {
    let there = flows::table
        .filter(flows::realm_id.eq(realms::id))
        .filter(flows::alias.eq(alias));
    let rows = realms::table
        .filter(not(exists(there)))
        .order(realms::name.asc())
        .load::<Row>(link.conn()?)?;
    rows.into_iter().map(RealmRow::try_from).collect()
}

/// The realms whose settings name a flow for this use that they do not have, each with the flow's name.
pub fn list_with_flow_gone(link: &mut Link<'_>, binding: &str) -> Result<Vec<(RealmRow, String)>> {
    let names = flows::table.select((flows::realm_id, flows::alias));
    let there: BTreeSet<(RealmId, String)> = names.load(link.conn()?)?.into_iter().collect();
    let all = super::list(link)?.into_iter();
    let named = all.filter_map(|realm| {
        let alias = realm.settings.rest.get(binding)?.as_str()?.to_owned();
        let is_gone = !alias.is_empty() && !there.contains(&(realm.id.clone(), alias.clone()));
        is_gone.then_some((realm, alias))
    });
    Ok(named.collect())
}
