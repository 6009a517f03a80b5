//! Signing in through identity providers that stand in for real ones: what they should do, and each mistake that a
//! relying party has to see.

mod account;
mod beside;
mod essential;
mod flows;
mod goodbye;
mod hostile;
mod linking;
mod mappers;
pub(crate) mod moved;
mod op;
mod organizations;
mod presets;
mod saml;
mod scene;
mod sign_in;
mod stand_in;
mod swapped;
mod trials;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::server::Server;
use scene::Scene;

/// A check, named as a true sentence.
type Story = (&'static str, fn(&Scene));

const STORIES: &[&[Story]] = &[
    account::STORIES,
    beside::STORIES,
    essential::STORIES,
    flows::STORIES,
    goodbye::STORIES,
    hostile::STORIES,
    linking::STORIES,
    mappers::STORIES,
    presets::STORIES,
    sign_in::STORIES,
    swapped::STORIES,
    trials::STORIES,
];

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let scene = Arc::new(Scene::set(server));
    let mut trials = Vec::new();
    let name = format!("{}::federation::organizations", server.database);
    let of = Arc::clone(server);
    trials.push(Trial::test(name, move || {
        organizations::play(&of);
        Ok(())
    }));
    for row in hostile::ROWS {
        let name = format!("{}::federation::hostile::{}", server.database, row.name);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            hostile::play(row, &scene);
            Ok(())
        }));
    }
    for row in saml::ROWS {
        let name = format!("{}::federation::hostile::{}", server.database, row.name);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            saml::play(row, &scene);
            Ok(())
        }));
    }
    for row in presets::ROWS {
        let name = format!("{}::federation::preset::{}", server.database, row.id);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            presets::play(row, &scene);
            Ok(())
        }));
    }
    let stories = STORIES.iter().chain(saml::STORIES);
    for &(name, story) in stories.flat_map(|stories| stories.iter()) {
        let name = format!("{}::federation::{name}", server.database);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            story(&scene);
            Ok(())
        }));
    }
    trials
}
