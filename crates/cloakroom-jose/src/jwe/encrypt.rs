//! Making a message: what goes into which header, and the compact form of the whole (RFC 7516 §5.1).
mod json;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::enc::Enc;
use super::key::EncryptionKey;
use super::manage::{self, Parties, Sent};
use super::zip;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::random::Random;

/// How a message is to be encrypted.
#[derive(Clone, Debug)]
pub struct Encryption {
    enc: Enc,
    typ: Option<String>,
    cty: Option<String>,
    apu: Vec<u8>,
    apv: Vec<u8>,
    aad: Option<Vec<u8>>,
    is_compressed: bool,
}

/// The encrypted content, with what authenticates it.
struct Sealed {
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

type Members = Map<String, Value>;

impl Encryption {
    /// Encrypts the content with this algorithm.
    pub fn new(enc: Enc) -> Self {
        Self {
            enc,
            typ: None,
            cty: None,
            apu: Vec::new(),
            apv: Vec::new(),
            aad: None,
            is_compressed: false,
        }
    }

    /// The media type of the message.
    #[must_use]
    pub fn typ(mut self, typ: &str) -> Self {
        self.typ = Some(typ.to_owned());
        self
    }

    /// The media type of the content; `JWT` for a nested token (RFC 7519 §5.2).
    #[must_use]
    pub fn cty(mut self, cty: &str) -> Self {
        self.cty = Some(cty.to_owned());
        self
    }

    /// The names of sender and recipient, which go into an agreed key (RFC 7518 §4.6.1.2).
    #[must_use]
    pub fn parties(mut self, apu: &[u8], apv: &[u8]) -> Self {
        self.apu = apu.to_vec();
        self.apv = apv.to_vec();
        self
    }

    /// What is to be authenticated beside the content; only the JSON forms can carry it.
    #[must_use]
    pub fn aad(mut self, aad: &[u8]) -> Self {
        self.aad = Some(aad.to_vec());
        self
    }

    /// Compresses the content first; its length then tells about it (RFC 8725 §3.6).
    #[must_use]
    pub fn compress(mut self) -> Self {
        self.is_compressed = true;
        self
    }

    /// Encrypts into the compact form (RFC 7516 §7.1).
    ///
    /// # Errors
    /// If the key does not fit, there are no random numbers, or `aad` is set.
    pub fn compact(
        &self,
        key: &EncryptionKey,
        plaintext: &[u8],
        random: &mut dyn Random,
    ) -> Result<String> {
        if self.aad.is_some() {
            return Err(JoseError::unsupported("aad in compact form"));
        }
        let (cek, sent) = manage::send_new(key, self.enc, self.names(), random)?;
        let protected = self.protected_of(key, &sent)?;
        let sealed = self.seal(&cek, &protected, plaintext, random)?;
        Ok([
            protected,
            base64url::encode(&sent.encrypted_key),
            base64url::encode(&sealed.iv),
            base64url::encode(&sealed.ciphertext),
            base64url::encode(&sealed.tag),
        ]
        .join("."))
    }

    fn names(&self) -> Parties<'_> {
        Parties {
            apu: &self.apu,
            apv: &self.apv,
        }
    }

    fn protected(&self) -> Members {
        let mut members = Members::new();
        members.insert("enc".to_owned(), self.enc.name().into());
        for (name, value) in [("typ", &self.typ), ("cty", &self.cty)] {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.as_str().into());
            }
        }
        if self.is_compressed {
            members.insert("zip".to_owned(), "DEF".into());
        }
        members
    }

    /// The protected header for one recipient, encoded.
    fn protected_of(&self, key: &EncryptionKey, sent: &Sent) -> Result<String> {
        let mut members = self.protected();
        members.extend(own_header(key, sent));
        encode(&members)
    }

    fn seal(
        &self,
        cek: &[u8],
        protected: &str,
        plaintext: &[u8],
        random: &mut dyn Random,
    ) -> Result<Sealed> {
        let mut iv = vec![0; self.enc.iv_len()];
        random.fill(&mut iv)?;
        let authenticated = match &self.aad {
            None => protected.to_owned(),
            Some(aad) => format!("{protected}.{}", base64url::encode(aad)),
        };
        let content = if self.is_compressed {
            zip::deflate(plaintext)
        } else {
            Zeroizing::new(plaintext.to_vec())
        };
        let (ciphertext, tag) = self
            .enc
            .seal(cek, &iv, authenticated.as_bytes(), &content)?;
        Ok(Sealed {
            iv,
            ciphertext,
            tag,
        })
    }
}

fn own_header(key: &EncryptionKey, sent: &Sent) -> Members {
    let mut members = Members::new();
    members.insert("alg".to_owned(), key.alg().name().into());
    if let Some(kid) = key.kid() {
        members.insert("kid".to_owned(), kid.into());
    }
    members.extend(sent.parameters.clone());
    members
}

fn encode(members: &Members) -> Result<String> {
    let json = serde_json::to_vec(members).map_err(|_| JoseError::malformed("header"))?;
    Ok(base64url::encode(&json))
}
