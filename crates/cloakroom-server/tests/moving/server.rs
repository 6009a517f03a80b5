//! The binary in a folder of its own: commands that end, and a server to ask.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cloakroom_testkit::free_port;
use serde_json::Value;

use crate::database::Database;

/// A folder with the data of one installation, and its database where that is not in the folder.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: Database::create("CLOAKROOM_TEST_MOVING_POSTGRES_URL"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
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
            .args(args)
            .current_dir(self.path())
            .env("CLOAKROOM_DATA_DIR", self.path().join("data"))
            .stdin(Stdio::null());
        if let Some(database) = &self.database {
            command.env("CLOAKROOM_DATABASE_URL", &database.url);
        }
        command
    }

    /// Runs a command with these variables until it ends.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        self.command(args)
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// Runs a command that has to succeed, and says what it printed.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.run_with(args, &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Brings in a file or a folder, and says the report of its first realm.
    pub(crate) fn import(&self, from: &Path) -> Value {
        let printed = self.run(&["import", from.to_str().unwrap(), "--json"]);
        let report: Value = serde_json::from_str(&printed).unwrap();
        report["realms"][0].clone()
    }

    /// Tries to bring in a text, and says what the refusal was.
    pub(crate) fn refusal(&self, text: &str) -> String {
        let file = self.file("refused.json", text);
        let output = self.run_with(&["import", file.to_str().unwrap()], &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text:.200}: {error}");
        error
    }

    /// Writes a realm to a file, and says its text.
    pub(crate) fn export(&self, realm: &str) -> String {
        let file = self.path().join("out.json");
        self.run(&["export", "--realm", realm, "--file", file.to_str().unwrap()]);
        std::fs::read_to_string(file).unwrap()
    }

    /// Starts the server; it ends when the value does.
    pub(crate) async fn start(&self, args: &[&str]) -> Server {
        let (port, management) = (free_port("127.0.0.1"), free_port("127.0.0.1"));
        let log = self.path().join("log");
        let file = std::fs::File::create(&log).unwrap();
        let mut command = self.command(&[&["start"], args].concat());
        command
            .env("PORT", port.to_string())
            .env("CLOAKROOM_MANAGEMENT_PORT", management.to_string())
            .env("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME", "root")
            .env("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", "root's password")
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        let server = Server {
            process: command.spawn().unwrap(),
            base: format!("http://localhost:{port}"),
            client: reqwest::Client::builder().build().unwrap(),
        };
        let ready = format!("http://127.0.0.1:{management}/health/ready");
        let deadline = Instant::now() + Duration::from_secs(60);
        while !server
            .client
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(
                Instant::now() < deadline,
                "{}",
                std::fs::read_to_string(&log).unwrap()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    base: String,
    client: reqwest::Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Asks a token endpoint.
    pub(crate) async fn token(&self, realm: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/realms/{realm}/protocol/openid-connect/token", self.base);
        let answer = self.client.post(url).form(form).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    /// Signs in with a password, through the client `shop` of the realm.
    pub(crate) async fn sign_in(
        &self,
        realm: &str,
        username: &str,
        password: &str,
    ) -> (u16, Value) {
        self.sign_in_with(realm, (username, password), &[]).await
    }

    /// The same with something beside the password.
    pub(crate) async fn sign_in_with(
        &self,
        realm: &str,
        (username, password): (&str, &str),
        more: &[(&str, &str)],
    ) -> (u16, Value) {
        let mut form = vec![
            ("grant_type", "password"),
            ("client_id", "shop"),
            ("client_secret", "shop-secret-of-acme-0123456789"),
            ("scope", "openid"),
            ("username", username),
            ("password", password),
        ];
        form.extend(more);
        self.token(realm, &form).await
    }

    /// Reads something public.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .client
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// A token of the administrator of everything.
    pub(crate) async fn administrator(&self) -> String {
        let form = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", "root"),
            ("password", "root's password"),
        ];
        let (status, answer) = self.token("master", &form).await;
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks the admin API with a token.
    pub(crate) async fn admin(
        &self,
        token: &str,
        request: (&str, &str),
        body: Option<&str>,
    ) -> (u16, Value) {
        let (method, path) = request;
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/admin/realms{path}", self.base);
        let mut request = self.client.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// What a token says, without a look at its signature.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let body = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

/// A file of the test data.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/moving/acme")
        .join(name)
}

/// A file of the test data as JSON.
pub(crate) fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}
