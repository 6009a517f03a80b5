//! What ran, how long it took and how it ended; the last line sums it up.
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

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

/// Where the lines of a part go: to the terminal as they come, or into a text that is shown at the end.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    kept: Option<String>,
    /// Those that name what failed, so that the end can name it again.
    failures: Vec<String>,
}

/// So many lines of a part are said again at the end.
const SAID_AGAIN: usize = 20;

/// Whether a line names a check that failed, as cargo's harness and our own runners mark it.
fn names_a_failure(line: &str) -> bool {
    let line = line.trim();
    let is_a_sum = line.starts_with("test result");
    !is_a_sum
        && (line.ends_with("... FAILED")
            || ["FAILED ", "FAIL ", "not ok ", "error: "]
                .iter()
                .any(|mark| line.starts_with(mark)))
}

impl Lines {
    pub(crate) fn say(&mut self, line: impl AsRef<str>) {
        if names_a_failure(line.as_ref()) {
            self.failures.push(line.as_ref().trim().to_owned());
        }
        match &mut self.kept {
            Some(text) => {
                text.push_str(line.as_ref());
                text.push('\n');
            }
            None => println!("{}", line.as_ref()),
        }
    }
}

/// Parts that run one after another, beside those of other streams.
pub(crate) type Stream<'a> = Box<dyn FnOnce(&mut Report) -> Result<()> + Send + 'a>;

/// The parts of one run, in the order they ran.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Lines,
    parts: Vec<Part>,
}

/// A part that ran.
#[derive(Debug)]
struct Part {
    name: String,
    tally: Tally,
    took: Duration,
    /// The lines that name what failed.
    failures: Vec<String>,
}

impl Report {
    /// Runs streams at the same time. The lines of each are shown as a whole, when it ends.
    pub(crate) fn side_by_side(&mut self, streams: Vec<Stream<'_>>) -> Result<()> {
        let run = |stream: Stream<'_>| {
            let mut report = Self {
                lines: Lines {
                    kept: Some(String::new()),
                    failures: Vec::new(),
                },
                parts: Vec::new(),
            };
            let result = stream(&mut report);
            print!("{}", report.lines.kept.take().unwrap_or_default());
            result.map(|()| report.parts)
        };
        let ended = std::thread::scope(|scope| {
            let running: Vec<_> = streams
                .into_iter()
                .map(|stream| scope.spawn(|| run(stream)))
                .collect();
            let ended = running.into_iter().map(|thread| {
                let ended = thread.join();
                ended.unwrap_or_else(|_| Err(anyhow!("a stream of parts broke off")))
            });
            ended.collect::<Vec<_>>()
        });
        for parts in ended {
            self.parts.extend(parts?);
        }
        Ok(())
    }

    pub(crate) fn say(&mut self, line: impl AsRef<str>) {
        self.lines.say(line);
    }

    /// Runs one part and keeps its result. An error counts as one failure, and the next part still runs.
    pub(crate) fn part(&mut self, name: &str, work: impl FnOnce(&mut Lines) -> Result<Tally>) {
        let lines = &mut self.lines;
        lines.say(format!("\n== {name}"));
        let started = Instant::now();
        let tally = work(lines).unwrap_or_else(|error| {
            lines.say(format!("error: {error:#}"));
            Tally {
                passed: 0,
                failed: 1,
            }
        });
        let took = started.elapsed();
        lines.say(format!(
            "== {name}: {} passed, {} failed ({:.1} s)",
            tally.passed,
            tally.failed,
            took.as_secs_f64()
        ));
        let failures = std::mem::take(&mut lines.failures);
        self.parts.push(Part {
            name: name.to_owned(),
            tally,
            took,
            failures,
        });
    }

    /// Prints the table of parts and the sum, and answers what the process should exit with.
    pub(crate) fn finish(&self) -> ExitCode {
        if self.parts.is_empty() {
            return ExitCode::SUCCESS;
        }
        let mut sum = Tally::default();
        println!();
        for part in &self.parts {
            sum.add(part.tally);
            println!("{}", part.line());
        }
        let failed = || self.parts.iter().filter(|part| part.tally.failed > 0);
        if failed().next().is_some() {
            println!("\nwhat failed:");
        }
        for part in failed() {
            println!("{}", part.name);
            for line in part.failures.iter().take(SAID_AGAIN) {
                println!("  {line}");
            }
        }
        println!("{} passed, {} failed", sum.passed, sum.failed);
        ExitCode::from(u8::from(sum.failed > 0))
    }
}

impl Part {
    fn line(&self) -> String {
        let mark = if self.tally.failed == 0 {
            "ok    "
        } else {
            "FAILED"
        };
        format!(
            "{mark} {:<34} {:>5} passed {:>4} failed {:>7.1} s",
            self.name,
            self.tally.passed,
            self.tally.failed,
            self.took.as_secs_f64()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_names_a_failure_is_known_from_others() {
        let rows = [
            ("test login::it_holds ... FAILED", true),
            (
                "  FAILED F2-08 a database that restarts: it took 12 s",
                true,
            ),
            ("error: no such file", true),
            ("test result: FAILED. 25 passed; 1 failed", false),
            ("test login::it_holds ... ok", false),
            ("  ok      GET /admin/realms never fails", false),
        ];

        for (line, names) in rows {
            assert_eq!(names_a_failure(line), names, "{line}");
        }
    }
}
