//! Key agreement: ECDH on the NIST curves and X25519, and the key that follows (RFC 7518 §4.6).
use std::fmt;

use aws_lc_rs::agreement::{self, Algorithm, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::digest;
use zeroize::Zeroizing;

use super::curve448::{self, Derived, X448};
use crate::alg::{Curve, OkpCurve};
use crate::der::{self, Document};
use crate::error::{JoseError, Result};
use crate::jwk::Material;
use crate::random::Random;

const REFUSED: JoseError = JoseError::key("the key is not for key agreement");

/// A private key for key agreement, parsed once.
pub(crate) enum Agreement {
    Library(PrivateKey, Group),
    X448(Box<X448>),
}

impl fmt::Debug for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agreement(..)")
    }
}

/// Where two keys have to be together to agree on a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Ec(Curve),
    X25519,
}

impl Group {
    fn of(material: &Material) -> Result<Self> {
        match material {
            Material::Ec { curve, .. } if *curve != Curve::Secp256k1 => Ok(Self::Ec(*curve)),
            Material::Okp {
                curve: OkpCurve::X25519,
                ..
            } => Ok(Self::X25519),
            _ => Err(REFUSED),
        }
    }

    fn algorithm(self) -> Result<&'static Algorithm> {
        match self {
            Self::Ec(Curve::P256) => Ok(&agreement::ECDH_P256),
            Self::Ec(Curve::P384) => Ok(&agreement::ECDH_P384),
            Self::Ec(Curve::P521) => Ok(&agreement::ECDH_P521),
            Self::Ec(Curve::Secp256k1) => Err(REFUSED),
            Self::X25519 => Ok(&agreement::X25519),
        }
    }

    fn public(self, key: &PrivateKey) -> Result<Material> {
        let public = key.compute_public_key().map_err(|_| REFUSED)?;
        match self {
            Self::Ec(curve) => Material::from_point(curve, public.as_ref()),
            Self::X25519 => Ok(Material::Okp {
                curve: OkpCurve::X25519,
                x: public.as_ref().to_vec(),
            }),
        }
    }
}

/// The bytes in which the library takes a public key.
fn point(material: &Material) -> Vec<u8> {
    match material {
        Material::Ec { x, y, .. } => [&[4][..], x, y].concat(),
        Material::Okp { x, .. } => x.clone(),
        _ => Vec::new(),
    }
}

impl Agreement {
    /// Takes the private number `d`; the public key has to be the one that belongs to it.
    pub(crate) fn new(public: &Material, d: &[u8]) -> Result<Self> {
        if let Material::Okp {
            curve: OkpCurve::X448,
            ..
        } = public
        {
            let key = X448::from_pkcs8(&der::write_okp_pkcs8(OkpCurve::X448, d))?;
            return match public {
                Material::Okp { x, .. } if key.public() == x => Ok(Self::X448(Box::new(key))),
                _ => Err(JoseError::key("the private key is of another public key")),
            };
        }
        let group = Group::of(public)?;
        let key = PrivateKey::from_private_key(group.algorithm()?, d).map_err(|_| REFUSED)?;
        if group.public(&key)? != *public {
            return Err(JoseError::key("the private key is of another public key"));
        }
        Ok(Self::Library(key, group))
    }

    /// Derives a key with a peer's ephemeral public key.
    ///
    /// A point that is off the curve, on another one, or of small order gives the one opaque error.
    pub(crate) fn agree(
        &self,
        peer: &Material,
        wanted: &Derived<'_>,
    ) -> Result<Zeroizing<Vec<u8>>> {
        const FAILED: JoseError = JoseError::decryption();
        match (self, peer) {
            (
                Self::X448(key),
                Material::Okp {
                    curve: OkpCurve::X448,
                    x,
                },
            ) => key.agree(x, wanted),
            (Self::Library(key, group), peer) if Group::of(peer) == Ok(*group) => {
                agree(key, *group, &point(peer), wanted).map_err(|_| FAILED)
            }
            _ => Err(FAILED),
        }
    }
}

fn agree(
    key: &PrivateKey,
    group: Group,
    peer: &[u8],
    wanted: &Derived<'_>,
) -> Result<Zeroizing<Vec<u8>>> {
    let peer = UnparsedPublicKey::new(group.algorithm()?, peer);
    agreement::agree(key, peer, REFUSED, |secret| Ok(concat_kdf(secret, wanted)))
}

/// Makes an ephemeral key, and derives a key for the holder of `recipient`.
pub(crate) fn agree_ephemeral(
    recipient: &Material,
    wanted: &Derived<'_>,
    random: &mut dyn Random,
) -> Result<(Material, Zeroizing<Vec<u8>>)> {
    if let Material::Okp {
        curve: OkpCurve::X448,
        x,
    } = recipient
    {
        let (x, key) = curve448::agree_ephemeral(x, wanted)?;
        let curve = OkpCurve::X448;
        return Ok((Material::Okp { curve, x }, key));
    }
    let group = Group::of(recipient)?;
    let ephemeral = generate(group, random)?;
    let key = agree(&ephemeral, group, &point(recipient), wanted)?;
    Ok((group.public(&ephemeral)?, key))
}

/// An ephemeral key from the caller's random bytes.
fn generate(group: Group, random: &mut dyn Random) -> Result<PrivateKey> {
    let d = match group {
        Group::Ec(curve) => generate_number(curve, random)?,
        Group::X25519 => {
            let mut d = Zeroizing::new(vec![0; OkpCurve::X25519.key_len()]);
            random.fill(&mut d)?;
            d
        }
    };
    PrivateKey::from_private_key(group.algorithm()?, &d).map_err(|_| REFUSED)
}

/// A private number from the caller's random bytes.
///
/// A number that is no key (zero, or the order and above) is drawn again, as FIPS 186-5 A.2.2 says;
/// on P-521 the seven bits that are always zero are cleared first.
pub(crate) fn generate_number(curve: Curve, random: &mut dyn Random) -> Result<Zeroizing<Vec<u8>>> {
    // On no curve is more than one draw in 2^32 refused.
    for _ in 0..8 {
        let mut d = Zeroizing::new(vec![0; curve.coordinate_len()]);
        random.fill(&mut d)?;
        if let (Curve::P521, Some(first)) = (curve, d.first_mut()) {
            *first &= 1;
        }
        if super::public_of(&Document::Ec(curve, d.clone())).is_ok() {
            return Ok(d);
        }
    }
    Err(JoseError::key("random numbers are not random"))
}

/// The public key of a private X25519 number.
pub(super) fn x25519_public(d: &[u8]) -> Result<Material> {
    let key = PrivateKey::from_private_key(&agreement::X25519, d).map_err(|_| REFUSED)?;
    Group::X25519.public(&key)
}

/// The Concat KDF with SHA-256 (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1).
pub(crate) fn concat_kdf(secret: &[u8], wanted: &Derived<'_>) -> Zeroizing<Vec<u8>> {
    fn len(bytes: &[u8]) -> [u8; 4] {
        u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
    }
    let bits = u32::try_from(wanted.len * 8).unwrap_or(u32::MAX);
    let name = wanted.name.as_bytes();
    let mut key = Zeroizing::new(Vec::with_capacity(wanted.len + 32));
    let mut round: u32 = 0;
    while key.len() < wanted.len {
        round += 1;
        let mut context = digest::Context::new(&digest::SHA256);
        for piece in [
            &round.to_be_bytes()[..],
            secret,
            &len(name),
            name,
            &len(wanted.apu),
            wanted.apu,
            &len(wanted.apv),
            wanted.apv,
            &bits.to_be_bytes(),
        ] {
            context.update(piece);
        }
        key.extend_from_slice(context.finish().as_ref());
    }
    key.truncate(wanted.len);
    key
}
