//! What authenticators write in CBOR: read within bounds, and no more lenient than it has to be.

use ciborium::Value;

/// Deeper than an attestation with its certificates is nothing that an authenticator writes.
const DEEPEST: usize = 8;

/// Reads one value, and says what stands behind it; `None` if it is none.
pub(super) fn take(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST).ok()?;
    Some((value, rest))
}

/// Reads one value behind which there is nothing.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    take(bytes)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(value, _)| value)
}

/// No map that is read here has as many entries, each of which is compared with the others.
const MOST: usize = 64;

/// A map whose keys are told apart: of two values of one name nobody knows which one another reader takes.
pub(super) struct Entries(Vec<(Value, Value)>);

impl Entries {
    pub(super) fn of(value: Value) -> Option<Self> {
        let Value::Map(entries) = value else {
            return None;
        };
        if entries.len() > MOST {
            return None;
        }
        let mut seen: Vec<&Value> = Vec::new();
        for (key, _) in &entries {
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
        }
        Some(Self(entries))
    }

    fn get(&self, key: &Value) -> Option<&Value> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The whole number under a numbered key.
    pub(super) fn number(&self, key: i64) -> Option<i64> {
        let number = self.get(&Value::from(key))?.as_integer()?;
        i64::try_from(number).ok()
    }

    /// The bytes under a numbered key.
    pub(super) fn bytes(&self, key: i64) -> Option<&[u8]> {
        let bytes = self.get(&Value::from(key))?.as_bytes()?;
        Some(bytes.as_slice())
    }

    /// What stands under a name.
    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        self.get(&Value::from(name))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_single_value_is_none() {
        assert!(read(&[0xa0]).is_some());
        for wrong in [
            &[][..],
            &[0xa1],
            &[0xa0, 0x00],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x81; 4096],
        ] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
        let (value, rest) = take(&[0x01, 0x02]).unwrap();
        assert_eq!((value, rest), (Value::from(1), &[0x02][..]));
    }

    #[test]
    fn a_name_stands_in_a_map_once() {
        let one = Value::Map(vec![(Value::from(3), Value::from(-7))]);
        assert_eq!(Entries::of(one).unwrap().number(3), Some(-7));
        let pair = (Value::from(3), Value::from(-7));
        assert!(Entries::of(Value::Map(vec![pair.clone(), pair])).is_none());
        assert!(Entries::of(Value::from(3)).is_none());
    }
}
