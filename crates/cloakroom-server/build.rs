//! Has a release keep one of functions that are the same to the letter, where the linker can: generic code has thousands.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const FOLD: &str = "-Wl,--icf=all";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && can_fold() {
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
