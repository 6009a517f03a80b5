//! The password policy of a realm, in the text form Keycloak keeps it in.

mod pattern;
mod rules;

use pattern::Pattern;
use rules::{Kind, RULES, Rule};

use crate::password::HashPolicy;

/// A realm's policy is a line of text; what is longer than this is refused.
const MAX_TEXT: usize = 8 * 1024;

/// Why a policy text is refused. The texts are those of Keycloak's admin API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No rule has this name.
    #[error("Password policy not found")]
    UnknownRule,
    /// The value in the rule's brackets does not fit the rule.
    #[error("Invalid config for {rule}: {reason}")]
    InvalidConfig {
        /// The name of the rule.
        rule: &'static str,
        /// What is wrong with the value.
        reason: &'static str,
    },
    /// The text is too long to be a policy.
    #[error("Password policy is too long")]
    TooLong,
}

/// What a new password is compared with.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The new password.
    pub password: &'a str,
    /// The user's name.
    pub username: &'a str,
    /// The user's mail address.
    pub email: Option<&'a str>,
    /// The lists of the `passwordBlacklist` rule.
    pub blacklists: &'a dyn Blacklists,
}

impl std::fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// The question whether an expression matches a whole text; `None` if it is none, or too large.
pub(crate) fn matcher(expression: &str) -> Option<impl Fn(&str) -> bool> {
    let pattern = Pattern::parse(expression)?;
    Some(move |text: &str| pattern.is_match(text))
}

/// The lists of forbidden passwords that an operator has put beside the server.
pub trait Blacklists {
    /// Tells whether the list of this name has the password; it is given in lower case.
    fn is_listed(&self, list: &str, password: &str) -> bool;
}

/// No lists at all.
#[derive(Debug, Clone, Copy)]
pub struct NoBlacklists;

impl Blacklists for NoBlacklists {
    fn is_listed(&self, _list: &str, _password: &str) -> bool {
        false
    }
}

/// One way in which a password breaks the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Keycloak's message key, which is also the key of the translated text.
    pub key: &'static str,
    /// The values in the message.
    pub parameters: Vec<String>,
    english: &'static str,
}

impl Violation {
    fn new(key: &'static str, english: &'static str, parameter: Option<String>) -> Self {
        Self {
            key,
            parameters: parameter.into_iter().collect(),
            english,
        }
    }

    /// Says that the password is one of the last ones; the caller has compared the hashes.
    pub fn history(count: u32) -> Self {
        Self::new(
            "invalidPasswordHistoryMessage",
            "Invalid password: must not be equal to any of last {0} passwords.",
            Some(count.to_string()),
        )
    }

    /// Returns the English text that the admin API answers with.
    pub fn message(&self) -> String {
        match self.parameters.first() {
            Some(parameter) => self.english.replace("{0}", parameter),
            None => self.english.to_owned(),
        }
    }
}

/// The password policy of a realm, ready to be applied.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// In the order of the text, because the first violation is the one an API reports.
    settings: Vec<Setting>,
}

#[derive(Debug, Clone)]
struct Setting {
    rule: &'static Rule,
    config: Config,
}

/// The value in a rule's brackets.
#[derive(Debug, Clone)]
enum Config {
    Nothing,
    Number(i32),
    Text(String),
    Pattern(Pattern),
}

impl Config {
    /// Returns the number as a count; Keycloak lets an administrator write negative ones.
    fn count(&self) -> u32 {
        match self {
            Self::Number(number) => u32::try_from(*number).unwrap_or(0),
            _ => 0,
        }
    }

    /// Returns the value as the rule's message shows it.
    fn parameter(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Pattern(pattern) => Some(pattern.as_str().to_owned()),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

impl Policy {
    /// Reads a policy such as `length(12) and digits(1) and notUsername`.
    ///
    /// A rule that is given twice counts as it is given last, as in Keycloak.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_TEXT {
            return Err(PolicyError::TooLong);
        }
        let mut policy = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (name, value, after) = next_rule(rest);
            let rule = RULES.iter().find(|rule| rule.name == name);
            let setting = read(rule.ok_or(PolicyError::UnknownRule)?, value)?;
            match policy.settings.iter_mut().find(|set| set.rule.name == name) {
                Some(place) => *place = setting,
                None => policy.settings.push(setting),
            }
            rest = after;
        }
        Ok(policy)
    }

    /// Lists every rule that a new password breaks, in the order of the policy.
    ///
    /// History is not among them: old hashes have to be read and computed, which the caller does
    /// with [`Policy::history`] and reports as [`Violation::history`].
    pub fn check(&self, candidate: &Candidate<'_>) -> Vec<Violation> {
        self.settings
            .iter()
            .filter(|set| (set.rule.check)(&set.config, candidate))
            .map(|set| Violation::new(set.rule.key, set.rule.english, set.config.parameter()))
            .collect()
    }

    /// Returns how new hashes are to be made.
    pub fn hashing(&self) -> HashPolicy {
        HashPolicy {
            algorithm: self
                .find("hashAlgorithm")
                .map(|config| config.text().to_owned())
                .filter(|name| !name.is_empty()),
            iterations: self.count("hashIterations"),
        }
    }

    /// Returns how many of the last passwords, the current one among them, may not be used again.
    pub fn history(&self) -> Option<u32> {
        self.count("passwordHistory")
    }

    /// Returns for how many days an old password may not be used again.
    pub fn reuse_age_days(&self) -> Option<u32> {
        self.count("passwordAge")
    }

    /// Returns after how many days a password must be changed.
    pub fn expires_after_days(&self) -> Option<u32> {
        self.count("forceExpiredPasswordChange")
    }

    /// Returns how long ago, in seconds, a sign-in may be for changing the password without
    /// signing in again. Zero means always again.
    pub fn max_auth_age_seconds(&self) -> Option<u32> {
        self.find("maxAuthAge").map(Config::count)
    }

    /// Returns below how many recovery codes the user is warned.
    pub fn recovery_codes_warning_threshold(&self) -> Option<u32> {
        self.find("recoveryCodesWarningThreshold")
            .map(Config::count)
    }

    fn find(&self, name: &str) -> Option<&Config> {
        self.settings
            .iter()
            .find(|set| set.rule.name == name)
            .map(|set| &set.config)
    }

    /// Returns a rule's number where it switches something on: zero and less mean "off".
    fn count(&self, name: &str) -> Option<u32> {
        self.find(name)
            .map(Config::count)
            .filter(|count| *count > 0)
    }
}

/// Lists the names of all rules.
pub fn list_rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.name)
}

/// Takes the first rule off a policy: its name, the value in its brackets, and the rest.
///
/// A value may hold brackets and the word `and` (a pattern does), so it only ends at a bracket
/// that is followed by the end or by the next rule.
fn next_rule(text: &str) -> (&str, Option<&str>, &str) {
    let plain_end = text.find(" and ").unwrap_or(text.len());
    let Some(open) = text.find('(').filter(|open| *open < plain_end) else {
        let (name, rest) = text.split_at(plain_end);
        return (
            name.trim(),
            None,
            rest.strip_prefix(" and ").unwrap_or(rest).trim(),
        );
    };
    let (name, bracketed) = text.split_at(open);
    let bracketed = bracketed.strip_prefix('(').unwrap_or(bracketed);
    for (close, _) in bracketed.match_indices(')') {
        let (value, after) = bracketed.split_at(close);
        let after = after.strip_prefix(')').unwrap_or(after);
        if after.trim().is_empty() {
            return (name.trim(), Some(value), "");
        }
        if let Some(rest) = after.trim_start().strip_prefix("and ")
            && after.starts_with(' ')
            && starts_a_rule(rest)
        {
            return (name.trim(), Some(value), rest.trim());
        }
    }
    (name.trim(), Some(bracketed), "")
}

/// Tells whether this reads like the next rule, so that `(a) and (b)` stays one pattern.
fn starts_a_rule(text: &str) -> bool {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    end > 0
        && matches!(text.get(end..), Some(after) if after.is_empty() || after.starts_with(['(', ' ']))
}

fn read(rule: &'static Rule, value: Option<&str>) -> Result<Setting, PolicyError> {
    let invalid = |reason| PolicyError::InvalidConfig {
        rule: rule.name,
        reason,
    };
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    let config = match (rule.kind, value) {
        // Keycloak's own console writes `notUsername(undefined)`.
        (Kind::Nothing, _) => Config::Nothing,
        (Kind::Number { default }, None) => Config::Number(default),
        (Kind::Number { .. }, Some(value)) => {
            Config::Number(value.parse().map_err(|_| invalid("Not a valid number"))?)
        }
        (Kind::Name, value) => Config::Text(value.unwrap_or_default().to_owned()),
        (Kind::File, None) => return Err(invalid("A name is required")),
        (Kind::File, Some(value)) => Config::Text(value.to_owned()),
        (Kind::Pattern, None) => return Err(invalid("A regular expression is required")),
        (Kind::Pattern, Some(value)) => Config::Pattern(
            Pattern::parse(value).ok_or_else(|| invalid("Not a valid regular expression"))?,
        ),
    };
    Ok(Setting { rule, config })
}

#[cfg(test)]
mod tests;
