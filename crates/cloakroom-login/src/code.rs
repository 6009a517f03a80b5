//! Short codes such as `E-7KQ2-M9` that lead from an error page to the event behind it.

use std::fmt;

/// Crockford's alphabet: no `I`, `L`, `O` or `U`, so a code survives being read out loud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LENGTH: usize = 6;

/// The code that an error page shows and that the event log has beside the reason.
///
/// It is no secret and grants nothing: 30 bits only have to tell a realm's recent failures apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode([u8; LENGTH]);

impl ErrorCode {
    /// Makes a code from random bytes.
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        Self(bytes.map(|byte| {
            // Five bits are always a place in the alphabet.
            ALPHABET
                .get(usize::from(byte & 31))
                .copied()
                .unwrap_or(b'0')
        }))
    }

    /// Reads what a person typed: any case, with or without dashes, `O` for zero, `I` for one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let text = text
            .strip_prefix("E-")
            .or(text.strip_prefix("E "))
            .unwrap_or(&text);
        let typed: Vec<u8> = text.bytes().filter(|byte| !b"- ".contains(byte)).collect();
        let mut letters: [u8; LENGTH] = typed.try_into().ok()?;
        for letter in &mut letters {
            *letter = match *letter {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other if ALPHABET.contains(&other) => other,
                _ => return None,
            };
        }
        Some(Self(letters))
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E-")?;
        for (place, letter) in self.0.iter().enumerate() {
            if place == 4 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_two_groups_of_unambiguous_letters() {
        let bytes = [0, 31, 32 + 10, 255, 17, 20];

        let code = ErrorCode::from_random(bytes).to_string();

        assert_eq!(code, "E-0ZAZ-HM");
    }

    #[test]
    fn a_code_is_found_again_however_it_was_typed() {
        let code = ErrorCode::from_random([0, 1, 2, 3, 4, 14]);

        for typed in [
            "E-0123-4E",
            " e-0123-4e ",
            "01234E",
            "e 0123 4e",
            "OI23-4e",
            "ol23 4e",
        ] {
            assert_eq!(ErrorCode::parse(typed), Some(code), "{typed}");
        }
    }

    #[test]
    fn what_is_not_a_code_is_not_read_as_one() {
        for typed in [
            "",
            "E-",
            "E-0123-4",
            "E-0123-456",
            "E-0123-4U",
            "E-0123-4é",
            "E-0123-4\0",
        ] {
            assert_eq!(ErrorCode::parse(typed), None, "{typed:?}");
        }
    }
}
