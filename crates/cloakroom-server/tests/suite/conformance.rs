//! The OpenID Foundation's certification plans "Config", "Basic", "Form Post Basic", "RP-Initiated Logout" and "Front-Channel Logout":
//! each of their modules is a test under the module's name, and checks what the module checks.

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

/// The modules that both plans for signing in have.
const BASIC: &[&[Module]] = &[
    server::MODULES,
    userinfo::MODULES,
    scope::MODULES,
    prompt::MODULES,
    hints::MODULES,
    code::MODULES,
    request_object::MODULES,
];

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let plans = [
        ("oidcc-config", Mode::Query, &[discovery::MODULES] as &[_]),
        ("oidcc-basic", Mode::Query, BASIC),
        ("oidcc-formpost-basic", Mode::FormPost, BASIC),
        ("oidcc-rp-initiated-logout", Mode::Query, &[logout::MODULES]),
        ("oidcc-frontchannel", Mode::Query, &[frontchannel::MODULES]),
    ];
    let mut trials = Vec::new();
    for (plan, mode, modules) in plans {
        let party = Arc::new(Party::register(server, plan, mode));
        match plan {
            "oidcc-rp-initiated-logout" => logout::prepare(&party),
            "oidcc-frontchannel" => frontchannel::prepare(&party),
            _ => {}
        }
        for &(name, check) in modules.iter().flat_map(|group| group.iter()) {
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
