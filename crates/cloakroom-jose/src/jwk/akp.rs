//! Keys for one algorithm alone (`AKP`, RFC 9964): their `alg` is part of the key.
use serde_json::{Map, Value};

use super::Material;
use super::member::{bytes, text};
use crate::alg::{Alg, Family};
use crate::error::{JoseError, Result};

pub(crate) fn read(members: &Map<String, Value>) -> Result<Material> {
    Ok(Material::Akp {
        alg: alg(members)?,
        public: bytes(members, "pub")?,
    })
}

/// RFC 9964 §3: an `AKP` key has to name its algorithm.
pub(super) fn alg(members: &Map<String, Value>) -> Result<Alg> {
    let name = text(members, "alg")?.ok_or(JoseError::malformed("AKP key has no alg"))?;
    Alg::from_name(name)
        .filter(|alg| alg.family() == Family::MlDsa)
        .ok_or(JoseError::unsupported("alg of AKP key"))
}

/// FIPS 204 table 2: each parameter set has one length of public key.
pub(crate) fn check(alg: Alg, public: &[u8]) -> Result<()> {
    let len = match alg {
        Alg::MlDsa44 => 1312,
        Alg::MlDsa65 => 1952,
        _ => 2592,
    };
    if public.len() == len {
        return Ok(());
    }
    Err(JoseError::key("ML-DSA key of wrong length"))
}
