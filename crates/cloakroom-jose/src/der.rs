//! Just enough DER to read and write keys: tags, lengths and numbers (X.690).
//!
//! The keys are taken apart here, so that their parts can be checked and written as JWK; which
//! documents there are is in `public` and `private`.
mod private;
mod public;

#[cfg(feature = "ml-dsa")]
pub(crate) use private::write_akp_pkcs8;
pub(crate) use private::{
    Document, pkcs1_of_pkcs8, read_pkcs1, read_pkcs8, read_sec1, write_ec_pkcs8, write_okp_pkcs8,
    write_pkcs1, write_rsa_pkcs8, write_sec1,
};
pub(crate) use public::{
    not_after, read_rsa_public_key, read_spki, spki_of_certificate, write_spki,
};

use crate::error::{JoseError, Result};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// The identifiers of ML-DSA (RFC 9881 §3) by their last byte.
#[cfg(feature = "ml-dsa")]
const ML_DSA: [(crate::alg::Alg, &[u8]); 3] = [
    (
        crate::alg::Alg::MlDsa44,
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11],
    ),
    (
        crate::alg::Alg::MlDsa65,
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12],
    ),
    (
        crate::alg::Alg::MlDsa87,
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13],
    ),
];

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

    /// The next element if it has this tag.
    fn optional(&mut self, wanted: u8) -> Result<Option<&'a [u8]>> {
        if self.0.first() == Some(&wanted) {
            return self.expect(wanted).map(Some);
        }
        Ok(None)
    }

    fn unsigned(&mut self) -> Result<Vec<u8>> {
        unsigned(self.expect(INTEGER)?)
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

/// The content of the one sequence that the document is.
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

fn integer(unsigned: &[u8]) -> Vec<u8> {
    // A private number may come with leading zeros, which DER does not have.
    let start = unsigned.iter().take_while(|byte| **byte == 0).count();
    let number = unsigned.get(start..).unwrap_or_default();
    let sign: &[u8] = if number.first().is_none_or(|byte| *byte >= 0x80) {
        &[0]
    } else {
        &[]
    };
    element(INTEGER, &[sign, number])
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
