//! Many rotations in one statement: PostgreSQL alone gathers what a batch reads and stores.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment};
use diesel::sql_types::{Array, BigInt, Bool, Text};

use super::Next;
use crate::Result;
use crate::conn::Conn;
use crate::id::{FamilyId, RealmId};
use crate::schema::refresh_tokens;
use crate::sql::Fixed;
use crate::time::Timestamp;
use crate::together::TokenId;

/// A token that is spent in favour of the next.
#[derive(Clone, Debug)]
pub(crate) struct Spend {
    pub(crate) token: TokenId,
    pub(crate) next: Next,
    pub(crate) at: Timestamp,
}

/// Those of the tokens that are there and were never used, with their families.
pub(crate) fn unspent(conn: &mut Conn, named: &[TokenId]) -> Result<HashMap<TokenId, FamilyId>> {
    struct Place;
    let ids: Vec<&str> = named.iter().map(|(_, id)| id.as_str()).collect();
    let all = refresh_tokens::table
        .filter(refresh_tokens::id.eq_any(ids))
        .filter(refresh_tokens::spent_at.is_null())
        .select((
            (refresh_tokens::realm_id, refresh_tokens::id),
            refresh_tokens::family,
        ));
    let rows: Vec<((RealmId, String), FamilyId)> = match conn {
        Conn::Postgres(conn) => Fixed::<Place, _>::new(all).load(conn)?,
        Conn::Sqlite(_) => Vec::new(),
    };
    Ok(rows.into_iter().collect())
}

/// Spends these tokens and stores what comes after each; how many were not spent before.
pub(crate) fn spend_all(conn: &mut Conn, spends: &[Spend]) -> Result<usize> {
    struct Place;
    let Conn::Postgres(conn) = conn else {
        return Ok(0);
    };
    let statement = Fixed::<Place, _>::new(Rotations(Columns::of(spends)));
    let spent: i64 = statement.get_result(conn)?;
    Ok(usize::try_from(spent).unwrap_or_default())
}

/// A list for each column, the way PostgreSQL takes rows in one parameter each.
struct Columns<'s> {
    realms: Vec<&'s str>,
    tokens: Vec<&'s str>,
    at: Vec<i64>,
    ids: Vec<&'s str>,
    sessions: Vec<&'s str>,
    offline: Vec<bool>,
    clients: Vec<&'s str>,
    scopes: Vec<&'s str>,
    issued: Vec<i64>,
    expire: Vec<i64>,
}

impl<'s> Columns<'s> {
    fn of(spends: &'s [Spend]) -> Self {
        // Two nodes that spend the same tokens in the same order do not wait for each other in a circle.
        let mut all: Vec<&Spend> = spends.iter().collect();
        all.sort_by(|one, other| one.token.1.cmp(&other.token.1));
        Self {
            realms: all.iter().map(|s| s.token.0.as_str()).collect(),
            tokens: all.iter().map(|s| s.token.1.as_str()).collect(),
            at: all.iter().map(|s| s.at.millis()).collect(),
            ids: all.iter().map(|s| s.next.id.as_str()).collect(),
            sessions: all.iter().map(|s| s.next.session.as_str()).collect(),
            offline: all.iter().map(|s| s.next.offline).collect(),
            clients: all.iter().map(|s| s.next.client.as_str()).collect(),
            scopes: all.iter().map(|s| s.next.scope.as_str()).collect(),
            issued: all.iter().map(|s| s.next.issued_at.millis()).collect(),
            expire: all.iter().map(|s| s.next.expires_at.millis()).collect(),
        }
    }
}

struct Rotations<'s>(Columns<'s>);

impl Query for Rotations<'_> {
    type SqlType = BigInt;
}

impl QueryFragment<Pg> for Rotations<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Columns {
            realms,
            tokens,
            at,
            ids,
            sessions,
            offline,
            clients,
            scopes,
            issued,
            expire,
        } = &self.0;
        out.push_sql("WITH spent AS (UPDATE refresh_tokens old SET spent_at = n.at, child = n.id, uses = uses + 1 FROM unnest(");
        for texts in [realms, tokens] {
            out.push_bind_param::<Array<Text>, _>(texts)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<Array<BigInt>, _>(at)?;
        for texts in [ids, sessions] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Text>, _>(texts)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Array<Bool>, _>(offline)?;
        for texts in [clients, scopes] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Text>, _>(texts)?;
        }
        for instants in [issued, expire] {
            out.push_sql(", ");
            out.push_bind_param::<Array<BigInt>, _>(instants)?;
        }
        // As for one: nothing is spent that was spent before, and nothing is born of what was not spent now.
        out.push_sql(
            ") AS n(realm, token, at, id, session, offline, client, scope, issued, expires) \
             WHERE old.realm_id = n.realm AND old.id = n.token AND old.spent_at IS NULL \
             RETURNING old.realm_id, old.family, n.id, n.session, n.offline, n.client, n.scope, n.issued, n.expires), \
             born AS (INSERT INTO refresh_tokens \
             (realm_id, family, id, session_id, offline, client_uuid, scope, issued_at, expires_at, uses) \
             SELECT realm_id, family, id, session, offline, client, scope, issued, expires, 0 FROM spent) \
             SELECT count(*) FROM spent",
        );
        Ok(())
    }
}
