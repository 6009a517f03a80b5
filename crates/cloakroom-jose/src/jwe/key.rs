//! The key of a recipient: public, shared, or a password.
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::alg::{KeyAlg, Way};
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::jwk::Material;

/// A key to encrypt to, with the one algorithm it is used with; cheap to clone.
#[derive(Clone)]
pub struct EncryptionKey {
    alg: KeyAlg,
    kid: Option<String>,
    pub(super) key: Arc<Recipient>,
}

pub(super) enum Recipient {
    Public(Material),
    Secret(Zeroizing<Vec<u8>>),
}

impl EncryptionKey {
    pub(crate) fn new(alg: KeyAlg, kid: Option<&str>, material: Material) -> Result<Self> {
        material.check()?;
        if !alg.fits(material.key_kind()) {
            return Err(JoseError::key("the key is not for this algorithm"));
        }
        Ok(Self {
            alg,
            kid: kid.map(str::to_owned),
            key: Arc::new(Recipient::Public(material)),
        })
    }

    /// Takes a shared secret, or a password for PBES2.
    ///
    /// # Errors
    /// If it has not the length that `alg` needs; for `dir` that depends on the content encryption.
    pub fn from_secret(alg: KeyAlg, kid: Option<&str>, secret: &[u8]) -> Result<Self> {
        check_secret(alg, secret)?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        Ok(Self {
            alg,
            kid: kid.map(str::to_owned),
            key: Arc::new(Recipient::Secret(Zeroizing::new(secret.to_vec()))),
        })
    }

    /// The algorithm it is used with.
    pub fn alg(&self) -> KeyAlg {
        self.alg
    }

    /// The name of the key.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}

pub(crate) fn check_secret(alg: KeyAlg, secret: &[u8]) -> Result<()> {
    let fits = match alg.way() {
        Way::Wrap(len) | Way::GcmWrap(len) => secret.len() == len,
        Way::Direct => matches!(secret.len(), 16 | 24 | 32 | 48 | 64),
        Way::Password(..) => !secret.is_empty(),
        Way::Rsa(_) | Way::Agree(_) => false,
    };
    if fits {
        return Ok(());
    }
    Err(JoseError::key("secret of wrong length for the algorithm"))
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey")
            .field("alg", &self.alg)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
