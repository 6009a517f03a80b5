//! The inspector, which looks at everything.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(report) = cloakroom_jose::inspect::inspect(text, None, 0)
    {
        let _ = (report.findings().len(), report.claims().len());
    }
});
