//! The fuzz targets with their seeds, as they are and changed at random places.
//!
//! The fuzzers look longer and further; these few thousand changes run with every test.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::targets;

type Target = fn(&[u8]) -> bool;

/// Each target, and how often each of its seeds is changed.
const TARGETS: [(&str, Target, usize); 10] = [
    ("json", targets::json, 300),
    ("jws", targets::jws, 150),
    ("jwe", targets::jwe, 100),
    ("jwk", targets::jwk, 40),
    ("jwt", targets::jwt, 60),
    ("der", targets::der, 100),
    ("dpop", targets::dpop, 200),
    ("sd_jwt", targets::sd_jwt, 300),
    ("status_list", targets::status_list, 1_000),
    ("inspect", targets::inspect, 300),
];

/// The same changes in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        const LETTERS: &[u8] = b".~{}[]\",:=A-_0 \\\x00\xff";
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(3) {
            let at = self.roll(bytes.len());
            match self.roll(5) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
                2 if at < bytes.len() => bytes[at] = LETTERS[self.roll(LETTERS.len())],
                3 => bytes.insert(at, LETTERS[self.roll(LETTERS.len())]),
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read(path).unwrap())
    };
    let files = std::fs::read_dir(folder().join("seeds").join(target)).unwrap();
    let mut seeds: Vec<_> = files.map(|entry| read(entry.unwrap().path())).collect();
    seeds.sort();
    seeds
}

#[test]
fn every_target_is_built_and_has_a_seed_that_it_accepts() {
    let names = |folder: PathBuf| {
        let files = std::fs::read_dir(folder).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut names: Vec<_> = files.map(|entry| stem(entry.unwrap().path())).collect();
        names.sort();
        names
    };
    let mut listed = TARGETS.map(|(name, ..)| name.to_owned()).to_vec();
    listed.sort();
    assert_eq!(names(folder().join("fuzz_targets")), listed);
    assert_eq!(names(folder().join("seeds")), listed);
    for (name, target, _) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.iter().any(|(_, seed)| target(seed)), "{name}");
        for (seed, bytes) in seeds.iter().filter(|(seed, _)| seed.starts_with("good")) {
            assert!(target(bytes), "{name}/{seed}");
        }
    }
}

#[test]
fn seeds_that_are_changed_make_no_target_panic_or_accept_what_is_wrong() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for (name, target, rounds) in TARGETS {
        for (seed, bytes) in seeds(name) {
            for round in 0..=rounds {
                let changed = match round {
                    0 => bytes.clone(),
                    _ => dice.change(&bytes),
                };
                let done = catch_unwind(AssertUnwindSafe(|| target(&changed)));
                assert!(done.is_ok(), "{name}/{seed}: {changed:?}");
            }
        }
    }
}
