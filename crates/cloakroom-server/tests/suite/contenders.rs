//! Administrators who do things at the same moment: each gets Keycloak's answer, none a fault of the server, and what is
//! left is whole.

mod rows;

use std::sync::{Arc, Barrier, Mutex, PoisonError};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::realm::Realm;
use crate::server::Server;
use rows::{Row, Wins};

/// How many send each of a row's requests.
const CONTENDERS: usize = 4;

/// So many rows are tried at a time: what is at once in one of them is at once on any machine, and is not queued behind
/// what the others do.
static AT_A_TIME: [Mutex<()>; 3] = [const { Mutex::new(()) }; 3];

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

/// The tests against all nodes of a database.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    rows::ALL
        .iter()
        .zip(AT_A_TIME.iter().cycle())
        .map(|(row, turn)| {
            // An id that begins with it has to be no longer than Keycloak's column.
            let name = format!("{}::contenders::{}", server.database, row.name);
            let server = Arc::clone(server);
            Trial::test(name, move || {
                let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                contend(&server, row);
                Ok(())
            })
        })
        .collect()
}

fn contend(server: &Arc<Server>, row: &Row) {
    let name = format!("c-{}", row.name);
    let realm = Realm::create(server, &name, quick());
    let ports = server.nodes();
    let mut ids = Vec::new();
    for request in row.before {
        let answer = send((&realm, server.port), &ids, request, 0);
        assert!(answer.status < 300, "{request}: {}", answer.body);
        let made = answer.location().and_then(|at| at.rsplit('/').next());
        ids.push(made.unwrap_or_default().to_owned());
    }
    // Nobody waits for a token when it begins.
    realm.admin_token();
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
                let (realm, ids, start) = (&realm, &ids, &start);
                let port = ports[at % ports.len()];
                scope.spawn(move || {
                    start.wait();
                    (*request, send((realm, port), ids, request, *number))
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    // The rights to administer a realm go with it, and a request that comes at that moment may miss them before the realm.
    let goes = row.name == "a-realm-goes";
    for (request, answer) in &answers {
        if !(goes && answer.status == 403) {
            check(request, answer);
        }
    }
    let won = answers.iter().filter(|(_, answer)| answer.status < 300);
    match row.wins {
        Wins::One => assert_eq!(won.count(), 1, "{answers:?}"),
        Wins::Any => {}
    }
    let shown = if goes { &[] } else { SHOWN };
    for path in shown {
        for port in &ports {
            let answer = send((&realm, *port), &[], &format!("GET {path}"), 0);
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
fn send((realm, port): (&Realm, u16), ids: &[String], request: &str, number: usize) -> Answer {
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
    let path = match path.strip_prefix('^') {
        Some(path) => path.to_owned(),
        None => format!("/admin/realms/{}{path}", realm.name),
    };
    realm.admin_at(port, method, &path, &body)
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
