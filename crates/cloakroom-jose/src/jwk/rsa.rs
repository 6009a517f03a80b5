//! RSA public keys: their two members, and the keys nobody should use.
use serde_json::{Map, Value};

use super::Material;
use super::member::bytes;
use crate::error::{JoseError, Result};

/// RFC 7518 §3.3: a smaller modulus must not be used.
const MIN_BITS: usize = 2048;

/// A larger modulus costs more time to verify than a stranger's key is worth.
const MAX_BITS: usize = 8192;

/// 32 bits: no key in use has a longer exponent, and each bit of it costs the verifier.
const MAX_EXPONENT_LEN: usize = 4;

pub(crate) fn read(members: &Map<String, Value>) -> Result<Material> {
    Ok(Material::Rsa {
        n: bytes(members, "n")?,
        e: bytes(members, "e")?,
    })
}

pub(crate) fn check(n: &[u8], e: &[u8]) -> Result<()> {
    // RFC 7518 §2: Base64urlUInt is minimal, so one key has one text and one thumbprint.
    let (Some(&n_first), Some(&e_first)) = (n.first(), e.first()) else {
        return Err(JoseError::key("RSA key is empty"));
    };
    if n_first == 0 || e_first == 0 {
        return Err(JoseError::key("RSA number with leading zero"));
    }
    let bits = n.len() * 8 - n_first.leading_zeros() as usize;
    if !(MIN_BITS..=MAX_BITS).contains(&bits) {
        return Err(JoseError::key("RSA modulus too short or too long"));
    }
    if !is_odd(n) {
        return Err(JoseError::key("RSA modulus is even"));
    }
    if e.len() > MAX_EXPONENT_LEN || !is_odd(e) || e == [1] {
        return Err(JoseError::key("RSA exponent out of range"));
    }
    if has_roca_structure(n) {
        return Err(JoseError::key(
            "RSA modulus can be factored (CVE-2017-15361)",
        ));
    }
    Ok(())
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// Whether the modulus has the structure of CVE-2017-15361.
///
/// Such a modulus is a power of 65537 modulo every small prime; another one is so by chance less
/// often than once in 2^150.
fn has_roca_structure(n: &[u8]) -> bool {
    (3..=167_u32)
        .filter(|candidate| is_prime(*candidate))
        .all(|prime| {
            let rest = n
                .iter()
                .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
            is_power_of_65537(rest, prime)
        })
}

fn is_prime(number: u32) -> bool {
    (2..number)
        .take_while(|divisor| divisor * divisor <= number)
        .all(|divisor| !number.is_multiple_of(divisor))
}

fn is_power_of_65537(rest: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == rest {
            return true;
        }
        power = power * 65537 % prime;
    }
    false
}
