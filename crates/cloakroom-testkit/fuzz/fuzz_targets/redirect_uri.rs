//! Addresses that an answer would go to.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_fuzz::redirect_uri(data);
});
