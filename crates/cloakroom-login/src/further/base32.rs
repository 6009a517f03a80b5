//! Base32 (RFC 4648 §6), as apps for one-time codes read and show their secrets.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Writes bytes, without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0u32, 0u32);
    let letter = |index: u32| {
        let index = usize::try_from(index & 31).unwrap_or(0);
        LETTERS.get(index).copied().map_or('A', char::from)
    };
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held = held.saturating_add(8);
        while held >= 5 {
            held = held.saturating_sub(5);
            text.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(letter(bits << 5u32.saturating_sub(held)));
    }
    text
}

/// Reads what was written, with or without padding and spaces, in either case; `None` if it is something else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for letter in text
        .trim_end_matches('=')
        .bytes()
        .filter(|byte| *byte != b' ')
    {
        let letter = letter.to_ascii_uppercase();
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits = (bits << 5) | u32::try_from(value).ok()?;
        held = held.saturating_add(5);
        if held >= 8 {
            held = held.saturating_sub(8);
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
        bits &= (1 << held) - 1;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_rfc_are_read_and_written() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(
            decode("mzxw 6ytb oi======").as_deref(),
            Some(&b"foobar"[..])
        );
        for wrong in ["MZXW1", "ÄÖ", "MZ=XW", "MZ-XW"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
