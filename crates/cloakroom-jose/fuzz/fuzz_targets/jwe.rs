//! Encrypted messages, decrypted with the key of the attack table.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, KeyAlg};
    use cloakroom_jose::DecryptionKey;

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let allowed = Allowed::new(&KeyAlg::ALL, &Enc::ALL).inflate(1 << 16);
    let keys: Vec<_> = [KeyAlg::Dir, KeyAlg::A256Kw, KeyAlg::A256GcmKw]
        .into_iter()
        .filter_map(|alg| DecryptionKey::from_secret(alg, None, &[7; 32]).ok())
        .collect();
    if let Ok(message) = Encrypted::parse(text, &allowed) {
        let _ = message.decrypt(&keys, &allowed);
    }
});
