//! Files that are no realms, or that would break one: each is refused with a reason, and nothing of it
//! is left behind.

use serde_json::{Value, json};

use crate::server::Installation;

/// A realm with these members.
fn realm(members: Value) -> String {
    let mut realm = json!({"realm": "bad", "enabled": true});
    let all = realm.as_object_mut().unwrap();
    all.extend(members.as_object().unwrap().clone());
    realm.to_string()
}

/// A text, and a part of the sentence that refuses it.
type Row = (String, &'static str);

#[test]
fn a_file_that_is_no_realm_is_refused_with_a_reason_and_leaves_nothing() {
    let here = Installation::new();
    for table in [
        no_realms(),
        bad_settings_and_flows(),
        bad_clients_and_roles(),
        bad_people(),
    ] {
        for (text, why) in &table {
            let refused = here.refusal(text);
            assert!(
                refused.contains(why),
                "{text:.120}\n  {refused}\n  does not say: {why}"
            );
        }
    }

    let folder = here.path().join("all");
    here.run(&["export", "--dir", folder.to_str().unwrap()]);
    assert!(folder.join("master-realm.json").is_file());
    assert!(
        !folder.join("bad-realm.json").exists(),
        "something of a refused realm is left"
    );
}

/// So many flows, each inside the one before.
fn nested(many: usize) -> Value {
    let flow = |number: usize| {
        let inside = json!([{"flowAlias": (number + 1).to_string(), "authenticatorFlow": true, "requirement": "REQUIRED"}]);
        let steps = if number + 1 < many { inside } else { json!([]) };
        json!({"alias": number.to_string(), "topLevel": number == 0, "authenticationExecutions": steps})
    };
    (0..many).map(flow).collect()
}

/// A flow with so many steps.
fn long(steps: usize) -> Value {
    let step = json!({"authenticator": "auth-cookie", "requirement": "ALTERNATIVE"});
    json!({"alias": "long", "authenticationExecutions": vec![step; steps]})
}

/// A flow in which another one stands twice.
fn twice(inside: &str) -> Value {
    let step = json!({"flowAlias": inside, "requirement": "REQUIRED"});
    json!({"alias": "twice", "authenticationExecutions": [step, step]})
}

/// A flow that has another one inside.
fn flow(alias: &str, inside: &str) -> Value {
    let step = json!({"flowAlias": inside, "requirement": "REQUIRED"});
    json!({"alias": alias, "authenticationExecutions": [step]})
}

/// Texts that are no realms.
#[rustfmt::skip]
fn no_realms() -> Vec<Row> {
    vec![
        ("".to_owned(), "not a realm file"),
        ("not JSON".to_owned(), "not a realm file"),
        ("[".repeat(100_000), "not a realm file"),
        ("{\"realm\":\"bad\"".to_owned(), "not a realm file"),
        ("{\"realm\":\"bad\",\"x\":1e999}".to_owned(), "not a realm file"),
        (json!({"enabled": true}).to_string(), "realm must be given"),
        (json!({"realm": ""}).to_string(), "realm must be given"),
        (json!({"realm": "a/b"}).to_string(), "Character '/' not allowed."),
        (json!({"realm": "."}).to_string(), "Realm name cannot be '.' or '..'"),
        (json!({"realm": ".."}).to_string(), "Realm name cannot be '.' or '..'"),
        (json!({"realm": {}}).to_string(), "realm must be a text"),
        (realm(json!({"users": {}})), "not a realm file"),
    ]
}

/// Settings and flows that cannot be.
#[rustfmt::skip]
fn bad_settings_and_flows() -> Vec<Row> {
    vec![
        (realm(json!({"accessTokenLifespan": 1e30})), "accessTokenLifespan must be a whole number"),
        (realm(json!({"accessTokenLifespan": 9_999_999_999_i64})), "accessTokenLifespan must be a whole number of 32 bits"),
        (realm(json!({"sslRequired": "perhaps"})), "sslRequired must be"),
        (realm(json!({"bruteForceStrategy": "perhaps"})), "bruteForceStrategy must be MULTIPLE or LINEAR"),
        (realm(json!({"displayName": "a\u{0}b"})), "displayName has the character NUL in it"),
        (realm(json!({"users": [{"username": "a", "attributes": {"b\u{0}": ["c"]}}]})), "attributes has the character NUL in it"),
        (realm(json!({"authenticationFlows": [flow("a", "b"), flow("b", "a")]})), "has itself inside"),
        (realm(json!({"authenticationFlows": [flow("a", "nowhere")]})), "flow nowhere, which is not there"),
        (realm(json!({"localizationTexts": {"de": {"a": "x".repeat(10_000_001)}}})), "localizationTexts.de has too much in it"),
        (realm(json!({"browserFlow": "nowhere"})), "flow nowhere, which is not there"),
        (realm(json!({"clientScopeMappings": {"nobody": [{"client": "none", "roles": ["x"]}]}})), "client none, which is not there"),
    ]
}

/// Clients and roles that contradict each other.
#[rustfmt::skip]
fn bad_clients_and_roles() -> Vec<Row> {
    vec![
        (realm(json!({"clients": {}})), "clients must be a list of objects"),
        (realm(json!({"clients": [1]})), "clients must be a list of objects"),
        (realm(json!({"clients": [{"clientId": "a"}, {"clientId": "a"}]})), "client a stands there twice"),
        (realm(json!({"clients": [{"clientId": "a", "id": "1"}, {"clientId": "b", "id": "1"}]})), "the id of client b is in use"),
        (realm(json!({"clients": [{"clientId": "a", "redirectUris": ["javascript:alert(1)"]}]})), "illegal scheme"),
        (realm(json!({"clients": [{"clientId": "a", "authenticationFlowBindingOverrides": "x"}]})), "authenticationFlowBindingOverrides must be an object"),
        (realm(json!({"authenticationFlows": nested(12)})), "nested deeper than 10"),
        (realm(json!({"authenticationFlows": [long(1_001)]})), "flow long has more than 1000 steps"),
        (realm(json!({"authenticationFlows": [long(499), twice("long"), flow("above", "twice")]})), "flow above has more than 1000 steps"),
        (realm(json!({"clients": [{"clientId": "a", "redirectUris": "x"}]})), "clients[a].redirectUris must be a list of texts"),
        (realm(json!({"roles": {"realm": [{"name": "a"}, {"name": "a"}]}})), "role a stands there twice"),
        (realm(json!({"roles": {"client": {"nobody": [{"name": "a"}]}}})), "client nobody, which is not there"),
        (realm(json!({"roles": {"realm": [{"name": "a", "composites": {"realm": ["b"]}}]}})), "role b inside, which is not there"),
    ]
}

/// People and groups that contradict each other.
#[rustfmt::skip]
fn bad_people() -> Vec<Row> {
    let group = json!({"name": "g", "id": "1", "subGroups": [{"name": "h", "id": "1"}]});
    let user = |name: &str, id: &str| json!({"username": name, "id": id});
    vec![
        (realm(json!({"groups": [group]})), "group /g/h or its id is in use"),
        (realm(json!({"groups": [{"name": "g"}, {"name": "g"}]})), "group /g or its id is in use"),
        (realm(json!({"groups": [{"name": "g"}], "defaultGroups": ["/nowhere"]})), "group /nowhere, which is not there"),
        (realm(json!({"users": [user("a", "1"), user("A", "2")]})), "user A: the username"),
        (realm(json!({"users": [user("a", "1"), user("b", "1")]})), "user b: the username"),
        (realm(json!({"users": [{"username": "a", "email": "x@y"}, {"username": "b", "email": "X@Y"}]})), "user b: the username"),
        (realm(json!({"users": [{"username": "a", "groups": ["/nowhere"]}]})), "group /nowhere, which is not there"),
        (realm(json!({"users": [{"username": "a", "serviceAccountClientId": "nobody"}]})), "client nobody, which is not there"),
        (realm(json!({"users": [{"username": "a", "createdTimestamp": 1e40}]})), "users[a].createdTimestamp must be a whole number"),
        (realm(json!({"users": [{"email": "a@b"}]})), "users[].username must be given"),
    ]
}

#[test]
fn ids_of_another_realm_are_refused_and_that_realm_stays_as_it_is() {
    let here = Installation::new();
    let first = json!({
        "realm": "first", "id": "realm-1", "enabled": true,
        "clients": [{"clientId": "a", "id": "client-1"}],
        "groups": [{"name": "g", "id": "group-1"}],
        "roles": {"realm": [{"name": "r", "id": "role-1"}]},
        "users": [{"username": "u", "id": "user-1"}],
    });
    let file = here.file("first.json", &first.to_string());
    here.import(&file);
    let before = here.export("first");

    for (members, why) in [
        (
            json!({"clients": [{"clientId": "b", "id": "client-1"}]}),
            "the id of client b is in use",
        ),
        (
            json!({"groups": [{"name": "h", "id": "group-1"}]}),
            "group /h or its id is in use",
        ),
        (
            json!({"roles": {"realm": [{"name": "s", "id": "role-1"}]}}),
            "the id of role s is in use",
        ),
        (
            json!({"users": [{"username": "v", "id": "user-1"}]}),
            "user v: the username",
        ),
        (
            json!({"clients": [{"clientId": "b", "id": "realm-1"}]}),
            "the id of client b is in use",
        ),
        (
            json!({"clientScopes": [{"name": "s", "id": "client-1", "protocol": "openid-connect"}]}),
            "s",
        ),
        (json!({"id": "client-1"}), "Realm bad already exists"),
    ] {
        let refused = here.refusal(&realm(members));
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(here.export("first"), before);
}

#[test]
fn a_list_of_realms_comes_in_one_by_one() {
    let here = Installation::new();
    let text = json!([
        {"realm": "one", "enabled": true, "users": [{"username": "u"}]},
        {"realm": "two", "users": [{"username": "u"}, {"username": "v"}]},
    ]);
    let file = here.file("two.json", &text.to_string());
    let printed = here.run(&["import", file.to_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_str(&printed).unwrap();

    let users = |place: usize| report["realms"][place]["mapped"]["users"].clone();
    assert_eq!((users(0), users(1)), (json!(1), json!(2)));
}
