//! The realm's keys for messages of SAML, and what is computed with those of providers.

use std::sync::Arc;

use cloakroom_federation::saml::crypto::{Content, Envelope, Hash, Signed};
use cloakroom_federation::saml::{Crypto, Signer};
use cloakroom_jose::jwe::KeyAlg;
use cloakroom_jose::xml_encryption::{open_gcm, open_key, open_signed_cbc};
use cloakroom_jose::{Alg, SigningKey, VerifyingKey, digest};
use cloakroom_model::{Fault, Realm};
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::App;

use crate::routes::protocol;
use crate::routes::visit::Visit;

/// The realm's keys.
#[derive(Debug)]
pub(super) struct Own {
    keyring: Arc<Keyring>,
}

impl Own {
    /// The keys as they are.
    pub(super) fn of(visit: &Visit) -> Result<Self, Fault> {
        let keyring = Keyring::of(&visit.realm)?;
        Ok(Self { keyring })
    }

    /// The keys with one that signs with this algorithm; it is made if there is none.
    pub(super) async fn signing(
        (app, realm): (&App, &Arc<Realm>),
        alg: &str,
    ) -> Result<Self, Fault> {
        let realm = protocol::with_key(app, realm, alg_of(alg)).await?;
        let keyring = Keyring::of(&realm)?;
        Ok(Self { keyring })
    }

    /// The key that signs with this algorithm.
    pub(super) fn signer(&self, alg: &str) -> Result<OwnKey<'_>, Fault> {
        let missing = |_| Fault::corrupt("a key is not there that was made");
        Ok(OwnKey {
            key: self.keyring.signing_key(alg_of(alg)).map_err(missing)?,
            certificate: self.keyring.signing_certificate(alg),
        })
    }

    pub(super) fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}

fn alg_of(name: &str) -> Alg {
    Alg::from_name(name).unwrap_or(Alg::RS256)
}

fn read(key: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_pem(None, None, key).ok()
}

impl Crypto for Own {
    fn is_key(&self, key: &str) -> bool {
        read(key).is_some()
    }

    fn is_signed_by(&self, key: &str, signed: &Signed<'_>) -> bool {
        let Some((key, alg)) = read(key).zip(Alg::from_name(signed.alg)) else {
            return false;
        };
        key.may_verify(alg) && key.verify(alg, signed.input, signed.signature).is_ok()
    }

    fn digest(&self, hash: Hash, bytes: &[u8]) -> Vec<u8> {
        let alg = match hash {
            Hash::Sha256 => Alg::RS256,
            Hash::Sha384 => Alg::RS384,
            Hash::Sha512 => Alg::RS512,
        };
        digest(alg, bytes)
    }

    fn open(&self, envelope: &Envelope<'_>) -> Option<Vec<u8>> {
        let alg = KeyAlg::from_name(envelope.alg)?;
        self.keyring.decrypting().iter().find_map(|own| {
            let key = open_key(own, alg, envelope.key).ok()?;
            let opened = match envelope.content {
                Content::Gcm(len) if key.len() == len => open_gcm(&key, envelope.ciphertext),
                Content::Cbc(len) if key.len() == len => open_signed_cbc(&key, envelope.ciphertext),
                _ => return None,
            };
            opened.ok().map(|text| text.to_vec())
        })
    }
}

/// One key of the realm that signs.
#[derive(Debug)]
pub(super) struct OwnKey<'a> {
    key: &'a SigningKey,
    certificate: Option<&'a str>,
}

impl Signer for OwnKey<'_> {
    fn alg(&self) -> &str {
        self.key.alg().name()
    }

    fn name(&self) -> &str {
        self.key.kid()
    }

    fn certificate(&self) -> Option<&str> {
        self.certificate
    }

    fn sha256(&self, bytes: &[u8]) -> Vec<u8> {
        digest(Alg::RS256, bytes)
    }

    fn sign(&self, input: &[u8]) -> Option<Vec<u8>> {
        self.key.sign_bytes(input).ok()
    }
}
