//! Tests of the registry: real exports, hostile stored hashes, and the way back from a new hash.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

/// Credentials of a realm exported by Keycloak 26.7.0 that was made for tests.
const EXPORTED: &[(&str, &str, &str)] = &[
    (
        "anna's password 1",
        r#"{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}"#,
        r#"{"value":"3aMEUz/5LVmi2RXB6z9jBtbQ5Q+zzZmRG7/HeNG/P44=","salt":"paNU9DB6lZYR2QLzQR1eeA==","additionalParameters":{}}"#,
    ),
    (
        "ben-pässwörd-2",
        r#"{"hashIterations":210000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}"#,
        r#"{"value":"BRz3XVj0pheZCkJedGrMSWfFqtRtbfPPWbcnuuR/y35xopM55Uq9l1CyLcPTEZG6nCJ2Sl4RbgNwa+sH6NFmFA==","salt":"bvSwApO+1Nl2t5MrruoXSQ==","additionalParameters":{}}"#,
    ),
    (
        "carl 3 password",
        r#"{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}"#,
        r#"{"value":"+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=","salt":"1yxIzmrw/0V6Ru0qvrNfZA==","additionalParameters":{}}"#,
    ),
    (
        "dora#4#password",
        r#"{"hashIterations":20000,"algorithm":"pbkdf2","additionalParameters":{}}"#,
        r#"{"value":"oCtaI+ddWEbQav7OIXz5ucHzFyy3whJgQShynu3z+snLmTThCy03Frw31DDwynOkN2UhQJOzcK8ZO9E31z5gnA==","salt":"dQvuc9Fj0R4WQJHjJbO33g==","additionalParameters":{}}"#,
    ),
];

fn plain(text: &str) -> Plain {
    Plain::new(text.to_owned()).unwrap()
}

fn stored(credential_data: &str, secret_data: &str) -> Stored {
    Stored {
        credential_data: credential_data.to_owned(),
        secret_data: secret_data.to_owned(),
    }
}

fn policy(algorithm: &str, iterations: u32) -> HashPolicy {
    HashPolicy {
        algorithm: Some(algorithm.to_owned()),
        iterations: Some(iterations),
    }
}

#[test]
fn every_hash_of_a_keycloak_export_is_verified_and_due_for_a_rehash() {
    for (password, data, secret) in EXPORTED {
        let stored = stored(data, secret);

        let right = verify(&plain(password), &stored, &HashPolicy::default()).unwrap();
        let wrong = verify(&plain("something else"), &stored, &HashPolicy::default()).unwrap();

        assert_eq!(
            right,
            Verified {
                ok: true,
                needs_rehash: true
            },
            "{password}"
        );
        assert_eq!(
            wrong,
            Verified {
                ok: false,
                needs_rehash: false
            },
            "{password}"
        );
        assert_eq!(check_stored(&stored), Ok(()), "{password}");
    }
}

#[test]
fn a_hash_that_is_as_the_policy_wants_it_stays() {
    let mut rng = StdRng::seed_from_u64(1);
    let policies = [
        HashPolicy::default(),
        policy("argon2", 3),
        policy("pbkdf2-sha512", 1000),
        policy("pbkdf2-sha256", 1000),
        policy("pbkdf2", 1000),
    ];
    for policy in policies {
        let made = hash(&plain("s3cret"), &policy, &Salt::new(&mut rng)).unwrap();

        let verified = verify(&plain("s3cret"), &made, &policy).unwrap();
        let elsewhere = verify(
            &plain("s3cret"),
            &made,
            &super::tests::policy("pbkdf2", 999),
        )
        .unwrap();

        assert_eq!(
            verified,
            Verified {
                ok: true,
                needs_rehash: false
            },
            "{policy:?}"
        );
        assert_eq!(
            elsewhere,
            Verified {
                ok: true,
                needs_rehash: true
            },
            "{policy:?}"
        );
    }
}

#[test]
fn a_new_hash_has_the_shape_keycloak_reads() {
    let salt = Salt([7; SALT_BYTES]);

    let made = hash(&plain("s3cret"), &HashPolicy::default(), &salt).unwrap();

    let data: serde_json::Value = serde_json::from_str(&made.credential_data).unwrap();
    let secret: serde_json::Value = serde_json::from_str(&made.secret_data).unwrap();
    let expected = serde_json::json!({
        "hashIterations": 2,
        "algorithm": "argon2",
        "additionalParameters": {
            "hashLength": ["32"], "memory": ["19456"], "type": ["id"],
            "version": ["1.3"], "parallelism": ["1"],
        },
    });
    assert_eq!(data, expected);
    assert_eq!(secret["salt"], "BwcHBwcHBwcHBwcHBwcHBw==");
    assert_eq!(secret["value"].as_str().unwrap().len(), 44);
}

#[test]
fn two_hashes_of_one_password_differ() {
    let mut rng = StdRng::seed_from_u64(2);
    let policy = policy("pbkdf2-sha256", 10);

    let one = hash(&plain("s3cret"), &policy, &Salt::new(&mut rng)).unwrap();
    let other = hash(&plain("s3cret"), &policy, &Salt::new(&mut rng)).unwrap();

    assert_ne!(one, other);
}

#[test]
fn a_policy_that_cannot_be_followed_means_the_default() {
    let table = [
        policy("scrypt-of-an-add-on", 5),
        policy("bcrypt", 10),
        policy("argon2", 27_500),
        policy("argon2", 0),
    ];
    for policy in table {
        let (provider, iterations) = policy.provider();

        assert_eq!(
            (provider.algorithm(), iterations),
            ("argon2", 2),
            "{policy:?}"
        );
    }
}

#[test]
fn a_form_from_before_keycloak_8_is_verified() {
    let stored = Stored::from_legacy(
        Some("pbkdf2-sha256"),
        27_500,
        "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=",
        "1yxIzmrw/0V6Ru0qvrNfZA==",
    );

    let verified = verify(&plain("carl 3 password"), &stored, &HashPolicy::default()).unwrap();

    assert!(verified.ok);
}

/// Asserts that none of these stored hashes is computed: neither at a sign-in nor at an import.
fn assert_refused(table: &[(&str, String, String)]) {
    for (case, data, secret) in table {
        let stored = stored(data, secret);

        let verified = verify(&plain("s3cret"), &stored, &HashPolicy::default());

        assert!(verified.is_err(), "{case}: {verified:?}");
        assert!(check_stored(&stored).is_err(), "{case}");
    }
}

fn secret_of(value: usize, salt: usize) -> String {
    use base64::Engine as _;
    let bytes = |length| base64::engine::general_purpose::STANDARD.encode(vec![1; length]);
    format!(r#"{{"value":"{}","salt":"{}"}}"#, bytes(value), bytes(salt))
}

fn pbkdf2_data(algorithm: &str, iterations: i64) -> String {
    format!(r#"{{"hashIterations":{iterations},"algorithm":"{algorithm}"}}"#)
}

fn argon2_data(parameters: &str, iterations: i64) -> String {
    format!(
        r#"{{"hashIterations":{iterations},"algorithm":"argon2","additionalParameters":{{{parameters}}}}}"#
    )
}

#[test]
#[rustfmt::skip]
fn a_stored_hash_that_is_malformed_is_refused() {
    let usual = || secret_of(32, 16);
    let text = |value: &str, salt: &str| format!(r#"{{"value":"{value}","salt":"{salt}"}}"#);

    assert_refused(&[
        ("no JSON", "{".to_owned(), usual()),
        ("not an object", "[]".to_owned(), usual()),
        ("too long", format!("{}{}", " ".repeat(20_000), argon2_data("", 2)), usual()),
        ("too deep", "[".repeat(10_000), usual()),
        ("no algorithm", r#"{"hashIterations":1}"#.to_owned(), usual()),
        ("unknown algorithm", pbkdf2_data("rot13", 1), usual()),
        ("no iterations", r#"{"algorithm":"argon2"}"#.to_owned(), usual()),
        ("no value", pbkdf2_data("pbkdf2", 1), "{}".to_owned()),
        ("value not base64", pbkdf2_data("pbkdf2", 1), text("***", "")),
        ("salt not base64", pbkdf2_data("pbkdf2", 1), text(&"A".repeat(32), "***")),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_hostile_pbkdf2_or_bcrypt_hash_is_refused_before_it_costs_anything() {
    let usual = || secret_of(32, 16);
    let bcrypt = || pbkdf2_data("bcrypt", -1);
    let bcrypt_of_cost = |cost: &str| {
        format!(r#"{{"value":"$2a${cost}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}}"#)
    };

    assert_refused(&[
        ("negative iterations", pbkdf2_data("pbkdf2", -2), usual()),
        ("no work at all", pbkdf2_data("pbkdf2-sha256", 0), usual()),
        ("endless", pbkdf2_data("pbkdf2-sha256", 10_000_001), usual()),
        ("endless by key", pbkdf2_data("pbkdf2", 10_000_000), secret_of(128, 16)),
        ("huge key", pbkdf2_data("pbkdf2", 1), secret_of(129, 16)),
        ("huge salt", pbkdf2_data("pbkdf2", 1), secret_of(32, 1025)),
        ("empty key", pbkdf2_data("pbkdf2", 1), secret_of(0, 16)),
        ("short key", pbkdf2_data("pbkdf2", 1), secret_of(15, 16)),
        ("bcrypt for hours", bcrypt(), bcrypt_of_cost("31")),
        ("bcrypt cost 99", bcrypt(), bcrypt_of_cost("99")),
        ("bcrypt cost 3", bcrypt(), bcrypt_of_cost("03")),
        ("not bcrypt", bcrypt(), usual()),
        ("bcrypt not ASCII", bcrypt(), format!(r#"{{"value":"{}"}}"#, "ß".repeat(30))),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_hostile_argon2_hash_is_refused_before_it_costs_anything() {
    let usual = || secret_of(32, 16);

    assert_refused(&[
        ("2 GiB", argon2_data(r#""memory":["2097152"]"#, 1), usual()),
        ("4 TiB", argon2_data(r#""memory":["4294967295"]"#, 1), usual()),
        ("memory times passes", argon2_data(r#""memory":["1048576"]"#, 9), usual()),
        ("endless", argon2_data(r#""memory":["8"]"#, 4_294_967_295), usual()),
        ("no pass", argon2_data("", 0), usual()),
        ("too many lanes", argon2_data(r#""parallelism":["65"]"#, 1), usual()),
        ("lanes that overflow", argon2_data(r#""parallelism":["4294967295"]"#, 1), usual()),
        ("no lane", argon2_data(r#""parallelism":["0"]"#, 1), usual()),
        ("less memory than lanes", argon2_data(r#""memory":["9"],"parallelism":["2"]"#, 1), usual()),
        ("memory not a number", argon2_data(r#""memory":["much"]"#, 1), usual()),
        ("negative memory", argon2_data(r#""memory":["-1"]"#, 1), usual()),
        ("unknown type", argon2_data(r#""type":["x"]"#, 1), usual()),
        ("unknown version", argon2_data(r#""version":["2.0"]"#, 1), usual()),
        ("length that lies", argon2_data(r#""hashLength":["64"]"#, 1), usual()),
        ("short salt", argon2_data("", 1), secret_of(32, 7)),
        ("short value", argon2_data(r#""hashLength":["4"]"#, 1), secret_of(4, 16)),
        ("huge value", argon2_data(r#""hashLength":["129"]"#, 1), secret_of(129, 16)),
    ]);
}

#[test]
fn a_password_may_have_1024_bytes_and_no_more() {
    let longest = Plain::new("ä".repeat(512));
    let longer = Plain::new("ä".repeat(512) + "x");

    assert!(longest.is_ok());
    assert_eq!(longer.map(drop), Err(PasswordError::TooLong));
}

#[test]
fn nobody_has_a_right_password() {
    let verified = verify_nobody(&plain("s3cret"), &policy("pbkdf2-sha256", 10)).unwrap();

    assert_eq!(
        verified,
        Verified {
            ok: false,
            needs_rehash: false
        }
    );
}

#[test]
fn neither_a_password_nor_a_hash_is_ever_printed() {
    let (password, data, secret) = EXPORTED[0];

    let printed = format!("{:?} {:?}", plain(password), stored(data, secret));

    assert_eq!(printed, "Plain(..) Stored(..)");
}

#[test]
fn every_provider_is_listed_once_and_says_what_it_is_for() {
    let listed = list_algorithms();

    let names: std::collections::BTreeSet<_> = listed.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), listed.len());
    assert!(listed.iter().all(|(_, summary)| summary.ends_with('.')));
    assert!(is_known_algorithm("argon2") && !is_known_algorithm("md5"));
}
