//! The regular expression of a policy: matched in linear time, with the lookaheads people use.

use regex::{Regex, RegexBuilder};

const MAX_TEXT: usize = 1024;

/// Memory of one compiled expression. `(a{1000}){1000}` is short and would need gigabytes.
const MAX_COMPILED: usize = 1 << 20;

/// A regular expression that a whole password must match.
///
/// The engine has no lookaround, because lookaround has no linear time. But nearly every policy in
/// the wild that uses it has the form `^(?=.*[a-z])(?=.*\d).+$`: conditions at the very start. Each
/// of those is an expression of its own, so they are taken off and asked one by one.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: String,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
struct Condition {
    regex: Regex,
    wanted: bool,
}

impl Pattern {
    /// Compiles the expression, or returns nothing when it is not valid or cannot be bounded.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let mut conditions = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.strip_prefix('^').unwrap_or(rest);
            let (inner, wanted) = match (rest.strip_prefix("(?="), rest.strip_prefix("(?!")) {
                (Some(inner), _) => (inner, true),
                (_, Some(inner)) => (inner, false),
                _ => break,
            };
            let (body, after) = inner.split_at(group_end(inner)?);
            conditions.push(Condition {
                regex: compile(&format!(r"\A(?:{body})"))?,
                wanted,
            });
            rest = after.strip_prefix(')')?;
        }
        conditions.push(Condition {
            regex: compile(&format!(r"\A(?:{rest})\z"))?,
            wanted: true,
        });
        Some(Self {
            text: text.to_owned(),
            conditions,
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_match(&self, password: &str) -> bool {
        self.conditions
            .iter()
            .all(|one| one.regex.is_match(password) == one.wanted)
    }
}

fn compile(text: &str) -> Option<Regex> {
    RegexBuilder::new(text)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .ok()
}

/// Finds the bracket that closes the group `text` is inside of.
fn group_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_class = false;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}
