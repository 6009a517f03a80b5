//! The binary `cloakroom`.
fn main() {}
