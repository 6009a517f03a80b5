//! `cloakroom token inspect -`, as a developer uses it.
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use super::{Server, text};

/// Pipes a text into the command.
fn inspect(token: &str, arguments: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
        .args(["token", "inspect"])
        .args(arguments)
        .env("RUST_LOG", "trace")
        .env("CLOAKROOM_LOG", "trace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments reads nothing, which is no fault of the pipe.
    let _ = process.stdin.take().unwrap().write_all(token.as_bytes());
    process.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    let both = [output.stdout.clone(), output.stderr.clone()].concat();
    String::from_utf8(both).unwrap()
}

#[tokio::test]
async fn a_token_is_looked_at_with_the_issuer_s_keys_or_those_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let tokens = server
        .tokens("shop", "app", "ada", "openid profile email")
        .await;
    let token = text(&tokens, "access_token");
    let issuer = server.issuer();
    let jwks = server
        .http
        .get(format!("{issuer}/protocol/openid-connect/certs"));
    let jwks = jwks.send().await.unwrap().bytes().await.unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, &jwks).unwrap();
    let file = file.to_str().unwrap();
    let (rest, signature) = token.rsplit_once('.').unwrap();
    let (begin, end) = signature.split_at(100);
    let forged = format!("{rest}.{}{end}", begin.chars().rev().collect::<String>());
    let rows: [(&str, &[&str], bool, &str); 5] = [
        (
            &token,
            &["-", "--issuer", &issuer],
            true,
            "signature  right",
        ),
        (&token, &["-", "--jwks", file], true, "signature  right"),
        (
            &token,
            &["-"],
            true,
            "signature  not checked: name the keys",
        ),
        (&forged, &["-", "--jwks", file], false, "signature  WRONG"),
        (
            &server.administrator,
            &["-", "--jwks", file],
            true,
            "not checked: none of the keys",
        ),
    ];

    for (token, arguments, expected, line) in rows {
        let output = inspect(&format!("{token}\n"), arguments);
        let said = said(&output);
        assert_eq!(output.status.success(), expected, "{arguments:?}: {said}");
        assert!(said.contains(line), "{arguments:?}: {said}");
        for part in token.split('.') {
            assert!(!said.contains(part), "it repeats the token: {said}");
        }
        assert!(
            !said.contains("ada@example.org"),
            "it shows a value: {said}"
        );
    }
    let said = said(&inspect(&token, &["-"]));
    for line in [
        "alg        RS256",
        "email  (personal)",
        "look   it tells everybody",
        "realm_access",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let files = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(
        files.count(),
        3,
        "data, log and the keys: the command leaves nothing behind"
    );
}

#[test]
fn what_is_no_token_is_refused_and_not_repeated() {
    let secret = "eyJhbGciOiJSUzI1NiJ9";
    let rows: [(&str, &[&str], &str); 7] = [
        ("", &["-"], "three parts"),
        (secret, &["-"], "three parts"),
        ("a.b.c", &["-"], "malformed"),
        (&"a".repeat(2 << 20), &["-"], "too long"),
        ("", &[secret], "history"),
        (
            "a.b.c",
            &["-", "--jwks", "no-such-file.json"],
            "no-such-file.json",
        ),
        ("a.b.c", &["-", "--issuer", "http://id.example"], "https"),
    ];

    for (token, arguments, why) in rows {
        let output = inspect(token, arguments);
        let said = said(&output);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains(why), "{arguments:?}: {said}");
        assert!(!said.contains(secret), "{arguments:?}: {said}");
    }
}

#[test]
fn a_token_s_own_texts_do_not_move_the_cursor() {
    let part =
        |value: serde_json::Value| cloakroom_jose::base64url::encode(value.to_string().as_bytes());
    let header = part(json!({ "alg": "\u{1b}[2J", "typ": "\u{1b}]0;x\u{7}" }));
    let token = format!("{header}.{}.AAAA", part(json!({ "\u{1b}[31m": 1 })));

    let said = said(&inspect(&token, &["-"]));

    assert!(said.contains("alg        "), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'));
}
