//! One field of a form: where its value is in the object, how it is drawn, and how what was typed is read.

use serde_json::{Value, json};

use super::origin::Origin;
use super::{command, instant};
use crate::desk::{Desk, Pairs};

/// How a value is shown and typed.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A line.
    Text,
    /// A line that has to be there.
    Required,
    /// Several lines.
    Long,
    /// A list, one a line.
    Lines,
    /// A list that is stored as one text with `##` between.
    Joined,
    /// On or off; `true` where it is stored as a text.
    Switch(bool),
    /// A whole number; `true` where it is stored as a text.
    Number(bool),
    /// Seconds; `true` where they are stored as a text.
    Seconds(bool),
    /// A day and a time in UTC, stored as a text with the seconds since 1970.
    Instant,
    /// One of these values; the words of each are the key of the field, a dash, and the value.
    Choice(&'static [&'static str]),
    /// One of values that are known only now: value and words.
    OneOf(Vec<(String, String)>),
    /// Never shown; empty keeps what is there.
    Secret,
    /// Names with lists of values: one `name=value` a line.
    Attributes,
}

/// One field of a form.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The names that lead to the value, with slashes between.
    pub(crate) at: String,
    /// The key of its name; the sentence under it is the same with `-hint`.
    pub(crate) key: String,
    /// How it is typed.
    pub(crate) shape: Shape,
    /// The name and the sentence as they are, where they are no messages of ours.
    pub(super) words: Option<(String, String)>,
    /// The value is stored as a list of one text.
    is_listed: bool,
    /// What is not set counts as on.
    is_on_unset: bool,
}

/// A field as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<(String, String, bool)>,
    pub(super) is_required: bool,
    pub(super) error: String,
    pub(super) command: String,
    pub(super) origin: Origin,
}

/// The units of a duration, in seconds, the largest first.
const UNITS: [i64; 4] = [86_400, 3_600, 60, 1];

impl Drawn {
    /// The largest unit that the duration is a whole number of.
    fn unit(&self) -> i64 {
        let seconds: i64 = self.value.parse().unwrap_or(0);
        let fits = |unit: &&i64| seconds != 0 && seconds % **unit == 0;
        UNITS.iter().find(fits).copied().unwrap_or(1)
    }

    /// The duration in its unit.
    pub(super) fn count(&self) -> String {
        let seconds: Result<i64, _> = self.value.parse();
        seconds.map_or_else(
            |_| self.value.clone(),
            |seconds| (seconds / self.unit()).to_string(),
        )
    }

    /// The units to choose from; their words stand at the end of `words`.
    pub(super) fn units(&self, words: &[String]) -> Vec<(i64, String, bool)> {
        let chosen = self.unit();
        let names = words.iter().rev();
        let units = UNITS.iter().zip(names);
        units
            .map(|(unit, name)| (*unit, name.clone(), *unit == chosen))
            .rev()
            .collect()
    }

    /// How many lines a text of several lines shows.
    pub(super) fn rows(&self) -> usize {
        (self.value.lines().count() + 1).clamp(2, 12)
    }

    pub(super) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = (!self.error.is_empty()).then(|| format!("{}-error", self.id));
        error.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }
}

impl Field {
    /// A field for the value at a place.
    pub(crate) fn new(at: &str, key: &str, shape: Shape) -> Self {
        Self {
            at: at.to_owned(),
            key: key.to_owned(),
            shape,
            words: None,
            is_listed: false,
            is_on_unset: false,
        }
    }

    /// A switch that counts as on where nothing is set.
    pub(crate) fn on_unset(self) -> Self {
        Self {
            is_on_unset: true,
            ..self
        }
    }

    /// The value is stored as a list of one text, as components have it.
    pub(crate) fn listed(self) -> Self {
        Self {
            is_listed: true,
            ..self
        }
    }

    /// A field whose name is data: a setting of a provider, an attribute.
    pub(crate) fn named(at: &str, label: &str, hint: &str, shape: Shape) -> Self {
        Self {
            words: Some((label.to_owned(), hint.to_owned())),
            ..Self::new(at, "", shape)
        }
    }

    /// The value in an object.
    pub(super) fn find<'a>(&self, object: &'a Value) -> Option<&'a Value> {
        let mut here = Some(object);
        for name in self.at.split('/') {
            here = here.and_then(|value| value.get(name));
        }
        here.filter(|value| !value.is_null())
    }

    /// There is something in it, whatever that is.
    pub(super) fn is_filled(&self, object: &Value) -> bool {
        match self.find(object) {
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() != Some("")),
            Some(value) => value.as_str() != Some(""),
            None => false,
        }
    }

    /// What the field holds for this value, as text.
    pub(super) fn text(&self, object: &Value) -> String {
        let found = self.find(object);
        let plain = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        match (&self.shape, found) {
            (Shape::Switch(_), None) if self.is_on_unset => "true".to_owned(),
            (_, None) | (Shape::Secret, _) => String::new(),
            (Shape::Lines, Some(Value::Array(all))) => {
                all.iter().map(plain).collect::<Vec<_>>().join("\n")
            }
            (Shape::Joined, Some(value)) => plain(value).replace("##", "\n"),
            (Shape::Attributes, Some(Value::Object(all))) => {
                let lines = all.iter().flat_map(|(name, values)| match values {
                    Value::Array(values) => values
                        .iter()
                        .map(|value| format!("{name}={}", plain(value)))
                        .collect(),
                    other => vec![format!("{name}={}", plain(other))],
                });
                lines.collect::<Vec<_>>().join("\n")
            }
            (Shape::Instant, Some(value)) => instant::shown(&plain(value)),
            (_, Some(Value::Array(all))) if all.len() <= 1 => {
                all.first().map(plain).unwrap_or_default()
            }
            (_, Some(value)) => plain(value),
        }
    }

    pub(super) fn draw(&self, (desk, target): (&Desk, &str), object: &Value) -> Drawn {
        let value = self.text(object);
        let (label, hint) = self.words.clone().unwrap_or_else(|| {
            (
                desk.text(&self.key),
                desk.text(&format!("{}-hint", self.key)),
            )
        });
        let options = match &self.shape {
            Shape::Choice(all) => {
                let option = |one: &&str| {
                    let words = match *one {
                        "" => desk.text("choice-none"),
                        one => desk.text(&format!("{}-{}", self.key, one.replace(' ', "-"))),
                    };
                    ((*one).to_owned(), words, *one == value)
                };
                all.iter().map(option).collect()
            }
            Shape::OneOf(all) => {
                let mut options: Vec<_> = all
                    .iter()
                    .map(|(one, words)| (one.clone(), words.clone(), *one == value))
                    .collect();
                if !value.is_empty() && !options.iter().any(|(.., is_it)| *is_it) {
                    options.push((value.clone(), value.clone(), true));
                }
                options
            }
            _ => Vec::new(),
        };
        Drawn {
            name: self.name(),
            id: self.name(),
            label,
            hint,
            kind: self.kind(),
            options,
            is_required: matches!(self.shape, Shape::Required),
            error: String::new(),
            command: command::of(target, self, &value),
            origin: Origin::default(),
            value,
        }
    }

    /// Its name in the form: the place, in letters that an id may have.
    pub(crate) fn name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("f-{}", self.at.chars().map(plain).collect::<String>())
    }

    fn kind(&self) -> &'static str {
        match self.shape {
            Shape::Text | Shape::Required => "text",
            Shape::Long => "long",
            Shape::Lines | Shape::Joined | Shape::Attributes => "lines",
            Shape::Switch(_) => "switch",
            Shape::Number(_) => "number",
            Shape::Seconds(_) => "seconds",
            Shape::Instant => "instant",
            Shape::Choice(_) | Shape::OneOf(_) => "choice",
            Shape::Secret => "secret",
        }
    }

    /// What is wrong with what was typed, as the key of a sentence; `None` where the field takes it. The API takes every
    /// text where it stores one, and what reads it then counts a word as no number at all.
    pub(super) fn wrong(&self, form: &Pairs) -> Option<&'static str> {
        let name = self.name();
        let typed = form.raw(&name).unwrap_or_default().trim();
        let number = match self.shape {
            _ if typed.is_empty() => return None,
            Shape::Number(_) => typed.parse::<i64>().ok(),
            Shape::Seconds(_) => {
                let count = typed.parse::<i64>().ok();
                count.map(|count| count.saturating_mul(self.unit(form)))
            }
            _ => return None,
        };
        match number {
            None => Some("said-number"),
            // Keycloak reads them into 32 bits, and -1 stands for what is usual where it does for anything.
            Some(number) if number < -1 || number > i64::from(i32::MAX) => Some("wrong-range"),
            Some(_) => None,
        }
    }

    /// How many seconds one of what a duration counts has.
    fn unit(&self, form: &Pairs) -> i64 {
        let unit = form.raw(&format!("{}-unit", self.name()));
        unit.and_then(|unit| unit.parse().ok()).unwrap_or(1)
    }

    /// What was typed, as the object holds it; `None` keeps what is there.
    pub(super) fn read(&self, form: &Pairs) -> Option<Value> {
        let value = self.read_plain(form)?;
        Some(match self.is_listed {
            true => json!([value]),
            false => value,
        })
    }

    fn read_plain(&self, form: &Pairs) -> Option<Value> {
        let name = self.name();
        let typed = form.raw(&name).unwrap_or_default().trim();
        let number = |is_text: bool, number: &str| match (is_text, number.parse::<i64>()) {
            (false, Ok(number)) => json!(number),
            // What is no number is refused by the API, which says so in its words.
            _ => json!(number),
        };
        let lines = || {
            let lines = typed.lines().map(str::trim);
            lines.filter(|line| !line.is_empty()).collect::<Vec<_>>()
        };
        Some(match &self.shape {
            Shape::Switch(is_text) => {
                let on = form.raw(&name).is_some();
                if *is_text {
                    json!(on.to_string())
                } else {
                    json!(on)
                }
            }
            Shape::Number(is_text) if typed.is_empty() => json!(if *is_text { "" } else { "0" }),
            Shape::Number(is_text) => number(*is_text, typed),
            Shape::Seconds(is_text) if typed.is_empty() => {
                if *is_text {
                    json!("")
                } else {
                    json!(0)
                }
            }
            Shape::Seconds(is_text) => match typed.parse::<i64>() {
                Ok(count) => {
                    let seconds = count.saturating_mul(self.unit(form));
                    number(*is_text, &seconds.to_string())
                }
                Err(_) => json!(typed),
            },
            Shape::Instant => json!(instant::typed(typed)),
            Shape::Lines => json!(lines()),
            Shape::Joined => json!(lines().join("##")),
            Shape::Attributes => attributes(&lines()),
            Shape::Secret if typed.is_empty() => return None,
            Shape::Long => json!(form.raw(&name).unwrap_or_default().replace("\r\n", "\n")),
            _ => json!(typed),
        })
    }
}

/// `name=value` lines as names with lists of values.
pub(super) fn attributes(lines: &[&str]) -> Value {
    let mut all = serde_json::Map::new();
    for line in lines {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let values = all.entry(name.trim()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(value.trim()));
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_wrong_where_one_belongs() {
        let wrong = |shape: Shape, typed: &str, unit: &str| {
            let form = format!("f-at={typed}&f-at-unit={unit}");
            Field::new("at", "", shape).wrong(&Pairs::parse(form.as_bytes()))
        };
        for (shape, typed, unit, expected) in [
            (Shape::Seconds(true), "300", "1", None),
            (Shape::Seconds(true), "+5+", "60", None),
            (Shape::Seconds(true), "", "60", None),
            (Shape::Seconds(true), "-1", "1", None),
            (Shape::Seconds(true), "-1", "60", Some("wrong-range")),
            (Shape::Seconds(true), "abc", "1", Some("said-number")),
            (Shape::Seconds(true), "1.5", "1", Some("said-number")),
            (Shape::Seconds(true), "100000", "86400", Some("wrong-range")),
            (
                Shape::Seconds(true),
                "9223372036854775807",
                "60",
                Some("wrong-range"),
            ),
            (Shape::Number(false), "abc", "", Some("said-number")),
            (Shape::Number(true), "2147483648", "", Some("wrong-range")),
            (Shape::Number(true), "2147483647", "", None),
            (Shape::Text, "abc", "", None),
            (Shape::Switch(true), "abc", "", None),
        ] {
            let shown = format!("{shape:?} {typed} {unit}");
            assert_eq!(wrong(shape, typed, unit), expected, "{shown}");
        }
    }
}
