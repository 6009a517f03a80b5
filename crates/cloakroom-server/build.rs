//! Has a release linked so that it is small, where the linker and this system's loader can.
#![expect(
    clippy::disallowed_methods,
    reason = "what cargo tells a build script is no setting of the product"
)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Ways to link, each tried out by itself.
const SMALLER: &[&str] = &[
    // One of functions that are the same to the letter: generic code has thousands.
    "-Wl,--icf=all",
    // Addresses that are moved at the start, as ranges: a list of each is 24 bytes for 8. Loaders since glibc 2.36 read it.
    "-Wl,-z,pack-relative-relocs",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    // Whoever chooses how it is linked is left alone: what is tried out here is the usual way.
    let is_usual = ["RUSTC_LINKER", "CARGO_ENCODED_RUSTFLAGS"]
        .iter()
        .all(|name| env::var_os(name).is_none_or(|value| value.is_empty()));
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_release || !is_usual {
        return;
    }
    for way in SMALLER.iter().filter(|way| can(way)) {
        println!("cargo::rustc-link-arg-bins={way}");
    }
}

/// Links a program that does nothing that way, and runs it: linkers that do not know a word refuse it, and a loader that does not
/// ends the program.
fn can(way: &str) -> bool {
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
    let program = Path::new(&folder).join("nothing");
    let linked = Command::new(rustc)
        .arg(&source)
        .args(["--target", &target, "-C", &format!("link-arg={way}"), "-o"])
        .arg(&program)
        .output();
    // What is built for another kind of machine does not run here, and is linked in the usual way.
    linked.is_ok_and(|output| output.status.success())
        && Command::new(&program)
            .status()
            .is_ok_and(|status| status.success())
}
