//! DPoP proofs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use cloakroom_jose::Alg;
    use cloakroom_jose::dpop::{Request, Rules};

    if let Ok(text) = std::str::from_utf8(data) {
        let rules = Rules::new(&Alg::ALL).max_age(i64::MAX);
        let _ = rules.check(text, &Request::new("POST", text), 1_562_262_616);
    }
});
