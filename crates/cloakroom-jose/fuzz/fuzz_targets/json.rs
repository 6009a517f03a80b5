//! A strict JSON object of any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = cloakroom_jose::json::parse_object(data, 1 << 16);
});
