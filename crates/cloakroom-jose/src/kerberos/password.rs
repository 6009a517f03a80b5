//! The key that a password is to Kerberos: stretched with PBKDF2 and a salt (RFC 3962 §4, RFC 8009 §4).

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{
    self, Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384,
};
use zeroize::Zeroizing;

use super::{FAILED, Suite, derive_with, sha2};
use crate::error::Result;

/// What every key of a password is derived with.
const LABEL: &[u8] = b"kerberos";

/// What is stretched into a key.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    /// The password.
    pub password: &'a [u8],
    /// Whose it is, in the words of the centre of keys.
    pub salt: &'a [u8],
    /// How often it is hashed.
    pub rounds: NonZeroU32,
}

impl std::fmt::Debug for Stretch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stretch({})", self.rounds)
    }
}

impl Suite {
    /// The key of a password, of so many bytes. This takes long, and belongs on threads that nobody else waits for.
    ///
    /// # Errors
    /// If no key of AES has that size.
    pub fn stretch(self, size: usize, from: Stretch<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let (algorithm, name): (Algorithm, &[u8]) = match (self, size) {
            (Self::Sha1, 16 | 32) => (PBKDF2_HMAC_SHA1, b""),
            (Self::Sha2, 16) => (PBKDF2_HMAC_SHA256, b"aes128-cts-hmac-sha256-128\0"),
            (Self::Sha2, 32) => (PBKDF2_HMAC_SHA384, b"aes256-cts-hmac-sha384-192\0"),
            _ => return Err(FAILED),
        };
        let salt = [name, from.salt].concat();
        let mut first = Zeroizing::new(vec![0; size]);
        pbkdf2::derive(algorithm, from.rounds, &salt, from.password, &mut first);
        match self {
            Self::Sha1 => derive_with(&first, LABEL),
            Self::Sha2 => sha2::derive_with(&first, LABEL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::bytes;
    use super::*;

    fn key(suite: Suite, size: usize, from: (&str, &[u8], u32)) -> Vec<u8> {
        let (password, salt, rounds) = from;
        let from = Stretch {
            password: password.as_bytes(),
            salt,
            rounds: NonZeroU32::new(rounds).unwrap(),
        };
        suite.stretch(size, from).unwrap().to_vec()
    }

    /// RFC 3962 Appendix B: rounds, password, salt, and the keys of 16 and of 32 bytes.
    #[test]
    fn passwords_become_keys_as_in_rfc_3962() {
        let clef = char::from_u32(0x1d11e).unwrap().to_string();
        let (exact, longer) = ("X".repeat(64), "X".repeat(65));
        let athena: &[u8] = b"ATHENA.MIT.EDUraeburn";
        let odd = bytes("1234567878563412");
        let rows: [(u32, &str, &[u8], &str, &str); 7] = [
            (
                1,
                "password",
                athena,
                "42263c6e89f4fc28b8df68ee09799f15",
                "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161",
            ),
            (
                2,
                "password",
                athena,
                "c651bf29e2300ac27fa469d693bdda13",
                "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff",
            ),
            (
                1200,
                "password",
                athena,
                "4c01cd46d632d01e6dbe230a01ed642a",
                "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a",
            ),
            (
                5,
                "password",
                &odd,
                "e9b23d52273747dd5c35cb55be619d8e",
                "97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31",
            ),
            (
                1200,
                &exact,
                b"pass phrase equals block size",
                "59d1bb789a828b1aa54ef9c2883f69ed",
                "89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34",
            ),
            (
                1200,
                &longer,
                b"pass phrase exceeds block size",
                "cb8005dc5f90179a7f02104c0018751d",
                "d78c5c9cb872a8c9dad4697f0bb5b2d21496c82beb2caeda2112fceea057401b",
            ),
            (
                50,
                &clef,
                b"EXAMPLE.COMpianist",
                "f149c1f2e154a73452d43e7fe62a56e5",
                "4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e",
            ),
        ];
        for (rounds, password, salt, short, long) in rows {
            let from = (password, salt, rounds);
            assert_eq!(key(Suite::Sha1, 16, from), bytes(short), "{rounds}");
            assert_eq!(key(Suite::Sha1, 32, from), bytes(long), "{rounds}");
        }
    }

    /// RFC 8009 Appendix A.
    #[test]
    fn passwords_become_keys_as_in_rfc_8009() {
        let salt = bytes("10df9dd783e5bc8acea1730e74355f61");
        let salt = [&salt[..], b"ATHENA.MIT.EDUraeburn"].concat();
        let from = ("password", &salt[..], 32_768);
        let short = bytes("089bca48b105ea6ea77ca5d2f39dc5e7");
        let long = bytes("45bd806dbf6a833a9cffc1c94589a222367a79bc21c413718906e9f578a78467");
        assert_eq!(key(Suite::Sha2, 16, from), short);
        assert_eq!(key(Suite::Sha2, 32, from), long);
    }

    #[test]
    fn no_other_size_is_a_key() {
        let from = Stretch {
            password: b"password",
            salt: b"",
            rounds: NonZeroU32::MIN,
        };
        for suite in [Suite::Sha1, Suite::Sha2] {
            assert!(suite.stretch(8, from).is_err());
            assert!(suite.stretch(24, from).is_err());
        }
    }
}
