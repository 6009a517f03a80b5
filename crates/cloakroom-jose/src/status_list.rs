//! Token Status Lists: one bit for each token that says whether it still counts.
//!
//! After `draft-ietf-oauth-status-list`: an issuer publishes a [`StatusList`] in a token of its own, and
//! each token it issues names its place in it. A reader verifies the list's token, and looks the place
//! up. The format may still change until the draft is an RFC.
//!
//! ```
//! use cloakroom_jose::status_list::{Reference, Status, StatusList};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let mut list = StatusList::new(2, 1_000)?;
//! list.set(7, Status::Suspended)?;
//! let claim = Reference::new("https://id.example/statuslists/1", 7);
//! assert_eq!(list.get(claim.index())?, Status::Suspended);
//! # Ok(())
//! # }
//! ```
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Map, Value, json};

use crate::alg::Alg;
use crate::base64url;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jws::Unverified;
use crate::jwt::{self, Claims, KeySource, Policy};
use crate::key::SigningKey;

/// The media type of a list's token.
const TYP: &str = "statuslist+jwt";

/// Bytes of an uncompressed list: eight million tokens with one bit each.
const LIMIT: usize = 1 << 20;

/// A compressed list of random bits in base64url, with room for the rest of the token.
const TOKEN_LIMIT: usize = LIMIT * 3 / 2;

/// What a list says about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Valid,
    /// It counts no more, and never will.
    Invalid,
    /// It does not count now.
    Suspended,
    /// What issuer and reader have agreed on.
    Other(u8),
}

impl Status {
    const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            other => Self::Other(other),
        }
    }

    /// The number in the list.
    pub const fn number(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Other(number) => number,
        }
    }
}

/// A list of statuses with 1, 2, 4 or 8 bits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

const NO_PLACE: JoseError = JoseError::claim("status", ClaimFault::Invalid);

impl StatusList {
    /// Makes a list of so many tokens that all count.
    ///
    /// # Errors
    /// If a status has not 1, 2, 4 or 8 bits, or the list would be larger than a MiB.
    pub fn new(bits: u8, count: usize) -> Result<Self> {
        check_bits(bits)?;
        let len = count.saturating_mul(usize::from(bits)).div_ceil(8);
        if len > LIMIT {
            return Err(JoseError::malformed("status list too long"));
        }
        Ok(Self {
            bits,
            bytes: vec![0; len],
        })
    }

    /// The byte of a place, and how far its bits are from the lowest.
    fn place(&self, index: usize) -> Option<(usize, u32)> {
        let per_byte = 8 / usize::from(self.bits);
        let shift = u32::try_from(index % per_byte).ok()? * u32::from(self.bits);
        Some((index / per_byte, shift))
    }

    const fn mask(&self) -> u8 {
        u8::MAX >> (8 - self.bits)
    }

    /// The status at a place.
    ///
    /// # Errors
    /// If the list has no such place.
    pub fn get(&self, index: usize) -> Result<Status> {
        let (at, shift) = self.place(index).ok_or(NO_PLACE)?;
        let byte = self.bytes.get(at).ok_or(NO_PLACE)?;
        Ok(Status::from_number((byte >> shift) & self.mask()))
    }

    /// Sets the status at a place.
    ///
    /// # Errors
    /// If the list has no such place, or too few bits for the status.
    pub fn set(&mut self, index: usize, status: Status) -> Result<()> {
        let (mask, number) = (self.mask(), status.number());
        if number > mask {
            return Err(JoseError::malformed("status has more bits than the list"));
        }
        let (at, shift) = self.place(index).ok_or(NO_PLACE)?;
        let byte = self.bytes.get_mut(at).ok_or(NO_PLACE)?;
        *byte = (*byte & !(mask << shift)) | (number << shift);
        Ok(())
    }

    /// The value of `status_list`: the bits, and the list compressed with zlib.
    pub fn to_claim(&self) -> Value {
        const BEST: u8 = 9;
        let list = compress_to_vec_zlib(&self.bytes, BEST);
        json!({ "bits": self.bits, "lst": base64url::encode(&list) })
    }

    /// Reads the value of `status_list`.
    ///
    /// # Errors
    /// If it is malformed, or larger than a MiB when it is no longer compressed.
    pub fn from_claim(claim: &Value) -> Result<Self> {
        const BAD: JoseError = JoseError::claim("status_list", ClaimFault::Invalid);
        let bits = claim.get("bits").and_then(Value::as_u64).ok_or(BAD)?;
        let bits = u8::try_from(bits).map_err(|_| BAD)?;
        check_bits(bits)?;
        let list = claim.get("lst").and_then(Value::as_str).ok_or(BAD)?;
        let list = base64url::decode(list)?;
        let bytes = decompress_to_vec_zlib_with_limit(&list, LIMIT).map_err(|_| BAD)?;
        Ok(Self { bits, bytes })
    }

    /// Signs the list into a token that is published at `uri` and holds until `exp`.
    ///
    /// # Errors
    /// If the cryptography library fails.
    pub fn sign(&self, key: &SigningKey, uri: &str, now: i64, exp: i64) -> Result<String> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), uri.into());
        claims.insert("iat".to_owned(), now.into());
        claims.insert("exp".to_owned(), exp.into());
        claims.insert("ttl".to_owned(), exp.saturating_sub(now).into());
        claims.insert("status_list".to_owned(), self.to_claim());
        key.sign(TYP, Value::Object(claims).to_string().as_bytes())
    }

    /// Verifies the token that was fetched from `uri`, at the instant `now`.
    ///
    /// # Errors
    /// The first thing that was wrong; a list that was published elsewhere is another list.
    pub fn verify(
        token: &str,
        keys: &dyn KeySource,
        algs: &[Alg],
        uri: &str,
        now: i64,
    ) -> Result<Self> {
        let unverified = Unverified::parse_within(token, TOKEN_LIMIT)?;
        let policy = Policy::of_kind(algs, false)
            .typ(&[TYP])
            .subject(uri)
            .require(&["iat", "status_list"]);
        policy.check_typ(unverified.header())?;
        policy.check_alg(unverified.header())?;
        let key = keys.select(unverified.header())?;
        let claims = jwt::verify_selected(unverified, key, &policy, now)?;
        Self::from_claim(claims.find("status_list").unwrap_or(&Value::Null))
    }
}

fn check_bits(bits: u8) -> Result<()> {
    if matches!(bits, 1 | 2 | 4 | 8) {
        return Ok(());
    }
    Err(JoseError::malformed("bits of a status"))
}

/// Where a token's status is: the claim `status` of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    uri: String,
    index: usize,
}

impl Reference {
    /// The place `index` in the list at `uri`.
    pub fn new(uri: &str, index: usize) -> Self {
        Self {
            uri: uri.to_owned(),
            index,
        }
    }

    /// Reads the claim `status`; `None` if the token has none.
    ///
    /// # Errors
    /// If it is there and malformed: then nobody knows whether the token counts.
    pub fn of(claims: &Claims) -> Result<Option<Self>> {
        let Some(status) = claims.find("status") else {
            return Ok(None);
        };
        let list = status.get("status_list").ok_or(NO_PLACE)?;
        let index = list.get("idx").and_then(Value::as_u64).ok_or(NO_PLACE)?;
        let uri = list.get("uri").and_then(Value::as_str).ok_or(NO_PLACE)?;
        let index = usize::try_from(index).map_err(|_| NO_PLACE)?;
        Ok(Some(Self::new(uri, index)))
    }

    /// The value of the claim `status`.
    pub fn to_claim(&self) -> Value {
        json!({ "status_list": { "idx": self.index, "uri": self.uri } })
    }

    /// Where the list is published.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The place in the list.
    pub fn index(&self) -> usize {
        self.index
    }
}
