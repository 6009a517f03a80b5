//! Distinguished names, as far as they have to be read (RFC 4514).

/// A name in the form in which two of them are compared: case and the spaces around separators do not count.
pub fn fold(dn: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in split(dn) {
        let (kind, value) = part.split_once('=').unwrap_or((part, ""));
        parts.push(format!("{}={}", kind.trim(), value.trim()).to_lowercase());
    }
    parts.join(",")
}

/// The value that an entry is named by, if it is of this attribute.
pub fn first_value(dn: &str, attribute: &str) -> Option<String> {
    let (kind, value) = split(dn).first()?.split_once('=')?;
    kind.trim()
        .eq_ignore_ascii_case(attribute)
        .then(|| unescape(value.trim()))
        .flatten()
}

/// The parts of a name; a separator that is escaped is none.
fn split(dn: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut is_escaped) = (0, false);
    for (at, c) in dn.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ',' => {
                parts.extend(dn.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(dn.get(from..));
    parts
}

fn unescape(value: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let next = rest.next()?;
        match char::from(next).to_digit(16) {
            Some(high) => {
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            None => bytes.push(next),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::escape;

    #[test]
    fn a_value_comes_back_out_of_a_name() {
        for value in [
            "Staff",
            "R&D, Berlin",
            "a+b=c",
            "#odd",
            "größe \"x\"",
            "back\\slash",
        ] {
            let dn = format!("cn={},ou=groups,dc=x", escape::name(value));
            assert_eq!(first_value(&dn, "CN").as_deref(), Some(value));
        }
        assert_eq!(first_value("uid=a,dc=x", "cn"), None);
        assert_eq!(first_value("cn=a\\", "cn"), None);
    }

    #[test]
    fn a_group_whose_name_looks_like_a_path_is_not_inside_it() {
        let outside = fold("cn=x\\,ou=groups\\,dc=x,dc=evil");

        assert!(!outside.ends_with(",ou=groups,dc=x"));
        assert_eq!(fold("CN=A, OU=Groups ,dc=x"), "cn=a,ou=groups,dc=x");
    }
}
