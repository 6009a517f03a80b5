//! Forms with files (RFC 7578), small enough to be at hand as a whole.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;

/// More fields than any form here has.
const FIELDS_MOST: usize = 32;

/// The fields of a form by name, as text; `None` if it is no such form.
#[must_use]
pub fn texts(request: &HttpRequest, body: &[u8]) -> Option<BTreeMap<String, String>> {
    let fields = read(request, body)?.into_iter();
    let decoded = fields.map(|(name, field)| {
        let bytes = bytes(&field).unwrap_or_default();
        let name = text(&name).unwrap_or(name);
        (name, String::from_utf8_lossy(&bytes).into_owned())
    });
    Some(decoded.collect())
}

/// The fields of a form by name, each byte of theirs as the character of that number; `None` if it is
/// no such form.
pub(crate) fn read(request: &HttpRequest, body: &[u8]) -> Option<BTreeMap<String, String>> {
    let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let characters: String = body.iter().map(|byte| char::from(*byte)).collect();
    fields(kind, &characters)
}

/// The bytes of a field; one that holds other characters was not read from bytes.
pub(crate) fn bytes(field: &str) -> Option<Vec<u8>> {
    let bytes = field.chars().map(|one| u8::try_from(u32::from(one)).ok());
    bytes.collect()
}

/// A field as the text that it holds; `None` if it is none.
pub(crate) fn text(field: &str) -> Option<String> {
    String::from_utf8(bytes(field)?).ok()
}

fn fields(kind: &str, body: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = kind.split(';').map(str::trim);
    if !parameters
        .next()?
        .eq_ignore_ascii_case("multipart/form-data")
    {
        return None;
    }
    let boundary = parameters.find_map(|one| parameter(one, "boundary"))?;
    let delimiter = format!("--{boundary}");
    let mut read = BTreeMap::new();
    for part in body.split(delimiter.as_str()).skip(1) {
        // RFC 2046 §5.1.1: the last delimiter is followed by two hyphens.
        if part.starts_with("--") || read.len() >= FIELDS_MOST {
            break;
        }
        let (head, content) = part.split_once("\r\n\r\n")?;
        let line = head.lines().find(|line| {
            line.to_ascii_lowercase()
                .starts_with("content-disposition:")
        })?;
        let name = line
            .split(';')
            .map(str::trim)
            .find_map(|one| parameter(one, "name"))?;
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        read.insert(name, content.to_owned());
    }
    Some(read)
}

/// The value of `name=value` or `name="value"`.
fn parameter(text: &str, name: &str) -> Option<String> {
    let (key, value) = text.split_once('=')?;
    let is_wanted = key.trim().eq_ignore_ascii_case(name);
    is_wanted.then(|| value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_by_its_boundary() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"keystoreFormat\"\r\n\r\nJKS\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\
                    Content-Type: application/octet-stream\r\n\r\none\r\ntwo\r\n--b--\r\n";

        let read = fields("multipart/form-data; boundary=b", body).unwrap();

        assert_eq!(read["keystoreFormat"], "JKS");
        assert_eq!(read["file"], "one\r\ntwo");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (kind, body) in [
            ("application/json", "{}"),
            ("multipart/form-data", "--b\r\n"),
            ("multipart/form-data; boundary=b", "--b\r\nno head"),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Type: x\r\n\r\nno name\r\n--b--",
            ),
        ] {
            assert_eq!(fields(kind, body), None, "{kind} {body}");
        }
    }
}
