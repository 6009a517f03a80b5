//! Every rule a password policy may have, one line each, and what breaks it.

use super::{Candidate, Config};

/// What a rule's brackets hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Nothing,
    Number {
        default: i32,
    },
    /// A name that may be left out.
    Name,
    /// The name of a list of passwords.
    File,
    Pattern,
}

/// One rule. Rules that say how something is done, rather than what a password is like, are never
/// broken here; [`super::Policy`] has a question for each of them.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Keycloak's message key.
    pub(super) key: &'static str,
    pub(super) english: &'static str,
    /// Tells whether the password breaks the rule.
    pub(super) check: fn(&Config, &Candidate<'_>) -> bool,
}

const fn rule(
    name: &'static str,
    kind: Kind,
    (key, english): (&'static str, &'static str),
    check: fn(&Config, &Candidate<'_>) -> bool,
) -> Rule {
    Rule {
        name,
        kind,
        key,
        english,
        check,
    }
}

const fn setting(name: &'static str, kind: Kind) -> Rule {
    Rule {
        name,
        kind,
        key: "",
        english: "",
        check: |_, _| false,
    }
}

const fn number(default: i32) -> Kind {
    Kind::Number { default }
}

#[rustfmt::skip]
pub(super) static RULES: &[Rule] = &[
    rule("length", number(8), ("invalidPasswordMinLengthMessage", "Invalid password: minimum length {0}."), |n, c| chars(c) < n.count()),
    rule("maxLength", number(64), ("invalidPasswordMaxLengthMessage", "Invalid password: maximum length {0}."), |n, c| chars(c) > n.count()),
    rule("digits", number(1), ("invalidPasswordMinDigitsMessage", "Invalid password: must contain at least {0} numerical digits."), |n, c| count(c, char::is_numeric) < n.count()),
    rule("lowerCase", number(1), ("invalidPasswordMinLowerCaseCharsMessage", "Invalid password: must contain at least {0} lower case characters."), |n, c| count(c, char::is_lowercase) < n.count()),
    rule("upperCase", number(1), ("invalidPasswordMinUpperCaseCharsMessage", "Invalid password: must contain at least {0} upper case characters."), |n, c| count(c, char::is_uppercase) < n.count()),
    rule("specialChars", number(1), ("invalidPasswordMinSpecialCharsMessage", "Invalid password: must contain at least {0} special characters."), |n, c| count(c, |c| !c.is_alphanumeric()) < n.count()),
    rule("notUsername", Kind::Nothing, ("invalidPasswordNotUsernameMessage", "Invalid password: must not be equal to the username."), |_, c| is_same(c.password, c.username)),
    rule("notContainsUsername", Kind::Nothing, ("invalidPasswordNotContainsUsernameMessage", "Invalid password: can not contain the username."), |_, c| contains(c.password, c.username)),
    rule("notEmail", Kind::Nothing, ("invalidPasswordNotEmailMessage", "Invalid password: must not be equal to the email."), |_, c| c.email.is_some_and(|email| is_same(c.password, email))),
    rule("regexPattern", Kind::Pattern, ("invalidPasswordRegexPatternMessage", "Invalid password: fails to match regex pattern(s)."), |pattern, c| !matches(pattern, c.password)),
    rule("passwordBlacklist", Kind::File, ("invalidPasswordBlacklistedMessage", "Invalid password: password is blacklisted."), |list, c| c.blacklists.is_listed(list.text(), &c.password.to_lowercase())),
    setting("passwordHistory", number(3)),
    setting("passwordAge", number(30)),
    setting("forceExpiredPasswordChange", number(365)),
    setting("hashAlgorithm", Kind::Name),
    setting("hashIterations", number(-1)),
    setting("maxAuthAge", number(300)),
    setting("recoveryCodesWarningThreshold", number(4)),
];

/// Counts code points, as NIST SP 800-63B §3.1.1.2 asks.
fn chars(candidate: &Candidate<'_>) -> u32 {
    count(candidate, |_| true)
}

fn count(candidate: &Candidate<'_>, is_counted: impl Fn(char) -> bool) -> u32 {
    let counted = candidate
        .password
        .chars()
        .filter(|c| is_counted(*c))
        .count();
    u32::try_from(counted).unwrap_or(u32::MAX)
}

fn is_same(password: &str, other: &str) -> bool {
    password.to_lowercase() == other.to_lowercase()
}

fn contains(password: &str, username: &str) -> bool {
    // Every text contains the empty one.
    !username.is_empty() && password.to_lowercase().contains(&username.to_lowercase())
}

fn matches(config: &Config, password: &str) -> bool {
    match config {
        Config::Pattern(pattern) => pattern.is_match(password),
        _ => true,
    }
}
