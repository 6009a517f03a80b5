//! The server as its operator meets it: the real binary, an empty folder, real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::redirect::Policy;

/// A server of this test alone; ends with it.
struct Server {
    process: Child,
    base: String,
    log: std::path::PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn command(folder: &Path, settings: &[(&str, &str)]) -> (Command, u16, u16) {
    let (port, management) = (free_port(), free_port());
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

    async fn get(&self, path: &str) -> reqwest::Response {
        client()
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap()
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
