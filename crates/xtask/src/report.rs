//! What ran, how long it took and how it ended; the last line sums it up.
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How many checks of one part passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// A part that is one check.
    pub(crate) const fn one(passed: bool) -> Self {
        Self {
            passed: passed as u64,
            failed: !passed as u64,
        }
    }

    pub(crate) const fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The parts of one run, in the order they ran.
#[derive(Debug, Default)]
pub(crate) struct Report {
    parts: Vec<(String, Tally, Duration)>,
}

impl Report {
    /// Runs one part and keeps its result. An error counts as one failure, and the next part still runs.
    pub(crate) fn part(&mut self, name: &str, work: impl FnOnce() -> Result<Tally>) {
        println!("\n== {name}");
        let started = Instant::now();
        let tally = work().unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally {
                passed: 0,
                failed: 1,
            }
        });
        let took = started.elapsed();
        println!(
            "== {name}: {} passed, {} failed ({:.1} s)",
            tally.passed,
            tally.failed,
            took.as_secs_f64()
        );
        self.parts.push((name.to_owned(), tally, took));
    }

    /// Prints the table of parts and the sum, and answers what the process should exit with.
    pub(crate) fn finish(&self) -> ExitCode {
        if self.parts.is_empty() {
            return ExitCode::SUCCESS;
        }
        let mut sum = Tally::default();
        println!();
        for (name, tally, took) in &self.parts {
            let mark = if tally.failed == 0 {
                "ok    "
            } else {
                "FAILED"
            };
            println!(
                "{mark} {name:<34} {:>5} passed {:>4} failed {:>7.1} s",
                tally.passed,
                tally.failed,
                took.as_secs_f64()
            );
            sum.add(*tally);
        }
        println!("{} passed, {} failed", sum.passed, sum.failed);
        ExitCode::from(u8::from(sum.failed > 0))
    }
}
