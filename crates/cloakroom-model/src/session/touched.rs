//! Sessions that were used, noted in one statement: PostgreSQL alone gathers what a batch stores.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Bool, Text};

use crate::Result;
use crate::conn::Conn;
use crate::sql::Fixed;
use crate::together::Use;

/// Notes for each of these sessions when it was used; one that has ended meanwhile is left out.
pub(crate) fn touch_all(conn: &mut Conn, mut uses: Vec<Use>) -> Result<()> {
    // Two nodes that touch the same sessions in the same order do not wait for each other in a circle.
    uses.sort_by(|one, other| (&one.session, one.offline).cmp(&(&other.session, other.offline)));
    struct Place;
    if let Conn::Postgres(conn) = conn {
        let statement = Fixed::<Place, _>::new(Touches(columns(&uses)));
        statement.execute(conn)?;
    }
    Ok(())
}

/// A list for each column, the way PostgreSQL takes rows in one parameter each.
struct Columns<'u> {
    realms: Vec<&'u str>,
    sessions: Vec<&'u str>,
    offline: Vec<bool>,
    at: Vec<i64>,
}

fn columns(uses: &[Use]) -> Columns<'_> {
    Columns {
        realms: uses.iter().map(|used| used.realm.as_str()).collect(),
        sessions: uses.iter().map(|used| used.session.as_str()).collect(),
        offline: uses.iter().map(|used| used.offline).collect(),
        at: uses.iter().map(|used| used.at.millis()).collect(),
    }
}

struct Touches<'u>(Columns<'u>);

impl QueryFragment<Pg> for Touches<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE sessions SET last_access = used.at FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.0.realms)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.0.sessions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(&self.0.offline)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.0.at)?;
        out.push_sql(
            ") AS used(realm, id, offline, at) WHERE sessions.realm_id = used.realm \
             AND sessions.id = used.id AND sessions.offline = used.offline AND sessions.expires_at > used.at",
        );
        Ok(())
    }
}
