//! The OpenID Foundation's certification plans "Config", "Basic", "Implicit", "Hybrid", "RP-Initiated Logout" and "Front-Channel Logout",
//! and those with "Form Post": each of their modules is a test under the module's name, and checks what the module checks.

mod code;
mod discovery;
mod frontchannel;
mod hints;
mod logout;
pub(crate) mod party;
mod prompt;
mod request_object;
mod scope;
mod server;
mod userinfo;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::server::Server;
use party::{Mode, Party};

type Module = (&'static str, fn(&Party));

/// The modules that the plans for signing in have.
const BASIC: &[&[Module]] = &[
    server::MODULES,
    userinfo::MODULES,
    scope::MODULES,
    prompt::MODULES,
    hints::MODULES,
    code::MODULES,
    request_object::MODULES,
];

/// A plan: its name, how the provider answers, with what, and its modules.
type Plan = (
    &'static str,
    Mode,
    &'static str,
    &'static [&'static [Module]],
);

/// Those for tokens by the browser run once for each response type, and once more by form for the one that has all there is.
const PLANS: &[Plan] = &[
    ("oidcc-config", Mode::Query, "code", &[discovery::MODULES]),
    ("oidcc-basic", Mode::Query, "code", BASIC),
    ("oidcc-formpost-basic", Mode::FormPost, "code", BASIC),
    ("oidcc-implicit-1", Mode::Fragment, "id_token", BASIC),
    ("oidcc-implicit-2", Mode::Fragment, "id_token token", BASIC),
    (
        "oidcc-formpost-implicit",
        Mode::FormPost,
        "id_token token",
        BASIC,
    ),
    ("oidcc-hybrid-1", Mode::Fragment, "code id_token", BASIC),
    ("oidcc-hybrid-2", Mode::Fragment, "code token", BASIC),
    (
        "oidcc-hybrid-3",
        Mode::Fragment,
        "code id_token token",
        BASIC,
    ),
    (
        "oidcc-formpost-hybrid",
        Mode::FormPost,
        "code id_token token",
        BASIC,
    ),
    (
        "oidcc-rp-initiated-logout",
        Mode::Query,
        "code",
        &[logout::MODULES],
    ),
    (
        "oidcc-frontchannel",
        Mode::Query,
        "code",
        &[frontchannel::MODULES],
    ),
];

/// The certification has this module for this response type.
fn is_for(response_type: &str, module: &str) -> bool {
    let has = |part: &str| response_type.split(' ').any(|own| own == part);
    let is_about_codes = code::MODULES.iter().any(|(name, _)| *name == module);
    match module {
        "oidcc-ensure-request-without-nonce-fails" => has("id_token"),
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => !has("id_token"),
        "oidcc-idtoken-unsigned" => response_type == "code",
        "oidcc-server-client-secret-post" | "oidcc-ensure-request-with-valid-pkce-succeeds" => {
            has("code")
        }
        _ if is_about_codes => has("code"),
        // Without an access token there is nothing to ask with.
        _ if module.starts_with("oidcc-userinfo-") => has("code") || has("token"),
        _ => true,
    }
}

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for &(plan, mode, response_type, modules) in PLANS {
        let party = Arc::new(Party::register(server, plan, (mode, response_type)));
        match plan {
            "oidcc-rp-initiated-logout" => logout::prepare(&party),
            "oidcc-frontchannel" => frontchannel::prepare(&party),
            _ => {}
        }
        let modules = modules.iter().flat_map(|group| group.iter());
        for &(name, check) in modules.filter(|(name, _)| is_for(response_type, name)) {
            let name = format!("{}::{plan}::{name}", server.database);
            let party = Arc::clone(&party);
            trials.push(Trial::test(name, move || {
                check(&party);
                Ok(())
            }));
        }
    }
    trials
}
