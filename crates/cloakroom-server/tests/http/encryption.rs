//! ID tokens and userinfo that are encrypted for their client.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use cloakroom_jose::alg::{Curve, KeyKind};
use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, KeyAlg};
use cloakroom_jose::jwt::nested::Nesting;
use cloakroom_jose::jwt::{Verifier, kind::IdToken};
use cloakroom_jose::{Alg, DecryptionKey, KeySet, PrivateKey, SystemRandom};
use reqwest::Method;
use serde_json::{Value, json};

use super::administration::ADMIN;
use super::registration::{admin, text};
use super::{PASSWORD, Server, client, start};

const SECRET: &str = "a-client-secret-of-more-than-32-bytes";

/// A key of the client, and how it publishes it.
fn key(kind: KeyKind, alg: KeyAlg, kid: &str) -> (DecryptionKey, Value) {
    let key = PrivateKey::generate(kind, &mut SystemRandom).unwrap();
    let key = key.with_kid(kid).unwrap().decryption_key(alg).unwrap();
    let jwk = serde_json::to_value(key.public_jwk().unwrap()).unwrap();
    (key, jwk)
}

/// Makes a client with these attributes, and gets tokens for it.
async fn tokens(server: &Server, name: &str, attributes: Value) -> Value {
    let made = json!({
        "clientId": name, "secret": SECRET, "publicClient": false, "directAccessGrantsEnabled": true,
        "attributes": attributes,
    });
    admin(server, Method::POST, "/r/clients", made).await;
    let form = [
        ("grant_type", "password"),
        ("client_id", name),
        ("client_secret", SECRET),
        ("username", "ada"),
        ("password", PASSWORD),
        ("scope", "openid"),
    ];
    let at = format!("{}/realms/r/protocol/openid-connect/token", server.base);
    let answer = client().post(at).form(&form).send().await.unwrap();
    answer.json().await.unwrap()
}

async fn userinfo(server: &Server, tokens: &Value) -> reqwest::Response {
    let at = format!("{}/realms/r/protocol/openid-connect/userinfo", server.base);
    let asked = client().get(at).bearer_auth(text(tokens, "access_token"));
    asked.send().await.unwrap()
}

async fn realm(folder: &std::path::Path) -> Server {
    let allowed = ("CLOAKROOM_OUTBOUND_ALLOW", "127.0.0.1");
    let server = start(folder, &[ADMIN[0], ADMIN[1], allowed]).await;
    let user = json!({
        "username": "ada", "enabled": true, "email": "ada@example.org", "firstName": "Ada",
        "lastName": "Lovelace", "credentials": [{ "type": "password", "value": PASSWORD }],
    });
    let realm = json!({ "realm": "r", "enabled": true, "users": [user] });
    admin(&server, Method::POST, "", realm).await;
    server
}

/// Serves a JWK Set; gives its address.
fn publish(keys: &Value) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/jwks", listener.local_addr().unwrap());
    let body = keys.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// The user of an encrypted ID token, which has to be signed inside.
async fn subject_of(server: &Server, client_id: &str, token: &str, key: DecryptionKey) -> String {
    let issuer = format!("{}/realms/r", server.base);
    let at = format!("{issuer}/protocol/openid-connect/certs");
    let keys = client()
        .get(at)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let keys = KeySet::parse(&keys).unwrap();
    let allowed = Allowed::new(&[key.key_alg()], &Enc::ALL);
    let own = [key];
    let now = cloakroom_web::app::now().seconds();
    let verifier = Verifier::new(&keys, &[Alg::RS256], &issuer, client_id)
        .decrypting(Nesting::new(&own, &allowed).required());
    let verified = verifier.verify::<IdToken>(token, now).unwrap();
    assert!(verified.was_encrypted());
    verified.claims().subject().unwrap().to_owned()
}

#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted_with_what_the_client_chose() {
    let folder = tempfile::tempdir().unwrap();
    let server = realm(folder.path()).await;
    let p256 = KeyKind::Ec(Curve::P256);
    let rows = [
        (
            "rsa-oaep",
            KeyKind::Rsa,
            KeyAlg::RsaOaep,
            "",
            "A128CBC-HS256",
            false,
        ),
        (
            "rsa-oaep-256",
            KeyKind::Rsa,
            KeyAlg::RsaOaep256,
            "A256GCM",
            "A256GCM",
            true,
        ),
        ("ecdh-es", p256, KeyAlg::EcdhEs, "A128GCM", "A128GCM", false),
        (
            "ecdh-es-kw",
            p256,
            KeyAlg::EcdhEsA256Kw,
            "A256CBC-HS512",
            "A256CBC-HS512",
            true,
        ),
    ];

    for (name, kind, alg, enc, expected, is_remote) in rows {
        let (key, jwk) = key(kind, alg, name);
        let mut signing = jwk.clone();
        signing["use"] = "sig".into();
        signing["kid"] = "for-signatures".into();
        let keys = json!({ "keys": [signing, { "kty": "unheard-of" }, jwk] });
        let attributes = match is_remote {
            true => json!({ "use.jwks.url": "true", "jwks.url": publish(&keys) }),
            false => json!({ "use.jwks.string": "true", "jwks.string": keys.to_string() }),
        };
        let mut attributes = attributes.as_object().unwrap().clone();
        attributes.insert(
            "id.token.encrypted.response.alg".to_owned(),
            alg.name().into(),
        );
        attributes.insert("id.token.encrypted.response.enc".to_owned(), enc.into());
        let tokens = tokens(&server, name, attributes.into()).await;

        let token = tokens["id_token"]
            .as_str()
            .unwrap_or_else(|| unreachable!("{name}: {tokens}"));
        let allowed = Allowed::new(&[alg], &Enc::ALL);
        let header = Encrypted::parse_compact(token, &allowed).unwrap();
        let header = header
            .decrypt(std::slice::from_ref(&key), &allowed)
            .unwrap();
        assert_eq!(header.header().enc().name(), expected, "{name}");
        let subject = subject_of(&server, name, token, key).await;
        assert_eq!(subject.len(), 36, "{name}");
        let access = text(&tokens, "access_token");
        assert_eq!(
            access.split('.').count(),
            3,
            "the API reads it, and not the client"
        );
        assert_eq!(userinfo(&server, &tokens).await.status(), 200, "{name}");
    }
}

#[tokio::test]
async fn userinfo_is_encrypted_signed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = realm(folder.path()).await;
    for (name, signature) in [("plain", ""), ("signed", "RS256")] {
        let (key, jwk) = key(KeyKind::Rsa, KeyAlg::RsaOaep256, name);
        let keys = json!({ "keys": [jwk] });
        let attributes = json!({
            "use.jwks.string": "true", "jwks.string": keys.to_string(),
            "user.info.encrypted.response.alg": "RSA-OAEP-256",
            "user.info.response.signature.alg": signature,
        });
        let tokens = tokens(&server, name, attributes).await;
        assert_eq!(
            text(&tokens, "id_token").split('.').count(),
            3,
            "that is in the clear"
        );

        let answer = userinfo(&server, &tokens).await;
        assert_eq!(answer.headers()["content-type"], "application/jwt");
        let token = answer.text().await.unwrap();
        let allowed = Allowed::new(&[KeyAlg::RsaOaep256], &[Enc::A128CbcHs256]);
        let plain = Encrypted::parse_compact(&token, &allowed).unwrap();
        let plain = plain.decrypt(&[key], &allowed).unwrap();
        let inside = std::str::from_utf8(plain.plaintext()).unwrap();
        match signature {
            "" => {
                let claims: Value = serde_json::from_str(inside).unwrap();
                assert_eq!(claims["preferred_username"], "ada");
            }
            _ => assert_eq!(
                (inside.split('.').count(), plain.header().is_nested()),
                (3, true)
            ),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_encrypted_is_not_sent_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let server = realm(folder.path()).await;
    let (_, jwk) = key(KeyKind::Rsa, KeyAlg::RsaOaep256, "k");
    let keys = json!({ "keys": [jwk] }).to_string();
    // Its coordinates are 0 and 1.
    let astray = json!({ "kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "k",
        "x": "A".repeat(43), "y": format!("{}AE", "A".repeat(41)) });
    let astray = json!({ "keys": [astray] }).to_string();
    let rows = [
        (
            "a-point-off-its-curve",
            "ECDH-ES",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": astray }),
        ),
        ("no-keys", "RSA-OAEP-256", "", json!({})),
        (
            "not-in-use",
            "RSA-OAEP-256",
            "",
            json!({ "jwks.string": keys }),
        ),
        (
            "no-set",
            "RSA-OAEP-256",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": "[]" }),
        ),
        (
            "another-alg",
            "RSA-OAEP",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": keys }),
        ),
        (
            "another-kind",
            "ECDH-ES",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": keys }),
        ),
        (
            "rsa1-5",
            "RSA1_5",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": keys }),
        ),
        (
            "unknown",
            "ROT13",
            "",
            json!({ "use.jwks.string": "true", "jwks.string": keys }),
        ),
        (
            "unknown-enc",
            "RSA-OAEP-256",
            "ROT13",
            json!({ "use.jwks.string": "true", "jwks.string": keys }),
        ),
        (
            "nobody-there",
            "RSA-OAEP-256",
            "",
            json!({ "use.jwks.url": "true", "jwks.url": "http://127.0.0.1:9999/jwks" }),
        ),
    ];

    for (name, alg, enc, attributes) in rows {
        let mut attributes = attributes.as_object().unwrap().clone();
        attributes.insert("id.token.encrypted.response.alg".to_owned(), alg.into());
        attributes.insert("id.token.encrypted.response.enc".to_owned(), enc.into());
        let answer = tokens(&server, name, attributes.into()).await;
        assert_eq!(answer["error"], "invalid_request", "{name}: {answer}");
        assert!(answer.get("id_token").is_none(), "{name}");
    }
}

#[tokio::test]
async fn discovery_says_what_a_client_may_choose() {
    let folder = tempfile::tempdir().unwrap();
    let server = realm(folder.path()).await;

    let document = server
        .get("/realms/r/.well-known/openid-configuration")
        .await;
    let document: Value = document.json().await.unwrap();

    for kind in ["id_token", "userinfo"] {
        let algs = document[format!("{kind}_encryption_alg_values_supported")].to_string();
        assert!(algs.contains("RSA-OAEP-256") && algs.contains("ECDH-ES+A128KW"));
        assert!(!algs.contains("RSA1_5") && !algs.contains("dir"));
        let encs = &document[format!("{kind}_encryption_enc_values_supported")];
        assert_eq!(encs.as_array().map(Vec::len), Some(6));
    }
}
