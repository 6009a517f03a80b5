//! How many connections the process may have open: as many as the system lets it, where it starts with fewer.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than one process serves well.
const ENOUGH: u64 = 65_536;

/// Raises the limit. Where that fails, what there was has to do, and a flood of connections shuts others out sooner.
pub(crate) fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    let limit = Rlimit {
        current: Some(wanted),
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}
