//! The header in which a client names and proves itself, and assertions in forms.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_fuzz::header(data);
});
