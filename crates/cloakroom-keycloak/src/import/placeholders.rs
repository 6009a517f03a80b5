//! `${NAME}` and `${NAME:default}` in a realm file, replaced while it is read, as Keycloak does it
//! when a file is imported at the command line or at the start.
//!
//! A name that is not set and has no default stays as it is: `${role_admin}` is a message's key. Of
//! several names with commas the first that is set counts. Keycloak puts values in as they are; here a
//! quote or a line break in one cannot break the text it is put into.

use std::io::{self, BufRead as _, BufReader, Read};

/// What is longer than this is no placeholder.
const LONGEST: usize = 64 * 1024;
/// Defaults inside defaults; what is nested deeper stays as it is.
const DEEPEST: usize = 8;

/// Looks up a name.
pub(super) type Lookup<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// A text with its placeholders replaced.
pub(super) struct Replaced<'a, R> {
    from: BufReader<R>,
    lookup: Lookup<'a>,
    ready: Vec<u8>,
    taken: usize,
    inside: Inside,
}

/// Where in the JSON we are.
#[derive(Clone, Copy, Default)]
struct Inside {
    string: bool,
    escape: bool,
}

impl Inside {
    fn pass(&mut self, byte: u8) {
        match byte {
            _ if self.escape => self.escape = false,
            b'\\' if self.string => self.escape = true,
            b'"' => self.string = !self.string,
            _ => {}
        }
    }
}

impl<'a, R: Read> Replaced<'a, R> {
    pub(super) fn new(from: R, lookup: Lookup<'a>) -> Self {
        Self {
            from: BufReader::new(from),
            lookup,
            ready: Vec::new(),
            taken: 0,
            inside: Inside::default(),
        }
    }

    /// Reads on until something is ready; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.ready.clear();
        self.taken = 0;
        let block = self.from.fill_buf()?;
        if block.is_empty() {
            return Ok(false);
        }
        let plain = block.iter().position(|byte| *byte == b'$');
        let plain = plain.unwrap_or(block.len());
        self.ready.extend(block.iter().take(plain));
        let mut used = plain;
        if plain == 0 {
            // The dollar itself, and what may be a placeholder behind it.
            used = 1;
        }
        self.from.consume(used);
        if plain > 0 {
            for byte in &self.ready {
                self.inside.pass(*byte);
            }
            return Ok(true);
        }
        self.replace()?;
        Ok(true)
    }

    /// Reads what follows a dollar.
    fn replace(&mut self) -> io::Result<()> {
        let mut raw = vec![b'$'];
        if self.from.fill_buf()?.first() != Some(&b'{') {
            self.keep(&raw);
            return Ok(());
        }
        let mut open = 0usize;
        while raw.len() < LONGEST {
            let Some(byte) = self.from.fill_buf()?.first().copied() else {
                break;
            };
            self.from.consume(1);
            let nests = byte == b'{' && raw.last() == Some(&b'$');
            raw.push(byte);
            if nests {
                open += 1;
            } else if byte == b'}' {
                open -= 1;
                if open == 0 {
                    break;
                }
            }
        }
        let text = std::str::from_utf8(&raw).ok();
        let key = text.and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
        match key.and_then(|key| resolve(key, self.lookup, self.inside.string, 0)) {
            Some(value) => self.keep(value.as_bytes()),
            None => self.keep(&raw),
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.inside.pass(*byte);
        }
        self.ready.extend_from_slice(bytes);
    }
}

impl<R: Read> Read for Replaced<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken >= self.ready.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let rest = self.ready.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        self.taken += count;
        Ok(count)
    }
}

/// The value of what stands between the braces; `None` leaves the placeholder as it is.
fn resolve(key: &str, lookup: Lookup<'_>, in_string: bool, depth: usize) -> Option<String> {
    let (names, default) = match key.split_once(':') {
        Some((names, default)) if !names.is_empty() => (names, Some(default)),
        _ => (key, None),
    };
    let set = lookup(names).or_else(|| names.split(',').find_map(|name| lookup(name.trim())));
    match set {
        Some(value) if in_string => Some(escaped(&value)),
        Some(value) => Some(value),
        None => default.map(|text| nested(text, lookup, in_string, depth)),
    }
}

/// Resolves the placeholders inside a default.
fn nested(text: &str, lookup: Lookup<'_>, in_string: bool, depth: usize) -> String {
    let found = text.find("${").filter(|_| depth < DEEPEST);
    let parts = found.and_then(|start| {
        let end = text.rfind('}').filter(|end| *end > start)?;
        Some((
            text.get(..start)?,
            text.get(start + 2..end)?,
            text.get(end..)?,
        ))
    });
    let Some((before, key, after)) = parts else {
        return text.to_owned();
    };
    match resolve(key, lookup, in_string, depth + 1) {
        Some(value) => format!("{before}{value}{}", after.trim_start_matches('}')),
        None => text.to_owned(),
    }
}

/// The value as a part of a JSON text. What is an escape already stays one, as in Keycloak.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' if is_escape(rest.as_str()) => {
                out.push('\\');
                out.extend(rest.next());
            }
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out
}

/// What follows a backslash makes an escape of JSON.
fn is_escape(after: &str) -> bool {
    let hex = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match after.strip_prefix('u') {
        Some(digits) => digits.get(..4).is_some_and(hex),
        None => after.starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> String {
        let lookup = |name: &str| match name {
            "HOST" => Some("shop.example".to_owned()),
            "QUOTE" => Some("a\"b\nc\\d\\n".to_owned()),
            "NUMBER" => Some("5".to_owned()),
            _ => None,
        };
        let mut out = String::new();
        Replaced::new(text.as_bytes(), &lookup)
            .read_to_string(&mut out)
            .unwrap();
        out
    }

    #[test]
    fn placeholders_are_resolved_as_keycloak_resolves_them() {
        let table = [
            (r#"{"a":"${HOST}"}"#, r#"{"a":"shop.example"}"#),
            (r#"{"a":"x${HOST}y$z${"}"#, r#"{"a":"xshop.exampley$z${"}"#),
            (r#"{"a":${NUMBER}}"#, r#"{"a":5}"#),
            (r#"{"a":"${NOBODY:else}"}"#, r#"{"a":"else"}"#),
            (r#"{"a":"${NOBODY:}"}"#, r#"{"a":""}"#),
            (r#"{"a":"${HOST:else}"}"#, r#"{"a":"shop.example"}"#),
            (r#"{"a":"${NOBODY,HOST}"}"#, r#"{"a":"shop.example"}"#),
            (
                r#"{"a":"${NOBODY:${HOST}:1}"}"#,
                r#"{"a":"shop.example:1"}"#,
            ),
            (
                r#"{"a":"${NOBODY:https://x:1/}"}"#,
                r#"{"a":"https://x:1/"}"#,
            ),
            (r#"{"a":"${role_admin}"}"#, r#"{"a":"${role_admin}"}"#),
            (r#"{"a":"${}"}"#, r#"{"a":"${}"}"#),
            (
                r#"{"a":"resource_access.${client_id}.roles"}"#,
                r#"{"a":"resource_access.${client_id}.roles"}"#,
            ),
        ];
        for (text, expected) in table {
            assert_eq!(replaced(text), expected, "{text}");
        }
    }

    #[test]
    fn a_value_cannot_break_the_text_it_is_put_into() {
        let read: serde_json::Value =
            serde_json::from_str(&replaced(r#"{"a":"${QUOTE}"}"#)).unwrap();

        assert_eq!(read["a"], "a\"b\nc\\d\n");
    }

    #[test]
    fn an_endless_placeholder_is_text() {
        let text = format!("${{{}", "x".repeat(200_000));

        assert_eq!(replaced(&text), text);
    }
}
