//! `Secret`, `Digest` and `Sealed`: what is compared is kept as a digest, what is used again is sealed.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// A value that must not be printed, logged or stored in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text for a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// 256 random bits as base64url: 43 characters.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
    }

    /// 512 random bits as base64url: 86 characters, as many as Keycloak gives a client.
    pub fn random_for_client(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 64]);
        rng.fill_bytes(bytes.as_mut());
        Self::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
    }

    /// The text itself, for the one place that hands it to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret that is long and random enough to need no slow hash.
#[derive(Clone, PartialEq, Eq, Hash, diesel_derive_newtype::DieselNewType)]
pub struct Digest(Vec<u8>);

impl Digest {
    /// The SHA-256 of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(digest(&SHA256, bytes).as_ref().to_vec())
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The digest as base64url, for where a value derived from a secret is public.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// A value encrypted under the server's master key, bound to the row it belongs to.
#[derive(Clone, PartialEq, Eq, diesel_derive_newtype::DieselNewType)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The sealed bytes as base64url, for where they are kept as text.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads what [`Sealed::to_base64url`] wrote.
    pub fn from_base64url(text: &str) -> Result<Self, Fault> {
        let bytes = URL_SAFE_NO_PAD.decode(text);
        bytes.map(Self).map_err(|_| Fault::corrupt("a sealed text"))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// What the key of marks is made for.
const MARK: &[u8] = b"marks of what is stored in the clear";

/// The master key: seals values that are used again, and opens them for their row alone.
pub struct Vault {
    key: LessSafeKey,
    /// Proves that what is stored in the clear is what this server wrote.
    mark: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Takes the 32 bytes of a master key.
    pub fn new(master: &[u8; 32]) -> Result<Self, Fault> {
        let key = UnboundKey::new(&AES_256_GCM, master)
            .map_err(|_| Fault::corrupt("the master key does not fit"))?;
        // Another key than the one that seals, so that no tag of one is of use for the other.
        let mark = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, master), MARK);
        Ok(Self {
            key: LessSafeKey::new(key),
            mark: hmac::Key::new(hmac::HMAC_SHA256, mark.as_ref()),
        })
    }

    /// The HMAC-SHA256 of these parts for a place: each is told with its length, so that no other parts give the same.
    pub fn mark<'a>(&self, place: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.mark);
        for part in std::iter::once(place.as_bytes()).chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }

    /// Encrypts `plain` with AES-256-GCM and a random nonce.
    ///
    /// `place` names table and row and is authenticated with it, so that a sealed value that is
    /// copied to another row does not open there.
    pub fn seal(
        &self,
        rng: &mut dyn CryptoRng,
        place: &str,
        plain: &[u8],
    ) -> Result<Sealed, Fault> {
        let mut nonce = [0u8; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        let mut body = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut body,
            )
            .map_err(|_| Fault::corrupt("sealing failed"))?;
        let mut out = nonce.to_vec();
        out.append(&mut body);
        Ok(Sealed(out))
    }

    /// Opens what [`Vault::seal`] made for the same `place`.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let corrupt = || Fault::corrupt(format!("{place}: sealed under another master key"));
        let (nonce, body) = sealed.0.split_at_checked(NONCE_LEN).ok_or_else(corrupt)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| corrupt())?;
        let mut body = Zeroizing::new(body.to_vec());
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut body)
            .map_err(|_| corrupt())?
            .len();
        body.truncate(plain);
        Ok(body)
    }

    /// Opens a sealed text.
    pub fn open_text(&self, place: &str, sealed: &Sealed) -> Result<Secret, Fault> {
        let bytes = self.open(place, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Fault::corrupt(place))?;
        Ok(Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn a_sealed_value_opens_only_in_its_own_place() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let sealed = vault.seal(&mut rng, "clients/a", b"hush").unwrap();

        let here = vault.open("clients/a", &sealed);
        let there = vault.open("clients/b", &sealed);
        let other_key = Vault::new(&[8; 32]).unwrap().open("clients/a", &sealed);

        assert_eq!(here.unwrap().as_slice(), b"hush");
        assert!(there.is_err());
        assert!(other_key.is_err());
    }

    #[test]
    fn a_mark_is_of_its_place_its_parts_and_its_key_alone() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let mark = |place: &str, parts: &[&[u8]]| vault.mark(place, parts.iter().copied());
        let mine = mark("events", &[b"ab", b"c"]);

        assert_eq!(mine.len(), 32);
        assert_eq!(mine, mark("events", &[b"ab", b"c"]));
        assert_ne!(mine, mark("events", &[b"a", b"bc"]));
        assert_ne!(mine, mark("events", &[b"ab", b"c", b""]));
        assert_ne!(mine, mark("chains", &[b"ab", b"c"]));
        let other = Vault::new(&[8; 32]).unwrap();
        assert_ne!(mine, other.mark("events", [&b"ab"[..], b"c"]));
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = Secret::new("hush");

        let shown = format!("{secret:?} {:?}", secret.digest());

        assert!(!shown.contains("hush"));
    }
}
