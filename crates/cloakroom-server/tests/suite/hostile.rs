//! Hostile and malformed requests: most are rows of the tables in this folder, those with a history are stories, and
//! after each request the same room checks what must hold whatever was sent.

pub(crate) mod administration;
mod assertion;
mod borders;
mod consent;
mod device;
mod documents;
mod elsewhere;
mod flood;
mod grant;
mod invariant;
mod lasting;
mod names;
mod often;
mod outcome;
mod photos;
mod pressure;
mod pushed;
mod races;
mod registration;
mod request_object;
mod scene;
mod session;
mod sign_in;
mod signed_answer;
mod table;
mod timing;
mod wire;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::server::Server;
use scene::Scene;

/// A check that takes more than one request, named as a true sentence.
type Story = (&'static str, fn(&Scene));

const STORIES: &[&[Story]] = &[
    administration::STORIES,
    assertion::STORIES,
    borders::STORIES,
    consent::STORIES,
    device::STORIES,
    documents::STORIES,
    flood::STORIES,
    grant::STORIES,
    lasting::STORIES,
    names::STORIES,
    pressure::STORIES,
    pushed::STORIES,
    races::STORIES,
    registration::STORIES,
    request_object::STORIES,
    session::STORIES,
    sign_in::STORIES,
    signed_answer::STORIES,
    wire::STORIES,
];

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let scene = Arc::new(Scene::set(server));
    let mut trials = Vec::new();
    for row in table::rows() {
        let name = format!("{}::hostile::{} {}", server.database, row.id, row.why);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            row.play(&scene);
            Ok(())
        }));
    }
    for &(name, story) in STORIES.iter().flat_map(|stories| stories.iter()) {
        let name = format!("{}::hostile::{name}", server.database);
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            story(&scene);
            Ok(())
        }));
    }
    if often::is_long() {
        for &(name, story) in timing::STORIES {
            let name = format!("{}::hostile::{name}", server.database);
            let scene = Arc::clone(&scene);
            trials.push(Trial::test(name, move || {
                story(&scene);
                Ok(())
            }));
        }
    }
    trials
}
