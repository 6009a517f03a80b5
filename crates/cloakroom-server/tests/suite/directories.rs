//! People who come from directories: Debian's slapd and krb5-kdc, Samba as an Active Directory, and servers that lie.

mod active_directory;
mod administration;
mod authority;
mod gate;
mod guesses;
mod hostile;
mod injection;
mod kdc;
mod kerberos;
mod ledger;
mod liar;
mod lies;
mod moved;
mod passwords;
mod samba;
mod scene;
mod sign_in;
mod slapd;
mod tickets;
mod upstream;
mod vendors;
mod writing;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::server::Server;
pub(crate) use authority::{Authority, NETWORK};
use kdc::Kdc;
use samba::Samba;
use scene::Scene;
use slapd::Slapd;

/// A check, named as a true sentence.
type Story = (&'static str, fn(&Scene));

/// The tests against each server; one directory of each kind serves them all.
pub(crate) fn trials(servers: &[Arc<Server>], authority: &Authority) -> Vec<Trial> {
    let slapd = Arc::new(Slapd::start(authority));
    let distrusted = Arc::new(Slapd::start_distrusted(authority));
    let samba = Arc::new(Samba::begin(authority));
    let kdc = Arc::new(Kdc::start(authority));
    let mut trials = Vec::new();
    for server in servers {
        let scene = Arc::new(Scene::set(server, (&slapd, &distrusted), (&samba, &kdc)));
        let stories = [
            sign_in::STORIES,
            administration::STORIES,
            hostile::STORIES,
            active_directory::STORIES,
            upstream::STORIES,
            writing::STORIES,
            injection::STORIES,
            guesses::STORIES,
            kerberos::STORIES,
            tickets::STORIES,
            passwords::STORIES,
            moved::STORIES,
            vendors::STORIES,
        ];
        for &(name, story) in stories.iter().flat_map(|stories| stories.iter()) {
            let name = format!("{}::directories::{name}", server.database);
            let scene = Arc::clone(&scene);
            let needs_root = name.contains("active-directory");
            let trial = Trial::test(name, move || {
                story(&scene);
                Ok(())
            });
            // An Active Directory listens at ports that only root may take.
            trials.push(trial.with_ignored_flag(needs_root && !samba::may_run()));
        }
        for row in hostile::NAMES {
            let name = format!("{}::directories::hostile::name::{}", server.database, row.0);
            let scene = Arc::clone(&scene);
            trials.push(Trial::test(name, move || {
                hostile::play_name(row, &scene);
                Ok(())
            }));
        }
        for row in lies::LIES {
            let name = format!(
                "{}::directories::hostile::server::{}",
                server.database, row.name
            );
            let scene = Arc::clone(&scene);
            trials.push(Trial::test(name, move || {
                lies::play(row, &scene);
                Ok(())
            }));
        }
    }
    trials
}
