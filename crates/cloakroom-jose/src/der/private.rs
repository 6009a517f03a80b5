//! Private keys: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017 A.1.2) and SEC 1 (RFC 5915).
use zeroize::Zeroizing;

use super::public::{ec_algorithm, read_curve, rsa_algorithm};
use super::{
    BAD, BIT_STRING, EC_PUBLIC_KEY, INTEGER, NULL, OCTET_STRING, OID, RSA_ENCRYPTION, Reader,
    SEQUENCE, element, integer, outer,
};
use crate::alg::{Curve, OkpCurve};
use crate::backend::RsaParts;
use crate::error::{JoseError, Result};

/// The explicit tags of a SEC 1 document: its curve and its public key.
const PARAMETERS: u8 = 0xa0;
const PUBLIC: u8 = 0xa1;

/// The implicit tag of the seed of ML-DSA (RFC 9881 §6).
#[cfg(feature = "ml-dsa")]
const SEED: u8 = 0x80;

/// Bytes that are wiped when they go.
type Secret = Zeroizing<Vec<u8>>;

/// What a private document holds; a public key beside it is not read, but computed again.
pub(crate) enum Document {
    Rsa(RsaParts),
    Ec(Curve, Secret),
    Okp(OkpCurve, Secret),
    #[cfg(feature = "ml-dsa")]
    Akp(crate::alg::Alg, Secret),
}

/// Reads an unencrypted `OneAsymmetricKey`, in its first or second version (RFC 5958 §2).
pub(crate) fn read_pkcs8(der: &[u8]) -> Result<Document> {
    let mut info = outer(der)?;
    if !matches!(info.expect(INTEGER)?, [0 | 1]) {
        return Err(BAD);
    }
    let mut algorithm = Reader(info.expect(SEQUENCE)?);
    let key = info.expect(OCTET_STRING)?;
    let oid = algorithm.expect(OID)?;
    let document = if oid == RSA_ENCRYPTION {
        algorithm.expect(NULL)?;
        Document::Rsa(read_pkcs1(key)?)
    } else if oid == EC_PUBLIC_KEY {
        let curve = read_curve(&mut algorithm)?;
        Document::Ec(curve, read_sec1_number(key, Some(curve))?.1)
    } else if let Some(curve) = OkpCurve::ALL.into_iter().find(|curve| curve.oid() == oid) {
        Document::Okp(curve, okp_content(curve, key)?)
    } else {
        read_other(oid, key)?
    };
    algorithm.end()?;
    Ok(document)
}

#[cfg(feature = "ml-dsa")]
fn read_other(oid: &[u8], key: &[u8]) -> Result<Document> {
    let known = super::ML_DSA.into_iter().find(|(_, known)| *known == oid);
    let (alg, _) = known.ok_or(JoseError::unsupported("private key algorithm"))?;
    // RFC 9881 §6 also has the expanded key, which no JWK can hold.
    let mut reader = Reader(key);
    let seed = reader.expect(SEED)?;
    reader.end()?;
    Ok(Document::Akp(alg, Zeroizing::new(seed.to_vec())))
}

#[cfg(not(feature = "ml-dsa"))]
fn read_other(_oid: &[u8], _key: &[u8]) -> Result<Document> {
    Err(JoseError::unsupported("private key algorithm"))
}

/// RFC 8410 §7: the key is an octet string in an octet string.
fn okp_content(curve: OkpCurve, key: &[u8]) -> Result<Secret> {
    let mut reader = Reader(key);
    let number = reader.expect(OCTET_STRING)?;
    reader.end()?;
    if number.len() != curve.key_len() {
        return Err(JoseError::key("OKP key of wrong length"));
    }
    Ok(Zeroizing::new(number.to_vec()))
}

/// Reads an `RSAPrivateKey` of two primes.
pub(crate) fn read_pkcs1(der: &[u8]) -> Result<RsaParts> {
    let mut key = outer(der)?;
    if key.expect(INTEGER)? != [0] {
        return Err(JoseError::unsupported("RSA key of more than two primes"));
    }
    let mut next = || key.unsigned();
    let (n, e) = (next()?, next()?);
    let mut private = || next().map(Zeroizing::new);
    let parts = RsaParts {
        n,
        e,
        d: private()?,
        p: private()?,
        q: private()?,
        dp: private()?,
        dq: private()?,
        qi: private()?,
    };
    key.end()?;
    Ok(parts)
}

/// Reads an `ECPrivateKey` that names its curve.
pub(crate) fn read_sec1(der: &[u8]) -> Result<Document> {
    let (curve, number) = read_sec1_number(der, None)?;
    Ok(Document::Ec(curve, number))
}

fn read_sec1_number(der: &[u8], outside: Option<Curve>) -> Result<(Curve, Secret)> {
    let mut key = outer(der)?;
    if key.expect(INTEGER)? != [1] {
        return Err(BAD);
    }
    let number = key.expect(OCTET_STRING)?;
    let inside = match key.optional(PARAMETERS)? {
        None => None,
        Some(parameters) => {
            let mut reader = Reader(parameters);
            let curve = read_curve(&mut reader)?;
            reader.end()?;
            Some(curve)
        }
    };
    key.optional(PUBLIC)?;
    key.end()?;
    let curve = inside.or(outside).ok_or(BAD)?;
    if outside.is_some_and(|outside| outside != curve) || number.len() != curve.coordinate_len() {
        return Err(JoseError::key("EC key of wrong curve or length"));
    }
    Ok((curve, Zeroizing::new(number.to_vec())))
}

/// The `RSAPrivateKey` (PKCS #1) inside a PKCS #8 document, as Keycloak keeps it.
pub(crate) fn pkcs1_of_pkcs8(der: &[u8]) -> Result<Vec<u8>> {
    let mut info = outer(der)?;
    info.expect(INTEGER)?;
    info.expect(SEQUENCE)?;
    Ok(info.expect(OCTET_STRING)?.to_vec())
}

fn pkcs8(algorithm: &[u8], key: &[u8]) -> Secret {
    let algorithm = element(SEQUENCE, &[algorithm]);
    let key = Zeroizing::new(element(OCTET_STRING, &[key]));
    let version = integer(&[]);
    Zeroizing::new(element(SEQUENCE, &[&version, &algorithm, &key]))
}

/// Writes an `RSAPrivateKey`.
pub(crate) fn write_pkcs1(parts: &RsaParts) -> Secret {
    let private = [
        &parts.d, &parts.p, &parts.q, &parts.dp, &parts.dq, &parts.qi,
    ];
    let mut numbers = Zeroizing::new(integer(&[]));
    numbers.extend(integer(&parts.n));
    numbers.extend(integer(&parts.e));
    for number in private {
        numbers.extend_from_slice(&Zeroizing::new(integer(number)));
    }
    Zeroizing::new(element(SEQUENCE, &[&numbers]))
}

pub(crate) fn write_rsa_pkcs8(parts: &RsaParts) -> Secret {
    pkcs8(&rsa_algorithm(), &write_pkcs1(parts))
}

/// Writes an `ECPrivateKey` with its curve and, if `point` has one, its public key.
pub(crate) fn write_sec1(curve: Option<Curve>, d: &[u8], point: &[u8]) -> Secret {
    let number = Zeroizing::new(element(OCTET_STRING, &[d]));
    let parameters = curve.map(|curve| element(PARAMETERS, &[&element(OID, &[curve.oid()])]));
    let public = match point {
        [] => Vec::new(),
        point => element(PUBLIC, &[&element(BIT_STRING, &[&[0], point])]),
    };
    Zeroizing::new(element(
        SEQUENCE,
        &[
            &element(INTEGER, &[&[1]]),
            &number,
            &parameters.unwrap_or_default(),
            &public,
        ],
    ))
}

pub(crate) fn write_ec_pkcs8(curve: Curve, d: &[u8], point: &[u8]) -> Secret {
    pkcs8(&ec_algorithm(curve), &write_sec1(None, d, point))
}

pub(crate) fn write_okp_pkcs8(curve: OkpCurve, d: &[u8]) -> Secret {
    let key = Zeroizing::new(element(OCTET_STRING, &[d]));
    pkcs8(&element(OID, &[curve.oid()]), &key)
}

#[cfg(feature = "ml-dsa")]
pub(crate) fn write_akp_pkcs8(alg: crate::alg::Alg, seed: &[u8]) -> Secret {
    let key = Zeroizing::new(element(SEED, &[seed]));
    pkcs8(&ml_dsa_algorithm(alg), &key)
}

#[cfg(feature = "ml-dsa")]
pub(super) fn ml_dsa_algorithm(alg: crate::alg::Alg) -> Vec<u8> {
    let known = super::ML_DSA.into_iter().find(|(own, _)| *own == alg);
    known.map_or_else(Vec::new, |(_, oid)| element(OID, &[oid]))
}
