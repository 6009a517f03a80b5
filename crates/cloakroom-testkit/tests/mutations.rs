//! The fuzz targets of what comes from outside with their seeds, as they are and changed at random places.
//!
//! The fuzzers look further; these few thousand changes run with every test, and many times as many in the long form.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

#[expect(unreachable_pub, reason = "it is the library of the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

type Target = fn(&[u8]) -> bool;

/// Each target, and how often each of its seeds is changed.
const TARGETS: [(&str, Target, usize); 8] = [
    ("form", targets::form, 500),
    ("header", targets::header, 500),
    ("import", targets::import, 30),
    ("json", targets::json, 500),
    ("ldap", targets::ldap, 1_000),
    ("redirect_uri", targets::redirect_uri, 1_000),
    ("saml", targets::saml, 200),
    ("webauthn", targets::webauthn, 1_000),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names(folder: &Path) -> Vec<String> {
    let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files.map(|entry| stem(entry.unwrap().path())).collect();
    names.sort();
    names
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("seeds").join(target);
    let read = |name: String| (name.clone(), std::fs::read(folder.join(name)).unwrap());
    names(&folder).into_iter().map(read).collect()
}

/// Changes a few bytes of a seed.
fn changed(dice: &mut StdRng, seed: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8] = b".&=%+:/\\@#?*<>\"[]{},-A_0 \x00\x30\x84\xff";
    let mut bytes = seed.to_vec();
    for _ in 0..dice.random_range(1..4) {
        let at = dice.random_range(0..bytes.len().max(1));
        let letter = LETTERS[dice.random_range(0..LETTERS.len())];
        match dice.random_range(0..5) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.random_range(0..8),
            2 if at < bytes.len() => bytes[at] = letter,
            3 if at < bytes.len() => drop(bytes.remove(at)),
            _ => bytes.insert(at.min(bytes.len()), letter),
        }
    }
    bytes
}

/// How much longer it is looked for than usually.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the tests may take is no setting of the product"
)]
fn times() -> usize {
    let rounds = std::env::var("CLOAKROOM_TEST_ROUNDS").ok();
    rounds
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
        .max(1)
}

#[test]
fn every_target_of_what_comes_from_outside_accepts_its_good_seeds() {
    let listed = TARGETS.map(|(name, ..)| name).to_vec();
    assert_eq!(names(&folder().join("fuzz_targets")), listed);
    assert_eq!(names(&folder().join("seeds")), listed);
    for (name, target, _) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.iter().any(|(seed, _)| seed.starts_with("good")));
        for (seed, bytes) in seeds {
            let is_good = seed.starts_with("good");
            assert!(target(&bytes) || !is_good, "{name}/{seed}");
        }
    }
}

#[test]
fn what_comes_from_outside_makes_no_parser_panic_however_it_is_changed() {
    let mut dice = StdRng::seed_from_u64(1);
    for (name, target, rounds) in TARGETS {
        for (seed, bytes) in seeds(name) {
            for _ in 0..rounds * times() {
                let changed = changed(&mut dice, &bytes);
                let done = catch_unwind(AssertUnwindSafe(|| target(&changed)));
                assert!(done.is_ok(), "{name}/{seed}: {}", changed.escape_ascii());
            }
        }
    }
}
