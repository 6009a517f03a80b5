//! The binary `cloakroom`.

mod address;
mod bootstrap;
mod cli;
mod config;
mod demo;
mod front;
mod health;
mod keys;
mod log;
mod master_key;
mod mount;
mod observe;
mod open_files;
mod routes;
mod serve;
mod setup_code;
mod stop;
mod worker;

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// A request makes hundreds of small values on one thread and drops many of them on another. Where the C library's allocator
/// was, a tenth of the time went.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    cli::run().unwrap_or_else(|why| refuse(&why))
}

/// Says why the program ends, whether or not the log is on.
#[expect(
    clippy::print_stderr,
    reason = "the log may be off, and whoever started us must know"
)]
fn refuse(why: &str) -> ExitCode {
    eprintln!("cloakroom: {why}");
    ExitCode::FAILURE
}
