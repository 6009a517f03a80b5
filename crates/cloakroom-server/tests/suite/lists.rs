//! What narrows lists of the admin API beyond what Keycloak's can: people by groups, clients by their kind, both trails by a name, and
//! the figures of the first page.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::{call_with, deputy, wait_for};
use crate::http::{Request, text};
use crate::realm::Realm;
use crate::server::Server;

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 7] = [
        ("a-group-narrows-with-other-words", a_group_narrows),
        ("a-trail-is-found-by-a-name", a_trail_is_found_by_a_name),
        (
            "a-name-that-nobody-has-is-found-as-it-was-typed",
            a_typed_name_is_found,
        ),
        ("a-trail-is-about-a-thing", a_trail_is_about_a_thing),
        (
            "people-are-narrowed-by-what-they-have-beside-a-password",
            narrowed_by_factor,
        ),
        ("people-are-counted-beside-the-answer", people_are_counted),
        ("clients-are-narrowed-by-their-kind", clients_of_a_kind),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::lists::{name}", server.database), move || {
            let settings = json!({"eventsEnabled": true, "adminEventsEnabled": true, "adminEventsDetailsEnabled": true});
            let realm = Realm::create(&server, &format!("lists-{name}"), settings);
            story(&realm);
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

fn names(answer: &Value, member: &str) -> Vec<String> {
    let all = answer.as_array().into_iter().flatten();
    all.map(|one| text(one, member).to_owned()).collect()
}

fn a_group_narrows(realm: &Realm) {
    let make = |name: &str| {
        let made = realm.call("POST", "/groups", &json!({"name": name}));
        assert_eq!(made.status, 201, "{}", made.body);
        let found = realm.call(
            "GET",
            &format!("/groups?search={name}&exact=true"),
            &Value::Null,
        );
        text(&found.json()[0], "id").to_owned()
    };
    let (day, night) = (make("day"), make("night"));
    for (name, groups, enabled) in [
        ("ann", vec![&day], true),
        ("ben", vec![&day, &night], true),
        ("cat", vec![&day], false),
        ("dan", vec![], false),
    ] {
        let person = realm.create_person(name, json!({"enabled": enabled}));
        for group in groups {
            let path = format!("/users/{}/groups/{group}", person.id);
            assert_eq!(realm.call("PUT", &path, &json!({})).status, 204);
        }
    }
    let find = |query: &str| realm.call("GET", &format!("/users?{query}"), &Value::Null);
    for (query, expected) in [
        (format!("groups={day}"), vec!["ann", "ben", "cat"]),
        (format!("groups={day},{night}"), vec!["ben"]),
        (format!("groups={day}&enabled=false"), vec!["cat"]),
        (format!("groups={day}&search=ann"), vec!["ann"]),
        (format!("groups={day}&after=ann&max=1"), vec!["ben"]),
    ] {
        assert_eq!(names(&find(&query).json(), "username"), expected, "{query}");
        let count = realm.call("GET", &format!("/users/count?{query}"), &Value::Null);
        if !query.contains("max") {
            assert_eq!(count.json(), json!(expected.len()), "{query}");
        }
    }
    assert_eq!(find("groups=nowhere").status, 404);
    let many = vec!["x"; 51].join(",");
    assert_eq!(find(&format!("groups={many}")).status, 400);
    // Who may ask for people and see none learns nothing of a group.
    let asks = deputy(realm, Some("query-users"));
    let told = call_with(
        realm,
        &asks,
        "GET",
        &format!("/users?groups={day}"),
        &Value::Null,
    );
    assert_eq!((told.status, told.json()), (200, json!([])));
    let path = format!("/users/count?groups={day}&createdAfter=1");
    assert_eq!(
        call_with(realm, &asks, "GET", &path, &Value::Null).json(),
        json!(0)
    );
}

fn a_trail_is_found_by_a_name(realm: &Realm) {
    let ada = realm.create_person("ada", json!({}));
    let fields = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", "ada"),
        ("password", "a guess at nothing"),
    ];
    realm
        .server
        .send(&Request::form(&realm.path("token"), &fields));
    let find = |who: &str| {
        let path = format!("/events?type=LOGIN_ERROR&who={who}");
        let found = realm.call("GET", &path, &Value::Null).json();
        found.as_array().map_or(0, Vec::len)
    };
    assert_eq!((find("ada"), find("ADA"), find(&ada.id)), (1, 1, 1));
    assert_eq!((find("no-such-person"), find("ad")), (0, 0));
    // Who may not look for people finds what was typed, in the trail itself.
    let reader = deputy(realm, Some("view-events"));
    for (who, many) in [("ada", 1), ("ADA", 1), ("ad", 0), ("%25", 0)] {
        let path = format!("/events?type=LOGIN_ERROR&who={who}");
        let found = call_with(realm, &reader, "GET", &path, &Value::Null);
        let found = found.json().as_array().map(Vec::len);
        assert_eq!(found, Some(many), "{who}");
    }
    // Keycloak's parameter goes on to take ids alone.
    let by_id = realm.call("GET", "/events?user=ada", &Value::Null).json();
    assert_eq!(by_id, json!([]));

    let boss = deputy(realm, Some("manage-users"));
    let made = call_with(
        realm,
        &boss,
        "POST",
        "/groups",
        &json!({"name": "made by a deputy"}),
    );
    assert_eq!(made.status, 201, "{}", made.body);
    let trail = |who: &str| {
        let path = format!("/admin-events?resourceTypes=GROUP&who={who}");
        let found = realm.call("GET", &path, &Value::Null).json();
        found.as_array().map_or(0, Vec::len)
    };
    assert_eq!(
        (trail("manage-users"), trail("ada"), trail("no-such-person")),
        (1, 0, 0)
    );
    // The administrator who made the realm is of `master`.
    assert!(
        realm
            .call("POST", "/groups", &json!({"name": "made from master"}))
            .status
            == 201
    );
    assert_eq!(trail("manage-users"), 1);
}

fn a_typed_name_is_found(realm: &Realm) {
    let ada = realm.create_person("ada", json!({"email": "ada@example.org"}));
    let guess = |name: &str| {
        let fields = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", name),
            ("password", "a guess at nothing"),
        ];
        let answer = realm
            .server
            .send(&Request::form(&realm.path("token"), &fields));
        (answer.status, answer.json())
    };
    // Whoever guesses is told the same of everybody.
    let of_ada = guess("Ada@Example.org");
    for name in [" Adaa ", "Šárka_%", "correct horse", "hunter2!"] {
        assert_eq!(guess(name), of_ada, "{name}");
    }
    let find = |who: &str| {
        let who = url_encoded(who);
        let path = format!("/events?type=LOGIN_ERROR&who={who}");
        let found = realm.call("GET", &path, &Value::Null).json();
        let all = found.as_array().cloned().unwrap_or_default();
        let told = all.iter().map(|one| {
            assert_eq!(
                text(one, "error") == "user_not_found",
                one["userId"].is_null()
            );
            text(&one["details"], "username").to_owned()
        });
        told.collect::<Vec<String>>()
    };
    assert_eq!(find("adaa"), ["adaa"]);
    assert_eq!(find("ADAA"), ["adaa"]);
    assert_eq!(find(&ada.id), ["ada@example.org"]);
    assert_eq!(find("ada"), ["ada@example.org"]);
    // A part of a name, and what would be a pattern, are nobody's.
    assert_eq!(find("ad"), Vec::<String>::new());
    assert_eq!(find("ada%"), Vec::<String>::new());
    // No username looks so, and it may have been a password.
    let all = realm
        .call("GET", "/events?type=LOGIN_ERROR", &Value::Null)
        .body;
    assert!(!all.contains("horse") && !all.contains("hunter2"), "{all}");
    // Who may see events and not people finds what was typed as well.
    let watcher = deputy(realm, Some("view-events"));
    let path = "/events?type=LOGIN_ERROR&who=adaa";
    let found = call_with(realm, &watcher, "GET", path, &Value::Null).json();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn a_trail_is_about_a_thing(realm: &Realm) {
    let ada = realm.create_person("ada", json!({}));
    let eve = realm.create_person("eve", json!({}));
    let made = realm.call("POST", "/groups", &json!({"name": "night"}));
    assert_eq!(made.status, 201, "{}", made.body);
    let found = realm.call("GET", "/groups?search=night", &Value::Null);
    let group = text(&found.json()[0], "id").to_owned();
    for person in [&ada.id, &eve.id] {
        let path = format!("/users/{person}/groups/{group}");
        assert_eq!(realm.call("PUT", &path, &json!({})).status, 204);
    }
    let list = |query: &str| {
        let found = realm.call("GET", &format!("/admin-events?{query}"), &Value::Null);
        assert_eq!(found.status, 200, "{}", found.body);
        found.json().as_array().cloned().unwrap_or_default()
    };
    let about = format!("about=users/{}", ada.id);
    let all = list(&about);
    let paths: Vec<&str> = all.iter().map(|one| text(one, "resourcePath")).collect();
    let own = format!("users/{}", ada.id);
    let joined = format!("{own}/groups/{group}");
    assert_eq!(paths.len(), all.len());
    assert!(paths.contains(&own.as_str()) && paths.contains(&joined.as_str()));
    assert!(paths.iter().all(|path| path.starts_with(&own)), "{paths:?}");
    let rest = list(&format!("{about}&first=1&max=1"));
    assert_eq!(rest.first(), all.get(1));
    // One of them by its id, among those of this thing alone.
    let id = text(&all[0], "id");
    assert_eq!(list(&format!("{about}&id={id}")), all[..1]);
    assert_eq!(list(&format!("id={id}")), all[..1]);
    assert!(list(&format!("about=users/{}&id={id}", eve.id)).is_empty());
    assert!(list("about=users/%25").is_empty());
}

fn narrowed_by_factor(realm: &Realm) {
    let password = json!({"type": "password", "value": "an honest passphrase"});
    let codes = json!({
        "type": "otp",
        "secretData": r#"{"value":"GEZDGNBVGY3TQOJQ"}"#,
        "credentialData": r#"{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1"}"#,
    });
    let paper = json!({
        "type": "recovery-authn-codes",
        "secretData": r#"{"codes":[{"number":1,"encodedHashedValue":"eA"}]}"#,
        "credentialData": r#"{"hashIterations":1,"algorithm":"RS512","totalCodes":1,"remainingCodes":1}"#,
    });
    for (name, credentials) in [
        ("ada", json!([password, codes, codes])),
        ("ben", json!([password])),
        ("cat", json!([password, paper])),
        ("dan", json!([])),
    ] {
        let person = json!({"username": name, "enabled": true, "credentials": credentials});
        let made = realm.call("POST", "/users", &person);
        assert_eq!(made.status, 201, "{name}: {}", made.body);
    }
    let all = realm.call("GET", "/users", &Value::Null).json();
    assert_eq!(names(&all, "username"), ["ada", "ben", "cat", "dan"]);
    for (query, expected) in [
        ("factor=true", vec!["ada"]),
        ("factor=false", vec!["ben", "cat", "dan"]),
        ("factor=false&search=d", vec!["dan"]),
        ("factor=false&after=ben&max=1", vec!["cat"]),
        ("factor=true&enabled=false", vec![]),
    ] {
        let found = realm.call("GET", &format!("/users?{query}"), &Value::Null);
        assert_eq!(names(&found.json(), "username"), expected, "{query}");
        if !query.contains("max") {
            let count = realm.call("GET", &format!("/users/count?{query}"), &Value::Null);
            assert_eq!(count.json(), json!(expected.len()), "{query}");
        }
    }
    let ids = names(&all, "id");
    let path = format!("/ui-ext/factors?ids={},nobody", ids.join(","));
    let told = realm.call("GET", &path, &Value::Null).json();
    let expected = json!({&ids[0]: ["otp", "otp"], &ids[2]: ["recovery-authn-codes"]});
    assert_eq!(told, expected);
    // Who may ask for people and see none learns nothing of what they have.
    let asks = deputy(realm, Some("query-users"));
    let seen = call_with(realm, &asks, "GET", "/users?factor=true", &Value::Null);
    assert_eq!((seen.status, seen.json()), (200, json!([])));
    let path = "/users/count?factor=true";
    assert_eq!(
        call_with(realm, &asks, "GET", path, &Value::Null).json(),
        json!(0)
    );
    let path = format!("/ui-ext/factors?ids={}", ids[0]);
    assert_eq!(
        call_with(realm, &asks, "GET", &path, &Value::Null).status,
        403
    );
}

fn people_are_counted(realm: &Realm) {
    let told = || {
        let days = realm.call("GET", "/ui-ext/days?days=7", &Value::Null);
        assert_eq!(days.status, 200, "{}", days.body);
        days.json()["factors"].clone()
    };
    let first = told();
    let is_told = first == json!({"counting": true}) || first["people"].is_u64();
    assert!(is_told, "{first}");
    wait_for("nobody is counted", || {
        told() == json!({"people": 0, "withFactor": 0})
    });
    realm.create_person("ada", json!({}));
    wait_for("one is counted", || {
        told() == json!({"people": 1, "withFactor": 0})
    });
}

fn clients_of_a_kind(realm: &Realm) {
    let app = |signs_in: bool, acts: bool, public: bool, uri: &str| {
        json!({
            "standardFlowEnabled": signs_in, "serviceAccountsEnabled": acts, "publicClient": public,
            "redirectUris": ["https://one.example/*", uri],
        })
    };
    let all = [
        ("k-web", "web", app(true, true, false, "com.one:/back")),
        ("k-spa", "spa", app(true, false, true, "/back")),
        ("k-any", "spa", app(true, false, true, "*")),
        ("k-phone", "native", app(true, false, true, "com.one:/back")),
        ("k-job", "machine", app(false, true, false, "/back")),
        ("k-none", "api", app(false, false, false, "/back")),
        ("k-bearer", "api", json!({"bearerOnly": true})),
    ];
    for (name, _, client) in &all {
        let mut client = client.clone();
        client["clientId"] = json!(name);
        let made = realm.call("POST", "/clients", &client);
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let listed = |kind: &str| {
        let path = format!("/ui-ext/clients?type={kind}&search=k-");
        names(&realm.call("GET", &path, &Value::Null).json(), "clientId")
    };
    for kind in ["web", "spa", "native", "machine", "api"] {
        let mut those: Vec<String> = all
            .iter()
            .filter(|(_, of, _)| *of == kind)
            .map(|(name, ..)| (*name).to_owned())
            .collect();
        those.sort();
        assert_eq!(listed(kind), those, "{kind}");
    }
    // What it is follows what is changed.
    let found = realm.call("GET", "/clients?clientId=k-phone", &Value::Null);
    let mut phone = found.json()[0].clone();
    phone["redirectUris"] = json!(["https://one.example/*"]);
    realm.change(&format!("/clients/{}", text(&phone, "id")), phone);
    assert!(listed("native").is_empty());
    assert_eq!(listed("spa"), ["k-any", "k-phone", "k-spa"]);
    let unknown = realm.call("GET", "/ui-ext/clients?type=none", &Value::Null);
    assert_eq!(unknown.status, 400, "{}", unknown.body);
}
