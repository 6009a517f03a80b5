//! The parameter `q`: attributes that are searched for, as `name:value "other name":"other value"`.

use std::iter::Peekable;
use std::str::Chars;

/// The attributes with their values, either of which may be empty; what is no pair is passed over.
pub fn attributes(text: &str) -> Vec<(String, String)> {
    let mut rest = text.chars().peekable();
    let mut pairs = Vec::new();
    while rest.peek().is_some() {
        let name = token(&mut rest, true);
        if rest.next_if_eq(&':').is_none() {
            // A name without a value, or the space behind a pair.
            rest.next();
            continue;
        }
        let value = token(&mut rest, false);
        pairs.push((name, value));
    }
    pairs
}

/// A word, or a text in quotes in which `\` takes the next letter as it is.
fn token(rest: &mut Peekable<Chars<'_>>, is_name: bool) -> String {
    let mut text = String::new();
    if rest.next_if_eq(&'"').is_some() {
        while let Some(letter) = rest.next() {
            match letter {
                '"' => break,
                '\\' => text.extend(rest.next()),
                _ => text.push(letter),
            }
        }
        return text;
    }
    let ends = |letter: &char| letter.is_whitespace() || (is_name && *letter == ':');
    while let Some(letter) = rest.next_if(|letter| !ends(letter)) {
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_told_apart_and_may_be_quoted() {
        let table: [(&str, &[(&str, &str)]); 7] = [
            ("team:a", &[("team", "a")]),
            ("team:a none:b", &[("team", "a"), ("none", "b")]),
            (
                r#""first name":"a b" x:y"#,
                &[("first name", "a b"), ("x", "y")],
            ),
            (r#"x:"a\"b""#, &[("x", "a\"b")]),
            ("site:https://a.example/", &[("site", "https://a.example/")]),
            (
                "lonely  team:a :b c:",
                &[("team", "a"), ("", "b"), ("c", "")],
            ),
            ("", &[]),
        ];
        for (text, expected) in table {
            let found = attributes(text);
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
