//! The server as its operator meets it: the real binary, an empty folder, real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

#[path = "http/administration.rs"]
mod administration;
#[path = "http/documents.rs"]
mod documents;
#[path = "http/encryption.rs"]
mod encryption;
#[path = "http/https_required.rs"]
mod https_required;
#[path = "http/last_administrator.rs"]
mod last_administrator;
#[path = "http/links.rs"]
mod links;
#[path = "http/mounted.rs"]
mod mounted;
#[path = "http/nested_groups.rs"]
mod nested_groups;
#[path = "http/provider_secret.rs"]
mod provider_secret;
#[path = "http/registration.rs"]
mod registration;
#[path = "http/registration_audit.rs"]
mod registration_audit;
#[path = "http/registration_by_administrators.rs"]
mod registration_by_administrators;
#[path = "http/shut_realms.rs"]
mod shut_realms;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloakroom_testkit::free_port;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use tokio::task::JoinSet;

/// A server of this test alone; ends with it.
struct Server {
    process: Child,
    base: String,
    management: String,
    log: std::path::PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(folder: &Path, settings: &[(&str, &str)]) -> (Command, u16, u16) {
    let (port, management) = (free_port("127.0.0.1"), free_port("127.0.0.1"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloakroom"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["CLOAKROOM_", "KC_", "KEYCLOAK_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
        .arg("start")
        .env("PORT", port.to_string())
        .env("CLOAKROOM_MANAGEMENT_PORT", management.to_string())
        .env("CLOAKROOM_DATA_DIR", folder.join("data"))
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    (command, port, management)
}

async fn start(folder: &Path, settings: &[(&str, &str)]) -> Server {
    let (mut command, port, management) = command(folder, settings);
    let log = folder.join("log");
    let file = std::fs::File::create(&log).unwrap();
    command.stdout(file.try_clone().unwrap()).stderr(file);
    let process = command.spawn().unwrap();
    let server = Server {
        process,
        base: format!("http://localhost:{port}"),
        management: format!("http://127.0.0.1:{management}"),
        log,
    };
    let ready = format!("http://127.0.0.1:{management}/health/ready");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !client()
        .get(&ready)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
    {
        assert!(Instant::now() < deadline, "{}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server
}

impl Server {
    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    fn code(&self) -> String {
        let log = self.log();
        let at = log.find("set-up code ").expect("the log has a code") + "set-up code ".len();
        log[at..at + 9].to_owned()
    }

    async fn set_up(&self, code: &str, password: &str) -> StatusCode {
        let form = [
            ("code", code),
            ("username", "ada"),
            ("password", password),
            ("password-confirm", password),
        ];
        let sent = client()
            .post(format!("{}/setup", self.base))
            .form(&form)
            .send()
            .await;
        sent.unwrap().status()
    }

    /// Whether this administrator can sign in.
    async fn knows(&self, username: &str, password: &str) -> bool {
        let form = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", username),
            ("password", password),
        ];
        let token = format!("{}/realms/master/protocol/openid-connect/token", self.base);
        let sent = client().post(token).form(&form).send().await;
        sent.unwrap().status() == StatusCode::OK
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        client()
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }
}

const PASSWORD: &str = "a good password";

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_server_on_localhost_answers_under_its_other_names_and_under_no_stranger_s() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]).await;
    let port = server.base.rsplit(':').next().unwrap();
    let issuer = async |host: String| -> String {
        let at = format!("http://127.0.0.1:{port}/realms/master/.well-known/openid-configuration");
        let answer = client().get(at).header("host", host).send().await.unwrap();
        let document: serde_json::Value = answer.json().await.unwrap();
        document["issuer"].as_str().unwrap().to_owned()
    };

    for (host, expected) in [
        (
            format!("localhost:{port}"),
            format!("http://localhost:{port}/realms/master"),
        ),
        (
            format!("127.0.0.1:{port}"),
            format!("http://127.0.0.1:{port}/realms/master"),
        ),
        (
            format!("[::1]:{port}"),
            format!("http://[::1]:{port}/realms/master"),
        ),
        (
            "evil.example".to_owned(),
            format!("http://localhost:{port}/realms/master"),
        ),
        (
            format!("127.0.0.1:{port}0"),
            format!("http://localhost:{port}/realms/master"),
        ),
    ] {
        assert_eq!(issuer(host.clone()).await, expected, "{host}");
    }
}

#[tokio::test]
async fn the_printed_code_makes_the_first_administrator_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]).await;

    let first = server.get("/").await;
    let wrong = server.set_up("AAAA-AAAA", "a good password").await;
    let short = server.set_up(&server.code(), "short").await;
    let right = server.set_up(&server.code(), "a good password").await;
    let again = server.set_up(&server.code(), "a good password").await;
    let page = server.get("/setup").await;

    assert_eq!(first.headers()["location"], "/setup");
    assert_eq!([wrong, short], [StatusCode::UNPROCESSABLE_ENTITY; 2]);
    assert_eq!(right, StatusCode::OK);
    assert_eq!([again, page.status()], [StatusCode::NOT_FOUND; 2]);
}

#[tokio::test]
async fn a_restart_asks_for_nobody_and_keeps_what_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), &[]).await;
    first.set_up(&first.code(), "a good password").await;
    drop(first);

    let second = start(folder.path(), &[]).await;

    assert!(!second.log().contains("set-up code"));
    assert_eq!(second.get("/").await.status(), StatusCode::OK);
    assert_eq!(second.get("/setup").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn five_wrong_codes_pause_even_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]).await;

    for _ in 0..5 {
        server.set_up("AAAA-AAAA", "a good password").await;
    }
    let paused = server.set_up(&server.code(), "a good password").await;

    assert_eq!(paused, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.get("/setup").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn another_master_key_is_refused_and_no_secret_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    drop(start(folder.path(), &[]).await);

    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (mut command, ..) = command(folder.path(), &[("CLOAKROOM_MASTER_KEY", other)]);
    let ended = command.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();

    assert!(!ended.status.success());
    assert!(said.contains("sealed under another master key"), "{said}");
    assert!(!said.contains(other));
}

#[tokio::test]
async fn bad_settings_are_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("CLOAKROOM_PROT", "1"),
        ("CLOAKROOM_PUBLIC_URL", "gopher://x"),
        ("CLOAKROOM_DATABASE_URL", "mysql://u:hush@h/d"),
        ("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", "hush"),
    ];
    for case in cases {
        let (mut command, ..) = command(folder.path(), &[case]);

        let ended = command.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();

        assert!(
            !ended.status.success() && said.starts_with("cloakroom: "),
            "{case:?}: {said}"
        );
        assert!(!said.contains("hush"), "{said}");
    }
}

const ADMIN: [(&str, &str); 2] = [
    ("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME", "ada"),
    ("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD),
];

#[tokio::test]
async fn what_happens_is_counted_on_the_management_port_without_names_of_people() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    assert!(server.knows("ada", PASSWORD).await);
    assert!(!server.knows("ada", "wrong").await);
    assert!(!server.knows("nobody-at-all", "wrong").await);
    server.get("/typed/by/anybody").await;

    let text = client().get(format!("{}/metrics", server.management));
    let text = text.send().await.unwrap().text().await.unwrap();

    let token = "/realms/{realm}/protocol/openid-connect/token";
    for line in [
        format!("cloakroom_http_requests_total{{route=\"{token}\",method=\"POST\",status=\"200\"}} 1"),
        format!("cloakroom_http_requests_total{{route=\"{token}\",method=\"POST\",status=\"400\"}} 2"),
        format!("cloakroom_http_request_seconds_count{{route=\"{token}\"}} 3"),
        "cloakroom_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1".to_owned(),
        "cloakroom_logins_total{realm=\"master\",result=\"success\",reason=\"\",method=\"password grant\"} 1".to_owned(),
        "cloakroom_tokens_issued_total{grant=\"password\",kind=\"access\"} 1".to_owned(),
        "cloakroom_sessions{realm=\"master\",kind=\"online\"} 1".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}\n{text}");
    }
    for counted in [
        "cloakroom_password_hash_seconds_count 4",
        "cloakroom_db_commits_total ",
    ] {
        assert!(text.contains(counted), "{counted}\n{text}");
    }
    assert!(!text.contains("ada") && !text.contains("nobody-at-all") && !text.contains("typed"));
}

#[tokio::test]
async fn each_line_of_a_request_has_its_id_and_its_realm() {
    let folder = tempfile::tempdir().unwrap();
    let debug = ("CLOAKROOM_LOG", "info,cloakroom=debug");
    let proxies = ("CLOAKROOM_TRUSTED_PROXIES", "127.0.0.0/8, ::1");
    let server = start(folder.path(), &[ADMIN[0], ADMIN[1], debug, proxies]).await;
    let address = format!(
        "{}/realms/master/protocol/openid-connect/token",
        server.base
    );
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", "ada"),
        ("password", "a wrong one"),
    ];

    let request = client().post(&address).form(&form);
    let answer = request
        .header("x-request-id", "from-the-proxy")
        .send()
        .await;

    assert_eq!(answer.unwrap().headers()["x-request-id"], "from-the-proxy");
    let log = server.log();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let lines: Vec<_> = lines.collect();
    assert!(
        lines
            .iter()
            .all(|line| line["ts"].is_string() && line["msg"].is_string())
    );
    let mine: Vec<_> = lines
        .iter()
        .filter(|line| line["request_id"] == "from-the-proxy")
        .collect();
    let find = |target: &str| mine.iter().find(|line| line["target"] == target).unwrap();
    assert_eq!(find("cloakroom::event")["event"], "LOGIN_ERROR");
    assert_eq!(
        find("cloakroom::event")["error"],
        "invalid_user_credentials"
    );
    let answered = find("cloakroom::request");
    assert_eq!(
        (&answered["status"], &answered["realm"]),
        (&400.into(), &"master".into())
    );
    assert!(answered["dur_ms"].is_f64());
    assert!(!log.contains("a wrong one") && !log.contains(PASSWORD));
}

/// A new PostgreSQL database, where the tests have a server.
fn postgres(name: &str) -> Option<String> {
    let admin = std::env::vars().find(|(name, _)| name == "CLOAKROOM_TEST_POSTGRES_URL")?;
    let (server, query) = admin.1.split_once('?').unwrap_or((&admin.1, ""));
    let (server, _) = server.rsplit_once('/').unwrap();
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-d", &admin.1, "-c", &statement]);
        assert!(psql.status().unwrap().success(), "{statement}");
    }
    Some(format!("{server}/{name}?{query}"))
}

/// Posts the code for one person; a node that is too busy to hash asks to come back.
async fn contend(
    nodes: Arc<Vec<Server>>,
    number: usize,
    code: String,
    client: reqwest::Client,
) -> (String, StatusCode) {
    let name = format!("person-{number}");
    let address = format!("{}/setup", nodes[number % nodes.len()].base);
    let form = [
        ("code", code.as_str()),
        ("username", &name),
        ("password", PASSWORD),
        ("password-confirm", PASSWORD),
    ];
    loop {
        let sent = client.post(&address).form(&form).send().await;
        let status = sent.unwrap().status();
        if status != StatusCode::SERVICE_UNAVAILABLE {
            return (name, status);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Sixty-four people have the code, and post it at once to the nodes in turn.
async fn exactly_one_of_64_gets_in(nodes: Vec<Server>) {
    let nodes = Arc::new(nodes);
    let code = nodes[0].code();
    let all_print_the_same = nodes.iter().all(|node| node.code() == code);
    let mut contenders = JoinSet::new();
    let client = client();
    for number in 0..64 {
        let nodes = Arc::clone(&nodes);
        contenders.spawn(contend(nodes, number, code.clone(), client.clone()));
    }
    let answers = contenders.join_all().await;

    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(_, status)| *status == StatusCode::OK);
    assert!(all_print_the_same);
    assert_eq!(won.len(), 1, "{won:?}");
    assert!(
        lost.iter()
            .all(|(_, status)| *status == StatusCode::NOT_FOUND)
    );
    for node in nodes.iter() {
        assert_eq!(node.get("/setup").await.status(), StatusCode::NOT_FOUND);
        assert!(node.knows(&won[0].0, PASSWORD).await);
    }
    assert!(!nodes[0].knows(&lost[0].0, PASSWORD).await);
}

#[tokio::test]
async fn of_64_who_have_the_code_exactly_one_becomes_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let node = start(folder.path(), &[]).await;

    exactly_one_of_64_gets_in(vec![node]).await;
}

#[tokio::test]
async fn of_64_who_have_the_code_exactly_one_becomes_administrator_of_two_nodes() {
    let Some(url) = postgres("cloakroom_set_up") else {
        return;
    };
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = "b25lIG1hc3RlciBrZXkgZm9yIGJvdGggbm9kZXMhISE";
    let settings = [
        ("CLOAKROOM_DATABASE_URL", url.as_str()),
        ("CLOAKROOM_MASTER_KEY", key),
    ];
    // Both start at once: one migrates and makes the realm, the other waits for it.
    let nodes = tokio::join!(
        start(first.path(), &settings),
        start(second.path(), &settings)
    );

    exactly_one_of_64_gets_in(vec![nodes.0, nodes.1]).await;
}
