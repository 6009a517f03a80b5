//! The one place where text becomes a part of a filter or of a name in a directory.

use std::fmt::Write as _;

/// A value inside a filter: what has a meaning there, and all that is not plain, becomes `\xx` (RFC 4515 §3).
pub fn filter(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '*' | '(' | ')' | '\\' | '\0' => {
                let _ = write!(safe, "\\{:02x}", u32::from(c));
            }
            _ => safe.push(c),
        }
    }
    safe
}

/// Bytes inside a filter, each as `\xx`.
pub fn filter_bytes(value: &[u8]) -> String {
    value.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

/// A value inside a distinguished name (RFC 4514 §2.4).
pub fn name(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        let is_edge = (at == 0 && (c == ' ' || c == '#')) || (at == last && c == ' ');
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => {
                safe.push('\\');
                safe.push(c);
            }
            c if u32::from(c) < 0x20 || c == '\u{7f}' => {
                let _ = write!(safe, "\\{:02x}", u32::from(c));
            }
            c if is_edge => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// A word that may stand as the name of an attribute or of a class: letters, digits, `-`, `.` and `;`.
pub fn is_plain(word: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-.;".contains(c);
    !word.is_empty() && word.len() <= 128 && word.chars().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_value_of_a_filter() {
        let rows = [
            ("ada", "ada"),
            (
                "*)(uid=*))(|(uid=*",
                "\\2a\\29\\28uid=\\2a\\29\\29\\28|\\28uid=\\2a",
            ),
            ("a\\2a", "a\\5c2a"),
            ("nul\0", "nul\\00"),
            ("größe", "größe"),
        ];
        for (value, expected) in rows {
            assert_eq!(filter(value), expected);
            assert!(ldap3::parse_filter(format!("(uid={})", filter(value))).is_ok());
        }
        assert_eq!(filter_bytes(&[0, 0x2a, 0xff]), "\\00\\2a\\ff");
    }

    #[test]
    fn a_value_stays_one_value_of_a_name() {
        let rows = [
            ("Ada Lovelace", "Ada Lovelace"),
            ("a,dc=evil", "a\\,dc\\=evil"),
            (" #x ", "\\ #x\\ "),
            ("#x", "\\#x"),
            ("a+b;c<d>e\"f\\g", "a\\+b\\;c\\<d\\>e\\\"f\\\\g"),
            ("a\0b\n", "a\\00b\\0a"),
        ];
        for (value, expected) in rows {
            assert_eq!(name(value), expected);
        }
    }

    #[test]
    fn the_name_of_an_attribute_holds_nothing_with_a_meaning() {
        for word in [
            "uid",
            "sAMAccountName",
            "member;range=0",
            "",
            "a)(b",
            "1.2.840",
        ] {
            let is_fine = ["uid", "sAMAccountName", "1.2.840"].contains(&word);
            assert_eq!(is_plain(word), is_fine, "{word}");
        }
    }
}
