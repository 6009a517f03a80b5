//! How many files the process may have open, and how many of them are for connections of clients.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than one process serves well.
const ENOUGH: u64 = 65_536;
/// What a process holds of its own: the database's files, a connection to it for each reader, the
/// event queues of its threads, the log.
const OWN: u64 = 64;
/// What each worker adds to it.
const OWN_OF_A_WORKER: u64 = 8;
/// One in so many is kept for connections that the server makes: to directories, providers, clients.
const OUTGOING: u64 = 8;
/// A worker that takes fewer serves nobody.
const LEAST: u64 = 4;
/// A worker takes no more, however many the system allows.
const MOST: u64 = 25_000;

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

/// How many connections of clients each of so many workers takes at once.
///
/// A server that accepts until nothing is left cannot open its own database any more. One that stops
/// before leaves whoever comes then in the operating system's queue until a connection ends.
pub(crate) fn connections(workers: usize) -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let each = share(limit, workers);
    if each <= LEAST {
        let files = limit;
        tracing::warn!(
            files,
            "the process may open so few files that it takes few connections"
        );
    }
    usize::try_from(each).unwrap_or(usize::MAX)
}

fn share(limit: u64, workers: usize) -> u64 {
    let workers = u64::try_from(workers.max(1)).unwrap_or(u64::MAX);
    let own = OWN.saturating_add(workers.saturating_mul(OWN_OF_A_WORKER));
    let left = limit.saturating_sub(own).saturating_sub(limit / OUTGOING);
    (left / workers).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_needs_itself_is_not_for_clients() {
        for (limit, workers, each) in [
            (64, 2, LEAST),
            (120, 2, 12),
            (256, 2, 72),
            (1024, 2, 408),
            (1024, 16, 44),
            (65_536, 2, MOST),
            (65_536, 8, 7_152),
            (u64::MAX, 1, MOST),
            (0, 0, LEAST),
        ] {
            let found = share(limit, workers);
            assert_eq!(found, each, "{limit} files, {workers} workers");
        }
    }
}
