//! A JSON list that is written as its members come: of a long one there is never more than its text.

use cloakroom_model::Fault;
use serde::Serialize;

/// The text of a list that is not at its end.
#[derive(Debug, Default)]
pub(crate) struct Listed(Vec<u8>);

impl Listed {
    /// Writes another member.
    pub(crate) fn push(&mut self, member: &impl Serialize) -> Result<(), Fault> {
        self.0.push(if self.0.is_empty() { b'[' } else { b',' });
        Ok(serde_json::to_writer(&mut self.0, member)?)
    }

    /// Nothing has been written.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole list.
    pub(crate) fn end(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'[');
        }
        self.0.push(b']');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_any_length_is_json() {
        let mut few = Listed::default();
        for member in ["a", "\"", ""] {
            few.push(&member).unwrap();
        }

        assert_eq!(Listed::default().end(), b"[]");
        assert_eq!(few.end(), br#"["a","\"",""]"#);
    }
}
