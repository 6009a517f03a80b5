//! Tests of policies as realms in the wild have them.

use super::*;

const USER: Candidate<'static> = Candidate {
    password: "",
    username: "Ada",
    email: Some("ada@example.org"),
    blacklists: &List,
};

struct List;

impl Blacklists for List {
    fn is_listed(&self, list: &str, password: &str) -> bool {
        list == "worst.txt" && password == "letmein"
    }
}

fn broken(policy: &str, password: &str) -> Vec<&'static str> {
    let candidate = Candidate { password, ..USER };
    Policy::parse(policy)
        .unwrap()
        .check(&candidate)
        .iter()
        .map(|broken| broken.key)
        .collect()
}

/// A policy, a password that breaks it, one that does not, and the message key.
#[rustfmt::skip]
const RULE_BY_RULE: &[(&str, &str, &str, &str)] = &[
    ("length(12)", "eleven-char", "twelve-chars", "invalidPasswordMinLengthMessage"),
    ("length", "seven-c", "eight-ch", "invalidPasswordMinLengthMessage"),
    ("length(4)", "äöü", "äöüß", "invalidPasswordMinLengthMessage"),
    ("maxLength(3)", "abcd", "äöü", "invalidPasswordMaxLengthMessage"),
    ("digits(2)", "a1b", "a1b2", "invalidPasswordMinDigitsMessage"),
    ("lowerCase(2)", "aBC", "abC", "invalidPasswordMinLowerCaseCharsMessage"),
    ("upperCase(1)", "abc", "abÇ", "invalidPasswordMinUpperCaseCharsMessage"),
    ("specialChars(1)", "abc1", "abc 1", "invalidPasswordMinSpecialCharsMessage"),
    ("notUsername", "ADA", "adaa", "invalidPasswordNotUsernameMessage"),
    ("notUsername(undefined)", "ada", "adaa", "invalidPasswordNotUsernameMessage"),
    ("notContainsUsername", "my-aDa-1", "my-ad-1", "invalidPasswordNotContainsUsernameMessage"),
    ("notEmail", "ADA@example.org", "ada@example.com", "invalidPasswordNotEmailMessage"),
    ("regexPattern([a-z]+)", "abc1", "abc", "invalidPasswordRegexPatternMessage"),
    ("passwordBlacklist(worst.txt)", "LetMeIn", "letmeout", "invalidPasswordBlacklistedMessage"),
];

#[test]
fn each_rule_names_the_passwords_that_break_it() {
    for (policy, bad, good, key) in RULE_BY_RULE {
        assert_eq!(broken(policy, bad), [*key], "{policy} with {bad}");
        assert!(broken(policy, good).is_empty(), "{policy} with {good}");
    }
}

#[test]
fn violations_come_in_the_order_of_the_policy_with_the_texts_of_the_admin_api() {
    let policy = Policy::parse("length(12) and digits(1) and notUsername").unwrap();
    let candidate = Candidate {
        password: "ada",
        ..USER
    };

    let violations = policy.check(&candidate);

    let texts: Vec<_> = violations.iter().map(Violation::message).collect();
    // The first two texts are a real Keycloak's.
    let expected = [
        "Invalid password: minimum length 12.",
        "Invalid password: must contain at least 1 numerical digits.",
        "Invalid password: must not be equal to the username.",
    ];
    assert_eq!(texts, expected);
    assert_eq!(violations[0].parameters, ["12"]);
    assert_eq!(
        Violation::history(3).message(),
        "Invalid password: must not be equal to any of last 3 passwords."
    );
}

#[test]
fn a_policy_says_how_passwords_are_kept() {
    let text = "length(8) and maxLength(64) and digits(1) and notUsername and passwordHistory(3) \
                and hashAlgorithm(pbkdf2-sha256) and hashIterations(27500) and passwordAge(7) \
                and forceExpiredPasswordChange(365) and maxAuthAge(60) \
                and recoveryCodesWarningThreshold(2)";

    let policy = Policy::parse(text).unwrap();

    let hashing = HashPolicy {
        algorithm: Some("pbkdf2-sha256".to_owned()),
        iterations: Some(27_500),
    };
    assert_eq!(policy.hashing(), hashing);
    assert_eq!(policy.history(), Some(3));
    assert_eq!(policy.reuse_age_days(), Some(7));
    assert_eq!(policy.expires_after_days(), Some(365));
    assert_eq!(policy.max_auth_age_seconds(), Some(60));
    assert_eq!(policy.recovery_codes_warning_threshold(), Some(2));
}

#[test]
fn no_policy_and_switched_off_rules_ask_for_nothing() {
    for text in [
        "",
        "  ",
        "length(0) and digits(-1)",
        "hashIterations(-1) and passwordHistory(0)",
    ] {
        let policy = Policy::parse(text).unwrap();

        assert!(policy.check(&USER).is_empty(), "{text}");
        assert_eq!(policy.hashing(), HashPolicy::default(), "{text}");
        assert_eq!(policy.history(), None, "{text}");
    }
}

#[test]
fn a_rule_that_is_given_twice_counts_as_given_last() {
    assert!(broken("length(12) and length(3)", "abc").is_empty());
}

#[test]
fn a_pattern_may_hold_brackets_and_the_word_and() {
    let policy = "digits(1) and regexPattern((a) and (b)\\)1) and length(3)";

    assert!(broken(policy, "a and b)1").is_empty());
    assert_eq!(
        broken(policy, "x1"),
        [
            "invalidPasswordRegexPatternMessage",
            "invalidPasswordMinLengthMessage"
        ]
    );
}

#[test]
fn the_lookaheads_of_common_patterns_are_understood() {
    let policy = r"regexPattern(^(?=.*[a-z])(?=.*\d)(?=.*[)(])(?!.*\s).{4,}$)";

    assert!(broken(policy, "a1(xx").is_empty());
    for bad in ["a1(", "abc(", "123(", "abc1", "a1( x"] {
        assert_eq!(
            broken(policy, bad),
            ["invalidPasswordRegexPatternMessage"],
            "{bad}"
        );
    }
}

#[test]
fn a_pattern_is_for_the_whole_password() {
    assert_eq!(
        broken("regexPattern(a|b)", "ab"),
        ["invalidPasswordRegexPatternMessage"]
    );
    assert_eq!(
        broken("regexPattern(^a$)", "a\n"),
        ["invalidPasswordRegexPatternMessage"]
    );
}

#[test]
fn a_policy_that_cannot_be_understood_is_refused_in_keycloaks_words() {
    let long_pattern = format!("regexPattern({})", "a".repeat(1025));
    let table = [
        // The first two are a real Keycloak's answers.
        ("nonsense(3)", "Password policy not found"),
        ("length(x)", "Invalid config for length: Not a valid number"),
        (
            "length(99999999999)",
            "Invalid config for length: Not a valid number",
        ),
        (
            "length(8) digits(1)",
            "Invalid config for length: Not a valid number",
        ),
        (
            "length(8) and",
            "Invalid config for length: Not a valid number",
        ),
        ("and", "Password policy not found"),
        ("(8)", "Password policy not found"),
        ("Length(8)", "Password policy not found"),
        (
            "regexPattern",
            "Invalid config for regexPattern: A regular expression is required",
        ),
        (
            "regexPattern()",
            "Invalid config for regexPattern: A regular expression is required",
        ),
        (
            "regexPattern([)",
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            "regexPattern((?=a)",
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            "regexPattern(a(?=b)c)",
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            r"regexPattern((a)\1)",
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            "regexPattern((a{1000}){1000})",
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            &long_pattern,
            "Invalid config for regexPattern: Not a valid regular expression",
        ),
        (
            "passwordBlacklist",
            "Invalid config for passwordBlacklist: A name is required",
        ),
    ];
    for (text, message) in table {
        let refused = Policy::parse(text).map(drop).unwrap_err();

        assert_eq!(refused.to_string(), message, "{text}");
    }
    assert_eq!(
        Policy::parse(&"x".repeat(9000)).map(drop),
        Err(PolicyError::TooLong)
    );
}

#[test]
fn a_pattern_that_makes_other_engines_run_for_ever_is_quick() {
    let policy = Policy::parse("regexPattern((a+)+b)").unwrap();
    let password = "a".repeat(1024);
    let started = std::time::Instant::now();

    let violations = policy.check(&Candidate {
        password: &password,
        ..USER
    });

    assert_eq!(violations.len(), 1);
    assert!(started.elapsed() < std::time::Duration::from_secs(1));
}

#[test]
fn every_rule_keycloak_has_is_known() {
    let names: Vec<_> = list_rules().collect();

    for name in [
        "hashIterations",
        "hashAlgorithm",
        "forceExpiredPasswordChange",
        "passwordAge",
        "notEmail",
        "length",
        "maxLength",
        "upperCase",
        "lowerCase",
        "digits",
        "specialChars",
        "notUsername",
        "notContainsUsername",
        "regexPattern",
        "passwordHistory",
        "passwordBlacklist",
        "maxAuthAge",
        "recoveryCodesWarningThreshold",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}
