//! What the authenticator says of a ceremony (WebAuthn Level 3 §6.1): for which server, who was there, how often it has signed.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use super::Rejection;
use super::cbor::{self, Entries};
use super::cose::PublicKey;

/// The length of the part that is always there.
const HEAD: usize = 37;
/// More than any authenticator writes.
const LONGEST: usize = 16 * 1024;
/// The longest id of a credential (§4, "Credential ID").
const LONGEST_ID: usize = 1023;

/// The bits of its flags.
mod flag {
    pub(super) const PRESENT: u8 = 1;
    pub(super) const VERIFIED: u8 = 1 << 2;
    pub(super) const MAY_BE_COPIED: u8 = 1 << 3;
    pub(super) const IS_COPIED: u8 = 1 << 4;
    pub(super) const HAS_KEY: u8 = 1 << 6;
    pub(super) const HAS_EXTENSIONS: u8 = 1 << 7;
}

/// What it says.
#[derive(Clone, Debug)]
pub(super) struct AuthenticatorData {
    /// How often the key has signed; 0 where nobody counts.
    pub(super) counter: u32,
    /// The key that was made.
    pub(super) made: Option<Made>,
}

/// A key that was made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// The model of the authenticator.
    pub(super) aaguid: [u8; 16],
    /// The id of the credential.
    pub(super) id: Vec<u8>,
    /// The key.
    pub(super) key: PublicKey,
    /// The key, byte for byte.
    pub(super) key_bytes: Vec<u8>,
}

impl Made {
    /// The model of the authenticator, as people write it.
    pub(super) fn model(&self) -> String {
        let mut text = String::new();
        for (at, byte) in self.aaguid.into_iter().enumerate() {
            if [4, 6, 8, 10].contains(&at) {
                text.push('-');
            }
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

impl AuthenticatorData {
    /// Reads it, and checks whom it is for and who was there.
    pub(super) fn check(
        bytes: &[u8],
        rp_id: &str,
        wants_verified: bool,
    ) -> Result<Self, Rejection> {
        let wrong = |why| Err(Rejection::verification(why));
        let Some((flags, data)) = read(bytes) else {
            return wrong("the authenticator data cannot be read");
        };
        let is = |bit: u8| flags & bit != 0;
        if !bytes.starts_with(digest(&SHA256, rp_id.as_bytes()).as_ref()) {
            return wrong("the key is of another server");
        }
        if !is(flag::PRESENT) {
            return wrong("nobody was present");
        }
        if wants_verified && !is(flag::VERIFIED) {
            return wrong("the person was not verified");
        }
        if is(flag::IS_COPIED) && !is(flag::MAY_BE_COPIED) {
            return wrong("a key that cannot be copied is said to be copied");
        }
        Ok(data)
    }
}

fn read(bytes: &[u8]) -> Option<(u8, AuthenticatorData)> {
    let (head, mut rest) = bytes
        .split_at_checked(HEAD)
        .filter(|_| bytes.len() <= LONGEST)?;
    let flags = *head.get(32)?;
    let counter = u32::from_be_bytes(head.get(33..)?.try_into().ok()?);
    let mut made = None;
    if flags & flag::HAS_KEY != 0 {
        let (one, behind) = read_key(rest)?;
        made = Some(one);
        rest = behind;
    }
    if flags & flag::HAS_EXTENSIONS != 0 {
        let (extensions, behind) = cbor::take(rest)?;
        Entries::of(extensions)?;
        rest = behind;
    }
    rest.is_empty()
        .then_some((flags, AuthenticatorData { counter, made }))
}

fn read_key(bytes: &[u8]) -> Option<(Made, &[u8])> {
    let (aaguid, rest) = bytes.split_at_checked(16)?;
    let (length, rest) = rest.split_at_checked(2)?;
    let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
    if length == 0 || length > LONGEST_ID {
        return None;
    }
    let (id, rest) = rest.split_at_checked(length)?;
    let (key, behind) = PublicKey::take(rest)?;
    let key_bytes = rest.get(..rest.len().checked_sub(behind.len())?)?;
    let made = Made {
        aaguid: aaguid.try_into().ok()?,
        id: id.to_vec(),
        key,
        key_bytes: key_bytes.to_vec(),
    };
    Some((made, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(flags: u8, counter: u32, more: &[u8]) -> Vec<u8> {
        let rp = digest(&SHA256, b"id.test");
        [rp.as_ref(), &[flags], &counter.to_be_bytes(), more].concat()
    }

    #[test]
    fn who_was_there_is_read_from_the_flags() {
        let check = |bytes: &[u8], wants| AuthenticatorData::check(bytes, "id.test", wants);
        assert_eq!(check(&data(0b101, 7, &[]), true).unwrap().counter, 7);
        assert!(check(&data(0b001, 7, &[]), false).is_ok());
        assert!(check(&data(0b1_1101, 7, &[]), true).is_ok());
        // Extensions are a map.
        assert!(check(&data(0b1000_0101, 7, &[0xa0]), true).is_ok());
        for (bytes, wants) in [
            (data(0b001, 7, &[]), true),
            (data(0b100, 7, &[]), false),
            (data(0, 7, &[]), false),
            (data(0b1_0101, 7, &[]), false),
            (data(0b101, 7, &[0]), false),
            (data(0b1000_0101, 7, &[]), false),
            (data(0b1000_0101, 7, &[0x01]), false),
            (data(0b0100_0101, 7, &[]), false),
            (data(0b0100_0101, 7, &[0; 18]), false),
            (data(0b101, 7, &[])[..36].to_vec(), false),
            (Vec::new(), false),
            (data(0b101, 7, &[0; LONGEST]), false),
        ] {
            assert!(check(&bytes, wants).is_err(), "{bytes:?}");
        }
        let there = AuthenticatorData::check(&data(0b101, 7, &[]), "id.test.", true);
        assert!(there.is_err());
    }
}
