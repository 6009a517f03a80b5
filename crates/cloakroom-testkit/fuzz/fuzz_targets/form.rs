//! Forms and query strings of the protocol.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_fuzz::form(data);
});
