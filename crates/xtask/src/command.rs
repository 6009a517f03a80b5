//! Running other programs: where they are found, and what is read from their output.
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::report::{Lines, Tally};
use crate::running::Running;

/// The sentence that cargo's harness and our own runners end with.
static SUMMARY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|\D)(\d+) passed[;,] (\d+) failed").ok());

/// The program's path, if it is in `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Runs to the end; a status other than 0 is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(&name_of(command), command)?.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", name_of(command));
    }
    Ok(())
}

/// Runs to the end and answers its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {}", name_of(command)))?;
    if !output.status.success() {
        bail!(
            "{} ended with {}: {}",
            name_of(command),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the command ran and answered 0.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a test program, shows its output as it comes, and adds up what it says passed and failed.
///
/// A program that ends badly without naming a failure counts as one; one that ends well without naming a pass does too,
/// because a runner that ran nothing must not look green.
pub(crate) fn tally(lines: &mut Lines, command: &mut Command) -> Result<Tally> {
    command.stdout(Stdio::piped());
    let name = name_of(command);
    let mut child = Running::start(&name, command)?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.take_stdout() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            lines.say(&line);
            tally.add(read_summary(&line));
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        lines.say(format!("{name} ended with {status}"));
        tally.failed = 1;
    }
    if tally == Tally::default() {
        lines.say(format!("{name} named no test that ran"));
        tally.failed = 1;
    }
    Ok(tally)
}

fn read_summary(line: &str) -> Tally {
    let found = SUMMARY.as_ref().and_then(|summary| summary.captures(line));
    let number = |group| {
        found
            .as_ref()
            .and_then(|found| found.get(group))
            .and_then(|text| text.as_str().parse().ok())
    };
    Tally {
        passed: number(1).unwrap_or(0),
        failed: number(2).unwrap_or(0),
    }
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_else(|| command.get_program());
    let arguments = command
        .get_args()
        .take(2)
        .map(|argument| argument.to_string_lossy());
    std::iter::once(program.to_string_lossy())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_read_from_cargo_and_from_our_runners() {
        let rows = [
            (
                "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured",
                12,
                0,
            ),
            ("31 passed, 2 failed", 31, 2),
            ("nothing here", 0, 0),
        ];

        for (line, passed, failed) in rows {
            assert_eq!(read_summary(line), Tally { passed, failed }, "{line}");
        }
    }

    #[test]
    fn a_runner_that_ran_nothing_is_a_failure() {
        let tally = tally(&mut Lines::default(), &mut Command::new("true")).unwrap();

        assert_eq!(
            tally,
            Tally {
                passed: 0,
                failed: 1
            }
        );
    }
}
