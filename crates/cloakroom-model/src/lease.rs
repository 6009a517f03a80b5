//! Leases: which node does a piece of background work.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::leases;
use crate::sql::Unless;
use crate::time::Ttl;

/// Takes or keeps a lease. Of several nodes, exactly one gets true until `ttl` has passed.
pub fn take(cx: &mut Cx<'_>, name: &str, holder: &str, ttl: Ttl) -> Result<bool> {
    let until = cx.now.plus(ttl);
    let free = leases::holder.eq(holder).or(leases::expires_at.le(cx.now));
    let mine = leases::table.filter(leases::name.eq(name)).filter(free);
    let kept = diesel::update(mine)
        .set((leases::holder.eq(holder), leases::expires_at.eq(until)))
        .execute(cx.db.conn()?)?;
    if kept == 1 {
        return Ok(true);
    }
    let insert = diesel::insert_into(leases::table).values((
        leases::name.eq(name),
        leases::holder.eq(holder),
        leases::expires_at.eq(until),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}
