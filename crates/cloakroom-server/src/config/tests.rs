//! Settings from every place, in one folder of the test's own.

use super::source::Origin;
use super::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    pairs.collect()
}

fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    Config::from_layers(Layer::default(), &map(pairs), folder.path())
}

fn read_file(text: &str, pairs: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), text).unwrap();
    Config::from_layers(Layer::default(), &map(pairs), folder.path())
}

fn origin(config: &Config, name: &str) -> String {
    let found = config.settings.all.iter().find(|one| one.key.name == name);
    found.unwrap().origin.to_string()
}

#[test]
fn nothing_needs_to_be_set() {
    let config = read(&[]).unwrap();

    assert_eq!((config.port, config.management_port), (8080, 9000));
    assert_eq!(config.public_url, "http://localhost:8080");
    assert!(config.bootstrap.is_none() && config.database_url.is_none());
    let all = &config.settings.all;
    assert!(all.iter().all(|setting| setting.origin == Origin::Default));
}

#[test]
fn keycloaks_names_are_understood_and_ours_come_first() {
    let config = read(&[
        ("KC_HOSTNAME", "id.example.com"),
        ("KC_HTTP_PORT", "81"),
        ("PORT", "82"),
        ("KEYCLOAK_ADMIN", "root"),
        ("KEYCLOAK_ADMIN_PASSWORD", "pw"),
    ])
    .unwrap();

    assert_eq!(config.public_url, "https://id.example.com");
    assert_eq!(config.port, 82);
    assert_eq!(config.bootstrap.unwrap().0, "root");
    assert_eq!(config.settings.notices.len(), 3);
}

#[test]
fn a_path_stands_before_all_others_where_the_server_or_its_proxy_has_one() {
    const PATH: &str = "KC_HTTP_RELATIVE_PATH";
    const NAME: &str = "KC_HOSTNAME";
    for (settings, public, path) in [
        (vec![(PATH, "/")], "http://localhost:8080", ""),
        (vec![(PATH, "/auth")], "http://localhost:8080/auth", "/auth"),
        (vec![(PATH, "auth/")], "http://localhost:8080/auth", "/auth"),
        (
            vec![(PATH, "/a/b.c"), (NAME, "id.example.com")],
            "https://id.example.com/a/b.c",
            "/a/b.c",
        ),
        (vec![(NAME, "https://x.org/id/")], "https://x.org/id", "/id"),
        // A proxy shows the one and asks for the other.
        (
            vec![(PATH, "/auth"), (NAME, "https://x.org/id")],
            "https://x.org/id",
            "/auth",
        ),
    ] {
        let config = read(&settings).unwrap();

        let found = (config.public_url.as_str(), config.relative_path.as_str());
        assert_eq!(found, (public, path), "{settings:?}");
    }
    for wrong in [
        "/realms", "/admin/x", "/assets", "/a//b", "/a/../b", "/a?b", "/a b", "/ä", "/{x}",
    ] {
        let error = read(&[(PATH, wrong)]).unwrap_err();

        assert!(error.contains("must be like /auth"), "{wrong}: {error}");
    }
    read(&[(NAME, "https://x.org/realms")]).unwrap_err();
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_file_and_that_before_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "port = 1\nmanagement_port = 1\nhost = '::1'\ntrusted_proxies = ['10.0.0.0/8', '::1']";
    std::fs::write(folder.path().join(FILE), text).unwrap();
    let command =
        flag::add_to(clap::Command::new("cloakroom").subcommand(clap::Command::new("start")));
    let matches = command.get_matches_from(["cloakroom", "start", "--port", "3"]);
    let variables = map(&[("CLOAKROOM_PORT", "2"), ("KC_HTTP_MANAGEMENT_PORT", "2")]);

    let config = Config::from_layers(flag::layer(&matches), &variables, folder.path()).unwrap();

    assert_eq!((config.port, config.management_port), (3, 2));
    assert_eq!(
        (config.host.as_str(), config.management_host.as_str()),
        ("::1", "127.0.0.1")
    );
    assert_eq!(origin(&config, "port"), "--port");
    assert_eq!(
        origin(&config, "management_port"),
        "KC_HTTP_MANAGEMENT_PORT"
    );
    assert_eq!(origin(&config, "host"), "host in cloakroom.toml");
    assert_eq!(origin(&config, "management_host"), "default");
    let proxies = TrustedProxies::parse("10.0.0.0/8,::1").unwrap();
    assert_eq!(config.trusted_proxies, proxies);
}

#[test]
fn keycloaks_flags_mean_what_its_variables_mean() {
    let command =
        flag::add_to(clap::Command::new("cloakroom").subcommand(clap::Command::new("start")));
    let line =
        "cloakroom start --optimized --http-port=81 --hostname=id.example.com --http-enabled true";
    let matches = command.get_matches_from(line.split(' '));
    let folder = tempfile::tempdir().unwrap();

    let config = Config::from_layers(flag::layer(&matches), &map(&[]), folder.path()).unwrap();

    assert_eq!(
        (config.port, config.public_url.as_str()),
        (81, "https://id.example.com")
    );
    assert_eq!(origin(&config, "port"), "--http-port");
}

#[test]
fn a_secret_comes_from_a_file_in_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "postgres://u:hush@h/d\n").unwrap();
    let shown = path.display().to_string();

    let by_variable = read(&[("CLOAKROOM_DATABASE_URL_FILE", &shown)]).unwrap();
    let by_line = read_file(&format!("database_url_file = '{shown}'"), &[]).unwrap();
    let twice = read(&[
        ("CLOAKROOM_DATABASE_URL_FILE", &shown),
        ("CLOAKROOM_DATABASE_URL", "sqlite://x"),
    ]);
    let missing = read(&[("CLOAKROOM_MASTER_KEY_FILE", "/does/not/exist")]);

    for config in [by_variable, by_line] {
        assert_eq!(
            config.database_url.unwrap().expose(),
            "postgres://u:hush@h/d"
        );
    }
    assert!(twice.unwrap_err().contains("both set"));
    assert!(
        missing
            .unwrap_err()
            .contains("/does/not/exist cannot be read")
    );
}

#[test]
fn a_wrong_setting_is_named_without_its_secret() {
    let cases = [
        (("CLOAKROOM_PROT", "1"), "did you mean CLOAKROOM_PORT?"),
        (
            ("CLOAKROOM_BANANA", "1"),
            "the settings are CLOAKROOM_CONFIG, ",
        ),
        (
            ("CLOAKROOM_MASTER_KEI_FILE", "x"),
            "did you mean CLOAKROOM_MASTER_KEY?",
        ),
        (("CLOAKROOM_PORT", "many"), "CLOAKROOM_PORT: many"),
        (("KC_HTTP_PORT", "70000"), "KC_HTTP_PORT: 70000"),
        (("CLOAKROOM_PUBLIC_URL", "ftp://x"), "public URL"),
        (("CLOAKROOM_PUBLIC_URL", "https://a/b?c"), "public URL"),
        (("CLOAKROOM_LOG", "loud,=="), "CLOAKROOM_LOG: loud"),
        (("CLOAKROOM_SHUTDOWN_DELAY", "-1"), "from 0 to 300"),
        (("CLOAKROOM_LOG_FORMAT", "xml"), "auto, text and json"),
        (("CLOAKROOM_CONFIG", "/does/not/exist"), "cannot be read"),
        (
            ("CLOAKROOM_DATABASE_URL", "mysql://u:hush@h/d"),
            "database URL",
        ),
        (("CLOAKROOM_TRUSTED_PROXIES", "nonsense"), "nonsense"),
        (
            ("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", "hush"),
            "administrator",
        ),
    ];
    for ((name, value), expected) in cases {
        let error = read(&[(name, value)]).unwrap_err();

        assert!(
            error.contains(expected) && !error.contains("hush"),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_line_of_the_file_is_named_without_its_secret() {
    let cases = [
        ("prot = 1", "did you mean port?"),
        ("config = 'x'", "config is no setting"),
        ("[database]\nurl = 'x'", "did you mean database_url?"),
        ("port = true", "port has a wrong type"),
        ("port = 'many'", "port in cloakroom.toml: many"),
        ("database_url = 'mysql://u:hush@h'", "database URL"),
        ("master_key = hush", "cloakroom.toml: "),
    ];
    for (text, expected) in cases {
        let error = read_file(text, &[]).unwrap_err();

        assert!(
            error.contains(expected) && !error.contains("hush"),
            "{error}"
        );
    }
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_of_our_name_are_no_settings() {
    let config = read(&[
        ("CLOAKROOM_PORT", "tcp://10.0.0.1:8080"),
        ("CLOAKROOM_SERVICE_HOST", "10.0.0.1"),
        ("CLOAKROOM_SERVICE_PORT_HTTP", "8080"),
        ("CLOAKROOM_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ]);

    assert_eq!(config.unwrap().port, 8080);
}

#[test]
fn makers_of_security_keys_are_read_from_files_that_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("makers.pem");
    let path = file.to_str().unwrap();
    let name = "CLOAKROOM_WEBAUTHN_ROOTS";
    assert!(read(&[]).unwrap().makers.is_empty());
    let missing = read(&[(name, path)]).unwrap_err();
    assert!(
        missing.contains(name) && missing.contains(path),
        "{missing}"
    );
    std::fs::write(&file, "no certificate").unwrap();
    let empty = read(&[(name, path)]).unwrap_err();
    assert!(empty.contains("there is no certificate in it"), "{empty}");
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(Vec::new()).unwrap();
    std::fs::write(&file, made.self_signed(&key).unwrap().pem()).unwrap();
    let twice = format!("{path}, {path},");
    assert!(!read(&[(name, &twice)]).unwrap().makers.is_empty());
}
