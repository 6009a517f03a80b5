//! What somebody does not want to be asked for, and what is set up: neither is a way around the other.

use std::collections::BTreeSet;

use super::super::*;
use super::flow;

const FORM: &str = "auth-username-password-form REQUIRED";

fn facts(has: &[&str], may_set_up: &[&str], declined: &[&str]) -> Facts {
    let all = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let mut credentials = all(has);
    credentials.insert("password".to_owned());
    Facts {
        person: Some(Person {
            credentials,
            may_set_up: all(may_set_up),
            ..Person::default()
        }),
        declined: all(declined),
        ..Facts::default()
    }
}

fn missing(course: &Course) -> Vec<&str> {
    course.missing().collect()
}

#[test]
fn nothing_is_set_up_in_place_of_what_was_declined() {
    let code_or_key = flow(&format!(
        "{FORM}, +code ALTERNATIVE, .auth-otp-form REQUIRED, +key ALTERNATIVE, .webauthn-authenticator REQUIRED"
    ));
    let code_or_key = Tree {
        steps: vec![
            code_or_key.steps[0].clone(),
            Node {
                requirement: "REQUIRED".to_owned(),
                flow: Some(Tree {
                    steps: code_or_key.steps[1..].to_vec(),
                    ..code_or_key.clone()
                }),
                authenticator: None,
                ..code_or_key.steps[1].clone()
            },
        ],
        ..code_or_key
    };
    let both = ["otp", "webauthn"];
    let course = decide(&code_or_key, &facts(&["otp"], &["webauthn"], &[]));
    assert_eq!(course.asked().collect::<Vec<_>>(), ["otp"]);
    // Else whoever knows the password and has no app for codes would get a key of their own.
    let course = decide(&code_or_key, &facts(&["otp"], &["webauthn"], &["otp"]));
    assert!(matches!(course.end, End::Refused(_)), "{:?}", course.end);
    assert!(missing(&course).is_empty());
    // Who has both may decline one, and who has neither sets up the first.
    let course = decide(&code_or_key, &facts(&both, &[], &["otp"]));
    assert_eq!(course.asked().collect::<Vec<_>>(), ["webauthn"]);
    let course = decide(&code_or_key, &facts(&[], &both, &[]));
    assert_eq!(missing(&course), ["otp"]);
    // What is required beside is set up all the same.
    let beside = flow(&format!(
        "{FORM}, +one REQUIRED, .auth-recovery-authn-code-form ALTERNATIVE, .auth-otp-form ALTERNATIVE, webauthn-authenticator REQUIRED"
    ));
    let has = ["otp", "recovery-authn-codes"];
    let course = decide(
        &beside,
        &facts(&has, &["webauthn"], &["recovery-authn-codes"]),
    );
    assert_eq!(course.asked().collect::<Vec<_>>(), ["otp"]);
    assert_eq!(missing(&course), ["webauthn"]);
}

#[test]
fn whoever_has_something_is_asked_for_it_before_more_is_set_up() {
    let demands = flow(&format!("{FORM}, webauthn-authenticator REQUIRED"));
    let kinds = |has: &[&str], declined: &[&str]| {
        let facts = facts(has, &["webauthn"], declined);
        let course = decide(&demands, &facts);
        assert_eq!(missing(&course), ["webauthn"]);
        course.kinds(&facts)
    };
    assert!(kinds(&[], &[]).is_empty());
    assert_eq!(kinds(&["otp"], &[]), ["otp"]);
    assert_eq!(kinds(&["otp", "recovery-authn-codes"], &[]), ["otp"]);
    let declined = kinds(&["otp", "recovery-authn-codes"], &["otp"]);
    assert_eq!(declined, ["recovery-authn-codes"]);
    // Whoever declines all of it is asked all the same.
    assert_eq!(kinds(&["otp"], &["otp"]), ["otp"]);
    // Where the flow asks for nothing more, nobody is asked.
    let facts = facts(&["otp"], &[], &[]);
    let course = decide(&flow(FORM), &facts);
    assert!(course.kinds(&facts).is_empty());
}
