//! The encryption of Kerberos messages with AES: CBC with ciphertext stealing and a truncated HMAC (RFC 3962, RFC 8009).

mod password;
mod sha2;

use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

use crate::error::{JoseError, Result};

pub use password::Stretch;

const FAILED: JoseError = JoseError::decryption();

/// Bytes of a block, and of the random ones that a message begins with.
pub const BLOCK: usize = 16;
/// Bytes of the HMAC with SHA-1 that are sent (RFC 3962 §6).
const TAG: usize = 12;

/// What the last byte of a usage's constant derives (RFC 3961 §5.3).
const ENCRYPTS: u8 = 0xaa;
const PROTECTS: u8 = 0x55;

/// What a key of AES is used with; its size says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// SHA-1, over what is encrypted (RFC 3962).
    Sha1,
    /// SHA-256 or SHA-384, over what was encrypted (RFC 8009).
    Sha2,
}

impl Suite {
    /// Opens what was encrypted for a usage with a key of AES.
    ///
    /// # Errors
    /// If it does not open, without a reason.
    pub fn open(self, key: &[u8], usage: u32, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::Sha1 => open(key, usage, sealed),
            Self::Sha2 => sha2::open(key, usage, sealed),
        }
    }

    /// Encrypts for a usage with a key of AES; `random` is used for this alone.
    ///
    /// # Errors
    /// If the key is none of AES.
    pub fn seal(self, key: &[u8], usage: u32, random: [u8; BLOCK], text: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Sha1 => seal(key, usage, random, text),
            Self::Sha2 => sha2::seal(key, usage, random, text),
        }
    }
}

fn open(key: &[u8], usage: u32, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let at = sealed.len().checked_sub(TAG).ok_or(FAILED)?;
    let (ciphertext, tag) = sealed.split_at_checked(at).ok_or(FAILED)?;
    if ciphertext.len() <= BLOCK {
        return Err(FAILED);
    }
    let text = uncover(&derive(key, usage, ENCRYPTS)?, ciphertext)?;
    let wanted = mac(&derive(key, usage, PROTECTS)?, &text);
    let wanted = wanted.as_ref().get(..TAG).ok_or(FAILED)?;
    constant_time::verify_slices_are_equal(wanted, tag).map_err(|_| FAILED)?;
    let inside = text.get(BLOCK..).ok_or(FAILED)?;
    Ok(Zeroizing::new(inside.to_vec()))
}

fn seal(key: &[u8], usage: u32, random: [u8; BLOCK], text: &[u8]) -> Result<Vec<u8>> {
    let text = Zeroizing::new([&random[..], text].concat());
    let tag = mac(&derive(key, usage, PROTECTS)?, &text);
    let mut sealed = cover(&derive(key, usage, ENCRYPTS)?, &text)?;
    sealed.extend_from_slice(tag.as_ref().get(..TAG).ok_or(FAILED)?);
    Ok(sealed)
}

fn mac(key: &[u8], text: &[u8]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, text)
}

/// The key of a usage (RFC 3961 §5.1, `DK`).
fn derive(key: &[u8], usage: u32, purpose: u8) -> Result<Zeroizing<Vec<u8>>> {
    let [a, b, c, d] = usage.to_be_bytes();
    derive_with(key, &[a, b, c, d, purpose])
}

fn derive_with(key: &[u8], constant: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut derived = Zeroizing::new(Vec::with_capacity(key.len()));
    let mut block = fold(constant).to_be_bytes().to_vec();
    while derived.len() < key.len() {
        encrypt(key, &mut block)?;
        derived.extend_from_slice(&block);
    }
    Ok(derived)
}

/// Stretches a constant to a block (RFC 3961 §5.1, `n-fold`): copies of it, each turned by thirteen bits more, are added
/// with their carries going round.
fn fold(constant: &[u8]) -> u128 {
    let bits = constant.len() * 8;
    let bit = |at: usize| {
        let byte = constant.get(at / 8).copied().unwrap_or(0);
        byte >> (7 - at % 8) & 1
    };
    // As many copies as end where a block does.
    let copies = (1..=BLOCK).find(|many| (many * constant.len()).is_multiple_of(BLOCK));
    let each = |copy: usize| {
        let back = 13 * copy % bits;
        (0..bits).map(move |at| (at + bits - back) % bits)
    };
    let all: Vec<u8> = (0..copies.unwrap_or(BLOCK))
        .flat_map(each)
        .map(bit)
        .collect();
    let number = |bits: &[u8]| {
        bits.iter()
            .fold(0_u128, |sum, bit| sum << 1 | u128::from(*bit))
    };
    all.chunks(BLOCK * 8).map(number).fold(0, |sum, next| {
        let (sum, carry) = u128::overflowing_add(sum, next);
        sum.wrapping_add(u128::from(carry))
    })
}

/// Encrypts with ciphertext stealing: the last two blocks change places, and the last one is cut to what was there.
fn cover(key: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    let mut blocks = text.to_vec();
    blocks.resize(text.len().next_multiple_of(BLOCK), 0);
    encrypt(key, &mut blocks)?;
    swap(&mut blocks);
    blocks.truncate(text.len());
    Ok(blocks)
}

fn uncover(key: &[u8], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let missing = ciphertext.len().next_multiple_of(BLOCK) - ciphertext.len();
    let mut blocks = Zeroizing::new(ciphertext.to_vec());
    if missing > 0 {
        // What was cut off the last block is the end of the one before it, once that is decrypted.
        let at = ciphertext.len() + missing - 2 * BLOCK;
        let mut whole = ciphertext
            .get(at..at + BLOCK)
            .map(|block| Zeroizing::new(block.to_vec()))
            .ok_or(FAILED)?;
        decrypt(key, &mut whole)?;
        blocks.extend_from_slice(whole.get(BLOCK - missing..).ok_or(FAILED)?);
    }
    swap(&mut blocks);
    decrypt(key, &mut blocks)?;
    blocks.truncate(ciphertext.len());
    Ok(blocks)
}

fn swap(blocks: &mut [u8]) {
    let at = blocks.len().checked_sub(2 * BLOCK);
    if let Some(last) = at.and_then(|at| blocks.get_mut(at..)) {
        last.rotate_left(BLOCK);
    }
}

fn cipher(key: &[u8]) -> Result<UnboundCipherKey> {
    let algorithm = match key.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return Err(FAILED),
    };
    UnboundCipherKey::new(algorithm, key).map_err(|_| FAILED)
}

fn encrypt(key: &[u8], blocks: &mut [u8]) -> Result<()> {
    let key = EncryptingKey::cbc(cipher(key)?).map_err(|_| FAILED)?;
    let context = EncryptionContext::Iv128(FixedLength::from([0; BLOCK]));
    key.less_safe_encrypt(blocks, context)
        .map(drop)
        .map_err(|_| FAILED)
}

fn decrypt(key: &[u8], blocks: &mut [u8]) -> Result<()> {
    let key = DecryptingKey::cbc(cipher(key)?).map_err(|_| FAILED)?;
    let context = DecryptionContext::Iv128(FixedLength::from([0; BLOCK]));
    key.decrypt(blocks, context).map(drop).map_err(|_| FAILED)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn bytes(hex: &str) -> Vec<u8> {
        let digits: String = hex.split_whitespace().collect();
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(pair).collect()
    }

    #[test]
    fn a_constant_is_folded_as_in_rfc_3961() {
        let wanted = bytes("6b65726265726f737b9b5b2b93132b93");
        assert_eq!(fold(b"kerberos").to_be_bytes().as_slice(), wanted);
    }

    #[test]
    fn keys_are_derived_as_in_rfc_3962() {
        let rows = [
            (
                "cdedb5281bb2f801565a1122b2563515",
                "42263c6e89f4fc28b8df68ee09799f15",
            ),
            (
                "cdedb5281bb2f801565a1122b25635150ad1f7a04bb9f3a333ecc0e2e1f70837",
                "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161",
            ),
        ];
        for (from, to) in rows {
            let derived = derive_with(&bytes(from), b"kerberos").unwrap();
            assert_eq!(*derived, bytes(to));
        }
    }

    #[test]
    fn the_last_block_is_stolen_from_as_in_rfc_3962() {
        let rows = [
            ("I would like the ", "c6353568f2bf8cb4d8a580362da7ff7f97"),
            (
                "I would like the General Gau's ",
                "fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5",
            ),
            (
                "I would like the General Gau's C",
                "39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584",
            ),
        ];
        for (text, wanted) in rows {
            let covered = cover(b"chicken teriyaki", text.as_bytes()).unwrap();
            assert_eq!(covered, bytes(wanted), "{text}");
            let opened = uncover(b"chicken teriyaki", &covered).unwrap();
            assert_eq!(opened.as_slice(), text.as_bytes());
        }
    }

    #[test]
    fn a_message_opens_with_its_key_for_its_usage_and_only_whole() {
        for key in [&[7; 16][..], &[7; 32]] {
            for len in 1..70 {
                let text = vec![b'x'; len];
                let sealed = seal(key, 11, [1; BLOCK], &text).unwrap();
                assert_eq!(*open(key, 11, &sealed).unwrap(), text);
                assert!(open(key, 2, &sealed).is_err(), "another usage");
                let mut changed = sealed.clone();
                changed[len / 2] ^= 1;
                assert!(open(key, 11, &changed).is_err(), "a changed byte");
                assert!(open(key, 11, &sealed[..sealed.len() - 1]).is_err());
            }
            assert!(open(&[8; 32], 11, &seal(key, 11, [1; BLOCK], b"x").unwrap()).is_err());
        }
        for len in 0..64 {
            assert!(open(&[7; 32], 11, &vec![0; len]).is_err(), "{len} bytes");
        }
        assert!(open(&[7; 8], 11, &[0; 64]).is_err(), "a key of DES");
    }
}
