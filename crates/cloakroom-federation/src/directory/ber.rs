//! Whether bytes from a directory are a whole LDAP message that the library may be given.
//!
//! The library reads nested elements by recursion and takes the shape of an answer for granted, so a server could end
//! the process with a few thousand bytes. Here the nesting is bounded without recursion, and the shape is checked.

/// No message of LDAP nests deeper than this, filters aside, which servers do not send.
const DEPTH: usize = 12;

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// The head of an element: its tag, how long the head is, and how long what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The first byte.
    pub tag: u8,
    /// Bytes of the head itself.
    pub size: usize,
    /// Bytes of the value.
    pub length: usize,
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The head is there.
    Head(Head),
    /// More bytes are needed.
    More,
    /// It is no element as LDAP has them (RFC 4511 §5.1: lengths are definite).
    Wrong,
}

/// Reads the head of an element.
pub fn head(bytes: &[u8]) -> Begun {
    let (Some(&tag), Some(&first)) = (bytes.first(), bytes.get(1)) else {
        return Begun::More;
    };
    // Tags above 30 take more bytes; LDAP has none.
    if tag & 0x1f == 0x1f {
        return Begun::Wrong;
    }
    if first < 0x80 {
        let length = usize::from(first);
        return Begun::Head(Head {
            tag,
            size: 2,
            length,
        });
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Begun::Wrong;
    }
    let Some(digits) = bytes.get(2..2 + count) else {
        return Begun::More;
    };
    let length = digits
        .iter()
        .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    Begun::Head(Head {
        tag,
        size: 2 + count,
        length,
    })
}

/// An element: its tag and its value.
pub(crate) type Element<'a> = (u8, &'a [u8]);

/// The elements that a value is made of; `None` if it is not made of whole ones.
pub(crate) fn children(mut value: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !value.is_empty() {
        let Begun::Head(head) = head(value) else {
            return None;
        };
        let end = head.size.checked_add(head.length)?;
        found.push((head.tag, value.get(head.size..end)?));
        value = value.get(end..)?;
    }
    Some(found)
}

/// All elements are whole, and none is too deep.
fn is_nested_well(message: &[u8]) -> bool {
    let mut open: Vec<&[u8]> = vec![message];
    while let Some(rest) = open.pop() {
        if rest.is_empty() {
            continue;
        }
        let Begun::Head(head) = head(rest) else {
            return false;
        };
        let Some(end) = head.size.checked_add(head.length) else {
            return false;
        };
        let (Some(value), Some(after)) = (rest.get(head.size..end), rest.get(end..)) else {
            return false;
        };
        open.push(after);
        if head.tag & CONSTRUCTED != 0 {
            open.push(value);
        }
        if open.len() > DEPTH {
            return false;
        }
    }
    true
}

/// Bytes that are one LDAP message of a kind that a server sends (RFC 4511 §4).
pub fn is_answer(message: &[u8]) -> bool {
    let Begun::Head(head) = head(message) else {
        return false;
    };
    if head.tag != SEQUENCE || !is_nested_well(message) {
        return false;
    }
    let body = message.get(head.size..).unwrap_or_default();
    if body.len() != head.length {
        return false;
    }
    let Some(parts) = children(body) else {
        return false;
    };
    let (number, operation, rest) = match parts.as_slice() {
        [number, operation, rest @ ..] => (*number, *operation, rest),
        _ => return false,
    };
    if number.0 != INTEGER || !(1..=4).contains(&number.1.len()) {
        return false;
    }
    let has_good_end = match rest {
        [] => true,
        [(0xa0, controls)] => are_controls(controls),
        // Active Directory puts the name of its goodbye beside the operation.
        [(0x8a, _)] => true,
        _ => false,
    };
    has_good_end && is_operation(operation)
}

fn is_operation((tag, value): Element<'_>) -> bool {
    match tag {
        0x64 => is_entry(value),
        0x73 => are_texts(value),
        0x61 | 0x65 | 0x67 | 0x69 | 0x6b | 0x6d | 0x6f | 0x78 => is_result(value),
        _ => false,
    }
}

fn is_text(element: Element<'_>) -> bool {
    element.0 == OCTETS && std::str::from_utf8(element.1).is_ok()
}

fn are_texts(value: &[u8]) -> bool {
    children(value).is_some_and(|all| all.into_iter().all(is_text))
}

/// `LDAPResult` with what may follow it (RFC 4511 §4.1.9).
fn is_result(value: &[u8]) -> bool {
    let Some(parts) = children(value) else {
        return false;
    };
    let [(ENUMERATED, code), matched, text, rest @ ..] = parts.as_slice() else {
        return false;
    };
    let is_rest = |(tag, value): &Element<'_>| match tag {
        0xa3 => are_texts(value),
        0x8a => std::str::from_utf8(value).is_ok(),
        0x87 | 0x8b => true,
        _ => false,
    };
    (1..=4).contains(&code.len()) && is_text(*matched) && is_text(*text) && rest.iter().all(is_rest)
}

/// `SearchResultEntry` (RFC 4511 §4.5.2).
fn is_entry(value: &[u8]) -> bool {
    let Some(parts) = children(value) else {
        return false;
    };
    let [name, (SEQUENCE, attributes)] = parts.as_slice() else {
        return false;
    };
    let is_attribute = |(tag, value): Element<'_>| {
        let parts = children(value).filter(|_| tag == SEQUENCE);
        let Some([kind, (SET, values)]) = parts.as_deref() else {
            return false;
        };
        let values = children(values);
        is_text(*kind) && values.is_some_and(|all| all.iter().all(|(tag, _)| *tag == OCTETS))
    };
    is_text(*name) && children(attributes).is_some_and(|all| all.into_iter().all(is_attribute))
}

/// `Controls` (RFC 4511 §4.1.11).
fn are_controls(value: &[u8]) -> bool {
    let is_control = |(tag, value): Element<'_>| {
        let Some(parts) = children(value).filter(|_| tag == SEQUENCE) else {
            return false;
        };
        match parts.as_slice() {
            [kind] => is_text(*kind),
            [kind, (OCTETS, _)] => is_text(*kind),
            [kind, (BOOLEAN, yes)] | [kind, (BOOLEAN, yes), (OCTETS, _)] => {
                is_text(*kind) && yes.len() == 1
            }
            _ => false,
        }
    };
    children(value).is_some_and(|all| all.into_iter().all(is_control))
}

/// The code of the result in a message that [`is_answer`] (RFC 4511 §4.1.9); `None` if it has none of one byte.
pub fn code(message: &[u8]) -> Option<u8> {
    let Begun::Head(head) = head(message) else {
        return None;
    };
    let parts = children(message.get(head.size..)?)?;
    let (_, operation) = parts.get(1)?;
    match children(operation)?.first()? {
        (ENUMERATED, [code]) => Some(*code),
        _ => None,
    }
}

/// The cookie of a page of results (RFC 2696 §2); empty at the end, `None` if the value is not one.
pub fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    let Begun::Head(head) = head(value) else {
        return None;
    };
    let inside = value.get(head.size..).filter(|_| head.tag == SEQUENCE)?;
    match children(inside)?.as_slice() {
        [(INTEGER, _), (OCTETS, cookie)] => Some(cookie.to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
        let mut all = vec![tag];
        let length = u32::try_from(value.len()).unwrap();
        match length {
            0..128 => all.push(u8::try_from(length).unwrap()),
            _ => {
                all.push(0x84);
                all.extend(length.to_be_bytes());
            }
        }
        all.extend(value);
        all
    }

    fn message(operation: &[u8]) -> Vec<u8> {
        let mut body = wrap(INTEGER, &[1]);
        body.extend(operation);
        wrap(SEQUENCE, &body)
    }

    fn result(tag: u8) -> Vec<u8> {
        wrap(tag, &[ENUMERATED, 1, 0, OCTETS, 0, OCTETS, 0])
    }

    #[test]
    fn what_servers_send_goes_through() {
        let values = wrap(SET, &wrap(OCTETS, &[0xff, 0xfe]));
        let attribute = wrap(SEQUENCE, &[wrap(OCTETS, b"uid"), values].concat());
        let entry = [wrap(OCTETS, b"uid=a,dc=x"), wrap(SEQUENCE, &attribute)].concat();
        assert_eq!(code(&message(&result(0x78))), Some(0));
        for good in [result(0x61), result(0x65), result(0x78), wrap(0x64, &entry)] {
            assert!(is_answer(&message(&good)));
        }
    }

    #[test]
    fn what_would_break_the_library_does_not() {
        let mut deep = wrap(OCTETS, b"x");
        for _ in 0..5_000 {
            deep = wrap(SEQUENCE, &deep);
        }
        let rows: [(&str, Vec<u8>); 9] = [
            ("five thousand levels", message(&deep)),
            ("nothing inside", wrap(SEQUENCE, &[])),
            ("no operation", wrap(SEQUENCE, &wrap(INTEGER, &[1]))),
            (
                "a number of nine bytes",
                wrap(SEQUENCE, &[wrap(INTEGER, &[1; 9]), result(0x61)].concat()),
            ),
            (
                "a result without texts",
                message(&wrap(0x61, &[ENUMERATED, 1, 0])),
            ),
            (
                "a text that is none",
                message(&wrap(0x61, &[ENUMERATED, 1, 0, OCTETS, 1, 0xff, OCTETS, 0])),
            ),
            (
                "an entry of one part",
                message(&wrap(0x64, &wrap(OCTETS, b"x"))),
            ),
            ("a request", message(&result(0x60))),
            (
                "a control without a name",
                wrap(
                    SEQUENCE,
                    &[
                        wrap(INTEGER, &[1]),
                        result(0x61),
                        wrap(0xa0, &wrap(SEQUENCE, &[])),
                    ]
                    .concat(),
                ),
            ),
        ];
        for (what, bytes) in rows {
            assert!(!is_answer(&bytes), "{what}");
        }
        assert_eq!(head(&[0x30, 0x80]), Begun::Wrong, "an indefinite length");
        assert_eq!(head(&[0x30, 0x88]), Begun::Wrong, "a length of eight bytes");
        assert_eq!(head(&[0x3f, 0x01]), Begun::Wrong, "a tag of several bytes");
        assert_eq!(
            cookie(&[0x30, 0x02, 0x02, 0x05]),
            None,
            "a page's control cut short"
        );
    }

    #[test]
    fn no_bytes_break_the_check() {
        let good = message(&result(0x61));
        for at in 0..good.len() {
            for byte in 0..=255 {
                let mut bad = good.clone();
                bad[at] = byte;
                let _ = is_answer(&bad);
                let _ = is_answer(&bad[..at]);
            }
        }
    }
}
