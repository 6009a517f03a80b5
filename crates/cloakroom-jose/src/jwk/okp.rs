//! Public keys on Edwards and Montgomery curves (RFC 8037 §2), and the few that are traps.
use serde_json::{Map, Value};

use super::Material;
use super::member::{bytes, text};
use crate::alg::OkpCurve;
use crate::error::{JoseError, Result};

/// Bytes of a coordinate on curve 25519.
const LEN: usize = 32;

pub(crate) fn read(members: &Map<String, Value>) -> Result<Material> {
    Ok(Material::Okp {
        curve: curve(members)?,
        x: bytes(members, "x")?,
    })
}

pub(super) fn curve(members: &Map<String, Value>) -> Result<OkpCurve> {
    let name = text(members, "crv")?.ok_or(JoseError::malformed("JWK has no crv"))?;
    OkpCurve::ALL
        .into_iter()
        .find(|curve| curve.name() == name)
        .ok_or(JoseError::unsupported("crv"))
}

pub(crate) fn check(curve: OkpCurve, x: &[u8]) -> Result<()> {
    if x.len() != curve.key_len() {
        return Err(JoseError::key("OKP key of wrong length"));
    }
    let is_small = match curve {
        OkpCurve::Ed25519 => <[u8; LEN]>::try_from(x).is_ok_and(has_small_order),
        OkpCurve::Ed448 => is_small_on_448(x.get(..56).unwrap_or_default()),
        // The agreement itself refuses what is left: a shared secret of zeros (RFC 7748 §6).
        OkpCurve::X25519 => x.iter().all(|byte| *byte == 0),
        OkpCurve::X448 => is_small_on_448(x),
    };
    if is_small {
        return Err(JoseError::key("OKP key of small order"));
    }
    Ok(())
}

/// The coordinates 0, 1 and -1, in all their texts: the points of order 1, 2 and 4 (RFC 8032 §5.2).
fn is_small_on_448(little_endian: &[u8]) -> bool {
    let is = |bytes: &[u8], value: u8| bytes.iter().all(|byte| *byte == value);
    let Some((first, rest)) = little_endian.split_first() else {
        return true;
    };
    // From the prime minus one, 2^448 - 2^224 - 2, upwards.
    let (low, high) = rest.split_at_checked(27).unwrap_or_default();
    let is_near_prime =
        *first >= 0xfe && is(low, 0xff) && matches!(high, [0xfe | 0xff, top @ ..] if is(top, 0xff));
    (*first <= 1 && is(rest, 0)) || is_near_prime
}

/// Whether a point has one of the eight orders that let one signature fit many messages.
///
/// Coordinates that are not below the field's prime are refused with them: they are second texts
/// of a few small points.
fn has_small_order(mut y: [u8; LEN]) -> bool {
    const ORDER_EIGHT: [[u8; LEN]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    // The topmost bit is the sign of the other coordinate.
    if let Some(top) = y.last_mut() {
        *top &= 0x7f;
    }
    let [first, middle @ .., last] = y;
    let is_zero_or_one = first <= 1 && last == 0 && middle.iter().all(|byte| *byte == 0);
    // From the prime minus one, 2^255 - 20, upwards.
    let is_near_prime = first >= 0xec && last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    is_zero_or_one || is_near_prime || ORDER_EIGHT.contains(&y)
}
