//! Ed25519 public keys (RFC 8037 §2), and the few that sign everything.
use serde_json::{Map, Value};

use super::{Material, bytes, text};
use crate::error::{JoseError, Result};

/// The one curve offered.
pub(crate) const CRV: &str = "Ed25519";

const LEN: usize = 32;

pub(crate) fn read(members: &Map<String, Value>) -> Result<Material> {
    match text(members, "crv")? {
        Some(CRV) => Ok(Material::Okp {
            x: bytes(members, "x")?,
        }),
        Some(_) => Err(JoseError::unsupported("crv")),
        None => Err(JoseError::malformed("JWK has no crv")),
    }
}

pub(crate) fn check(x: &[u8]) -> Result<()> {
    let y: [u8; LEN] = x
        .try_into()
        .map_err(|_| JoseError::key("Ed25519 key of wrong length"))?;
    if has_small_order(y) {
        return Err(JoseError::key("Ed25519 key of small order"));
    }
    Ok(())
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
