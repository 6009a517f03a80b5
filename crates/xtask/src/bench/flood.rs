//! A flood of sign-ins, more than the machine can hash: the other endpoints answer as fast as ever, and what cannot be taken is told
//! when to come back.
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};

use super::CONNECTIONS;
use super::round::{self, Side};
use super::setup::Bench;
use crate::server::Server;
use crate::workspace::Workspace;

/// How many sign in at once, each as fast as it is answered.
const CROWD: usize = 32;
/// What a request beside the flood may take, in 99 of 100.
const LONGEST_MS: f64 = 10.0;

/// Lets a crowd sign in, and measures the other loads meanwhile.
///
/// # Errors
/// A sign-in is answered by something else than tokens or a time to come back, or another endpoint gets slow.
pub(super) fn run(
    workspace: &Workspace,
    bench: &Bench,
    server: &Server,
    folder: &Path,
) -> Result<()> {
    let is_over = AtomicBool::new(false);
    let told = Mutex::new((0_u32, 0_u32, Vec::<u16>::new()));
    let loads = bench.loads()?;
    let beside = ["JWKS", "client_credentials, ES256", "introspection"];
    let rounds = std::thread::scope(|scope| {
        for _ in 0..CROWD {
            let (is_over, told) = (&is_over, &told);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let asked = bench.sign_in();
                    let mut told = told
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    match asked {
                        Ok((200, _)) => told.0 += 1,
                        Ok((429 | 503, true)) => told.1 += 1,
                        Ok((status, _)) => told.2.push(status),
                        Err(_) => told.2.push(0),
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_secs(1));
        let side = Side {
            base: &server.base,
            process: server.process(),
            twin: None,
            connections: CONNECTIONS,
        };
        let measured: Result<Vec<_>> = loads
            .iter()
            .filter(|load| beside.contains(&load.name))
            .map(|load| Ok((load.name, round::run(workspace, side, load, 3, folder)?)))
            .collect();
        is_over.store(true, Ordering::Relaxed);
        measured
    })?;
    let (signed_in, later, wrong) = told
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    println!("a flood of sign-ins: {signed_in} signed in, {later} were told to come back");
    let mut slow = Vec::new();
    for (name, round) in rounds {
        println!(
            "{:<36} {:<14} {:>10.0} {:>8.2} {:>8.2} {:>7} {:>8.1}",
            name,
            "meanwhile",
            round.per_second,
            round.p50_ms,
            round.p99_ms,
            round.failed,
            round.cpu_us,
        );
        if round.p99_ms > LONGEST_MS {
            slow.push(name);
        }
    }
    if !wrong.is_empty() || signed_in == 0 {
        bail!("sign-ins were answered by {wrong:?}");
    }
    if !slow.is_empty() {
        bail!("slow beside sign-ins: {}", slow.join(", "));
    }
    Ok(())
}
