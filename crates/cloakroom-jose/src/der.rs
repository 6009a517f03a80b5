//! Just enough DER to read and write public keys.
//!
//! The cryptography library parses and writes private keys; for public ones the parts have to be
//! seen (to check them, and to publish them as JWK), which needs little more than tags and lengths.
use crate::alg::Curve;
use crate::error::{JoseError, Result};
use crate::jwk::Material;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The explicit tag of a certificate's version.
const VERSION: u8 = 0xa0;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

const fn curve_oid(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        Curve::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
        Curve::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
    }
}

const BAD: JoseError = JoseError::malformed("DER");

/// Reads one element after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first().ok_or(BAD)?;
        let (&first, rest) = rest.split_first().ok_or(BAD)?;
        let (len, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => long_length(rest, usize::from(first & 0x0f))?,
            _ => return Err(BAD),
        };
        let (content, rest) = rest.split_at_checked(len).ok_or(BAD)?;
        self.0 = rest;
        Ok((tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Result<&'a [u8]> {
        let (tag, content) = self.next()?;
        if tag == wanted { Ok(content) } else { Err(BAD) }
    }

    fn end(&self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(BAD) }
    }
}

fn long_length(rest: &[u8], count: usize) -> Result<(usize, &[u8])> {
    let (bytes, rest) = rest.split_at_checked(count).ok_or(BAD)?;
    let len = bytes
        .iter()
        .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    // DER has one length for each value: the shortest.
    if len < 0x80 || bytes.first() == Some(&0) {
        return Err(BAD);
    }
    Ok((len, rest))
}

fn outer(der: &[u8]) -> Result<Reader<'_>> {
    let mut reader = Reader(der);
    let content = reader.expect(SEQUENCE)?;
    reader.end()?;
    Ok(Reader(content))
}

fn unsigned(content: &[u8]) -> Result<Vec<u8>> {
    match content {
        [0, next, ..] if *next >= 0x80 => Ok(content.iter().skip(1).copied().collect()),
        [first, ..] if *first < 0x80 && *first != 0 => Ok(content.to_vec()),
        _ => Err(BAD),
    }
}

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
        let wanted = algorithm.expect(OID)?;
        let curve = Curve::ALL
            .into_iter()
            .find(|curve| curve_oid(*curve) == wanted)
            .ok_or(JoseError::unsupported("curve"))?;
        Material::from_point(curve, key)?
    } else if oid == ED25519 {
        Material::Okp { x: key.to_vec() }
    } else {
        return Err(JoseError::unsupported("public key algorithm"));
    };
    algorithm.end()?;
    Ok(material)
}

/// Reads an `RSAPublicKey` (RFC 8017 A.1.1).
pub(crate) fn read_rsa_public_key(der: &[u8]) -> Result<Material> {
    let mut key = outer(der)?;
    let n = unsigned(key.expect(INTEGER)?)?;
    let e = unsigned(key.expect(INTEGER)?)?;
    key.end()?;
    Ok(Material::Rsa { n, e })
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

/// The `RSAPrivateKey` (PKCS #1) inside a PKCS #8 document, as Keycloak keeps it.
pub(crate) fn pkcs1_of_pkcs8(der: &[u8]) -> Result<Vec<u8>> {
    let mut info = outer(der)?;
    info.expect(INTEGER)?;
    info.expect(SEQUENCE)?;
    Ok(info.expect(OCTET_STRING)?.to_vec())
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_spki(material: &Material) -> Vec<u8> {
    let (algorithm, key) = match material {
        Material::Rsa { n, e } => {
            let numbers = [integer(n), integer(e)].concat();
            let algorithm = [element(OID, &[RSA_ENCRYPTION]), element(NULL, &[])].concat();
            (algorithm, element(SEQUENCE, &[&numbers]))
        }
        Material::Ec { curve, x, y } => {
            let algorithm = [
                element(OID, &[EC_PUBLIC_KEY]),
                element(OID, &[curve_oid(*curve)]),
            ];
            (algorithm.concat(), [&[4][..], x, y].concat())
        }
        Material::Okp { x } => (element(OID, &[ED25519]), x.clone()),
    };
    let algorithm = element(SEQUENCE, &[&algorithm]);
    let bits = element(BIT_STRING, &[&[0], &key]);
    element(SEQUENCE, &[&algorithm, &bits])
}

fn integer(unsigned: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if unsigned.first().is_some_and(|byte| *byte >= 0x80) {
        &[0]
    } else {
        &[]
    };
    element(INTEGER, &[sign, unsigned])
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    let bytes = len.to_be_bytes();
    let significant: Vec<u8> = bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect();
    match (len, u8::try_from(significant.len())) {
        (0..0x80, _) => out.push(significant.first().copied().unwrap_or(0)),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend(significant);
        }
        // A length of more than 255 bytes does not exist.
        (_, Err(_)) => {}
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}
