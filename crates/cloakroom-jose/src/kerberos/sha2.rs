//! AES with SHA-2 (RFC 8009): the HMAC is over what was encrypted, and keys are derived by HMAC.

use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

use super::{BLOCK, ENCRYPTS, FAILED, PROTECTS, cover, uncover};
use crate::error::Result;

/// What the size of a key says: which hash, and how many bytes of an HMAC are used (RFC 8009 §4).
struct Hash {
    algorithm: hmac::Algorithm,
    kept: usize,
}

impl Hash {
    fn of(key: &[u8]) -> Result<Self> {
        match key.len() {
            16 => Ok(Self {
                algorithm: hmac::HMAC_SHA256,
                kept: 16,
            }),
            32 => Ok(Self {
                algorithm: hmac::HMAC_SHA384,
                kept: 24,
            }),
            _ => Err(FAILED),
        }
    }

    fn sign(&self, key: &[u8], text: &[u8]) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(self.algorithm, key), text)
    }

    /// The key of a usage (RFC 8009 §3, `KDF-HMAC-SHA2` without a context); one block of the HMAC is enough for each.
    fn derive(&self, key: &[u8], usage: u32, purpose: u8) -> Result<Zeroizing<Vec<u8>>> {
        let size = match purpose {
            ENCRYPTS => key.len(),
            _ => self.kept,
        };
        let [a, b, c, d] = usage.to_be_bytes();
        self.derive_with(key, &[a, b, c, d, purpose], size)
    }

    fn derive_with(&self, key: &[u8], label: &[u8], size: usize) -> Result<Zeroizing<Vec<u8>>> {
        let bits = u32::try_from(size * 8).map_err(|_| FAILED)?;
        let parts = [&1_u32.to_be_bytes()[..], label, &[0], &bits.to_be_bytes()];
        let derived = self.sign(key, &parts.concat());
        let derived = derived.as_ref().get(..size).ok_or(FAILED)?;
        Ok(Zeroizing::new(derived.to_vec()))
    }

    /// The HMAC over the cipher's first state, which is nothing but zeros, and what was encrypted.
    fn tag(&self, key: &[u8], usage: u32, ciphertext: &[u8]) -> Result<hmac::Tag> {
        let key = self.derive(key, usage, PROTECTS)?;
        Ok(self.sign(&key, &[&[0; BLOCK][..], ciphertext].concat()))
    }
}

/// A key of the same size.
pub(super) fn derive_with(key: &[u8], label: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    Hash::of(key)?.derive_with(key, label, key.len())
}

pub(super) fn open(key: &[u8], usage: u32, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let hash = Hash::of(key)?;
    let at = sealed.len().checked_sub(hash.kept).ok_or(FAILED)?;
    let (ciphertext, tag) = sealed.split_at_checked(at).ok_or(FAILED)?;
    if ciphertext.len() < BLOCK {
        return Err(FAILED);
    }
    let wanted = hash.tag(key, usage, ciphertext)?;
    let wanted = wanted.as_ref().get(..hash.kept).ok_or(FAILED)?;
    constant_time::verify_slices_are_equal(wanted, tag).map_err(|_| FAILED)?;
    let text = uncover(&hash.derive(key, usage, ENCRYPTS)?, ciphertext)?;
    let inside = text.get(BLOCK..).ok_or(FAILED)?;
    Ok(Zeroizing::new(inside.to_vec()))
}

pub(super) fn seal(key: &[u8], usage: u32, random: [u8; BLOCK], text: &[u8]) -> Result<Vec<u8>> {
    let hash = Hash::of(key)?;
    let text = Zeroizing::new([&random[..], text].concat());
    let mut sealed = cover(&hash.derive(key, usage, ENCRYPTS)?, &text)?;
    let tag = hash.tag(key, usage, &sealed)?;
    sealed.extend_from_slice(tag.as_ref().get(..hash.kept).ok_or(FAILED)?);
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::super::tests::bytes;
    use super::*;

    const SHORT: &str = "3705d96080c17728a0e800eab6e0d23c";
    const LONG: &str = "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52";

    /// RFC 8009 Appendix A: a base key, and what encrypts and what protects for usage 2.
    #[test]
    fn keys_are_derived_as_in_rfc_8009() {
        let rows = [
            (
                SHORT,
                "9b197dd1e8c5609d6e67c3e37c62c72e",
                "9fda0e56ab2d85e1569a688696c26a6c",
            ),
            (
                LONG,
                "56ab22bee63d82d7bc5227f6773f8ea7a5eb1c825160c38312980c442e5c7e49",
                "69b16514e3cd8e56b82010d5c73012b622c4d00ffc23ed1f",
            ),
        ];
        for (base, encrypts, protects) in rows {
            let base = bytes(base);
            let hash = Hash::of(&base).unwrap();
            assert_eq!(*hash.derive(&base, 2, ENCRYPTS).unwrap(), bytes(encrypts));
            assert_eq!(*hash.derive(&base, 2, PROTECTS).unwrap(), bytes(protects));
        }
    }

    /// RFC 8009 Appendix A: a base key, the first bytes by chance, how many bytes of text, and the message for usage 2.
    const ROWS: &[(&str, &str, u8, &str)] = &[
        (
            SHORT,
            "7e5895eaf2672435bad817f545a37148",
            0,
            "ef85fb890bb8472f4dab20394dca781dad877eda39d50c870c0d5a0a8e48c718",
        ),
        (
            SHORT,
            "7bca285e2fd4130fb55b1a5c83bc5b24",
            6,
            "84d7f30754ed987bab0bf3506beb09cfb55402cef7e6877ce99e247e52d16ed4421dfdf8976c",
        ),
        (
            SHORT,
            "56ab21713ff62c0a1457200f6fa9948f",
            16,
            "3517d640f50ddc8ad3628722b3569d2ae07493fa8263254080ea65c1008e8fc295fb4852e7d83e1e7c48c37eebe6b0d3",
        ),
        (
            SHORT,
            "a7a4e29a4728ce10664fb64e49ad3fac",
            21,
            "720f73b18d9859cd6ccb4346115cd336c70f58edc0c4437c5573544c31c813bce1e6d072c186b39a413c2f92ca9b8334a287ffcbfc",
        ),
        (
            LONG,
            "f764e9fa15c276478b2c7d0c4e5f58e4",
            0,
            "41f53fa5bfe7026d91faf9be959195a058707273a96a40f0a01960621ac612748b9bbfbe7eb4ce3c",
        ),
        (
            LONG,
            "b80d3251c1f6471494256ffe712d0b9a",
            6,
            "4ed7b37c2bcac8f74f23c1cf07e62bc7b75fb3f637b9f559c7f664f69eab7b6092237526ea0d1f61cb20d69d10f2",
        ),
        (
            LONG,
            "53bf8a0d105265d4e276428624ce5e63",
            16,
            "bc47ffec7998eb91e8115cf8d19dac4bbbe2e163e87dd37f49beca92027764f68cf51f14d798c2273f35df574d1f932e40c4ff255b36a266",
        ),
        (
            LONG,
            "763e65367e864f02f55153c7e3b58af1",
            21,
            "40013e2df58e8751957d2878bcd2d6fe101ccfd556cb1eae79db3c3ee86429f2b2a602ac86fef6ecb647d6295fae077a1feb517508d2c16b4192e01f62",
        ),
    ];

    #[test]
    fn messages_are_sealed_and_opened_as_in_rfc_8009() {
        for (base, random, length, wanted) in ROWS {
            let (base, wanted) = (bytes(base), bytes(wanted));
            let text: Vec<u8> = (0..*length).collect();
            let random = bytes(random).try_into().unwrap();
            assert_eq!(seal(&base, 2, random, &text).unwrap(), wanted);
            assert_eq!(*open(&base, 2, &wanted).unwrap(), text);
        }
    }

    #[test]
    fn a_message_that_is_changed_cut_or_for_something_else_does_not_open() {
        for (base, _, _, message) in ROWS {
            let (base, message) = (bytes(base), bytes(message));
            assert!(open(&base, 3, &message).is_err(), "another usage");
            for at in 0..message.len() {
                let mut changed = message.clone();
                changed[at] ^= 1;
                assert!(open(&base, 2, &changed).is_err(), "byte {at}");
                assert!(open(&base, 2, &message[..at]).is_err(), "{at} bytes");
            }
        }
        assert!(open(&[7; 8], 2, &[0; 64]).is_err(), "a key of DES");
    }
}
