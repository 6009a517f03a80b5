//! Decrypting a message: one key, one time, one error (RFC 7516 §5.2, §11.5).
use zeroize::Zeroizing;

use super::alg::KeyAlg;
use super::allowed::Allowed;
use super::header::Header;
use super::parse::{Encrypted, Recipient};
use super::zip;
use crate::error::{JoseError, Result};
use crate::key::DecryptionKey;

/// What was in a message; only decryption makes one.
///
/// It says nothing about who made the message: everybody can encrypt to a public key.
#[derive(Debug)]
pub struct Decrypted {
    header: Header,
    recipient: usize,
    plaintext: Zeroizing<Vec<u8>>,
    aad: Option<Vec<u8>>,
}

impl Encrypted {
    /// Decrypts with the one key that fits a recipient.
    ///
    /// A `kid` that is in the header must be the key's, where the key has one.
    ///
    /// # Errors
    /// If an algorithm is not allowed; `is_no_key` if no key fits any recipient, `is_many_keys` if
    /// the choice would be a guess; `is_decryption` for everything that goes wrong after that.
    pub fn decrypt(self, keys: &[DecryptionKey], allowed: &Allowed) -> Result<Decrypted> {
        let (index, recipient, key) = self.select(keys, allowed)?;
        let header = recipient.header.clone();
        allowed.check_enc(header.enc())?;
        if header.is_compressed() && allowed.inflated().is_none() {
            return Err(JoseError::unsupported("zip is not allowed here"));
        }
        let plaintext = self.open(recipient, key, allowed)?;
        let plaintext = match allowed.inflated() {
            Some(limit) if header.is_compressed() => zip::inflate(&plaintext, limit)?,
            _ => plaintext,
        };
        Ok(Decrypted {
            header,
            recipient: index,
            plaintext,
            aad: self.aad,
        })
    }

    /// The first recipient that exactly one key fits.
    fn select<'a>(
        &'a self,
        keys: &'a [DecryptionKey],
        allowed: &Allowed,
    ) -> Result<(usize, &'a Recipient, &'a DecryptionKey)> {
        let mut reason = JoseError::unsupported("alg is not allowed here");
        for (index, recipient) in self.recipients.iter().enumerate() {
            let header = &recipient.header;
            if !allowed.has_key_alg(header.alg()) {
                continue;
            }
            let mut fitting = keys.iter().filter(|key| {
                let is_named = match (header.kid(), key.named()) {
                    (Some(wanted), Some(own)) => wanted == own,
                    _ => true,
                };
                is_named && key.may_decrypt(header)
            });
            match (fitting.next(), fitting.next()) {
                (Some(key), None) => return Ok((index, recipient, key)),
                (Some(_), Some(_)) => return Err(JoseError::many_keys()),
                (None, _) => reason = JoseError::no_key(),
            }
        }
        Err(reason)
    }

    fn open(
        &self,
        recipient: &Recipient,
        key: &DecryptionKey,
        allowed: &Allowed,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let enc = recipient.header.enc();
        let parts = (&self.iv[..], &self.ciphertext[..], &self.tag[..]);
        let aad = self.authenticated.as_bytes();
        let alg = recipient.header.alg();
        if alg == KeyAlg::Dir {
            return key.open_directly(enc, parts, aad);
        }
        if alg.is_direct() {
            // There is no encrypted key, and whoever wrote the header knows whether its point is on the curve.
            let cek = key.content_key(&recipient.header, &[], allowed)?;
            return enc.open(&cek, parts, aad);
        }
        // RFC 7516 §11.5: what goes on with a key that could not be decrypted. Nobody but us can
        // tell it, so nobody can make a content that it fits.
        let substitute = key.substitute(&recipient.encrypted_key, &self.tag, enc.key_len());
        let cek = key.content_key(&recipient.header, &recipient.encrypted_key, allowed);
        let (cek, is_right) = match cek {
            Ok(cek) if cek.len() == enc.key_len() => (cek, true),
            Err(refused) if !refused.is_decryption() => return Err(refused),
            _ => (substitute, false),
        };
        let plaintext = enc.open(&cek, parts, aad);
        plaintext
            .ok()
            .filter(|_| is_right)
            .ok_or(JoseError::decryption())
    }
}

impl Decrypted {
    /// What the headers said to this recipient.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Which recipient of the message it was, from 0.
    pub fn recipient(&self) -> usize {
        self.recipient
    }

    /// The content.
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// The content, to keep; it is wiped when it goes.
    pub fn into_plaintext(mut self) -> Zeroizing<Vec<u8>> {
        std::mem::take(&mut self.plaintext)
    }

    /// What was authenticated beside the content (`aad`); `None` if there was nothing.
    pub fn aad(&self) -> Option<&[u8]> {
        self.aad.as_deref()
    }
}

impl Drop for Decrypted {
    /// The room of a vector is wiped in one go, and its elements byte by byte.
    fn drop(&mut self) {
        self.plaintext.clear();
    }
}
