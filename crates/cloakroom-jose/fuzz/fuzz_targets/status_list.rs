//! Status lists.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cloakroom_jose_fuzz::status_list(data);
});
