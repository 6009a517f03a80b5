//! Modules about when the user is asked: `prompt`, `max_age`, and a session that is enough.

use std::time::Duration;

use super::Module;
use super::party::{Asked, Party, Tokens, seconds};
use crate::browser::Browser;
use crate::server::pause;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-prompt-login", prompt_login),
    ("oidcc-prompt-none-not-logged-in", prompt_none_not_logged_in),
    ("oidcc-prompt-none-logged-in", prompt_none_logged_in),
    ("oidcc-max-age-1", max_age_1),
    ("oidcc-max-age-10000", max_age_10000),
    ("oidcc-id-token-hint", id_token_hint),
];

/// What the user was asked between two sign-ins, and whether the second proved the user again.
fn again(party: &Party, browser: &mut Browser, asked: &Asked) -> (Tokens, usize) {
    let before = browser.asked.len();
    let tokens = party.sign_in(browser, asked);
    (tokens, browser.asked.len() - before)
}

fn check_same(first: &Tokens, second: &Tokens) {
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert_eq!(
        seconds(&first.claims, "auth_time"),
        seconds(&second.claims, "auth_time")
    );
}

fn prompt_login(party: &Party) {
    let mut browser = party.browser();
    let first = party.sign_in(&mut browser, &party.asks());
    pause(Duration::from_millis(1100));

    let (second, questions) = again(party, &mut browser, &party.asks().with("prompt", "login"));

    assert_eq!(questions, 1, "the user is not asked again");
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert!(seconds(&second.claims, "auth_time") > seconds(&first.claims, "auth_time"));
}

fn prompt_none_not_logged_in(party: &Party) {
    let asked = party.asks().with("prompt", "none");

    let place = party.browser().open(&party.target(&asked));
    let callback = party.delivered(place, &asked);

    assert_eq!(callback.get("error"), "login_required");
    assert_eq!(callback.get("code"), "");
}

fn prompt_none_logged_in(party: &Party) {
    let mut browser = party.browser();
    let first = party.sign_in(&mut browser, &party.asks());

    let (second, questions) = again(party, &mut browser, &party.asks().with("prompt", "none"));

    assert_eq!(questions, 0);
    check_same(&first, &second);
}

fn max_age_1(party: &Party) {
    let mut browser = party.browser();
    let first = party.sign_in(&mut browser, &party.asks());
    // The module's name says one second; its code waits for two.
    pause(Duration::from_secs(2));

    let (second, questions) = again(party, &mut browser, &party.asks().with("max_age", "1"));

    assert_eq!(questions, 1, "the user is not asked again");
    assert!(seconds(&second.claims, "auth_time") > seconds(&first.claims, "auth_time"));
}

fn max_age_10000(party: &Party) {
    let mut browser = party.browser();
    let first = party.sign_in(&mut browser, &party.asks().with("max_age", "15000"));

    let (second, questions) = again(party, &mut browser, &party.asks().with("max_age", "10000"));

    assert_eq!(questions, 0);
    check_same(&first, &second);
}

fn id_token_hint(party: &Party) {
    let mut browser = party.browser();
    let first = party.sign_in(&mut browser, &party.asks());
    let asked = party
        .asks()
        .with("prompt", "none")
        .with("id_token_hint", &first.id);

    let (second, questions) = again(party, &mut browser, &asked);

    assert_eq!(questions, 0);
    check_same(&first, &second);
}
