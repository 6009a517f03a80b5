//! Every hostile token of the collection is refused, every harmless one accepted, and none panics.
use std::panic::catch_unwind;

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Claims, Policy};
use cloakroom_jose::{Alg, Jwk, KeySet, Result, SigningKey};
use serde_json::Value;

use crate::vectors::{read, text, verifying_key};

const NOW: i64 = 1_760_000_000;

/// Whether a row needs a feature this crate does not have.
///
/// Encryption and the JSON serializations have no code here, so their operations cannot be run.
/// ES256K is not in the algorithm table, so its control cannot be accepted.
fn is_about_another_feature(row: &Value) -> bool {
    !matches!(text(row, "op"), "jws" | "jwks") || row["algs"] == serde_json::json!(["ES256K"])
}

#[test]
fn every_row_ends_as_it_must() {
    let rows = read("attacks.json");
    let rows: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !is_about_another_feature(row))
        .collect();

    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let wanted = text(row, "expect") == "accept";
            let got = catch_unwind(|| run(row));
            let is_right = got.as_ref().is_ok_and(|result| result.is_ok() == wanted);
            (!is_right).then(|| {
                let got = got.map(|result| result.map(|claims| claims.members().clone()));
                format!("{} {}: {got:?}", text(row, "id"), text(row, "name"))
            })
        })
        .collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(rows.len(), 128);
}

#[test]
fn a_token_of_another_form_is_refused_before_any_key_is_asked() {
    let rows = read("attacks.json");
    let others = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| is_about_another_feature(row));

    for row in others {
        let refused =
            catch_unwind(|| Unverified::parse_within(text(row, "token"), 1 << 20).is_err());
        assert_eq!(refused.ok(), Some(true), "{}", text(row, "id"));
    }
}

fn run(row: &Value) -> Result<Claims> {
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
        return jwt::verify(token, &keys, &policy, NOW);
    }
    let key = match &row["key"] {
        secret if secret["kty"] == "oct" => verifying_key(secret, algs[0])?,
        public => Jwk::parse(public.to_string().as_bytes())?.verifying_key()?,
    };
    jwt::verify_with(Unverified::parse(token)?, &key, &policy, NOW)
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
