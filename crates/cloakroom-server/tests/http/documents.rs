//! Documents that are the same for everybody, and what the operator learns of keys and traces.

use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};

use super::administration::{ADMIN, administer};
use super::{Server, client, start};

const DOCUMENTS: [&str; 3] = [
    "/realms/master/protocol/openid-connect/certs",
    "/realms/master/.well-known/openid-configuration",
    "/realms/master/.well-known/oauth-authorization-server",
];

async fn fetch(server: &Server, path: &str, tag: Option<&str>) -> reqwest::Response {
    let mut call = client().get(format!("{}{path}", server.base));
    if let Some(tag) = tag {
        call = call.header(IF_NONE_MATCH, tag);
    }
    call.send().await.unwrap()
}

fn tag_of(answer: &reqwest::Response) -> String {
    answer.headers()[ETAG].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_document_is_sent_again_only_when_it_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let mut tags = Vec::new();
    for path in DOCUMENTS {
        let whole = fetch(&server, path, None).await;
        let tag = tag_of(&whole);
        assert_ne!(whole.text().await.unwrap(), "", "{path}");

        let again = fetch(&server, path, Some(&tag)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(tag_of(&again), tag, "{path}");
        assert_eq!(again.text().await.unwrap(), "", "{path}");
        tags.push(tag);
    }

    let key = r#"{"name":"next","providerId":"ecdsa-generated","providerType":"org.keycloak.keys.KeyProvider",
        "config":{"priority":["500"],"enabled":["true"],"active":["true"]}}"#;
    let made = administer(&server, Method::POST, "/master/components", Some(key), None).await;
    assert_eq!(made.status(), StatusCode::CREATED);

    let changed = fetch(&server, DOCUMENTS[0], Some(&tags[0])).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(tag_of(&changed), tags[0]);
}

/// What Keycloak's lists of settings allow, also where it makes a key that RFC 7518 does not.
#[tokio::test]
async fn every_kind_of_key_that_can_be_asked_for_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let rows = [
        (
            "ecdh-generated",
            r#""ecdhEllipticCurveKey":["P-256"]"#,
            "EC ENC ECDH-ES",
        ),
        (
            "ecdh-generated",
            r#""ecdhEllipticCurveKey":["P-521"],"ecdhAlgorithm":["ECDH-ES+A192KW"]"#,
            "EC ENC ECDH-ES+A192KW",
        ),
        (
            "hmac-generated",
            r#""algorithm":["HS512"],"secretSize":["16"]"#,
            "OCT SIG HS512",
        ),
        (
            "hmac-generated",
            r#""algorithm":["HS384"],"secretSize":["512"]"#,
            "OCT SIG HS384",
        ),
        ("aes-generated", r#""secretSize":["24"]"#, "OCT ENC AES"),
        ("eddsa-generated", r#""priority":["1"]"#, "OKP SIG EdDSA"),
        (
            "ecdsa-generated",
            r#""ecdsaEllipticCurveKey":["P-384"]"#,
            "EC SIG ES384",
        ),
    ];
    for (kind, settings, expected) in rows {
        let key = format!(
            r#"{{"name":"asked","providerId":"{kind}","providerType":"org.keycloak.keys.KeyProvider","config":{{{settings}}}}}"#
        );
        let made = administer(
            &server,
            Method::POST,
            "/master/components",
            Some(&key),
            None,
        )
        .await;
        assert_eq!(made.status(), StatusCode::CREATED, "{kind} {settings}");
        let at = made.headers()["location"].to_str().unwrap();
        let id = at.rsplit('/').next().unwrap().to_owned();

        let keys = administer(&server, Method::GET, "/master/keys", None, None).await;
        let keys: serde_json::Value = keys.json().await.unwrap();
        let keys = keys["keys"].as_array().unwrap();
        let shown = keys.iter().find(|key| key["providerId"] == *id).unwrap();
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        let shown = format!("{} {} {}", text("type"), text("use"), text("algorithm"));
        assert_eq!(shown, expected);

        let path = format!("/master/components/{id}");
        let stored = administer(&server, Method::GET, &path, None, None).await;
        let stored: serde_json::Value = stored.json().await.unwrap();
        let sent: serde_json::Value = serde_json::from_str(&format!("{{{settings}}}")).unwrap();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(stored["config"][name], *value, "{kind} {name}");
        }
    }
}

#[tokio::test]
async fn the_age_of_each_realms_keys_is_a_metric() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let new = r#"{"realm":"shop","enabled":true}"#;
    administer(&server, Method::POST, "", Some(new), None).await;

    let url = format!("{}/metrics", server.management);
    let text = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();

    let ages = text
        .lines()
        .filter_map(|line| line.strip_prefix("cloakroom_key_age_seconds{"));
    let ages: Vec<(&str, u64)> = ages
        .map(|line| line.split_once("} ").unwrap())
        .map(|(labels, age)| (labels, age.parse().unwrap()))
        .collect();
    for realm in ["master", "shop"] {
        for kind in [
            "rsa-generated",
            "rsa-enc-generated",
            "hmac-generated",
            "aes-generated",
        ] {
            let labels = format!("realm=\"{realm}\",kind=\"{kind}\"");
            let found = ages.iter().find(|(known, _)| *known == labels);
            let (_, age) = found.expect(&labels);
            assert!(*age < 600, "{labels}: {age} s");
        }
    }
}

#[tokio::test]
async fn the_trace_of_a_request_is_in_its_log_lines() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("CLOAKROOM_LOG", "info,cloakroom::request=debug"),
        ("CLOAKROOM_LOG_FORMAT", "json"),
    ];
    let server = start(folder.path(), &settings).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let ask = async |header: String| {
        let call = client().get(format!("{}{}", server.base, DOCUMENTS[0]));
        call.header("traceparent", header).send().await.unwrap();
    };
    ask(format!("00-{trace}-00f067aa0ba902b7-01")).await;
    ask("00-\",\"msg\":\"forged-00f067aa0ba902b7-01".to_owned()).await;

    let log = server.log();
    let lines = log.lines().filter(|line| line.contains("certs"));
    let traces: Vec<serde_json::Value> = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["trace_id"].clone())
        .collect();
    assert_eq!(traces, [serde_json::json!(trace), serde_json::Value::Null]);
}
