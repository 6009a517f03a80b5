//! Keys in DER and PEM.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use cloakroom_jose::{PrivateKey, VerifyingKey};

    if let Ok(key) = VerifyingKey::from_spki(None, None, data) {
        assert!(key.spki_der().is_some());
    }
    let _ = VerifyingKey::from_certificate(None, None, data);
    for key in [
        PrivateKey::from_pkcs8(data),
        PrivateKey::from_pkcs1(data),
        PrivateKey::from_sec1(data),
    ]
    .into_iter()
    .flatten()
    {
        let again = key.to_pkcs8().map(|der| PrivateKey::from_pkcs8(&der));
        assert!(matches!(again, Some(Ok(again)) if again.thumbprint() == key.thumbprint()));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = (PrivateKey::from_pem(text), VerifyingKey::from_pem(None, None, text));
    }
});
