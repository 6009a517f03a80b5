//! A logo that a realm keeps: a drawing without scripts, links and outside parts, or a small picture.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The largest logo, in bytes of its text.
const MOST: usize = 32 * 1024;

/// A logo as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What a drawing may be made of; whatever loads, runs, links or animates is not among it.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "defs",
    "title",
    "desc",
    "lineargradient",
    "radialgradient",
    "stop",
    "clippath",
    "mask",
    "text",
    "tspan",
    "symbol",
];

/// Pictures that may stand in a `data:` address, and how their bytes begin.
const PICTURES: &[(&str, &[u8])] = &[
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/webp", b"RIFF"),
    ("image/gif", b"GIF8"),
];

impl Logo {
    /// Reads the text of an SVG, or a `data:` address of a picture. The error is the name of what is wrong.
    ///
    /// # Errors
    ///
    /// It is too large, of another kind, or has something in it that a drawing does not need.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.len() > MOST {
            return Err("error-brand-logo-size");
        }
        if let Some(rest) = text.strip_prefix("data:") {
            return picture(rest).ok_or("error-brand-logo-kind");
        }
        if !is_drawing(text) {
            return Err("error-brand-logo-kind");
        }
        match is_harmless(text) {
            true => Ok(Self {
                content_type: "image/svg+xml",
                body: text.as_bytes().to_vec(),
            }),
            false => Err("error-brand-logo-unsafe"),
        }
    }
}

fn picture(rest: &str) -> Option<Logo> {
    let (kind, encoded) = rest.split_once(";base64,")?;
    let (content_type, begins) = PICTURES.iter().find(|(name, _)| *name == kind)?;
    let body = STANDARD.decode(encoded).ok()?;
    body.starts_with(begins)
        .then_some(Logo { content_type, body })
}

fn is_drawing(text: &str) -> bool {
    let after = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
        None => text,
    };
    after.trim_start().starts_with("<svg") && text.ends_with("</svg>")
}

/// Every tag is of a known element, and no attribute runs, links or styles anything. What is not read as this simple
/// form of XML is refused, whatever it means.
fn is_harmless(text: &str) -> bool {
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
        None => text,
    };
    let mut parts = text.split('<');
    let before = parts.next().unwrap_or_default();
    before.trim().is_empty() && parts.all(is_harmless_tag)
}

fn is_harmless_tag(part: &str) -> bool {
    let Some((tag, _)) = part.split_once('>') else {
        return false;
    };
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(tag.len());
    let (name, rest) = tag.split_at(end);
    if !ELEMENTS.contains(&name.to_ascii_lowercase().as_str()) {
        return false;
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest).trim();
    attributes(rest).is_some_and(|all| {
        all.iter()
            .all(|(name, value)| is_harmless_attribute(name, value))
    })
}

/// `name="value"` pairs; `None` for anything else.
fn attributes(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let (value, more) = after.get(1..)?.split_once(quote)?;
        found.push((name.trim().to_ascii_lowercase(), value.to_ascii_lowercase()));
        rest = more.trim_start();
    }
    Some(found)
}

fn is_harmless_attribute(name: &str, value: &str) -> bool {
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-:_".contains(&b));
    let is_name_space = name == "xmlns" || name.starts_with("xmlns:");
    if !is_name
        || name.starts_with("on")
        || name == "style"
        || name.ends_with("href")
        || name == "src"
    {
        return false;
    }
    if is_name_space {
        return value.starts_with("http://www.w3.org/");
    }
    let is_escaped = value.contains('&') || value.contains('\\');
    let outside = value.replace("url(#", "");
    !is_escaped
        && !outside.contains("url(")
        && !value.contains("javascript:")
        && !value.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><defs><linearGradient id="a"><stop offset="0" stop-color="#f00"/></linearGradient></defs><path fill="url(#a)" d="M0 0h8v8z"/></svg>"##;

    #[test]
    fn a_plain_drawing_and_a_small_picture_are_logos() {
        for (text, kind) in [
            (GOOD.to_owned(), "image/svg+xml"),
            (
                format!("<?xml version=\"1.0\"?>\n{GOOD}\n"),
                "image/svg+xml",
            ),
            (
                "data:image/png;base64,iVBORw0KGgoAAAA=".to_owned(),
                "image/png",
            ),
        ] {
            assert_eq!(Logo::parse(&text).unwrap().content_type, kind);
        }
    }

    #[test]
    fn what_could_run_load_or_link_is_no_logo() {
        for inside in [
            "<script>alert(1)</script>",
            "<ScRiPt>alert(1)</ScRiPt>",
            "<path onload=\"alert(1)\" d=\"\"/>",
            "<path d=\"\" ONCLICK='alert(1)'/>",
            "<a href=\"https://evil.example\"><path d=\"\"/></a>",
            "<image href=\"https://evil.example/x.png\"/>",
            "<use xlink:href=\"https://evil.example/x.svg#a\"/>",
            "<foreignObject><body/></foreignObject>",
            "<style>@import url(https://evil.example)</style>",
            "<path style=\"background:url(https://evil.example)\" d=\"\"/>",
            "<path fill=\"url(https://evil.example)\" d=\"\"/>",
            "<path fill=\"&#117;rl(x)\" d=\"\"/>",
            "<set attributeName=\"href\" to=\"javascript:alert(1)\"/>",
            "<animate attributeName=\"d\"/>",
            "<!ENTITY x SYSTEM \"file:///etc/passwd\">",
            "<!-- <script> -->",
            "<![CDATA[<script>]]>",
            "<?xml-stylesheet href=\"https://evil.example\"?>",
            "<path d=unquoted/>",
            "<path",
        ] {
            let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");

            assert_eq!(
                Logo::parse(&text),
                Err("error-brand-logo-unsafe"),
                "{inside}"
            );
        }
        for text in [
            "",
            "<html></html>",
            "https://evil.example/logo.png",
            "javascript:alert(1)",
            "data:text/html;base64,PHNjcmlwdD4=",
            "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
            "data:image/png;base64,PHNjcmlwdD4=",
            "<!DOCTYPE svg><svg></svg>",
        ] {
            assert_eq!(Logo::parse(text), Err("error-brand-logo-kind"), "{text}");
        }
        let large = format!("<svg>{}</svg>", "<g></g>".repeat(6000));
        assert_eq!(Logo::parse(&large), Err("error-brand-logo-size"));
    }
}
