//! The compact forms: parts with dots between them (RFC 7515 §7.1, RFC 7516 §7.1).
use memchr::memchr;

/// The parts of a text; `None` if there are not exactly `N`.
pub(crate) fn split<const N: usize>(text: &str) -> Option<[&str; N]> {
    let mut parts = [""; N];
    let (last, leading) = parts.split_last_mut()?;
    let mut rest = text;
    for part in leading {
        let dot = memchr(b'.', rest.as_bytes())?;
        let (before, after) = rest.split_at_checked(dot)?;
        (*part, rest) = (before, after.get(1..)?);
    }
    *last = rest;
    memchr(b'.', rest.as_bytes()).is_none().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_many_as_are_asked_for() {
        assert_eq!(split("a.b.c"), Some(["a", "b", "c"]));
        assert_eq!(split(".."), Some(["", "", ""]));
        assert_eq!(split("é.ü.ß"), Some(["é", "ü", "ß"]));
        assert_eq!(split("a"), Some(["a"]));
        for text in ["", "a", "a.b", "a.b.c.", ".a.b.c", "a.b.c.d"] {
            assert_eq!(split::<3>(text), None, "{text}");
        }
    }
}
