//! Who the last administrator of all realms is, whom nothing takes away.

use cloakroom_model::id::{ClientUuid, RoleId, UserId};
use cloakroom_model::realm::{self, MASTER};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Fault, client, user};

use super::store::{Store, application, on_each, person};

fn rename(store: &Store, name: &'static str) {
    let done = store.write(move |cx| {
        let settings = cx.realm.settings.clone();
        realm::update(cx, name, true, &settings)
    });
    assert!(done.unwrap());
}

/// Makes the realm `master`, with a role `admin` that ada has.
fn master(store: &Store) {
    rename(store, MASTER);
    store
        .write(|cx| {
            let admin = Role {
                id: RoleId::new("admin"),
                container_id: cx.realm.id.as_str().to_owned(),
                client_role: false,
                name: "admin".to_owned(),
                description: None,
                attributes: Default::default(),
            };
            role::insert(cx, &admin)?;
            user::insert(cx, &person("ada"))?;
            user::grant_role(cx, &UserId::new("ada"), &admin.id)
        })
        .unwrap();
}

fn is_last(store: &Store, id: &'static str) -> bool {
    store
        .write(move |cx| user::is_last_administrator(cx, &UserId::new(id)))
        .unwrap()
}

#[test]
fn a_person_is_the_last_administrator_until_another_is_one_too() {
    on_each(|store| {
        master(store);
        store.write(|cx| user::insert(cx, &person("bob"))).unwrap();
        assert!(is_last(store, "ada"));
        assert!(!is_last(store, "bob"));

        store
            .write(|cx| user::grant_role(cx, &UserId::new("bob"), &RoleId::new("admin")))
            .unwrap();

        assert!(!is_last(store, "ada"));
        assert!(!is_last(store, "bob"));
    });
}

#[test]
fn a_service_account_administers_as_long_as_its_client_can_use_it() {
    on_each(|store| {
        master(store);
        let working = |change: fn(&mut client::Draft)| {
            let mut draft = application("robot");
            draft.settings.service_accounts_enabled = true;
            draft.settings.full_scope_allowed = true;
            change(&mut draft);
            draft
        };
        let first = working(|_| {});
        store
            .write(move |cx| {
                client::insert(cx, &first)?;
                let mut account = person("service-account-robot");
                account.service_account_client = Some(ClientUuid::new("robot"));
                user::insert(cx, &account)?;
                user::grant_role(cx, &account.id, &RoleId::new("admin"))?;
                Ok::<_, Fault>(())
            })
            .unwrap();
        assert!(!is_last(store, "ada"));

        let rows: [fn(&mut client::Draft); 5] = [
            |draft| draft.enabled = false,
            |draft| draft.settings.public_client = true,
            |draft| draft.settings.bearer_only = true,
            |draft| draft.settings.service_accounts_enabled = false,
            |draft| draft.settings.full_scope_allowed = false,
        ];
        for (row, change) in rows.into_iter().enumerate() {
            let draft = working(change);
            store.write(move |cx| client::update(cx, &draft)).unwrap();

            assert!(is_last(store, "ada"), "{row}");
        }
        let again = working(|_| {});
        store.write(move |cx| client::update(cx, &again)).unwrap();
        assert!(!is_last(store, "ada"));
    });
}

#[test]
fn another_realm_has_no_last_administrator() {
    on_each(|store| {
        master(store);
        rename(store, "acme");

        assert!(!is_last(store, "ada"));
    });
}
