//! Where the value of a setting comes from: from what is usual, or from a change of this very thing.

use serde_json::Value;

use super::{Field, Shape};
use crate::desk::{Desk, encode, text_of};

/// What is known of where values come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// What a new thing of this kind has; nothing where there is no such thing.
    usual: Value,
    /// The changes of the thing, the latest first, each with what it sent.
    changes: Vec<(Value, Value)>,
    /// Where the versions of the thing are, but for the id of the change.
    versions: String,
}

/// Where one value comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// In a word.
    pub(super) short: String,
    /// In a sentence.
    pub(super) long: String,
    /// The version that brought it; empty where none is known.
    pub(super) version: String,
}

impl Origins {
    /// From what is usual, and from the administrators' trail of the thing as the API shows it.
    pub(crate) fn new(usual: Value, trail: Option<&Value>, versions: String) -> Self {
        let events = trail.and_then(Value::as_array).into_iter().flatten();
        let changes = events.filter_map(|event| {
            let sent = serde_json::from_str(&text_of(event, "representation")).ok()?;
            Some((event.clone(), sent))
        });
        Self {
            usual,
            changes: changes.collect(),
            versions,
        }
    }

    /// Where the value of a field comes from.
    pub(super) fn of(&self, desk: &Desk, field: &Field, object: &Value) -> Origin {
        let value = field.text(object);
        let is_off = |text: &str| text.is_empty() || text == "false" || text == "0";
        let usual = field.text(&self.usual);
        // What a secret is is never shown, but that there is one.
        if matches!(field.shape, Shape::Secret) && field.is_filled(object) {
            return Origin {
                short: desk.text("origin-here"),
                long: desk.text("origin-here-long"),
                version: String::new(),
            };
        }
        let is_usual = value == usual || (is_off(&value) && is_off(&usual));
        let (short, long) = match (self.usual.is_object(), is_usual) {
            (true, true) => ("origin-default", desk.text("origin-default-long")),
            (true, false) if is_off(&usual) => ("origin-here", desk.text("origin-here-long")),
            (true, false) => {
                let usual: String = usual.chars().take(120).collect();
                let long = desk.text_with("origin-here-not-default", "value", usual);
                ("origin-here", long)
            }
            (false, _) if is_off(&value) => ("origin-unset", desk.text("origin-unset-long")),
            (false, _) => ("origin-here", desk.text("origin-here-long")),
        };
        Origin {
            short: desk.text(short),
            long,
            version: self.version(field).unwrap_or_default(),
        }
    }

    /// The version in which the value became what it is.
    fn version(&self, field: &Field) -> Option<String> {
        let known: Vec<&(Value, Value)> = self
            .changes
            .iter()
            .filter(|(_, sent)| field.find(sent).is_some())
            .collect();
        let (_, latest) = known.first()?;
        let now = field.text(latest);
        let since = known
            .iter()
            .take_while(|(_, sent)| field.text(sent) == now)
            .last();
        let is_change = known.iter().any(|(_, sent)| field.text(sent) != now);
        let (event, _) = since.filter(|_| is_change || known.len() == 1)?;
        Some(format!(
            "{}{}",
            self.versions,
            encode(&text_of(event, "id"))
        ))
    }
}
