//! The claims of every kind of token.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_jose_fuzz::jwt(data);
});
