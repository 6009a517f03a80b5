//! Modules about parameters that say what would be nice: they change a page, and never stop a sign-in.

use super::Module;
use super::party::{Party, Tokens};
use crate::browser::Page;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-display-page", display_page),
    ("oidcc-display-popup", display_popup),
    ("oidcc-login-hint", login_hint),
    ("oidcc-ui-locales", ui_locales),
    ("oidcc-claims-locales", claims_locales),
    ("oidcc-ensure-request-with-acr-values-succeeds", acr_values),
];

/// Signs in from a fresh browser, and answers the page that it was asked on as well.
fn login_page(party: &Party, name: &str, value: &str) -> (Page, Tokens) {
    let (mut browser, asked) = (party.browser(), party.asks().with(name, value));
    let page = browser.open(&party.target(&asked)).page();
    assert_eq!(page.answer.status, 200);
    assert!(page.is_login(), "{}", page.answer.body);
    let place = browser.go_on(crate::browser::Place::Page(page.clone()), &party.person);
    let callback = party.called_back(place, &asked);
    (page, party.obtain(&callback, &asked))
}

fn display_page(party: &Party) {
    login_page(party, "display", "page");
}

fn display_popup(party: &Party) {
    login_page(party, "display", "popup");
}

fn claims_locales(party: &Party) {
    login_page(party, "claims_locales", "se");
}

fn login_hint(party: &Party) {
    let hint = format!("buffy@{}", party.server().host());

    let (page, _) = login_page(party, "login_hint", &hint);

    let form = page.form("kc-form-login").unwrap();
    assert_eq!(form.get("username"), Some(hint.as_str()));
}

fn ui_locales(party: &Party) {
    for (wanted, shown) in [("se", "en"), ("de", "de"), ("se de", "de")] {
        let (page, _) = login_page(party, "ui_locales", wanted);

        assert!(
            page.answer
                .body
                .contains(&format!("<html lang=\"{shown}\"")),
            "{wanted}"
        );
    }
}

fn acr_values(party: &Party) {
    let listed = party.metadata["acr_values_supported"].as_array().unwrap();
    let listed: Vec<&str> = listed.iter().filter_map(|value| value.as_str()).collect();

    let (_, tokens) = login_page(party, "acr_values", &listed.join(" "));

    let reached = tokens.claims["acr"].as_str().unwrap_or_default();
    assert!(listed.contains(&reached), "{reached} is none of {listed:?}");
}
