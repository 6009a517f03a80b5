//! The two JSON forms of an encrypted message (RFC 7516 §7.2).
use serde_json::{Value, json};

use super::{Encryption, Members, Sealed, encode, own_header};
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::jwe::key::EncryptionKey;
use crate::jwe::manage::{self, ContentKey, Sent};
use crate::random::Random;

impl Encryption {
    /// Encrypts into the flattened form (RFC 7516 §7.2.2), everything protected.
    ///
    /// # Errors
    /// As [`Encryption::compact`], without the last.
    pub fn flattened(
        &self,
        key: &EncryptionKey,
        plaintext: &[u8],
        random: &mut dyn Random,
    ) -> Result<String> {
        let (cek, sent) = manage::send_new(key, self.enc, self.names(), random)?;
        let protected = self.protected_of(key, &sent)?;
        let sealed = self.seal(&cek, &protected, plaintext, random)?;
        let mut message = self.message(protected, &sealed);
        if !sent.encrypted_key.is_empty() {
            let key = base64url::encode(&sent.encrypted_key);
            message.insert("encrypted_key".to_owned(), key.into());
        }
        Ok(Value::Object(message).to_string())
    }

    /// Encrypts to several recipients (RFC 7516 §7.2.1); what differs is in each one's own header.
    ///
    /// # Errors
    /// As [`Encryption::flattened`]; also for an algorithm that fixes the key for the content, or a
    /// password, where there is more than one recipient.
    pub fn general(
        &self,
        keys: &[EncryptionKey],
        plaintext: &[u8],
        random: &mut dyn Random,
    ) -> Result<String> {
        let alone = |key: &EncryptionKey| key.alg().is_direct() || key.alg().is_password();
        if keys.is_empty() || (keys.len() > 1 && keys.iter().any(alone)) {
            return Err(JoseError::unsupported("algorithm for these recipients"));
        }
        let mut cek: Option<ContentKey> = None;
        let mut recipients = Vec::new();
        for key in keys {
            let sent = match &cek {
                Some(cek) => manage::send(key, cek, self.names(), random)?,
                None => {
                    let (new, sent) = manage::send_new(key, self.enc, self.names(), random)?;
                    cek = Some(new);
                    sent
                }
            };
            recipients.push(recipient(key, sent));
        }
        let cek = cek.ok_or(JoseError::no_key())?;
        let protected = encode(&self.protected())?;
        let sealed = self.seal(&cek, &protected, plaintext, random)?;
        let mut message = self.message(protected, &sealed);
        message.insert("recipients".to_owned(), recipients.into());
        Ok(Value::Object(message).to_string())
    }

    fn message(&self, protected: String, sealed: &Sealed) -> Members {
        let mut message = Members::new();
        message.insert("protected".to_owned(), protected.into());
        let aad = self.aad.as_deref();
        let parts = [
            ("iv", Some(&sealed.iv[..])),
            ("ciphertext", Some(&sealed.ciphertext[..])),
            ("tag", Some(&sealed.tag[..])),
            ("aad", aad),
        ];
        for (name, bytes) in parts {
            if let Some(bytes) = bytes {
                message.insert(name.to_owned(), base64url::encode(bytes).into());
            }
        }
        message
    }
}

fn recipient(key: &EncryptionKey, sent: Sent) -> Value {
    let header = own_header(key, &sent);
    if sent.encrypted_key.is_empty() {
        return json!({ "header": header });
    }
    json!({ "header": header, "encrypted_key": base64url::encode(&sent.encrypted_key) })
}
