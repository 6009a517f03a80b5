//! One of each page that people see, with example data: nothing of it is stored, and nobody is signed in by it.
//!
//! The templates are those of the pages themselves.

mod account;
mod asked;
mod ends;

use askama::Template;
use cloakroom_model::Realm;
use cloakroom_web::page::{ClientShown, Layout, Link, UsernameLabel};

/// What an example is made with: the frame in the look that is chosen, and what the realm offers its people.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) layout: Layout,
    pub(super) label: UsernameLabel,
    /// The browser may stay signed in.
    pub(super) remembers: bool,
    /// Whoever has forgotten the password may set a new one.
    pub(super) resets: bool,
    /// People may register.
    pub(super) registers: bool,
}

impl Look {
    /// What this realm offers.
    pub(super) fn of(realm: &Realm, layout: Layout) -> Self {
        let settings = &realm.settings;
        let label = match settings.registration_email_as_username {
            true => UsernameLabel::Email,
            false if settings.login_with_email_allowed => UsernameLabel::UsernameOrEmail,
            false => UsernameLabel::Username,
        };
        Self {
            layout,
            label,
            remembers: settings.remember_me,
            resets: settings.reset_password_allowed,
            registers: settings.registration_allowed,
        }
    }
}

/// The name of an example, the key of its words, and the page.
pub(super) type Example = (
    &'static str,
    &'static str,
    fn(&Look) -> Result<String, askama::Error>,
);

/// All examples, in the order in which people come to the pages.
pub(super) const EXAMPLES: &[Example] = &[
    ("sign-in", "example-sign-in", |look| {
        asked::sign_in(look).render()
    }),
    ("wrong-password", "example-wrong-password", |look| {
        asked::wrong_password(look).render()
    }),
    ("other-ways", "example-other-ways", |look| {
        asked::other_ways(look).render()
    }),
    ("again", "example-again", |look| asked::again(look).render()),
    ("name", "example-name", |look| asked::name(look).render()),
    ("organization", "example-organization", |look| {
        asked::organization(look).render()
    }),
    ("register", "example-register", |look| {
        account::register(look).render()
    }),
    ("register-refused", "example-register-refused", |look| {
        account::register_refused(look).render()
    }),
    ("forgotten", "example-forgotten", |look| {
        asked::forgotten(look).render()
    }),
    ("code", "example-code", |look| asked::code(look).render()),
    ("recovery-code", "example-recovery-code", |look| {
        asked::recovery_code(look).render()
    }),
    ("passkey", "example-passkey", |look| {
        asked::passkey(look).render()
    }),
    ("set-up-code", "example-set-up-code", |look| {
        account::set_up_code(look).render()
    }),
    ("set-up-paper", "example-set-up-paper", |look| {
        account::set_up_paper(look).render()
    }),
    ("set-up-passkey", "example-set-up-passkey", |look| {
        account::set_up_passkey(look).render()
    }),
    ("update-password", "example-update-password", |look| {
        account::update_password(look).render()
    }),
    ("update-profile", "example-update-profile", |look| {
        account::update_profile(look).render()
    }),
    ("terms", "example-terms", |look| ends::terms(look).render()),
    ("consent", "example-consent", |look| {
        ends::consent(look).render()
    }),
    ("device", "example-device", |look| {
        asked::device(look).render()
    }),
    ("info", "example-info", |look| ends::info(look).render()),
    ("error", "example-error", |look| ends::error(look).render()),
    ("expired", "example-expired", |look| {
        ends::expired(look).render()
    }),
    ("logout", "example-logout", |look| {
        ends::logout(look).render()
    }),
    ("signed-out", "example-signed-out", |look| {
        ends::signed_out(look).render()
    }),
    ("account", "example-account", |look| {
        account::account(look).render()
    }),
];

/// The example with this name.
pub(super) fn find(name: &str) -> Option<Example> {
    EXAMPLES.iter().find(|(own, ..)| *own == name).copied()
}

/// Where links lead and forms go.
fn nowhere() -> String {
    "#".to_owned()
}

/// Who is at the browser.
fn somebody() -> String {
    "ada@example.org".to_owned()
}

fn client() -> ClientShown {
    ClientShown::new("Grafana", Some("https://grafana.example.org/login"))
}

fn back() -> Option<(ClientShown, Link)> {
    Link::parse("https://grafana.example.org/").map(|link| (client(), link))
}

#[cfg(test)]
mod tests;
