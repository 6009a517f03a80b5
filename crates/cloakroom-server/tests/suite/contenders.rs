//! Administrators who do things at the same moment: each gets Keycloak's answer, none a fault of the server, and what is
//! left is whole.

mod rows;

use std::sync::{Arc, Barrier};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::realm::Realm;
use crate::server::Server;
use rows::{Row, Wins};

/// How many send each of a row's requests.
const CONTENDERS: usize = 4;

/// What a realm shows of itself; whatever happened, it goes on doing so.
const SHOWN: &[&str] = &[
    "",
    "/users",
    "/clients",
    "/client-scopes",
    "/roles",
    "/groups",
    "/components",
    "/identity-provider/instances",
    "/authentication/flows",
    "/organizations",
    "/default-groups",
];

/// The tests against the nodes of one database.
pub(crate) fn trials(nodes: &[Arc<Server>]) -> Vec<Trial> {
    let Some(first) = nodes.first() else {
        return Vec::new();
    };
    rows::ALL
        .iter()
        .map(|row| {
            let name = format!("{}::contenders::{}", first.database, row.name);
            let nodes = nodes.to_vec();
            Trial::test(name, move || {
                contend(&nodes, row);
                Ok(())
            })
        })
        .collect()
}

fn contend(nodes: &[Arc<Server>], row: &Row) {
    let name = format!("contenders-{}", row.name);
    let first = Realm::create(&nodes[0], &name, quick());
    let mut ids = Vec::new();
    for request in row.before {
        let answer = send((&first, &ids), request, 0);
        assert!(answer.status < 300, "{request}: {}", answer.body);
        let made = answer.location().and_then(|at| at.rsplit('/').next());
        ids.push(made.unwrap_or_default().to_owned());
    }
    let realms: Vec<Realm> = nodes.iter().map(|node| Realm::known(node, &name)).collect();
    // Nobody waits for a token when it begins.
    for realm in &realms {
        realm.admin_token();
    }
    let requests: Vec<(usize, &str)> = row
        .at_once
        .iter()
        .flat_map(|request| (0..CONTENDERS).map(move |number| (number, *request)))
        .collect();
    let start = Barrier::new(requests.len());
    let answers: Vec<(&str, Answer)> = std::thread::scope(|scope| {
        let calls: Vec<_> = requests
            .iter()
            .enumerate()
            .map(|(at, (number, request))| {
                let (realm, ids, start) = (&realms[at % realms.len()], &ids, &start);
                scope.spawn(move || {
                    start.wait();
                    (*request, send((realm, ids), request, *number))
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    for (request, answer) in &answers {
        check(request, answer);
    }
    let won = answers.iter().filter(|(_, answer)| answer.status < 300);
    match row.wins {
        Wins::One => assert_eq!(won.count(), 1, "{answers:?}"),
        Wins::Any => {}
    }
    let shown = if row.name == "a-realm-goes" {
        &[]
    } else {
        SHOWN
    };
    for path in shown {
        for realm in &realms {
            let answer = realm.call("GET", path, &Value::Null);
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        }
    }
}

/// A realm whose keys take no time to make.
fn quick() -> Value {
    json!({
        "organizationsEnabled": true,
        "components": {"org.keycloak.keys.KeyProvider": [
            {"name": "quick", "providerId": "hmac-generated", "config": {"algorithm": ["HS512"], "secretSize": ["64"]}},
        ]},
    })
}

/// Sends what a row writes.
fn send((realm, ids): (&Realm, &[String]), request: &str, number: usize) -> Answer {
    let mut text = request
        .replace("{n}", &number.to_string())
        .replace("{realm}", &realm.name);
    for (at, id) in ids.iter().enumerate() {
        text = text.replace(&format!("{{id:{at}}}"), id);
    }
    let mut parts = text.splitn(3, ' ');
    let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
    let body = parts.next().map_or(Value::Null, |body| {
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{body}: {error}"))
    });
    match path.strip_prefix('^') {
        Some(path) => realm.admin(method, path, &body),
        None => realm.call(method, path, &body),
    }
}

/// A refusal says which one it is, in one of Keycloak's bodies.
fn check(request: &str, answer: &Answer) {
    let is_known = [200, 201, 204, 400, 404, 409].contains(&answer.status);
    assert!(is_known, "{request}: {} {}", answer.status, answer.body);
    if answer.status >= 400 && !answer.body.is_empty() {
        let body = answer.json();
        let said = ["error", "errorMessage"]
            .iter()
            .find_map(|name| body.get(name));
        assert!(said.is_some(), "{request}: {}", answer.body);
    }
}
