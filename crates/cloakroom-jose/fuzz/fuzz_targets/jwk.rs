//! Keys in JSON: public, private, and sets.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use cloakroom_jose::{Jwk, KeySet, PrivateKey};

    if let Ok(jwk) = Jwk::parse(data) {
        let _ = (jwk.thumbprint(), jwk.to_pem(), jwk.verifying_key());
    }
    if let Ok(key) = PrivateKey::parse_jwk(data) {
        let again = PrivateKey::parse_jwk(key.to_private_jwk().as_bytes());
        assert!(again.is_ok_and(|again| again.thumbprint() == key.thumbprint()));
    }
    let _ = KeySet::parse(data);
});
