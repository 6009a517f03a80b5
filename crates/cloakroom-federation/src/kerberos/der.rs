//! The elements that messages of Kerberos are made of: a sequence of numbered fields, each with one element inside.

use crate::directory::ber::{Begun, children, head};

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BITS: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const TIME: u8 = 0x18;
pub(super) const TEXT: u8 = 0x1b;
pub(super) const SEQUENCE: u8 = 0x30;

/// The tag of the field with this number.
const FIELD: u8 = 0xa0;

/// What is in the one element that the bytes are, if it has this tag.
pub(super) fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (inside, rest) = first(bytes, tag)?;
    rest.is_empty().then_some(inside)
}

/// What is in the element that the bytes begin with, if it has this tag; and what follows it.
pub(super) fn first(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let Begun::Head(head) = head(bytes) else {
        return None;
    };
    if head.tag != tag {
        return None;
    }
    let end = head.size.checked_add(head.length)?;
    Some((bytes.get(head.size..end)?, bytes.get(end..)?))
}

/// The fields of a sequence.
pub(super) struct Fields<'a>(Vec<(u8, &'a [u8])>);

impl<'a> Fields<'a> {
    /// Reads a sequence, whose fields have to be in their order and there once.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let all = children(only(bytes, SEQUENCE)?)?;
        let is_ordered = all.is_sorted_by(|(one, _), (next, _)| one < next);
        let is_field = |(tag, _): &(u8, &[u8])| (FIELD..FIELD + 31).contains(tag);
        (is_ordered && all.iter().all(is_field)).then_some(Self(all))
    }

    /// The element in a field.
    pub(super) fn get(&self, number: u8) -> Option<&'a [u8]> {
        let mut all = self.0.iter();
        all.find(|(tag, _)| *tag == FIELD + number)
            .map(|(_, inside)| *inside)
    }

    pub(super) fn has(&self, number: u8) -> bool {
        self.get(number).is_some()
    }

    /// A number of at most five bytes.
    pub(super) fn integer(&self, number: u8) -> Option<i64> {
        let digits = only(self.get(number)?, INTEGER)?;
        let (first, _) = digits.split_first().filter(|_| digits.len() <= 5)?;
        let start = if *first >= 0x80 { -1 } else { 0 };
        let each = digits.iter();
        Some(each.fold(start, |sum, byte| (sum << 8) | i64::from(*byte)))
    }

    pub(super) fn octets(&self, number: u8) -> Option<&'a [u8]> {
        only(self.get(number)?, OCTETS)
    }

    pub(super) fn text(&self, number: u8) -> Option<&'a str> {
        std::str::from_utf8(only(self.get(number)?, TEXT)?).ok()
    }

    /// The first four bytes of a string of bits; those that are not there are not set.
    pub(super) fn flags(&self, number: u8) -> Option<u32> {
        let (unused, bits) = only(self.get(number)?, BITS)?.split_first()?;
        let bits = bits.iter().copied().chain(std::iter::repeat(0));
        let each = bits.take(4).map(u32::from);
        (*unused < 8).then(|| each.fold(0, |sum, byte| (sum << 8) | byte))
    }
}

/// Writes an element.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inside = parts.concat();
    let mut all = vec![tag];
    match u8::try_from(inside.len()) {
        Ok(short @ 0..0x80) => all.push(short),
        _ => {
            let length = inside.len().to_be_bytes();
            let start = length.iter().take_while(|byte| **byte == 0).count();
            let count = length.len() - start;
            all.push(0x80 | u8::try_from(count).unwrap_or(0));
            all.extend(length.iter().skip(start));
        }
    }
    all.extend(inside);
    all
}

/// Writes a field of a sequence.
pub(super) fn field(number: u8, inside: &[u8]) -> Vec<u8> {
    element(FIELD + number, &[inside])
}
