//! What a directory cannot take from the last administrator.

use cloakroom_model::component::{self, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::realm::{self, MASTER};
use cloakroom_testkit::World;

use super::super::membership::ROLE;
use super::*;

fn made(id: &str, kind: &str, parent: &str, config: &[(&str, &str)]) -> Component {
    let each = config
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
    Component {
        id: ComponentId::new(id),
        parent_id: parent.to_owned(),
        name: Some(id.to_owned()),
        provider_id: kind.to_owned(),
        provider_type: super::super::FAMILY.to_owned(),
        sub_type: None,
        config: each.collect(),
        secrets: Config::new(),
    }
}

/// The realm `master` with ada, who has the role `admin` by a mapper of her directory, and bob, who has no role.
fn master() -> (World, Directory) {
    let world = World::new(Vec::new(), |_| {});
    for name in ["ada", "bob"] {
        world.add_user(name, true);
    }
    let roles = [
        ("roles.dn", "ou=roles,dc=x"),
        (
            "user.roles.retrieve.strategy",
            "GET_ROLES_FROM_USER_MEMBEROF_ATTRIBUTE",
        ),
    ];
    let home = made("dir", "ldap", "realm", &[]);
    let directory = Directory::of(home.clone(), &[made("roles", ROLE, "dir", &roles)]);
    world.run(move |cx| {
        let settings = cx.realm.settings.clone();
        realm::update(cx, MASTER, true, &settings)?;
        component::insert(cx, &home)
    });
    world.run(|cx| {
        let ada = user::find_by_username(cx, "ada")?.unwrap();
        let entry = Link {
            component: ComponentId::new("dir"),
            external_id: "e1".to_owned(),
            dn: "uid=ada,dc=x".to_owned(),
        };
        link::insert(cx, &ada.id, &entry)?;
        let role = user::administering_role(cx)?.unwrap();
        user::grant_role(cx, &ada.id, &role)?;
        link::give(cx, &ada.id, role.as_str(), "roles")
    });
    (world, directory)
}

/// What the directory says of ada now: no role, and nothing else of her has changed.
fn ada(enabled: bool) -> Person {
    Person {
        external_id: "e1".to_owned(),
        dn: "uid=ada,dc=x".to_owned(),
        username: "ada".to_owned(),
        enabled: Some(enabled),
        ..Person::default()
    }
}

/// Takes her over; what became of it, and whether she is enabled and administers.
fn take_over(world: &World, directory: &Directory, person: Person) -> (Adopted, bool, bool) {
    let directory = directory.clone();
    world.run(move |cx| {
        let adopted = adopt(cx, &directory, &person, None, false)?.unwrap();
        let ada = user::find(cx, &adopted.user().id)?.unwrap();
        let role = user::administering_role(cx)?.unwrap();
        let has = user::direct_roles(cx, &ada.id)?.contains(&role);
        Ok::<_, Fault>((adopted, ada.enabled, has))
    })
}

#[test]
fn a_directory_neither_switches_the_last_administrator_off_nor_takes_the_role_back() {
    let (world, directory) = master();

    let (adopted, is_enabled, has_role) = take_over(&world, &directory, ada(false));

    assert!(matches!(adopted, Adopted::Kept(_)), "{adopted:?}");
    assert_eq!((is_enabled, has_role), (true, true));
}

#[test]
fn of_two_administrators_one_may_go_by_a_directory() {
    let (world, directory) = master();
    world.run(|cx| {
        let bob = user::find_by_username(cx, "bob")?.unwrap();
        let role = user::administering_role(cx)?.unwrap();
        user::grant_role(cx, &bob.id, &role)
    });

    let (adopted, is_enabled, has_role) = take_over(&world, &directory, ada(false));

    assert!(!matches!(adopted, Adopted::Kept(_)), "{adopted:?}");
    assert_eq!((is_enabled, has_role), (false, false));
}
