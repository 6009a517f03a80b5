//! What a client wants encrypted for itself, and to which of its keys (OIDC Core §10.2).

use std::sync::Arc;

use cloakroom_jose::jwe::{Enc, Encryption, EncryptionKey, KeyAlg};
use cloakroom_jose::jwt::nested;
use cloakroom_jose::{JoseError, RecipientSet, SystemRandom};
use cloakroom_model::Fault;
use cloakroom_model::client::Client;

use crate::client_keys::{KeysWanted, RemoteKeys};
use crate::error::{Error, OAuthError, Result};

/// What a client may choose for its key. `RSA1_5` is read by nobody who can help it (RFC 8725 §3.2), and a shared
/// secret is not made for it.
pub(crate) const ALGS: [KeyAlg; 8] = [
    KeyAlg::RsaOaep,
    KeyAlg::RsaOaep256,
    KeyAlg::RsaOaep384,
    KeyAlg::RsaOaep512,
    KeyAlg::EcdhEs,
    KeyAlg::EcdhEsA128Kw,
    KeyAlg::EcdhEsA192Kw,
    KeyAlg::EcdhEsA256Kw,
];

/// OpenID Connect Dynamic Client Registration 1.0 §2: where a client names no other.
const USUAL: Enc = Enc::A128CbcHs256;

const NO_KEY: &str = "The client has no key to which its answer could be encrypted";

/// What came from the client's `jwks.url`.
type Fetched<'a> = Option<&'a Arc<RemoteKeys>>;

/// How something is encrypted for a client, once its key is there.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// `None` if the client asks for what is not offered. It gets nothing then: in the clear is not what it asked for.
    how: Option<(KeyAlg, Enc)>,
    keys: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Written(String),
    Remote(String),
    Nowhere,
}

impl Wish {
    /// What the client's attributes say about one kind of answer, such as `id.token`; `None` if it wants it in the
    /// clear.
    pub(crate) fn of(client: &Client, kind: &str) -> Option<Self> {
        let settings = &client.settings;
        let chosen = |what: &str| {
            let name = format!("{kind}.encrypted.response.{what}");
            settings.attribute(&name)
        };
        let alg = chosen("alg")?;
        let alg = KeyAlg::from_name(alg).filter(|alg| ALGS.contains(alg));
        let enc = chosen("enc").map_or(Some(USUAL), Enc::from_name);
        let written = || settings.attribute("jwks.string").map(str::to_owned);
        let remote = || settings.attribute("jwks.url").map(str::to_owned);
        let keys = if settings.has("use.jwks.string") {
            written().map(Source::Written)
        } else if settings.has("use.jwks.url") {
            remote().map(Source::Remote)
        } else {
            None
        };
        Some(Self {
            how: alg.zip(enc),
            keys: keys.unwrap_or(Source::Nowhere),
        })
    }

    /// What has to be fetched before anything can be encrypted.
    pub(crate) fn keys_wanted(&self) -> Option<KeysWanted> {
        match &self.keys {
            Source::Remote(address) => Some(KeysWanted {
                address: address.clone(),
                kid: None,
            }),
            Source::Written(_) | Source::Nowhere => None,
        }
    }

    /// Encrypts a signed token (RFC 7519 §11.2: signed first).
    pub(crate) fn encrypt_token(&self, signed: &str, fetched: Fetched<'_>) -> Result<String> {
        let (how, key) = self.resolve(fetched)?;
        let made = nested::encrypt(signed, &how, &key, &mut SystemRandom);
        made.map_err(unfit)
    }

    /// Encrypts claims that nobody signs (OIDC Core §5.3.2).
    pub(crate) fn encrypt_claims(&self, claims: &[u8], fetched: Fetched<'_>) -> Result<String> {
        let (how, key) = self.resolve(fetched)?;
        let made = how.compact(&key, claims, &mut SystemRandom);
        made.map_err(unfit)
    }

    fn resolve(&self, fetched: Fetched<'_>) -> Result<(Encryption, EncryptionKey)> {
        const UNOFFERED: &str = "The client asks for an encryption that is not offered";
        let how = self.how.ok_or(OAuthError::invalid_request(UNOFFERED));
        let (alg, enc) = how?;
        let key = self.key(alg, fetched);
        let key = key.ok_or(OAuthError::invalid_request(NO_KEY))?;
        Ok((Encryption::new(enc), key))
    }

    fn key(&self, alg: KeyAlg, fetched: Fetched<'_>) -> Option<EncryptionKey> {
        match &self.keys {
            Source::Written(text) => RecipientSet::parse(text.as_bytes()).ok()?.choose(alg).ok(),
            Source::Remote(_) => fetched?.recipients().choose(alg).ok(),
            Source::Nowhere => None,
        }
    }
}

/// A key that only its use shows to be none, such as a point that is not on its curve, is the client's mistake.
fn unfit(error: JoseError) -> Error {
    if error.is_key() {
        return OAuthError::invalid_request(NO_KEY).into();
    }
    Fault::corrupt(error).into()
}
