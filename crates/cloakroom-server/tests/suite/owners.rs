//! Whose the resources of a client are after an import of its authorization settings.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::text;
use crate::realm::Realm;
use crate::server::Server;

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let server = Arc::clone(server);
    let name = format!("{}::owners::of-imported-resources", server.database);
    vec![Trial::test(name, move || {
        stay_whose_they_are(&Realm::create(&server, "owners", json!({})));
        Ok(())
    })]
}

fn stay_whose_they_are(realm: &Realm) {
    let settings = json!({"serviceAccountsEnabled": true, "authorizationServicesEnabled": true});
    realm.create_client("shop", settings);
    let found = realm.call("GET", "/clients?clientId=shop", &Value::Null);
    let found = found.json();
    let shop = text(&found[0], "id");
    // Somebody is called as the client is.
    realm.create_person("shop", json!({}));
    let grace = realm.create_person("grace", json!({}));
    let server = format!("/clients/{shop}/authz/resource-server");
    let settings = json!({"resources": [
        {"name": "by-both", "owner": {"id": shop, "name": "shop"}},
        {"name": "by-name", "owner": {"name": "shop"}},
        {"name": "of-grace", "owner": {"id": "an id of another server", "name": "grace"}},
    ]});
    let taken = realm.call("POST", &format!("{server}/import"), &settings);
    assert_eq!(taken.status, 204, "{}", taken.body);
    for (name, owner) in [
        ("by-both", shop),
        ("by-name", shop),
        ("of-grace", &grace.id),
    ] {
        let path = format!("{server}/resource?name={name}&deep=true&exactName=true");
        let shown = realm.call("GET", &path, &Value::Null).json();
        assert_eq!(shown[0]["owner"]["id"], json!(owner), "{name}: {shown}");
    }
}
