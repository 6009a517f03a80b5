//! Known answers of the public `crypt_blowfish` test table (public domain).

use super::super::{HashPolicy, Verified, verify as verify_stored};
use super::*;

fn stored(value: &str) -> Stored {
    Stored {
        credential_data: r#"{"hashIterations":10,"algorithm":"bcrypt"}"#.to_owned(),
        secret_data: format!(r#"{{"value":"{value}","salt":""}}"#),
    }
}

#[test]
fn a_hash_of_an_add_on_is_verified_and_due_for_a_rehash() {
    let table = [
        (
            "U*U",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ),
        (
            "U*U*",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
        ),
        (
            "",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy",
        ),
    ];
    for (password, value) in table {
        let plain = Plain::new(password.to_owned()).unwrap();
        let other = Plain::new(format!("{password}x")).unwrap();

        let right = verify_stored(&plain, &stored(value), &HashPolicy::default()).unwrap();
        let wrong = verify_stored(&other, &stored(value), &HashPolicy::default()).unwrap();

        assert_eq!(
            right,
            Verified {
                ok: true,
                needs_rehash: true
            },
            "{password}"
        );
        assert!(!wrong.ok, "{password}");
    }
}
