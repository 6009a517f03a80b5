//! Known answers: RFC 6070 for SHA-1, RFC 7914 §11 for SHA-256, and SHA-512 as others compute it.

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_answers_are_those_of_the_rfcs() {
    let table = [
        (
            &SHA1,
            4096,
            "password",
            "salt",
            "4b007901b765489abead49d926f721d065a429c1",
        ),
        (
            &SHA1,
            4096,
            "passwordPASSWORDpassword",
            "saltSALTsaltSALTsaltSALTsaltSALTsalt",
            "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038",
        ),
        (
            &SHA256,
            1,
            "passwd",
            "salt",
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
             49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
        ),
        (
            &SHA512,
            1,
            "password",
            "salt",
            "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252\
             c02d470a285a0501bad999bfe943c08f050235d7d68b1da55e63f73b60a57fce",
        ),
    ];
    for (provider, iterations, password, salt, expected) in table {
        let mut computed = vec![0; expected.len() / 2];
        let iterations = NonZeroU32::new(iterations).unwrap();

        derive(
            *provider.prf,
            iterations,
            salt.as_bytes(),
            password.as_bytes(),
            &mut computed,
        );

        assert_eq!(hex(&computed), expected, "{}", provider.name);
    }
}

#[test]
fn a_key_longer_than_todays_is_verified_and_not_current() {
    // Keycloak once made SHA-256 keys of 64 bytes with 27,500 iterations.
    let plain = Plain::new("passwd".to_owned()).unwrap();
    let mut value = vec![0; 64];
    derive(
        PBKDF2_HMAC_SHA256,
        NonZeroU32::new(27_500).unwrap(),
        b"salt",
        b"passwd",
        &mut value,
    );
    let parsed = Parsed::read(&Stored::write(
        "pbkdf2-sha256",
        27_500,
        &[],
        &value,
        b"salt",
    ))
    .unwrap();

    let verified = SHA256.verify(&plain, &parsed);

    assert_eq!(verified, Ok(true));
    assert!(!SHA256.is_current(&parsed, 27_500));
}
