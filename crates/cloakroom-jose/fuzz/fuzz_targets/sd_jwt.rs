//! SD-JWT presentations.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(shown) = cloakroom_jose::sd_jwt::Presentation::parse(text)
    {
        assert_eq!(shown.to_string(), text);
    }
});
