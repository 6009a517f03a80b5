//! What a TPM writes of a key and signs (Trusted Platform Module Library, part 2): read within its length, and whole or not at all.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

use crate::further::webauthn::cose::PublicKey;

/// The names of algorithms (`TPM_ALG_ID`, §6.3).
mod name {
    pub(super) const RSA: u16 = 0x0001;
    pub(super) const SHA256: u16 = 0x000b;
    pub(super) const SHA384: u16 = 0x000c;
    pub(super) const SHA512: u16 = 0x000d;
    pub(super) const NULL: u16 = 0x0010;
    pub(super) const RSASSA: u16 = 0x0014;
    pub(super) const ECDSA: u16 = 0x0018;
    pub(super) const ECC: u16 = 0x0023;
}

/// What may be done with a key (`TPMA_OBJECT`, §8.3).
mod right {
    pub(super) const FIXED_TPM: u32 = 1 << 1;
    pub(super) const FIXED_PARENT: u32 = 1 << 4;
    pub(super) const MADE_HERE: u32 = 1 << 5;
    pub(super) const SIGN: u32 = 1 << 18;
}

/// `TPM_GENERATED_VALUE`: no TPM signs with a key of its own what begins like this and was brought to it.
const MAGIC: u32 = 0xff54_4347;
/// `TPM_ST_ATTEST_CERTIFY`.
const CERTIFY: u16 = 0x8017;

/// What is left of a structure.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Bytes with their number in front (`TPM2B_…`).
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.short()?;
        self.take(usize::from(length))
    }
}

/// The public half of a key (`TPMT_PUBLIC`, §12.2.4).
pub(super) struct Area {
    /// By which digest the key has its name.
    named_by: (u16, &'static Algorithm),
    /// The digest over which alone the key signs; `TPM_ALG_NULL` if over any.
    over: u16,
    numbers: Numbers,
    /// It was made in this TPM, and leaves neither it nor its parent.
    pub(super) stays: bool,
}

/// The numbers of the key, as COSE has them.
enum Numbers {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// A point, uncompressed, and the algorithm whose curve it is on.
    Point {
        bytes: Vec<u8>,
        algorithm: i64,
    },
}

impl Area {
    /// Reads the public half of a key that signs; `None` if it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        let kind = rest.short()?;
        let digest = rest.short()?;
        let named_by = (digest, method(digest)?);
        let rights = rest.long()?;
        let _policy = rest.sized()?;
        // Only a key that decrypts others for the TPM has a cipher (§12.2.3.5, §12.2.3.6).
        if rest.short()? != name::NULL {
            return None;
        }
        let (over, numbers) = match kind {
            name::RSA => rsa(&mut rest)?,
            name::ECC => point(&mut rest)?,
            _ => return None,
        };
        let kept = right::FIXED_TPM | right::FIXED_PARENT | right::MADE_HERE;
        (rest.0.is_empty() && rights & right::SIGN != 0).then_some(Self {
            named_by,
            over,
            numbers,
            stays: rights & kept == kept,
        })
    }

    /// It is this key.
    pub(super) fn is_of(&self, key: &PublicKey) -> bool {
        let algorithm = key.algorithm();
        let own = match &self.numbers {
            Numbers::Rsa { modulus, exponent } if (-259..=-257).contains(&algorithm) => {
                Some(PublicKey::of_rsa(algorithm, modulus, exponent))
            }
            Numbers::Point {
                bytes,
                algorithm: curve,
            } if *curve == algorithm => PublicKey::of_point(algorithm, bytes),
            _ => None,
        };
        let digest = digest_of(algorithm);
        let is_over = self.over == name::NULL || method(self.over) == digest;
        is_over && own.is_some_and(|own| own == *key)
    }

    /// The name that the TPM gives to the key of these bytes (part 1, §16): a digest of them, behind the name of the digest.
    pub(super) fn name(&self, bytes: &[u8]) -> Vec<u8> {
        let (named, method) = self.named_by;
        [&named.to_be_bytes()[..], digest(method, bytes).as_ref()].concat()
    }
}

/// How a key signs (`TPMT_RSA_SCHEME`, `TPMT_ECC_SCHEME`): as it is asked to, or by this scheme over one digest alone.
fn scheme(rest: &mut Rest<'_>, only: u16) -> Option<u16> {
    match rest.short()? {
        name::NULL => Some(name::NULL),
        named if named == only => rest.short(),
        _ => None,
    }
}

fn rsa(rest: &mut Rest<'_>) -> Option<(u16, Numbers)> {
    /// What no exponent stands for (§12.2.3.5).
    const USUAL: u32 = 65537;
    let over = scheme(rest, name::RSASSA)?;
    let bits = usize::from(rest.short()?);
    let exponent = match rest.long()? {
        0 => USUAL,
        other => other,
    };
    let modulus = rest.sized()?;
    let is_long = modulus.len().checked_mul(8) == Some(bits);
    let exponent = exponent.to_be_bytes();
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
    let numbers = Numbers::Rsa {
        modulus: modulus.to_vec(),
        exponent: exponent.get(zeros..)?.to_vec(),
    };
    is_long.then_some((over, numbers))
}

fn point(rest: &mut Rest<'_>) -> Option<(u16, Numbers)> {
    let over = scheme(rest, name::ECDSA)?;
    let (algorithm, length): (i64, usize) = match rest.short()? {
        0x0003 => (-7, 32),
        0x0004 => (-35, 48),
        0x0005 => (-36, 66),
        _ => return None,
    };
    // Nothing is derived from the key.
    if rest.short()? != name::NULL {
        return None;
    }
    let mut bytes = vec![4];
    for _ in 0..2 {
        let number = rest.sized()?;
        // Some TPMs leave the zeros in front out.
        let zeros = length.checked_sub(number.len())?;
        bytes.extend(std::iter::repeat_n(0, zeros));
        bytes.extend(number);
    }
    Some((over, Numbers::Point { bytes, algorithm }))
}

/// What a TPM says of a key that it has (`TPMS_ATTEST` with `TPMS_CERTIFY_INFO`, §10.12.8, §10.12.3).
pub(super) struct Certified<'a> {
    /// What it was asked to say beside.
    pub(super) extra: &'a [u8],
    /// The name of the key.
    pub(super) name: &'a [u8],
}

impl<'a> Certified<'a> {
    /// Reads it; `None` if a TPM says something else.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        if rest.long()? != MAGIC || rest.short()? != CERTIFY {
            return None;
        }
        let _signer = rest.sized()?;
        let extra = rest.sized()?;
        // A clock, two counters of starts, whether the clock can be believed, and the version of the TPM's program.
        let _clock = rest.take(8 + 4 + 4 + 1 + 8)?;
        let name = rest.sized()?;
        let _qualified = rest.sized()?;
        rest.0.is_empty().then_some(Self { extra, name })
    }
}

/// A digest by its name in a TPM; `None` for SHA-1, which is broken, and for what is not known.
fn method(name: u16) -> Option<&'static Algorithm> {
    match name {
        name::SHA256 => Some(&SHA256),
        name::SHA384 => Some(&SHA384),
        name::SHA512 => Some(&SHA512),
        _ => None,
    }
}

/// The digest of an algorithm of signatures (RFC 9053); `None` if it has none.
pub(super) fn digest_of(algorithm: i64) -> Option<&'static Algorithm> {
    match algorithm {
        -7 | -257 => Some(&SHA256),
        -35 | -258 => Some(&SHA384),
        -36 | -259 => Some(&SHA512),
        _ => None,
    }
}
