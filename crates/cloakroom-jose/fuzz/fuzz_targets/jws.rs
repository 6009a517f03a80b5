//! Signed messages: compact, JSON and detached, up to a signature that is wrong.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let keys = cloakroom_jose::KeySet::default();
    if let Ok(token) = cloakroom_jose::jws::Unverified::parse(text) {
        assert!(token.verify(&keys, &cloakroom_jose::Alg::ALL).is_err());
    }
    if let Ok(message) = cloakroom_jose::jws::json::Signed::parse(text, 1 << 16) {
        assert!(message.verify(&keys, &cloakroom_jose::Alg::ALL).is_err());
    }
    let _ = cloakroom_jose::jws::detached::verify(text, b"", &keys, &cloakroom_jose::Alg::ALL);
});
