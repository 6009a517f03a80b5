//! Removing what is over: few rows at a time, so that no request waits for it, and as often as there are any.

use std::sync::Arc;

use cloakroom_login::throttle::FORGOTTEN_AFTER;
use cloakroom_model::key::fetch;
use cloakroom_model::{
    Changes, Cx, Fault, Link, Ttl, attempt, code, console_session, departure, device, event, job,
    known_device, lease, login_limit, node, opaque, pushed_request, recycle_bin, refresh, replay,
    session, trial,
};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

use super::Again;

/// Rows removed in one transaction: some five milliseconds on a slow disk.
const ROWS: i64 = 200;

/// Removes at most so many rows; how many there were.
type Sweep = fn(&mut Cx<'_>, i64) -> Result<usize, Fault>;

/// What is swept, in this order: a session takes with it what hangs on it, so that its tokens go before it.
const ALL: &[Sweep] = &[
    attempt::sweep,
    code::sweep,
    device::sweep,
    departure::sweep,
    trial::sweep,
    refresh::sweep,
    session::sweep,
    replay::sweep,
    pushed_request::sweep,
    console_session::sweep,
    opaque::sweep,
    |cx, most| login_limit::sweep(cx, FORGOTTEN_AFTER, most),
    event::sweep_expired,
    known_device::sweep,
    recycle_bin::sweep,
    job::sweep,
    node::sweep,
    fetch::sweep,
];

/// The sweeper of a node.
#[derive(Debug)]
pub(super) struct Sweeper {
    /// What tells the node's leases from those of others.
    node: String,
    /// Where the next round goes on.
    at: usize,
}

impl Sweeper {
    pub(super) fn new(node: String) -> Self {
        Self { node, at: 0 }
    }

    /// One transaction; again at once if there may be more to remove.
    pub(super) fn round(&mut self, app: &App) -> Result<Again, Fault> {
        let (vault, node, at) = (app.vault(), self.node.clone(), self.at);
        let next = app.db().write_blocking(move |conn| {
            let mut changes = Changes::default();
            let mut rng = random()?;
            let nobody = Arc::new(cloakroom_model::Realm::nobody());
            let mut cx = Cx {
                db: Link::Open(conn),
                realm: &nobody,
                now: now(),
                rng: &mut rng,
                vault: &vault,
                changes: &mut changes,
            };
            // Of several nodes one sweeps, and another half a minute after it was heard of last.
            match lease::take(&mut cx, "sweep", &node, Ttl::seconds(30))? {
                true => some(&mut cx, at),
                false => Ok(None),
            }
        })?;
        self.at = next.unwrap_or(0);
        Ok(match next {
            Some(_) => Again::Soon,
            None => Again::Later,
        })
    }
}

/// Removes what one transaction may, beginning with this of [`ALL`]; where to go on, `None` if nothing is left.
///
/// Whatever has more than that lets the others go first.
fn some(cx: &mut Cx<'_>, begin: usize) -> Result<Option<usize>, Fault> {
    let mut left = ROWS;
    for step in 0..ALL.len() {
        let at = (begin + step) % ALL.len();
        let Some(sweep) = ALL.get(at) else {
            continue;
        };
        let removed = sweep(cx, left)?;
        left = left.saturating_sub(i64::try_from(removed).unwrap_or(left));
        if left == 0 {
            return Ok(Some((at + 1) % ALL.len()));
        }
    }
    Ok(None)
}
