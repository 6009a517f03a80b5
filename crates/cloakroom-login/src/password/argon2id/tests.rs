//! Known answers of the reference implementation (its `test.c`, CC0), also with dirty memory.

use super::*;

fn known(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_answers_are_those_of_the_reference_implementation() {
    let (v10, v13) = (Version::V0x10, Version::V0x13);
    let (i, id) = (Algorithm::Argon2i, Algorithm::Argon2id);
    let table = [
        (
            i,
            v10,
            65_536,
            1,
            "f6c4db4a54e2a370627aff3db6176b94a2a209a62c8e36152711802f7b30c694",
        ),
        (
            i,
            v10,
            256,
            1,
            "fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06",
        ),
        (
            i,
            v13,
            65_536,
            1,
            "c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0",
        ),
        (
            i,
            v13,
            256,
            1,
            "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f",
        ),
        (
            id,
            v13,
            65_536,
            1,
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (
            id,
            v13,
            256,
            1,
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            id,
            v13,
            256,
            2,
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        ),
    ];
    // Twice, and large and small in turn: the second round finds the memory as the first left it.
    for (algorithm, version, memory, parallelism, expected) in table.iter().chain(&table) {
        let parameters = Parameters {
            algorithm: *algorithm,
            version: *version,
            memory: *memory,
            iterations: 2,
            parallelism: *parallelism,
            length: 32,
        };

        let computed = parameters
            .compute(&Plain::new("password".to_owned()).unwrap(), b"somesalt")
            .unwrap();

        assert_eq!(
            computed,
            known(expected),
            "{algorithm} {version:?} {memory} {parallelism}"
        );
    }
}

#[test]
fn a_thread_keeps_the_memory_of_usual_hashes_and_not_that_of_huge_ones() {
    let plain = Plain::new("password".to_owned()).unwrap();
    let kept = || BLOCKS.with_borrow(Vec::len);

    Parameters::new_hash(1)
        .compute(&plain, b"somesalt")
        .unwrap();
    let after_usual = kept();
    let huge = Parameters {
        memory: 40 * 1024,
        ..Parameters::new_hash(1)
    };
    huge.compute(&plain, b"somesalt").unwrap();

    assert_eq!(after_usual, MEMORY_KIB as usize);
    assert_eq!(kept(), 0);
}
