//! Floods from addresses of their own: whoever guesses or asks without end is told to come back, and nobody else is.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Story;
use super::outcome;
use super::scene::Scene;
use crate::browser::Browser;
use crate::conformance::party::{basic, fresh};
use crate::http::{Answer, Request, converse, encode};
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "B28 ten thousand wrong secrets of a client harm neither it nor another",
        wrong_secrets,
    ),
    ("J08 a flood of devices is bounded", devices),
    (
        "M05 a thousand guesses do not shut a user out of a browser of their own",
        lockout,
    ),
    (
        "a crowd that signs in at once is let in or told when to come back, and keys are served meanwhile",
        crowd,
    ),
];

const ATTACKER: &str = "127.0.0.9";
const HOME: &str = "127.0.0.1";

/// How many connections a flood has.
const CONNECTIONS: usize = 8;

/// Sends as many requests as said from an address, over several connections at once.
fn flood(
    scene: &Scene,
    (from, times): (&str, usize),
    request: impl Fn() -> Request + Sync,
) -> Vec<Answer> {
    let server = scene.server();
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let requests =
                    (0..times / CONNECTIONS).map(|_| request().bytes_of_many(server.host()));
                let answers = converse((from, server.port), requests);
                all.lock().unwrap().extend(answers);
            });
        }
    });
    all.into_inner().unwrap()
}

fn by_status(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status).or_insert(0) += 1;
    }
    counts
}

/// One request from an address.
fn once(scene: &Scene, from: &str, request: &Request) -> Answer {
    let bytes = request.bytes_of_many(scene.server().host());
    let mut answers = converse((from, scene.server().port), std::iter::once(bytes));
    answers.pop().unwrap()
}

fn credentials(scene: &Scene, client: &Client) -> Request {
    let honest = scene.post("token", Some(client));
    honest.with("grant_type", "client_credentials").request()
}

fn wrong_secrets(scene: &Scene) {
    let settings = json!({"serviceAccountsEnabled": true});
    let client = scene.realm.create_client("guessed", settings);
    let wrong = || {
        let guess = Client {
            secret: fresh(),
            ..client.clone()
        };
        credentials(scene, &guess)
    };
    let right = credentials(scene, &client);
    assert_eq!(once(scene, HOME, &right).status, 200);

    let answers = flood(scene, (ATTACKER, 10_000), wrong);

    let counts = by_status(&answers);
    let looked_at = counts.get(&401).copied().unwrap_or_default();
    assert!((1..=60).contains(&looked_at), "{counts:?}");
    assert_eq!(looked_at + counts[&429], answers.len(), "{counts:?}");
    let late = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(
        outcome::is("json 429 temporarily_unavailable", late),
        "{late:?}"
    );
    assert!(late.header("retry-after").is_some(), "{late:?}");
    // Not even the right secret is looked at there, but at home, and so is another client's everywhere.
    assert_eq!(once(scene, ATTACKER, &right).status, 429);
    assert_eq!(once(scene, HOME, &right).status, 200);
    assert_eq!(once(scene, "127.0.0.8", &right).status, 200);
    let other = credentials(scene, &scene.machine);
    assert_eq!(once(scene, ATTACKER, &other).status, 200);
    // Whoever guesses beside the client does not shut it out either.
    let beside = by_status(&flood(scene, (HOME, 400), wrong));
    assert!(beside[&429] > 300, "{beside:?}");
    assert_eq!(once(scene, HOME, &right).status, 200);
}

fn devices(scene: &Scene) {
    let attributes = json!({"oauth2.device.authorization.grant.enabled": "true"});
    let settings = json!({"publicClient": true, "attributes": attributes});
    let client = scene.realm.create_client("lamp-post", settings);
    let asked = scene
        .post("auth/device", None)
        .with("client_id", &client.id);
    let asked = asked.request();
    let begun = Instant::now();

    let answers = flood(scene, (ATTACKER, 10_000), || asked.clone());

    let counts = by_status(&answers);
    let most = 300 + usize::try_from(begun.elapsed().as_secs()).unwrap() + 1;
    assert!(
        (300..=most).contains(&counts[&200]),
        "{counts:?}, {most} at most"
    );
    assert_eq!(counts[&200] + counts[&429], answers.len(), "{counts:?}");
    let late = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(late.header("retry-after").is_some(), "{late:?}");
    assert_eq!(once(scene, HOME, &asked).status, 200);
}

/// A realm that locks people out, with a client and somebody who is guessed at.
struct Guarded {
    realm: Realm,
    web: Client,
    person: Person,
}

impl Guarded {
    fn sign_in(&self, browser: &mut Browser) -> bool {
        let fields = [
            ("client_id", self.web.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("prompt", "login"),
        ];
        let target = format!("{}?{}", self.realm.path("auth"), encode(&fields));
        let page = browser.open(&target).page();
        let mut form = page.form("kc-form-login").expect("somebody is asked");
        if form.has("username") {
            form.set("username", &self.person.username);
        }
        form.set("password", &self.person.password);
        match browser.submit(&page.address, &form) {
            crate::browser::Place::Client(callback) => {
                self.realm.server.keep_secret(callback.get("code"));
                !callback.get("code").is_empty()
            }
            crate::browser::Place::Page(page) => {
                assert!(page.is_login(), "{page:?}");
                false
            }
        }
    }

    fn guess(&self, scene: &Scene) -> Request {
        self.ask(scene, &fresh())
    }

    fn ask(&self, scene: &Scene, password: &str) -> Request {
        let mut honest = scene.post("token", None);
        honest.path = self.realm.path("token");
        honest.headers = vec![("Authorization".to_owned(), basic(&self.web))];
        let honest = honest
            .with("grant_type", "password")
            .with("username", &self.person.username);
        honest.with("password", password).request()
    }
}

fn lockout(scene: &Scene) {
    let settings = json!({
        "bruteForceProtected": true, "failureFactor": 5,
        "waitIncrementSeconds": 900, "maxFailureWaitSeconds": 900,
    });
    let realm = Realm::create(&scene.realm.server, "locking", settings);
    let guarded = Guarded {
        web: realm.create_client("web", json!({"directAccessGrantsEnabled": true})),
        person: realm.create_person("ada", Value::Null),
        realm,
    };
    let (mut own, mut new) = (scene.browser(), scene.browser());
    assert!(guarded.sign_in(&mut own));

    for address in 20..45 {
        let from = format!("127.0.4.{address}");
        let answers = flood(scene, (&from, 40), || guarded.guess(scene));
        assert!(
            answers
                .iter()
                .all(|answer| [400, 429].contains(&answer.status))
        );
    }

    let path = format!("/attack-detection/brute-force/users/{}", guarded.person.id);
    let state = guarded.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(state["disabled"], true, "{state}");
    assert!(
        !guarded.sign_in(&mut new),
        "a stranger's browser is let through"
    );
    assert!(
        guarded.sign_in(&mut own),
        "the user is shut out of a browser of their own"
    );
    assert!(guarded.sign_in(&mut own), "and once more");
}

/// More than can be hashed within the time that anybody is made to wait, with passwords that take a machine long.
const CROWD: usize = 400;
const SLOW: &str = "hashAlgorithm(pbkdf2-sha512) and hashIterations(200000)";
/// After so many the server knows how long these take.
const KNOWN: usize = 12;

fn crowd(scene: &Scene) {
    let policy = json!({"passwordPolicy": SLOW});
    let realm = Realm::create(&scene.realm.server, "crowded", policy);
    let guarded = Guarded {
        web: realm.create_client("web", json!({"directAccessGrantsEnabled": true})),
        person: realm.create_person("one-of-many", Value::Null),
        realm,
    };
    let asked = guarded.ask(scene, &guarded.person.password);
    for _ in 0..KNOWN {
        assert_eq!(once(scene, HOME, &asked).status, 200);
    }
    let keys = Request::get(&scene.realm.path("certs"));

    let (answers, served) = std::thread::scope(|scope| {
        let asked = &asked;
        let one = |number: usize| {
            let from = format!("127.0.6.{}", number % 250 + 1);
            scope.spawn(move || once(scene, &from, asked))
        };
        let crowd: Vec<_> = (0..CROWD).map(one).collect();
        let mut served = Vec::new();
        while crowd.iter().any(|one| !one.is_finished()) {
            served.push(once(scene, HOME, &keys).status);
        }
        let answers = crowd.into_iter().map(|one| one.join().unwrap());
        (answers.collect::<Vec<_>>(), served)
    });

    let counts = by_status(&answers);
    let is_in = |answer: &&Answer| answer.status == 200;
    assert!(answers.iter().any(|answer| is_in(&answer)), "{counts:?}");
    let others: Vec<_> = answers.iter().filter(|answer| !is_in(answer)).collect();
    assert!(!others.is_empty(), "{counts:?}");
    for late in others {
        assert!([429, 503].contains(&late.status), "{late:?}");
        let seconds = late.header("retry-after").map(str::parse::<u32>);
        assert!(matches!(seconds, Some(Ok(1..))), "{late:?}");
    }
    assert!(served.iter().all(|status| *status == 200), "{served:?}");
    // Whoever comes back is let in.
    let patience = Instant::now() + Duration::from_secs(60);
    while once(scene, HOME, &asked).status != 200 {
        assert!(Instant::now() < patience, "nobody gets in any more");
        pause(Duration::from_secs(1));
    }
}
