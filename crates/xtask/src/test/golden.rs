//! Keycloak's recorded answers, compared scenario by scenario with floors that only rise.
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::command;
use crate::report::{Lines, Tally};
use crate::server::ADMIN;
use crate::test::tools::Tools;
use crate::workspace::Workspace;

const FOLDER: &str = "crates/cloakroom-server/tests/golden";

/// The least that a scenario must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Floor {
    Answers(u32),
    PerCent(f64),
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(least) => write!(f, "{least}"),
            Self::PerCent(least) => write!(f, "{least} %"),
        }
    }
}

impl Floor {
    fn parse(text: &str) -> Result<Self> {
        let floor = match text.strip_suffix('%') {
            Some(share) => share.trim().parse().map(Self::PerCent).ok(),
            None => text.parse().map(Self::Answers).ok(),
        };
        floor.with_context(|| format!("floors.txt: {text:?} is neither a number nor a share"))
    }

    fn is_reached(self, good: u32, all: u32) -> bool {
        match self {
            Self::Answers(least) => good >= least,
            Self::PerCent(least) => f64::from(good) * 100.0 >= least * f64::from(all),
        }
    }
}

/// Runs each scenario that has a floor.
pub(crate) fn run(
    lines: &mut Lines,
    workspace: &Workspace,
    tools: &Tools,
    base: &str,
) -> Result<Tally> {
    let folder = workspace.path(FOLDER);
    let floors = std::fs::read_to_string(folder.join("floors.txt")).context("floors.txt")?;
    let score = Regex::new(r"(?m)^(\d+) of (\d+) as Keycloak.*, (\d+) different on purpose")?;
    let mut tally = Tally::default();
    for (scenario, floor) in read_floors(&floors)? {
        let printed = compare(&folder, tools, base, &scenario)?;
        let found = score.captures(&printed);
        let found = found.with_context(|| format!("golden.py printed no score for {scenario}"))?;
        let number = |group| {
            found
                .get(group)
                .and_then(|text| text.as_str().parse().ok())
                .unwrap_or(0)
        };
        let (good, all, meant) = (number(1), number(2), number(3));
        if good < all {
            for line in printed.lines().take(400) {
                lines.say(format!("    {line}"));
            }
        }
        let reached = floor.is_reached(good, all);
        let mark = if reached { "ok    " } else { "FAILED" };
        lines.say(format!(
            "  {mark} {scenario:<20} {good:>4} of {all:>4} as Keycloak, {meant} different on purpose, floor {floor}"
        ));
        tally.add(Tally::one(reached));
    }
    Ok(tally)
}

/// What the comparison printed.
fn compare(folder: &Path, tools: &Tools, base: &str, scenario: &str) -> Result<String> {
    let differences = folder.join("accepted.tsv");
    let mut python = tools.command("python3");
    python
        .arg(folder.join("golden.py"))
        .args(["compare", base, scenario]);
    python
        .arg("--accept")
        .arg(differences)
        .args(["--admin", &format!("{}:{}", ADMIN.0, ADMIN.1)]);
    command::output(&mut python)
}

fn read_floors(text: &str) -> Result<Vec<(String, Floor)>> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let floors = lines
        .map(|line| {
            let (scenario, floor) = line
                .split_once('\t')
                .context("floors.txt: a line is SCENARIO<TAB>FLOOR")?;
            Ok((scenario.to_owned(), Floor::parse(floor.trim())?))
        })
        .collect::<Result<Vec<_>>>()?;
    if floors.is_empty() {
        bail!("floors.txt names no scenario");
    }
    Ok(floors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_a_count_or_a_share() {
        let floors = read_floors("# why\nbrowser\t95%\nprotocol\t120\n").unwrap();

        assert_eq!(floors[0], ("browser".to_owned(), Floor::PerCent(95.0)));
        assert!(floors[0].1.is_reached(19, 20));
        assert!(!floors[0].1.is_reached(18, 20));
        assert!(floors[1].1.is_reached(120, 200));
        assert!(!floors[1].1.is_reached(119, 200));
    }

    #[test]
    fn a_line_without_a_floor_is_refused() {
        assert!(read_floors("browser 95%\n").is_err());
        assert!(read_floors("browser\tmost\n").is_err());
        assert!(read_floors("# nothing\n").is_err());
    }
}
