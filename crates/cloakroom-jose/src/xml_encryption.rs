//! What XML Encryption 1.1 needs and JOSE does not have: contents that carry their vector, and AES-CBC alone.
use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use crate::backend::content;
use crate::error::{JoseError, Result};
use crate::jwe::KeyAlg;
use crate::key::DecryptionKey;

const FAILED: JoseError = JoseError::decryption();

/// Bytes of a GCM vector and of a GCM tag (XML Encryption 1.1 §5.2.4).
const GCM: (usize, usize) = (12, 16);

/// Bytes of a block and of a vector of AES-CBC (XML Encryption 1.1 §5.2.2).
const BLOCK: usize = 16;

/// Opens a key that was encrypted to the holder of an RSA key, with one of the OAEP paddings.
///
/// # Errors
/// If it does not open, without a reason; or if `alg` is none of RSA-OAEP.
pub fn open_key(key: &DecryptionKey, alg: KeyAlg, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    key.open_oaep(alg, encrypted)
}

/// Opens a content of AES-GCM: vector, ciphertext and tag in one.
///
/// # Errors
/// If it does not open, without a reason.
pub fn open_gcm(key: &[u8], content: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let (vector, rest) = content.split_at_checked(GCM.0).ok_or(FAILED)?;
    let at = rest.len().checked_sub(GCM.1).ok_or(FAILED)?;
    let (ciphertext, tag) = rest.split_at_checked(at).ok_or(FAILED)?;
    content::gcm_open(key, vector, &[], ciphertext, tag).map(Zeroizing::new)
}

/// Opens a content of AES-CBC, which nothing protects against changes: vector and ciphertext in one.
///
/// Only for a message whose signature has been verified over the ciphertext: whoever may change it and sees
/// whether it opens can read it.
///
/// # Errors
/// If it does not open, without a reason.
pub fn open_signed_cbc(key: &[u8], content: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let algorithm = match key.len() {
        16 => &aws_lc_rs::cipher::AES_128,
        24 => &aws_lc_rs::cipher::AES_192,
        32 => &aws_lc_rs::cipher::AES_256,
        _ => return Err(FAILED),
    };
    let (vector, ciphertext) = content.split_at_checked(BLOCK).ok_or(FAILED)?;
    let vector = <[u8; BLOCK]>::try_from(vector).map_err(|_| FAILED)?;
    if ciphertext.is_empty() || ciphertext.len() % BLOCK != 0 {
        return Err(FAILED);
    }
    let key = UnboundCipherKey::new(algorithm, key).map_err(|_| FAILED)?;
    let key = DecryptingKey::cbc(key).map_err(|_| FAILED)?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let context = DecryptionContext::Iv128(FixedLength::from(vector));
    key.decrypt(&mut text, context).map_err(|_| FAILED)?;
    // §5.2.2: the last byte says how many bytes of the last block are padding, whatever these are.
    let padding = usize::from(*text.last().ok_or(FAILED)?);
    if padding == 0 || padding > BLOCK {
        return Err(FAILED);
    }
    let len = text.len().saturating_sub(padding);
    text.truncate(len);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_open_with_their_key_alone_and_only_whole() {
        let key = [7; 32];
        let (ciphertext, tag) = content::gcm_seal(&key, &[1; 12], &[], b"<a/>").unwrap();
        let sealed = [&[1; 12][..], &ciphertext, &tag].concat();

        assert_eq!(open_gcm(&key, &sealed).unwrap().as_slice(), b"<a/>");
        assert!(open_gcm(&[8; 32], &sealed).is_err());
        for len in 0..sealed.len() {
            assert!(open_gcm(&key, &sealed[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn a_padding_may_have_any_bytes_and_has_to_say_its_length() {
        use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext};
        let seal = |block: &[u8; 16]| {
            let key = UnboundCipherKey::new(&AES_128, &[7; 16]).unwrap();
            let mut text = block.to_vec();
            let context = EncryptionContext::Iv128(FixedLength::from([1; 16]));
            let key = EncryptingKey::cbc(key).unwrap();
            key.less_safe_encrypt(&mut text, context).unwrap();
            [&[1; 16][..], &text].concat()
        };
        let rows: [(&[u8; 16], Option<&[u8]>); 4] = [
            (b"<a/>???????????\x0c", Some(b"<a/>")),
            (b"???????????????\x10", Some(b"")),
            (b"<a/>???????????\x11", None),
            (b"<a/>???????????\x00", None),
        ];
        for (block, expected) in rows {
            let opened = open_signed_cbc(&[7; 16], &seal(block)).ok();

            assert_eq!(opened.as_deref().map(Vec::as_slice), expected);
        }
    }
}
