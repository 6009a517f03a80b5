//! Every hostile token of the collection is refused, every harmless one accepted, and none panics.
use std::panic::catch_unwind;

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jws::json::Signed;
use cloakroom_jose::jwt::{self, Policy};
use cloakroom_jose::{Alg, Jwk, KeySet, Result, SigningKey};
use serde_json::Value;

use crate::vectors::{read, text, verifying_key};

const NOW: i64 = 1_760_000_000;

#[test]
fn every_row_ends_as_it_must() {
    let rows = read("attacks.json");
    let rows: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| text(row, "op").starts_with("jw") && !text(row, "op").starts_with("jwe"))
        .collect();

    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let wanted = text(row, "expect") == "accept";
            let got = catch_unwind(|| run(row));
            let is_right = got.as_ref().is_ok_and(|result| result.is_ok() == wanted);
            (!is_right).then(|| format!("{} {}: {got:?}", text(row, "id"), text(row, "name")))
        })
        .collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(rows.len(), 134);
}

/// The rows that are about JSON and about encryption.
#[test]
fn a_message_of_another_form_is_no_token() {
    let rows = read("attacks.json");
    let others = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !matches!(text(row, "op"), "jws" | "jwks"));

    for row in others {
        let refused =
            catch_unwind(|| Unverified::parse_within(text(row, "token"), 1 << 20).is_err());
        assert_eq!(refused.ok(), Some(true), "{}", text(row, "id"));
    }
}

fn run(row: &Value) -> Result<()> {
    let algs: Vec<Alg> = row["algs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| Alg::from_name(name.as_str().unwrap()))
        .collect();
    let token = text(row, "token");
    let policy = policy(row, &algs);
    if row["jwks"].is_object() {
        let keys = KeySet::parse(row["jwks"].to_string().as_bytes())?;
        return jwt::verify(token, &keys, &policy, NOW).map(|_| ());
    }
    if text(row, "op") == "jws_json" {
        let key = Jwk::parse(row["key"].to_string().as_bytes())?.verifying_key()?;
        let signed = Signed::parse(token, 1 << 20)?.verify(&KeySet::from_keys([key]), &algs)?;
        assert_eq!(signed.signature(), 0);
        return Ok(());
    }
    let key = match &row["key"] {
        secret if secret["kty"] == "oct" => verifying_key(secret, algs[0])?,
        public => Jwk::parse(public.to_string().as_bytes())?.verifying_key()?,
    };
    jwt::verify_with(Unverified::parse(token)?, &key, &policy, NOW).map(|_| ())
}

/// What the collection takes for granted: who issued, for whom, and which claims must be there.
fn policy(row: &Value, algs: &[Alg]) -> Policy {
    let policy = Policy::new(algs)
        .issuer("https://id.example.com")
        .audience(&["https://api.example.com"]);
    let policy = match row["opts"]["typ"].as_str() {
        Some(typ) => policy.typ(&[typ]),
        None => policy,
    };
    match &row["opts"]["required"] {
        Value::Null => policy.require(&["iss", "aud", "sub"]),
        _ => policy,
    }
}

#[test]
fn no_prefix_of_a_good_token_is_accepted_or_panics() {
    let key = SigningKey::generate(Alg::EdDSA, "k").unwrap();
    let token = key.sign("JWT", br#"{"exp":1}"#).unwrap();
    let keys = KeySet::from_keys([key.verifying_key().clone()]);

    for end in 0..token.len() {
        let verified =
            Unverified::parse(&token[..end]).and_then(|token| token.verify(&keys, &[Alg::EdDSA]));
        assert!(verified.is_err(), "{end}");
    }
}

#[test]
fn no_changed_letter_of_a_good_token_is_accepted_or_panics() {
    let key = SigningKey::generate(Alg::EdDSA, "k").unwrap();
    let token = key.sign("JWT", br#"{"exp":1}"#).unwrap();
    let keys = KeySet::from_keys([key.verifying_key().clone()]);

    for at in 0..token.len() {
        for letter in ['A', '_', '.', '=', ' ', '\n', '\u{e9}'] {
            let mut letters: Vec<char> = token.chars().collect();
            if letters[at] == letter {
                continue;
            }
            letters[at] = letter;
            let changed: String = letters.into_iter().collect();
            let verified =
                Unverified::parse(&changed).and_then(|token| token.verify(&keys, &[Alg::EdDSA]));
            assert!(verified.is_err(), "{at} {letter:?}");
        }
    }
}
