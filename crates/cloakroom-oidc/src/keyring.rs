//! A realm's keys, parsed once for each snapshot of its settings, and the documents they appear in.

pub mod describe;
pub mod generate;
mod read;

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, DecryptionKey, Jwk, KeySet, SigningKey, VerifyingKey, pem};
use cloakroom_model::component::Component;
use cloakroom_model::key::{self, Status};
use cloakroom_model::{Digest, Fault, Realm};

use crate::issue::kept::Kept;

use read::Parsed;

/// The algorithms that realms sign with and clients may sign with: those of Keycloak.
pub(crate) const ALGS: [Alg; 13] = [
    Alg::HS256,
    Alg::HS384,
    Alg::HS512,
    Alg::RS256,
    Alg::RS384,
    Alg::RS512,
    Alg::PS256,
    Alg::PS384,
    Alg::PS512,
    Alg::ES256,
    Alg::ES384,
    Alg::ES512,
    Alg::EdDSA,
];

/// A realm's parsed keys.
#[derive(Debug)]
pub struct Keyring {
    signing: Vec<SigningKey>,
    verifying: KeySet,
    decrypting: Vec<DecryptionKey>,
    /// Certificates by the names of their keys, base64 without armour.
    certificates: BTreeMap<String, String>,
    jwks: Document,
    public_key: Option<String>,
    /// The documents for the addresses of the server, of which there are a few.
    pub(crate) discovery: RwLock<Vec<(String, Document)>>,
    /// What clients that ask for themselves were given.
    pub(crate) kept: Kept,
}

/// A document that is made once and answered often.
#[derive(Clone, Debug)]
pub struct Document {
    /// As it is answered.
    pub body: Arc<[u8]>,
    /// An entity tag that changes with it (RFC 9110 §8.8.3).
    pub tag: Arc<str>,
}

impl Document {
    pub(crate) fn new(content: &impl serde::Serialize) -> Result<Self, Fault> {
        let body = serde_json::to_vec(content)?;
        Ok(Self {
            tag: format!("\"{}\"", Digest::of(&body).to_base64url()).into(),
            body: body.into(),
        })
    }
}

/// The key in this component can be read, so it is used as far as its status allows.
pub fn can_read(component: &Component) -> bool {
    read::parse(component).is_some()
}

/// The key in this component signs tokens that others can check: it can be read, is neither shared nor for encryption, and is active.
pub fn can_sign(component: &Component) -> bool {
    key::status(component) == Status::Active
        && matches!(read::parse(component), Some(Parsed::Signing(..)))
        && read::public_spki(component).is_some()
}

/// What is wrong with the certificate that stands beside a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCertificate {
    /// It is none.
    Unreadable,
    /// It is about another key.
    OfAnother,
}

/// Compares the certificate in a component with its key; without one there is nothing to compare.
///
/// # Errors
/// Clients that take keys out of `x5c` would verify with the wrong one.
pub fn check_certificate(component: &Component) -> Result<(), BadCertificate> {
    let text = component.text("certificate").unwrap_or_default();
    if text.is_empty() {
        return Ok(());
    }
    let certified = pem::decode(text)
        .and_then(|(_, der)| VerifyingKey::from_certificate(None, None, &der))
        .map_err(|_| BadCertificate::Unreadable)?;
    match read::public_spki(component) == certified.spki_der() {
        true => Ok(()),
        false => Err(BadCertificate::OfAnother),
    }
}

/// The realm has no key for an algorithm that its settings or a client's ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingKey(pub Alg);

impl Keyring {
    /// The keys of this snapshot, parsed when they are asked for first.
    pub fn of(realm: &Realm) -> Result<Arc<Self>, Fault> {
        realm
            .memory
            .provider(|| Self::parse(realm))?
            .ok_or_else(|| Fault::corrupt("the snapshot keeps something else than keys"))
    }

    fn parse(realm: &Realm) -> Result<Self, Fault> {
        let mut signing: Vec<SigningKey> = Vec::new();
        let mut verifying: Vec<VerifyingKey> = Vec::new();
        let mut public: Vec<Jwk> = Vec::new();
        let mut decrypting: Vec<DecryptionKey> = Vec::new();
        let mut certificates = BTreeMap::new();
        let mut keep = |kid: &str, chain: &[Vec<u8>]| {
            if let Some(first) = chain.first() {
                certificates.insert(kid.to_owned(), STANDARD.encode(first));
            }
        };
        for component in &realm.keys {
            let status = key::status(component);
            if status == Status::Disabled {
                continue;
            }
            // A key that cannot be read must not take the realm's other keys with it.
            let Some(parsed) = read::parse(component) else {
                continue;
            };
            match parsed {
                Parsed::Signing(key, certificates) => {
                    keep(key.kid(), &certificates);
                    let is_known = verifying.iter().any(|known| {
                        known.kid() == Some(key.kid()) && known.alg() == Some(key.alg())
                    });
                    if !is_known {
                        verifying.push(key.verifying_key().clone());
                        let jwk = Jwk::from_verifying_key(key.verifying_key());
                        public.extend(jwk.map(|jwk| jwk.with_certificates(certificates)));
                    }
                    if status == Status::Active {
                        signing.push(key);
                    }
                }
                Parsed::Encryption(key, jwk, certificates) => {
                    keep(key.kid(), &certificates);
                    public.push((*jwk).with_certificates(certificates));
                    decrypting.push(*key);
                }
            }
        }
        let spki = |alg| {
            let key = signing.iter().find(|key| key.alg() == alg)?;
            key.public_spki_der()
        };
        let public_key = spki(Alg::RS256).map(|der| STANDARD.encode(der));
        Ok(Self {
            jwks: Document::new(&serde_json::json!({ "keys": public }))?,
            signing,
            decrypting,
            certificates,
            verifying: KeySet::from_keys(verifying),
            public_key,
            discovery: RwLock::default(),
            kept: Kept::default(),
        })
    }

    /// The key that signs with this algorithm: the active one of the highest priority.
    pub fn signing_key(&self, alg: Alg) -> Result<&SigningKey, MissingKey> {
        self.signing
            .iter()
            .find(|key| key.alg() == alg)
            .ok_or(MissingKey(alg))
    }

    /// All keys whose signatures are accepted.
    pub fn verifying(&self) -> &KeySet {
        &self.verifying
    }

    /// The keys that open what is encrypted for the realm, such as an identity provider's ID tokens.
    pub fn decrypting(&self) -> &[DecryptionKey] {
        &self.decrypting
    }

    /// The certificate of the key that signs with this algorithm, base64 without armour; `None` if it has none.
    pub fn signing_certificate(&self, alg: &str) -> Option<&str> {
        let key = self.signing_key(Alg::from_name(alg)?).ok()?;
        self.certificates.get(key.kid()).map(String::as_str)
    }

    /// The certificate of the key that others encrypt for.
    pub fn encryption_certificate(&self) -> Option<&str> {
        let certificate = |key: &DecryptionKey| self.certificates.get(key.kid());
        let first = self.decrypting.iter().find_map(certificate);
        first.map(String::as_str)
    }

    /// The JWK Set as it is answered.
    pub fn jwks(&self) -> &Document {
        &self.jwks
    }

    /// The public key of RS256 as base64 of its `SubjectPublicKeyInfo`, for older adapters.
    pub fn public_key(&self) -> Option<&str> {
        self.public_key.as_deref()
    }
}

/// The realm's default algorithm for tokens.
pub fn default_alg(realm: &Realm) -> Alg {
    Alg::from_name(&realm.settings.default_signature_algorithm).unwrap_or(Alg::RS256)
}

/// The algorithm of refresh tokens, which nobody but the server reads.
pub const INTERNAL_ALG: Alg = Alg::HS512;
