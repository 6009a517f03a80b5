//! The scopes of many owners, packed by the database: one row for each owner instead of one for each of its scopes.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Links;
use crate::Result;
use crate::cx::Cx;
use crate::id::ScopeId;
use crate::schema::scope_links;

/// Stands between two scopes, and in no id.
const BETWEEN: char = '\u{1f}';

/// What marks a scope that an owner has by default; the others have a `-`.
const BY_DEFAULT: char = '+';

/// The scopes of an owner, each with its mark before it.
#[derive(Debug)]
pub(crate) struct Packed(String);

impl Packed {
    /// The default scopes, and the optional ones, each in the order of ids.
    pub(crate) fn links(&self) -> Links {
        let mut links = Links::default();
        for marked in self.0.split(BETWEEN) {
            let mut letters = marked.chars();
            let into = match letters.next() {
                Some(BY_DEFAULT) => &mut links.0,
                _ => &mut links.1,
            };
            into.push(ScopeId::new(letters.as_str()));
        }
        links.0.sort_unstable();
        links.1.sort_unstable();
        links
    }
}

/// The scopes of several owners; one without scopes is left out.
pub(crate) fn packed_links(cx: &mut Cx<'_>, owners: &[&str]) -> Result<HashMap<String, Packed>> {
    let joined = match cx.db.conn()?.is_postgres() {
        true => "string_agg",
        false => "group_concat",
    };
    let marked = format!("CASE WHEN is_default THEN '{BY_DEFAULT}' ELSE '-' END || scope_id");
    let packed = sql::<Text>(&format!("{joined}({marked}, '{BETWEEN}')"));
    let rows: Vec<(String, String)> = scope_links::table
        .filter(scope_links::realm_id.eq(&cx.realm.id))
        .filter(scope_links::owner_id.eq_any(owners))
        .group_by(scope_links::owner_id)
        .select((scope_links::owner_id, packed))
        .load(cx.db.conn()?)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(owner, packed)| (owner, Packed(packed)))
        .collect())
}
