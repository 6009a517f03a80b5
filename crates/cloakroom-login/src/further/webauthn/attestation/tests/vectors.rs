//! The registrations that the specification gives as examples, with what each of them is here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloakroom_model::Timestamp;

use super::super::{Attestation, Said};
use crate::further::webauthn::authenticator_data::{AuthenticatorData, Made};
use crate::further::webauthn::makers::Makers;

const VECTORS: &str = include_str!("vectors.txt");

fn bytes(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2));
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// The client data and the attestation object of this name.
fn vector(name: &str) -> (Vec<u8>, Vec<u8>) {
    let mut lines = VECTORS.lines().map(|line| line.split(' '));
    let mut parts = lines
        .find_map(|mut parts| (parts.next() == Some(name)).then_some(parts))
        .unwrap();
    (bytes(parts.next().unwrap()), bytes(parts.next().unwrap()))
}

fn root() -> Makers {
    let line = VECTORS.lines().find(|line| line.starts_with("root "));
    let der = bytes(line.unwrap().trim_start_matches("root "));
    let text = STANDARD.encode(der);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    Makers::default().with(&pem).unwrap()
}

/// What is said of the key: nothing of a maker; or whether the root vouches, and whether the key stays where it is.
type Told = Result<Option<(bool, bool)>, &'static str>;

fn told(object: &Attestation, made: &Made, client_data: &[u8]) -> Told {
    let now = Timestamp::from_seconds(1_800_000_000);
    match object.said(made, client_data) {
        Ok(Said::Maker(maker)) => {
            assert!(!maker.names_model, "no certificate of them names a model");
            Ok(Some((root().vouch_for(&maker.path, now), maker.stays)))
        }
        Ok(_) => Ok(None),
        Err(rejection) => Err(rejection.why),
    }
}

#[test]
fn the_examples_of_the_specification_are_what_they_are_meant_to_be() {
    let expected: [(&str, Told); 6] = [
        ("packed-self.ES256", Ok(None)),
        ("packed.ES256", Ok(Some((true, true)))),
        // The TPM of the example says of the key that it signs, and of nothing that it stays.
        ("tpm.ES256", Ok(Some((true, false)))),
        // The keystore of the example says of nothing where the key was made, which §8.4 asks for.
        (
            "android-key.ES256",
            Err("the key was not made where the device keeps it"),
        ),
        ("apple.ES256", Ok(Some((true, true)))),
        // The authenticator of the example names a model, which those of before WebAuthn have not.
        (
            "fido-u2f.ES256",
            Err("an authenticator of this format names no model"),
        ),
    ];
    for (name, expected) in expected {
        let (client_data, object) = vector(name);
        let object = Attestation::read(&object).unwrap();
        let data = AuthenticatorData::check(&object.data, "example.org", false).unwrap();
        let made = data.made.unwrap();
        assert_eq!(told(&object, &made, &client_data), expected, "{name}");
        // What was said of one ceremony is said of no other.
        let other = [client_data.as_slice(), b" "].concat();
        assert!(object.said(&made, &other).is_err(), "{name}");
    }
}

#[test]
fn no_byte_of_an_example_can_be_another() {
    for name in ["tpm.ES256", "apple.ES256", "packed.ES256"] {
        let (client_data, object) = vector(name);
        for at in 0..object.len() {
            let mut altered = object.clone();
            altered[at] ^= 1;
            let Some(read) = Attestation::read(&altered) else {
                continue;
            };
            let Ok(data) = AuthenticatorData::check(&read.data, "example.org", false) else {
                continue;
            };
            let Some(made) = data.made else { continue };
            let told = told(&read, &made, &client_data);
            let vouched = told.is_ok_and(|told| told.is_some_and(|(is_listed, _)| is_listed));
            assert!(!vouched, "{name}: byte {at}");
        }
    }
}

#[test]
fn what_is_cut_off_anywhere_is_no_statement() {
    for name in ["tpm.ES256", "android-key.ES256", "apple.ES256"] {
        let (_, object) = vector(name);
        for length in 0..object.len() {
            assert!(Attestation::read(&object[..length]).is_none(), "{name}");
        }
    }
}

/// The fuzzer starts from statements that pass all checks, so that what it changes is read to the end.
#[test]
fn the_seeds_of_the_fuzzer_are_right() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../cloakroom-testkit/fuzz/seeds/webauthn"
    );
    for name in ["maker", "u2f", "tpm", "tpm-rsa", "android-key", "apple"] {
        let bytes = std::fs::read(format!("{folder}/good-attestation-{name}")).unwrap();
        let object = Attestation::read(&bytes).unwrap();
        let data = AuthenticatorData::check(&object.data, "id.test", false).unwrap();
        let made = data.made.unwrap();
        let said = object.said(&made, b"{}").map_err(|rejection| rejection.why);
        let is_right = |said: Said<'_>| match said {
            Said::Maker(maker) => maker.names_model && maker.stays,
            _ => false,
        };
        assert_eq!(said.map(is_right), Ok(true), "{name}");
    }
}
