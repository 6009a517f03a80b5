//! EC public keys: a curve and two coordinates of full length.
use serde_json::{Map, Value};

use super::Material;
use super::member::{bytes, text};
use crate::alg::Curve;
use crate::error::{JoseError, Result};

pub(crate) fn read(members: &Map<String, Value>) -> Result<Material> {
    Ok(Material::Ec {
        curve: curve(members)?,
        x: bytes(members, "x")?,
        y: bytes(members, "y")?,
    })
}

pub(super) fn curve(members: &Map<String, Value>) -> Result<Curve> {
    let name = text(members, "crv")?.ok_or(JoseError::malformed("JWK has no crv"))?;
    Curve::ALL
        .into_iter()
        .find(|curve| curve.name() == name)
        .ok_or(JoseError::unsupported("crv"))
}

/// RFC 7518 §6.2.1.2: coordinates keep their leading zeros.
///
/// Whether the point is on the curve, the cryptography library checks as it parses it.
pub(crate) fn check(curve: Curve, x: &[u8], y: &[u8]) -> Result<()> {
    if x.len() != curve.coordinate_len() || y.len() != curve.coordinate_len() {
        return Err(JoseError::key("EC coordinate of wrong length"));
    }
    Ok(())
}
