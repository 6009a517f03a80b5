//! A realm with providers of each kind that a real Keycloak exported.

use super::Story;
use super::scene::Scene;
use super::slapd::{PEOPLE, dn_of, password_of};
use crate::federation::moved::{Directory, play};

pub(super) const STORIES: &[Story] = &[(
    "a-realm-of-keycloak-with-openid-saml-and-ldap-providers-works-without-an-edit",
    moved,
)];

fn moved(scene: &Scene) {
    let (known, new) = (scene.person("mary"), scene.person("annie"));
    let group = scene.name("wind-tunnel");
    scene.slapd.add_group(&group, &[dn_of(&known)]);
    let filter = format!("(uid={known})");
    let entry = scene.slapd.values(PEOPLE, &filter, "entryUUID").remove(0);
    let directory = Directory {
        url: scene.slapd.url(),
        known: (known.clone(), password_of(&known), entry),
        new: (new.clone(), password_of(&new)),
        group,
    };
    play(&scene.server, &directory);
}
