//! Keys and certificates in DER and PEM.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_jose_fuzz::der(data);
});
