//! One round of a load: wrk on one core, what is measured on the other, and what each request cost it.
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::LOAD_CORE;
use crate::bench::load::{Load, Tokens};
use crate::command;
use crate::workspace::Workspace;

/// What wrk measured in one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) longest_ms: f64,
    pub(super) failed: u64,
    /// What each request cost the process that answers, in microseconds: what a busy machine spoils least.
    pub(super) cpu_us: f64,
}

/// Something that answers on the server's core.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    pub(super) base: &'a str,
    pub(super) process: i32,
    /// Another node of the same, which gets half of the connections: where it is, and its process.
    pub(super) twin: Option<(&'a str, i32)>,
    /// How many connections ask, of both nodes together.
    pub(super) connections: u32,
}

impl Side<'_> {
    /// Seconds of a core that it has used.
    fn cpu(self) -> f64 {
        cpu(self.process) + self.twin.map_or(0.0, |(_, process)| cpu(process))
    }
}

/// Runs a load against a side.
pub(super) fn run(
    workspace: &Workspace,
    side: Side<'_>,
    load: &Load,
    seconds: u32,
    folder: &Path,
) -> Result<Round> {
    let connections = side.connections.min(load.most);
    let mut wrk = Command::new("taskset");
    wrk.args([
        "-c",
        &LOAD_CORE.to_string(),
        "wrk",
        if side.twin.is_some() { "-t2" } else { "-t1" },
        &format!("-c{connections}"),
        &format!("-d{seconds}s"),
    ]);
    wrk.arg("-s")
        .arg(workspace.path("crates/xtask/src/bench.lua"))
        .arg(side.base);
    load.tell(&mut wrk);
    if let Some((twin, _)) = side.twin {
        wrk.env("LOAD_TWIN", twin);
    }
    if let Some(tokens) = &load.tokens {
        let file = folder.join("tokens");
        let tokens = match tokens {
            Tokens::Made(make) => make(connections * 3)?.join("\n"),
            Tokens::Kept(file) => std::fs::read_to_string(file)?,
        };
        std::fs::write(&file, tokens)?;
        wrk.env("LOAD_TOKENS", file);
    }
    let before = side.cpu();
    let printed = command::output(&mut wrk)?;
    let spent = side.cpu() - before;
    let (requests, mut round) =
        read_result(&printed).with_context(|| format!("wrk gave no result for {}", load.name))?;
    round.cpu_us = spent * 1e6 / requests;
    Ok(round)
}

/// Seconds of a core that a process has used.
fn cpu(process: i32) -> f64 {
    /// What the kernel counts in, on every Linux.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

fn read_result(printed: &str) -> Option<(f64, Round)> {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))?;
    let numbers: Vec<f64> = line
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    let [requests, micros, p50, p99, longest, failed] = numbers.as_slice() else {
        return None;
    };
    if *requests < 1.0 || *micros < 1.0 {
        return None;
    }
    let round = Round {
        per_second: requests * 1e6 / micros,
        p50_ms: p50 / 1e3,
        p99_ms: p99 / 1e3,
        longest_ms: longest / 1e3,
        failed: format!("{failed:.0}").parse().ok()?,
        cpu_us: 0.0,
    };
    Some((*requests, round))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_line_is_read_and_an_empty_run_is_none() {
        let (requests, round) =
            read_result("Running 3s test\nRESULT 3000 3000000 900 4100 9000 2\n").unwrap();

        assert!((requests - 3000.0).abs() < 0.1);
        assert!((round.per_second - 1000.0).abs() < 0.1 && (round.p99_ms - 4.1).abs() < 0.01);
        assert_eq!(round.failed, 2);
        assert!(read_result("RESULT 0 3000000 0 0 0 0").is_none());
    }

    #[test]
    fn this_process_has_used_a_core_for_a_while() {
        let me = i32::try_from(std::process::id()).unwrap();
        let begun = std::time::Instant::now();
        while begun.elapsed().as_millis() < 60 {
            std::hint::spin_loop();
        }

        assert!(cpu(me) > 0.0);
    }
}
