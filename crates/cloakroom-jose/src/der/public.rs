//! Public keys: `SubjectPublicKeyInfo`, the RSA key of PKCS #1, and the one in a certificate.
use super::{
    BAD, BIT_STRING, EC_PUBLIC_KEY, INTEGER, NULL, OID, RSA_ENCRYPTION, Reader, SEQUENCE, element,
    integer, outer,
};
use crate::alg::{Curve, OkpCurve};
use crate::error::{JoseError, Result};
use crate::jwk::Material;

/// The explicit tag of a certificate's version.
const VERSION: u8 = 0xa0;

/// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
pub(crate) fn read_spki(der: &[u8]) -> Result<Material> {
    let mut spki = outer(der)?;
    let mut algorithm = Reader(spki.expect(SEQUENCE)?);
    let bits = spki.expect(BIT_STRING)?;
    spki.end()?;
    let (unused, key) = bits.split_first().ok_or(BAD)?;
    if *unused != 0 {
        return Err(BAD);
    }
    let oid = algorithm.expect(OID)?;
    let material = if oid == RSA_ENCRYPTION {
        algorithm.expect(NULL)?;
        read_rsa_public_key(key)?
    } else if oid == EC_PUBLIC_KEY {
        Material::from_point(read_curve(&mut algorithm)?, key)?
    } else {
        read_raw(oid, key)?
    };
    algorithm.end()?;
    Ok(material)
}

/// Keys whose identifier says all, and that are bytes without a structure.
fn read_raw(oid: &[u8], key: &[u8]) -> Result<Material> {
    let okp = OkpCurve::ALL.into_iter().find(|curve| curve.oid() == oid);
    if let Some(curve) = okp {
        let x = key.to_vec();
        return Ok(Material::Okp { curve, x });
    }
    #[cfg(feature = "ml-dsa")]
    if let Some((alg, _)) = super::ML_DSA.into_iter().find(|(_, known)| *known == oid) {
        let public = key.to_vec();
        return Ok(Material::Akp { alg, public });
    }
    Err(JoseError::unsupported("public key algorithm"))
}

/// The named curve that follows the identifier of an EC key (RFC 5480 §2.1.1).
pub(super) fn read_curve(algorithm: &mut Reader<'_>) -> Result<Curve> {
    let wanted = algorithm.expect(OID)?;
    Curve::ALL
        .into_iter()
        .find(|curve| curve.oid() == wanted)
        .ok_or(JoseError::unsupported("curve"))
}

/// Reads an `RSAPublicKey` (RFC 8017 A.1.1).
pub(crate) fn read_rsa_public_key(der: &[u8]) -> Result<Material> {
    let mut key = outer(der)?;
    let n = key.unsigned()?;
    let e = key.unsigned()?;
    key.end()?;
    Ok(Material::Rsa { n, e })
}

/// The end of a certificate's validity (RFC 5280 §4.1.2.5): the tag of its form, and its text.
pub(crate) fn not_after(der: &[u8]) -> Result<(u8, &[u8])> {
    let mut certificate = outer(der)?;
    let mut body = Reader(certificate.expect(SEQUENCE)?);
    let (first, _) = body.next()?;
    if first == VERSION {
        body.expect(INTEGER)?;
    }
    // Signature algorithm, issuer.
    body.expect(SEQUENCE)?;
    body.expect(SEQUENCE)?;
    let mut validity = Reader(body.expect(SEQUENCE)?);
    validity.next()?;
    validity.next()
}

/// The `SubjectPublicKeyInfo` inside a certificate (RFC 5280 §4.1).
///
/// Nothing of the certificate is verified: whoever configured it chose it.
pub(crate) fn spki_of_certificate(der: &[u8]) -> Result<Vec<u8>> {
    let mut certificate = outer(der)?;
    let mut body = Reader(certificate.expect(SEQUENCE)?);
    let (first, _) = body.next()?;
    if first == VERSION {
        body.expect(INTEGER)?;
    }
    // Signature algorithm, issuer, validity, subject.
    for _ in 0..4 {
        body.expect(SEQUENCE)?;
    }
    Ok(element(SEQUENCE, &[body.expect(SEQUENCE)?]))
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_spki(material: &Material) -> Vec<u8> {
    let (algorithm, key) = match material {
        Material::Rsa { n, e } => {
            let numbers = [integer(n), integer(e)].concat();
            (rsa_algorithm(), element(SEQUENCE, &[&numbers]))
        }
        Material::Ec { curve, x, y } => (ec_algorithm(*curve), [&[4][..], x, y].concat()),
        Material::Okp { curve, x } => (element(OID, &[curve.oid()]), x.clone()),
        #[cfg(feature = "ml-dsa")]
        Material::Akp { alg, public } => (super::private::ml_dsa_algorithm(*alg), public.clone()),
    };
    let algorithm = element(SEQUENCE, &[&algorithm]);
    let bits = element(BIT_STRING, &[&[0], &key]);
    element(SEQUENCE, &[&algorithm, &bits])
}

pub(super) fn rsa_algorithm() -> Vec<u8> {
    [element(OID, &[RSA_ENCRYPTION]), element(NULL, &[])].concat()
}

pub(super) fn ec_algorithm(curve: Curve) -> Vec<u8> {
    [element(OID, &[EC_PUBLIC_KEY]), element(OID, &[curve.oid()])].concat()
}
