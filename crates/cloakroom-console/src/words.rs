//! The words of a search: how they are told apart, and what is said of those that mean nothing.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::desk::Desk;
use crate::problem::Problem;

/// One word of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// As it was typed.
    pub(crate) typed: &'a str,
    /// What stands before its first colon.
    pub(crate) name: Option<&'a str>,
    /// What stands after that, or the whole; without the quotes around it.
    pub(crate) value: &'a str,
}

impl<'a> Word<'a> {
    fn of(typed: &'a str) -> Self {
        let named = typed.split_once(':');
        let named = named.filter(|(name, _)| !name.is_empty() && !name.starts_with('"'));
        Self {
            typed,
            name: named.map(|(name, _)| name),
            value: unquoted(named.map_or(typed, |(_, value)| value)),
        }
    }

    /// What is said of a word that this search does not know.
    pub(crate) fn unknown(&self, desk: &Desk) -> Problem {
        self.wrong(desk, "search-unknown-word")
    }

    /// What is said of it by a message that mentions `$word`.
    pub(crate) fn wrong(&self, desk: &Desk, key: &str) -> Problem {
        Problem::invalid(desk.text_with(key, "word", self.typed))
    }
}

fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix('"');
    inner
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text)
}

/// The words of a search. Spaces between quotes end none: `group:"night shift"`.
pub(crate) fn split(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some((word, after)) = rest
        .split_at_checked(end(rest))
        .filter(|(word, _)| !word.is_empty())
    {
        words.push(Word::of(word));
        rest = after.trim_start();
    }
    words
}

/// Where the first word ends. A quote that nothing closes is a letter like others.
fn end(text: &str) -> usize {
    let mut closed = 0;
    for (at, letter) in text.char_indices() {
        if at < closed {
            continue;
        }
        if letter.is_whitespace() {
            return at;
        }
        if letter == '"' {
            let inside = text.get(at + 1..).unwrap_or_default();
            closed = inside.find('"').map_or(0, |length| at + length + 2);
        }
    }
    text.len()
}

/// Words whose values are written in capitals.
const CAPITALS: [&str; 3] = ["type", "operation", "code"];

/// The parameters of the API for a search of which every word narrows by a name: what one types, and the parameter. A word
/// without a name has the one that is `usual`.
pub(crate) fn params(
    desk: &Desk,
    text: &str,
    known: &[(&str, &str)],
    usual: &str,
) -> Result<String, Problem> {
    let mut params = Serializer::new(String::new());
    for word in split(text) {
        let name = word.name.unwrap_or(usual);
        let parameter = known.iter().find(|(typed, _)| *typed == name);
        let (_, parameter) = parameter.ok_or_else(|| word.unknown(desk))?;
        if word.value.is_empty() {
            return Err(word.wrong(desk, "search-no-value"));
        }
        match CAPITALS.contains(&name) {
            true => params.append_pair(parameter, &word.value.to_uppercase()),
            false => params.append_pair(parameter, word.value),
        };
    }
    Ok(params.finish())
}

/// What a search finds; of one that means nothing, nothing and what is wrong with it. Other problems stay problems.
pub(crate) fn found(
    answer: Result<Value, Problem>,
) -> Result<(Vec<Value>, Option<Problem>), Problem> {
    match answer {
        Ok(found) => Ok((found.as_array().cloned().unwrap_or_default(), None)),
        Err(problem) if problem.is_about_what_was_sent() => Ok((Vec::new(), Some(problem))),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_at_a_space_outside_of_quotes() {
        for (text, expected) in [
            ("", vec![]),
            ("  ada  ", vec![("ada", None, "ada")]),
            (
                "group:staff ada",
                vec![
                    ("group:staff", Some("group"), "staff"),
                    ("ada", None, "ada"),
                ],
            ),
            (
                "group:\"night shift\" x",
                vec![
                    ("group:\"night shift\"", Some("group"), "night shift"),
                    ("x", None, "x"),
                ],
            ),
            ("\"a:b c\"", vec![("\"a:b c\"", None, "a:b c")]),
            ("\"a b", vec![("\"a", None, "\"a"), ("b", None, "b")]),
            (":x", vec![(":x", None, ":x")]),
            ("url:urn:x", vec![("url:urn:x", Some("url"), "urn:x")]),
            ("ä:ö", vec![("ä:ö", Some("ä"), "ö")]),
        ] {
            let words = split(text);
            let shown: Vec<_> = words
                .iter()
                .map(|word| (word.typed, word.name, word.value))
                .collect();

            assert_eq!(shown, expected, "{text}");
        }
    }
}
