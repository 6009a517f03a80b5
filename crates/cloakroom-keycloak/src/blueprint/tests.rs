//! Tests what a new realm holds, in a real database.

use cloakroom_model::db::{Db, Settings as DbSettings};
use cloakroom_model::{Changes, Link, Vault, client, flow, user};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

fn draft(name: &str) -> NewRealm {
    NewRealm {
        id: None,
        name: name.to_owned(),
        enabled: true,
        settings: settings::defaults().unwrap(),
        keys: Vec::new(),
    }
}

/// Runs `work` in a fresh database, as a request to the realm that does not exist yet.
fn in_fresh_database<T: Send + 'static>(
    work: impl Fn(&mut Cx<'_>) -> Result<T> + Send + 'static,
) -> T {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("test.db").display());
    let db = Db::open(DbSettings { url, readers: 1 }).unwrap();
    let done = db.write_blocking(move |conn| {
        let outside = Arc::new(Realm::empty(RealmRow {
            id: RealmId::new("none"),
            name: String::new(),
            enabled: true,
            version: 1,
            settings: Settings::default(),
        }));
        let mut rng = StdRng::seed_from_u64(1);
        let vault = Vault::new(&[1; 32])?;
        let mut changes = Changes::default();
        let mut cx = Cx {
            db: Link::Open(conn),
            realm: &outside,
            now: cloakroom_model::Timestamp::from_seconds(1),
            rng: &mut rng,
            vault: &vault,
            changes: &mut changes,
        };
        work(&mut cx)
    });
    done.unwrap()
}

#[test]
fn a_new_realm_holds_what_a_new_keycloak_realm_holds() {
    let (clients, scopes, flows, actions) = in_fresh_database(|cx| {
        let master = create_master(cx, draft("master"))?.unwrap();
        let mut at_master = cx.in_realm(&master);
        let realm = insert_realm(&mut at_master, draft("shop"))?.unwrap();
        let mut inside = at_master.in_realm(&realm);
        let query = client::Query {
            max: 100,
            ..client::Query::default()
        };
        Ok((
            client::list(&mut inside, &query)?,
            cloakroom_model::scope::list(&mut inside)?,
            flow::list(&mut inside)?,
            flow::list_actions(&mut inside)?,
        ))
    });

    let names: Vec<_> = clients.iter().map(|one| one.client_id.as_str()).collect();
    assert_eq!(
        names,
        [
            "account",
            "account-console",
            "admin-cli",
            "broker",
            "realm-management",
            "security-admin-console"
        ]
    );
    assert!(clients.iter().all(|one| one.default_scopes.len() == 6));
    assert!(clients.iter().all(|one| one.optional_scopes.len() == 5));
    assert_eq!(scopes.len(), 15);
    let mappers: usize = scopes.iter().map(|scope| scope.mappers.len()).sum();
    assert_eq!(mappers, 35);
    assert_eq!((flows.len(), actions.len()), (21, 14));
}

#[test]
fn the_administrator_of_master_has_every_role_of_every_realm() {
    let counted = in_fresh_database(|cx| {
        let master = create_master(cx, draft("master"))?.unwrap();
        let mut at_master = cx.in_realm(&master);
        insert_realm(&mut at_master, draft("shop"))?.unwrap();
        let admin = admin_role(&mut at_master)?.unwrap();
        let all = role::graph(&mut at_master)?.expand([admin]);
        assert!(user::find_by_username(&mut at_master, "nobody")?.is_none());
        Ok(all.len())
    });

    // `admin`, `create-realm`, and 21 for each of the two realms.
    assert_eq!(counted, 2 + 2 * 21);
}

#[test]
fn a_name_is_given_to_one_realm_only() {
    let second = in_fresh_database(|cx| {
        let master = create_master(cx, draft("master"))?.unwrap();
        let mut at_master = cx.in_realm(&master);
        insert_realm(&mut at_master, draft("shop"))?;
        Ok(insert_realm(&mut at_master, draft("shop"))?.is_none())
    });

    assert!(second);
}

#[test]
fn a_flow_to_sign_in_by_is_not_put_in_around_one_of_the_realms_own() {
    let (first, is_there, second, is_there_then) = in_fresh_database(|cx| {
        let master = create_master(cx, draft("master"))?.unwrap();
        let mut at_master = cx.in_realm(&master);
        let mut lacking = draft("shop");
        lacking.settings.rest.remove("browserFlow");
        let realm = insert_realm(&mut at_master, lacking)?.unwrap();
        let mut inside = at_master.in_realm(&realm);
        let cx = &mut inside;
        let named = |cx: &mut Cx<'_>, alias: &str| -> Result<Option<flow::Flow>> {
            let all = flow::list(cx)?;
            Ok(all.into_iter().find(|one| one.alias == alias))
        };
        let (browser, forms) = (named(cx, "browser")?.unwrap(), named(cx, "forms")?.unwrap());
        // What is inside goes with it.
        flow::remove(cx, &browser.id)?;
        let built_in = false;
        flow::insert(cx, &flow::Flow { built_in, ..forms })?;
        let first = put_in_lacking(cx)?;
        let is_there = named(cx, "browser")?.is_some();
        let own = named(cx, "forms")?.unwrap();
        flow::remove(cx, &own.id)?;
        let second = put_in_lacking(cx)?;
        Ok((first, is_there, second, named(cx, "browser")?.is_some()))
    });

    let (setting, flow) = ("browserFlow", "browser");
    assert_eq!(first, [(setting, flow, Some("forms".to_owned()))]);
    assert_eq!(second, [(setting, flow, None)]);
    assert!(!is_there && is_there_then);
}
