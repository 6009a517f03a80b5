//! A bounded memory of things that end.
use std::collections::HashMap;

/// Values by a digest, each until its own end.
#[derive(Debug)]
pub(crate) struct Expiring<V> {
    entries: HashMap<String, Entry<V>>,
    most: usize,
    cleaned_at: i64,
}

#[derive(Debug)]
struct Entry<V> {
    until: i64,
    value: V,
}

impl<V: Clone> Expiring<V> {
    /// Remembers at most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            most,
            cleaned_at: i64::MIN,
        }
    }

    /// What is remembered under this name at the instant `now`.
    pub(crate) fn find(&self, name: &str, now: i64) -> Option<V> {
        let entry = self.entries.get(name)?;
        (entry.until >= now).then(|| entry.value.clone())
    }

    /// Remembers a value up to and with the second `until`; `false` if there is no room.
    pub(crate) fn insert(&mut self, name: String, value: V, until: i64, now: i64) -> bool {
        // Looking through all of them more often than each second would cost more than it frees.
        if self.entries.len() >= self.most && self.cleaned_at != now {
            self.entries.retain(|_, entry| entry.until >= now);
            self.cleaned_at = now;
        }
        if self.entries.len() >= self.most && !self.entries.contains_key(&name) {
            return false;
        }
        self.entries.insert(name, Entry { until, value });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_forgotten_and_makes_room() {
        let mut memory = Expiring::new(2);
        assert!(memory.insert("a".to_owned(), 1, 10, 5));
        assert!(memory.insert("b".to_owned(), 2, 20, 5));
        assert!(!memory.insert("c".to_owned(), 3, 20, 6), "it is full");
        assert!(memory.insert("b".to_owned(), 4, 20, 6), "it is known");

        assert_eq!(memory.find("a", 10), Some(1));
        assert_eq!(memory.find("a", 11), None);
        assert!(memory.insert("c".to_owned(), 3, 20, 11));
        assert_eq!(memory.find("b", 11), Some(4));
    }
}
