//! What the admin API is sent that does not fit: it is refused in Keycloak's shape, and nothing fails by it later.

mod bodies;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::wait_for;
use crate::http::{Request, encode, text};
use crate::realm::{CALLBACK, Realm, merged};
use crate::server::Server;

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 3] = [
        (
            "no-body-that-does-not-fit-is-a-fault",
            bodies::none_is_a_fault,
        ),
        (
            "a-number-of-a-client-that-cannot-be-read-is-refused-where-it-is-new",
            numbers_of_clients,
        ),
        (
            "columns-of-people-that-nothing-is-kept-of-are-named",
            columns_that_are_lost,
        ),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::unfit::{name}", server.database), move || {
            // A file brings in what the API refuses.
            let old = json!({
                "clientId": "old", "secret": OLD_SECRET, "serviceAccountsEnabled": true, "enabled": true,
                "attributes": {"access.token.lifespan": "abc", "client.session.idle.timeout": "9223372036854775807",
                    "default.max.age": "soon",
                },
                "redirectUris": [CALLBACK],
            });
            server.keep_secret(OLD_SECRET);
            let realm = Realm::create(
                &server,
                &format!("unfit-{name:.20}"),
                json!({"clients": [old], "organizationsEnabled": true}),
            );
            story(&realm);
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

const OLD_SECRET: &str = "the long secret of an old client";

const NUMBERS: [&str; 8] = [
    "access.token.lifespan",
    "client.offline.session.idle.timeout",
    "client.offline.session.max.lifespan",
    "client.session.idle.timeout",
    "client.session.max.lifespan",
    "default.max.age",
    "oauth2.device.code.lifespan",
    "oauth2.device.polling.interval",
];

/// How long a token of a client for itself counts.
fn lifespan(realm: &Realm, client: &str, secret: &str) -> Value {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
    ];
    let answer = realm
        .server
        .send(&Request::form(&realm.path("token"), &fields));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["expires_in"].clone()
}

fn numbers_of_clients(realm: &Realm) {
    let client = realm.create_client("shop", json!({"serviceAccountsEnabled": true}));
    let find = |name: &str| {
        let found = realm.call("GET", &format!("/clients?clientId={name}"), &Value::Null);
        found.json()[0].clone()
    };
    let with = |shown: &Value, name: &str, value: &str| {
        let attributes = merged(shown["attributes"].clone(), json!({name: value}));
        merged(shown.clone(), json!({"attributes": attributes}))
    };
    let shown = find("shop");
    let path = format!("/clients/{}", text(&shown, "id"));
    for name in NUMBERS {
        for (value, status) in [
            ("abc", 400),
            ("1.5", 400),
            (" 60", 400),
            ("99999999999", 400),
            ("", 204),
            ("-1", 204),
            ("300", 204),
        ] {
            let answer = realm.call("PUT", &path, &with(&shown, name, value));
            assert_eq!(answer.status, status, "{name} {value}: {}", answer.body);
            if status == 400 {
                assert_eq!(text(&answer.json(), "error"), "invalid_input");
                assert!(answer.body.contains(name), "{}", answer.body);
            }
        }
        let new = json!({"clientId": "new", "attributes": {name: "abc"}});
        assert_eq!(realm.call("POST", "/clients", &new).status, 400, "{name}");
    }
    assert_eq!(lifespan(realm, "shop", &client.secret), json!(300));

    // What came in by a file counts as not said, and keeps nobody from changing the rest.
    assert_eq!(lifespan(realm, "old", OLD_SECRET), json!(300));
    let fields = [
        ("client_id", "old"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
    ];
    let path = format!("{}?{}", realm.path("auth"), encode(&fields));
    let page = realm.server.send(&Request::get(&path));
    assert!(page.body.contains("kc-form-login"), "{}", page.status);
    let old = find("old");
    let path = format!("/clients/{}", text(&old, "id"));
    let renamed = merged(old, json!({"name": "An old one"}));
    let answer = realm.call("PUT", &path, &renamed);
    assert_eq!(answer.status, 204, "{}", answer.body);
    let changed = with(&renamed, "access.token.lifespan", "def");
    assert_eq!(realm.call("PUT", &path, &changed).status, 400);
    let mended = with(&renamed, "access.token.lifespan", "120");
    assert_eq!(realm.call("PUT", &path, &mended).status, 204);
    assert_eq!(lifespan(realm, "old", OLD_SECRET), json!(120));
}

/// Brings people in; what the job says when it is over.
fn bring_in(realm: &Realm, table: &str) -> Value {
    let order = json!({"kind": "import-users", "existing": "update", "text": table});
    let made = realm.call("POST", "/ui-ext/jobs", &order);
    assert_eq!(made.status, 201, "{}", made.body);
    let at = made.location().unwrap_or_default();
    let path = format!("/ui-ext/jobs/{}", at.rsplit('/').next().unwrap_or_default());
    let look = || realm.call("GET", &path, &Value::Null).json();
    wait_for("the people are brought in", || look()["state"] == "done");
    look()
}

fn columns_that_are_lost(realm: &Realm) {
    let profile = json!({"attributes": [
        {"name": "username"}, {"name": "email"},
        {"name": "team", "permissions": {"view": ["admin"], "edit": ["admin"]}},
        {"name": "badge", "permissions": {"view": ["admin"], "edit": []}},
    ]});
    let stored = realm.call("PUT", "/users/profile", &profile);
    assert_eq!(stored.status, 200, "{}", stored.body);
    let table = "username,firstName,attributes.team,attributes.badge,attributes.colour,attributes.empty\n\
                 ada,Ada,research,7,red,\nbob,,,,,\n";

    let done = bring_in(realm, table);

    let report = done["report"].as_array().unwrap();
    let columns: Vec<&str> = report
        .iter()
        .map(|line| text(&line["said"][0], "field"))
        .collect();
    assert_eq!(
        columns,
        ["firstName", "attributes.badge", "attributes.colour"],
        "{done}"
    );
    assert_eq!((&done["handled"], &done["failed"]), (&json!(2), &json!(0)));
    for line in report {
        assert_eq!(line["line"], 1);
        assert!(
            text(line, "problem").contains("nothing of this column is kept"),
            "{line}"
        );
    }
    let ada = realm
        .call("GET", "/users?username=ada&exact=true", &Value::Null)
        .json();
    assert_eq!(ada[0]["attributes"], json!({"team": ["research"]}), "{ada}");

    // Where others are kept, nothing is lost.
    let open = merged(profile, json!({"unmanagedAttributePolicy": "ADMIN_EDIT"}));
    assert_eq!(realm.call("PUT", "/users/profile", &open).status, 200);
    let done = bring_in(realm, "username,attributes.colour\nada,blue\n");
    assert_eq!(done["report"], json!([]), "{done}");
    let ada = realm
        .call("GET", "/users?username=ada&exact=true", &Value::Null)
        .json();
    assert_eq!(ada[0]["attributes"]["colour"], json!(["blue"]), "{ada}");
}
