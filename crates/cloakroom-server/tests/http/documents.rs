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

/// The descriptor of an application becomes a client, and the client the same descriptor again.
#[tokio::test]
async fn an_application_of_saml_is_described_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let call = async |method, path: &str, body: Option<&str>| {
        let answer = administer(&server, method, &format!("/master/{path}"), body, None).await;
        let status = answer.status().as_u16();
        let at = answer.headers().get("location").cloned();
        let at = at.map(|at| at.to_str().unwrap().to_owned());
        (status, at, answer.text().await.unwrap())
    };
    let keys = call(Method::GET, "keys", None).await.2;
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let keys = keys["keys"].as_array().unwrap().iter();
    let certificate = keys.filter_map(|key| key["certificate"].as_str());
    let certificate = certificate.collect::<Vec<_>>()[0].to_owned();
    let bindings = "urn:oasis:names:tc:SAML:2.0:bindings";
    let given = format!(
        r#"<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://app.test/saml">
        <SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
        {certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
        <SingleLogoutService Binding="{bindings}:HTTP-POST" Location="https://app.test/bye"/>
        <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
        <AssertionConsumerService index="1" Binding="{bindings}:HTTP-POST" Location="https://app.test/acs"/>
        </SPSSODescriptor></EntityDescriptor>"#
    );

    let (status, _, client) =
        call(Method::POST, "client-description-converter", Some(&given)).await;
    assert_eq!(status, 200, "{client}");
    let read: serde_json::Value = serde_json::from_str(&client).unwrap();
    assert_eq!(read["clientId"], "https://app.test/saml");
    assert_eq!(read["protocol"], "saml");
    assert_eq!(
        read["redirectUris"],
        serde_json::json!(["https://app.test/acs"])
    );
    let attributes = &read["attributes"];
    assert_eq!(attributes["saml.signing.certificate"], certificate);
    assert_eq!(attributes["saml_name_id_format"], "persistent");
    let made = call(Method::POST, "clients", Some(&client)).await;
    assert_eq!(made.0, 201, "{}", made.2);
    let id = made.1.unwrap();
    let installation = format!(
        "clients/{}/installation/providers",
        id.rsplit('/').next().unwrap()
    );
    let described = call(
        Method::GET,
        &format!("{installation}/saml-sp-descriptor"),
        None,
    )
    .await;
    assert_eq!(described.0, 200, "{}", described.2);
    let again = call(
        Method::POST,
        "client-description-converter",
        Some(&described.2),
    )
    .await;
    let again: serde_json::Value = serde_json::from_str(&again.2).unwrap();
    assert_eq!(again, read);

    for (path, expected) in [
        (format!("{installation}/mod-auth-mellon"), 200),
        (format!("{installation}/keycloak-oidc-keycloak-json"), 200),
        (format!("{installation}/nonsense"), 404),
    ] {
        let answer = call(Method::GET, &path, None).await;
        assert_eq!(answer.0, expected, "{path}: {}", answer.2);
    }
    let entity = "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"";
    for bad in [
        format!("{entity} entityID=\"x\"><IDPSSODescriptor/></EntityDescriptor>"),
        format!("{entity}><SPSSODescriptor/></EntityDescriptor>"),
        given.replace(&certificate, "bm8gY2VydGlmaWNhdGU="),
        given.replace("<SPSSO", "<!DOCTYPE x><SPSSO"),
        "<EntityDescriptor>".to_owned(),
    ] {
        let answer = call(Method::POST, "client-description-converter", Some(&bad)).await;
        assert_eq!(answer.0, 400, "{bad}: {}", answer.2);
    }
}

#[tokio::test]
async fn an_address_tells_what_methods_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let ask = async |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let call = client().request(method, format!("{}{path}", server.base));
        let answer = call.send().await.unwrap();
        let allowed = answer.headers().get("Allow").cloned();
        let allowed = allowed.map(|allowed| allowed.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        (status, allowed, answer.text().await.unwrap())
    };
    let body = r#"{"error":"HTTP 405 Method Not Allowed"}"#;
    for (method, path, expected) in [
        (
            "PUT",
            "/admin/realms/master/users",
            "GET, HEAD, POST, OPTIONS",
        ),
        (
            "PATCH",
            "/admin/realms/master",
            "GET, HEAD, PUT, DELETE, OPTIONS",
        ),
        (
            "POST",
            "/admin/realms/master/users/x",
            "GET, HEAD, PUT, DELETE, OPTIONS",
        ),
        (
            "GET",
            "/realms/master/protocol/openid-connect/token",
            "POST, OPTIONS",
        ),
        (
            "POST",
            "/realms/master/protocol/openid-connect/certs",
            "GET, HEAD, OPTIONS",
        ),
        (
            "TRACE",
            "/realms/master/protocol/openid-connect/certs",
            "GET, HEAD, OPTIONS",
        ),
    ] {
        let (status, allowed, told) = ask(method, path).await;
        assert_eq!((status, told.as_str()), (405, body), "{method} {path}");
        assert_eq!(allowed.as_deref(), Some(expected), "{method} {path}");

        let (status, _, told) = ask("OPTIONS", path).await;
        assert_eq!((status, told.as_str()), (200, ""), "{path}");
    }
    let (status, allowed, _) = ask("OPTIONS", "/admin/realms/master/users").await;
    assert_eq!(
        (status, allowed.as_deref()),
        (200, Some("GET, HEAD, POST, OPTIONS"))
    );
    // Whoever has another method on another handler of the same path finds it, and what is no path is none.
    let (status, allowed, _) = ask("GET", "/realms/master/nowhere/at/all").await;
    assert_eq!((status, allowed), (404, None));
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
