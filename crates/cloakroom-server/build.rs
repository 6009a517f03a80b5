//! Has a release keep one of functions that are the same to the letter, where the linker can: generic code has thousands.
#![expect(
    clippy::disallowed_methods,
    reason = "what cargo tells a build script is no setting of the product"
)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const FOLD: &str = "-Wl,--icf=all";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    // Whoever chooses how it is linked is left alone: what is tried out here is the usual way.
    let is_usual = ["RUSTC_LINKER", "CARGO_ENCODED_RUSTFLAGS"]
        .iter()
        .all(|name| env::var_os(name).is_none_or(|value| value.is_empty()));
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && is_usual && can_fold() {
        println!("cargo::rustc-link-arg-bins={FOLD}");
    }
}

/// Links a program that does nothing that way. The linker that comes with the compiler can; GNU's does not know the word.
fn can_fold() -> bool {
    let (Some(rustc), Some(folder), Ok(target)) = (
        env::var_os("RUSTC"),
        env::var_os("OUT_DIR"),
        env::var("TARGET"),
    ) else {
        return false;
    };
    let source = Path::new(&folder).join("nothing.rs");
    if fs::write(&source, "fn main() {}\n").is_err() {
        return false;
    }
    let linked = Command::new(rustc)
        .arg(&source)
        .args(["--target", &target, "-C", &format!("link-arg={FOLD}"), "-o"])
        .arg(Path::new(&folder).join("nothing"))
        .output();
    linked.is_ok_and(|output| output.status.success())
}
