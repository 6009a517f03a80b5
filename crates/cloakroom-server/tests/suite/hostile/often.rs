//! How often what is rare is looked for: a few times in each run, and many times where somebody asks for it.

/// Whether this is the long form of the tests.
pub(super) fn is_long() -> bool {
    long() > 0
}

/// So many rounds; `few` unless it is the long form.
pub(super) fn rounds(few: usize) -> usize {
    match long() {
        0 => few,
        many => many,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long the tests may take is no setting of the product"
)]
fn long() -> usize {
    let rounds = std::env::var("CLOAKROOM_TEST_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(0)
}
