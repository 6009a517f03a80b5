//! Public keys of authenticators (RFC 9052 §7, RFC 9053), and the signatures that they verify.

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents, UnparsedPublicKey};

use super::cbor::{self, Entries};

/// RFC 9053 §2.1: the numbers of algorithms, and Keycloak's names of them in a realm's policy.
const NAMES: &[(&str, i64)] = &[
    ("ES256", -7),
    ("ES384", -35),
    ("ES512", -36),
    ("RS256", -257),
    ("RS384", -258),
    ("RS512", -259),
    ("Ed25519", -8),
];

/// The number of an algorithm of a policy; `None` for one that is not taken. `RS1` is none: its digest is broken.
pub(super) fn number_of(name: &str) -> Option<i64> {
    let mut all = NAMES.iter();
    all.find(|(known, _)| *known == name)
        .map(|(_, number)| *number)
}

/// The numbers of all algorithms that are known.
pub(super) fn algorithms() -> impl Iterator<Item = i64> {
    NAMES.iter().map(|(_, number)| *number)
}

/// The names of the members of a key (RFC 9052 §7.1, RFC 9053 §7, RFC 8230 §4).
mod label {
    pub(super) const KIND: i64 = 1;
    pub(super) const ALGORITHM: i64 = 3;
    pub(super) const CURVE: i64 = -1;
    pub(super) const X: i64 = -2;
    pub(super) const Y: i64 = -3;
    pub(super) const MODULUS: i64 = -1;
    pub(super) const EXPONENT: i64 = -2;
}

/// A key that is good for one algorithm, which it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    algorithm: i64,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    /// A point, uncompressed.
    Curve(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    Edwards(Vec<u8>),
}

impl PublicKey {
    /// Reads a key behind which there is nothing; `None` if it is none that is known.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        Self::of(cbor::read(bytes)?)
    }

    /// Reads a key, and says what stands behind it.
    pub(super) fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (value, rest) = cbor::take(bytes)?;
        Some((Self::of(value)?, rest))
    }

    fn of(value: ciborium::Value) -> Option<Self> {
        const EDWARDS: i64 = 1;
        const CURVE: i64 = 2;
        const RSA: i64 = 3;
        let entries = Entries::of(value)?;
        let algorithm = entries.number(label::ALGORITHM)?;
        let is_on = |curve: i64| entries.number(label::CURVE) == Some(curve);
        let material = match (entries.number(label::KIND)?, algorithm) {
            (CURVE, -7) if is_on(1) => point(&entries, 32)?,
            (CURVE, -35) if is_on(2) => point(&entries, 48)?,
            (CURVE, -36) if is_on(3) => point(&entries, 66)?,
            (RSA, -259..=-257) => Material::Rsa {
                modulus: entries.bytes(label::MODULUS)?.to_vec(),
                exponent: entries.bytes(label::EXPONENT)?.to_vec(),
            },
            (EDWARDS, -8) if is_on(6) => {
                let x = entries.bytes(label::X).filter(|x| x.len() == 32)?;
                Material::Edwards(x.to_vec())
            }
            _ => return None,
        };
        Some(Self {
            algorithm,
            material,
        })
    }

    /// A point that is written uncompressed (SEC 1 §2.3.3), on the curve that goes with the algorithm.
    pub(super) fn of_point(algorithm: i64, point: &[u8]) -> Option<Self> {
        let length = match algorithm {
            -7 => 32,
            -35 => 48,
            -36 => 66,
            _ => return None,
        };
        let is_point = point.first() == Some(&4) && point.len() == 1 + 2 * length;
        is_point.then(|| Self {
            algorithm,
            material: Material::Curve(point.to_vec()),
        })
    }

    /// A key of RSA, whose numbers have no zeros in front.
    pub(super) fn of_rsa(algorithm: i64, modulus: &[u8], exponent: &[u8]) -> Self {
        Self {
            algorithm,
            material: Material::Rsa {
                modulus: modulus.to_vec(),
                exponent: exponent.to_vec(),
            },
        }
    }

    /// A key of Ed25519.
    pub(super) fn of_edwards(x: &[u8]) -> Option<Self> {
        (x.len() == 32).then(|| Self {
            algorithm: -8,
            material: Material::Edwards(x.to_vec()),
        })
    }

    /// The point of a key that is good for this algorithm, uncompressed.
    pub(super) fn point(&self, algorithm: i64) -> Option<&[u8]> {
        match &self.material {
            Material::Curve(point) if self.algorithm == algorithm => Some(point),
            _ => None,
        }
    }

    /// The algorithm that the key is good for.
    pub(super) fn algorithm(&self) -> i64 {
        self.algorithm
    }

    /// The key can verify something: its point is on its curve, or its modulus is of a length that is taken.
    pub(super) fn is_usable(&self) -> bool {
        match &self.material {
            Material::Curve(point) => ParsedPublicKey::new(self.curve(), point).is_ok(),
            Material::Rsa { modulus, exponent } => {
                let key = RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
                (2048..=8192).contains(&bits(modulus))
                    && (2..=33).contains(&bits(exponent))
                    && is_odd(modulus)
                    && is_odd(exponent)
                    && key.to_parsed_public_key(self.digest()).is_ok()
            }
            Material::Edwards(x) => ParsedPublicKey::new(&signature::ED25519, x).is_ok(),
        }
    }

    fn curve(&self) -> &'static signature::EcdsaVerificationAlgorithm {
        match self.algorithm {
            -7 => &signature::ECDSA_P256_SHA256_ASN1,
            -35 => &signature::ECDSA_P384_SHA384_ASN1,
            _ => &signature::ECDSA_P521_SHA512_ASN1,
        }
    }

    fn digest(&self) -> &'static signature::RsaParameters {
        match self.algorithm {
            -257 => &signature::RSA_PKCS1_2048_8192_SHA256,
            -258 => &signature::RSA_PKCS1_2048_8192_SHA384,
            _ => &signature::RSA_PKCS1_2048_8192_SHA512,
        }
    }

    /// The signature over the message is of this key.
    pub(super) fn is_signed(&self, message: &[u8], signed: &[u8]) -> bool {
        match &self.material {
            Material::Curve(point) => {
                let key = UnparsedPublicKey::new(self.curve(), point);
                key.verify(message, signed).is_ok()
            }
            Material::Rsa { modulus, exponent } => {
                let key = RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                key.verify(self.digest(), message, signed).is_ok()
            }
            Material::Edwards(x) => {
                let key = UnparsedPublicKey::new(&signature::ED25519, x);
                key.verify(message, signed).is_ok()
            }
        }
    }
}

/// How long a number is, without the zeros before it.
fn bits(number: &[u8]) -> usize {
    let mut digits = number.iter().skip_while(|byte| **byte == 0);
    let first = digits.next().map_or(0, |byte| 8 - byte.leading_zeros());
    digits.count() * 8 + usize::try_from(first).unwrap_or_default()
}

fn point(entries: &Entries, length: usize) -> Option<Material> {
    let coordinate = |label| entries.bytes(label).filter(|bytes| bytes.len() == length);
    let (x, y) = (coordinate(label::X)?, coordinate(label::Y)?);
    Some(Material::Curve([&[4], x, y].concat()))
}

#[cfg(test)]
mod tests {
    use ciborium::Value;

    use super::*;

    fn key(members: &[(i64, Value)]) -> Vec<u8> {
        let members = members
            .iter()
            .map(|(label, value)| (Value::from(*label), value.clone()));
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(members.collect()), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_key_is_of_the_kind_that_its_algorithm_needs() {
        let zeros = |length| Value::Bytes(vec![0; length]);
        let good = [
            (1, Value::from(2)),
            (3, Value::from(-7)),
            (-1, Value::from(1)),
            (-2, zeros(32)),
            (-3, zeros(32)),
        ];
        assert_eq!(PublicKey::read(&key(&good)).unwrap().algorithm(), -7);
        for (at, wrong) in [
            (0, Value::from(3)),
            (1, Value::from(-35)),
            (1, Value::from(-65535)),
            (1, Value::from("ES256")),
            (2, Value::from(2)),
            (3, zeros(31)),
            (4, Value::from(true)),
        ] {
            let mut members = good.clone();
            members[at].1 = wrong;
            assert!(PublicKey::read(&key(&members)).is_none(), "{members:?}");
        }
        // A point that is on no curve verifies nothing.
        let nowhere = PublicKey::read(&key(&good)).unwrap();
        assert!(!nowhere.is_signed(b"", &[]) && !nowhere.is_usable());
        let mut long = key(&good);
        long.push(0);
        assert!(PublicKey::read(&long).is_none());
        assert_eq!(PublicKey::take(&long).unwrap().1, [0]);
    }

    #[test]
    fn a_key_that_verifies_nothing_is_of_no_use() {
        let of = |modulus: Vec<u8>, exponent: Vec<u8>| PublicKey {
            algorithm: -257,
            material: Material::Rsa { modulus, exponent },
        };
        let number = |length: usize| vec![0xc5; length];
        assert!(of(number(256), vec![1, 0, 1]).is_usable());
        assert!(of(number(1024), vec![1, 0, 1]).is_usable());
        for (modulus, exponent) in [
            (number(255), vec![1, 0, 1]),
            (number(1025), vec![1, 0, 1]),
            (vec![0; 256], vec![1, 0, 1]),
            // RFC 8230 §4 wants no zeros in front.
            ([vec![0], number(256)].concat(), vec![1, 0, 1]),
            (Vec::new(), vec![1, 0, 1]),
            ([number(255), vec![2]].concat(), vec![1, 0, 1]),
            (number(256), vec![1]),
            (number(256), vec![1, 0, 0]),
            (number(256), vec![0xff; 5]),
            (number(256), Vec::new()),
        ] {
            let key = of(modulus, exponent);
            assert!(!key.is_usable(), "{key:?}");
        }
        assert_eq!([bits(&[]), bits(&[0, 1]), bits(&[0x80, 0])], [0, 1, 16]);
    }
}
