//! A rotation as one statement, where each statement is a way to another process and back: PostgreSQL alone writes twice in one.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{QueryResult, RunQueryDsl};

use super::Next;
use crate::id::FamilyId;
use crate::sql::Fixed;

/// Runs the UPDATE that spends a token and returns its realm and family, and stores the next of that family; no row if nothing was spent.
pub(super) fn run<U>(conn: &mut PgConnection, spend: U, next: &Next) -> QueryResult<FamilyId>
where
    U: QueryFragment<Pg>,
{
    struct Place;
    let rotation = Rotation { spend, next };
    Fixed::<Place, _>::new(rotation).get_result(conn)
}

struct Rotation<'n, U> {
    spend: U,
    next: &'n Next,
}

impl<U> Query for Rotation<'_, U> {
    type SqlType = Text;
}

impl<U: QueryFragment<Pg>> QueryFragment<Pg> for Rotation<'_, U> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let next = self.next;
        out.push_sql("WITH spent AS (");
        self.spend.walk_ast(out.reborrow())?;
        out.push_sql(
            "), born AS (INSERT INTO refresh_tokens \
             (realm_id, family, uses, id, session_id, offline, client_uuid, scope, issued_at, expires_at) \
             SELECT ",
        );
        out.push_sql("realm_id, family, 0, ");
        out.push_bind_param::<Text, _>(&next.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&next.session)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&next.offline)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&next.client)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&next.scope)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&next.issued_at)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&next.expires_at)?;
        out.push_sql(" FROM spent) SELECT family FROM spent");
        Ok(())
    }
}
