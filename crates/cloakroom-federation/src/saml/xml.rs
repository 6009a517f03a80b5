//! The one XML parser, and the limits that come before it.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::{ASSERTION, SIGNATURE, SOAP};
use crate::{Problem, Result};

/// The longest document, in bytes: an assertion with a thousand groups is a quarter of it.
pub(super) const LONGEST: usize = 512 * 1024;
/// The deepest nesting; a signed and encrypted assertion has a dozen levels.
const DEEPEST: usize = 48;
/// The most attributes of an element, declarations of namespaces among them.
const ATTRIBUTES: usize = 48;
/// The most nodes of a document.
const NODES: u32 = 50_000;

/// Parses a message: UTF-8, no document type, no processing instruction, within limits, each id once.
///
/// # Errors
/// If it is anything else.
pub(super) fn parse(text: &str) -> Result<Document<'_>> {
    let document = parse_within_limits(text)?;
    check_ids(&document)?;
    check_signatures(&document)?;
    Ok(document)
}

/// Parses a document that nobody signs in with, such as metadata: with the same limits.
///
/// # Errors
/// If it is no XML, or has more in it than they allow.
pub fn parse_within_limits(text: &str) -> Result<Document<'_>> {
    check_limits(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options);
    document.map_err(|_| Problem::untrusted("its message is no XML"))
}

/// Counts what a parser would have to hold, before one does.
fn check_limits(text: &str) -> Result<()> {
    const TOO_LARGE: &str = "its message is too large";
    const FORBIDDEN: &str = "its message has parts that no message of SAML has";
    let unfinished = || Problem::untrusted("its message is no XML");
    if text.len() > LONGEST {
        return Err(Problem::untrusted(TOO_LARGE));
    }
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(after) = rest.trim_start().strip_prefix("<?xml ") {
        rest = after.split_once("?>").ok_or_else(unfinished)?.1;
    }
    let mut depth = 0_usize;
    while let Some((_, after)) = rest.split_once('<') {
        let skipped = |mark: &str, end: &str| {
            let inside = after.strip_prefix(mark)?;
            Some(inside.split_once(end).map(|(_, behind)| behind))
        };
        if let Some(behind) = skipped("!--", "-->").or_else(|| skipped("![CDATA[", "]]>")) {
            rest = behind.ok_or_else(unfinished)?;
            continue;
        }
        if after.starts_with(['!', '?']) {
            return Err(Problem::untrusted(FORBIDDEN));
        }
        if let Some(behind) = skipped("/", ">") {
            rest = behind.ok_or_else(unfinished)?;
            depth = depth.saturating_sub(1);
            continue;
        }
        let (attributes, is_empty, behind) = tag(after).ok_or_else(unfinished)?;
        depth += usize::from(!is_empty);
        if depth > DEEPEST || attributes > ATTRIBUTES {
            return Err(Problem::untrusted(TOO_LARGE));
        }
        rest = behind;
    }
    Ok(())
}

/// Goes over one opening tag: how many attributes it has, whether it closes itself, and what follows.
fn tag(text: &str) -> Option<(usize, bool, &str)> {
    let (mut attributes, mut quote, mut last) = (0, None, ' ');
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '=') => attributes += 1,
            (None, '>') => return Some((attributes, last == '/', text.get(at + 1..)?)),
            (None, _) => {}
        }
        last = letter;
    }
    None
}

/// An id that is there twice lets a signature speak for another element.
fn check_ids(document: &Document<'_>) -> Result<()> {
    let mut seen = HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        let ids = node.attributes().filter(|attribute| {
            attribute.name().eq_ignore_ascii_case("id") || attribute.name() == "AssertionID"
        });
        for id in ids {
            if !seen.insert(id.value()) {
                return Err(Problem::untrusted("its message has an id twice"));
            }
        }
    }
    Ok(())
}

/// Signatures stand directly in the message, which may be in an envelope, or in an assertion directly in it, one in each,
/// and nowhere else.
fn check_signatures(document: &Document<'_>) -> Result<()> {
    let root = document.root_element();
    let is_envelope = root.has_tag_name((SOAP, "Envelope"));
    let is_body = |node: Node<'_, '_>| {
        is_envelope && node.has_tag_name((SOAP, "Body")) && node.parent_element() == Some(root)
    };
    for node in document.descendants() {
        if !node.has_tag_name((SIGNATURE, "Signature")) {
            continue;
        }
        let parent = node.parent_element();
        let is_placed = parent.is_some_and(|parent| {
            let is_assertion = parent.has_tag_name((ASSERTION, "Assertion"));
            let above = parent.parent_element();
            parent == root || (is_assertion && above == Some(root)) || above.is_some_and(is_body)
        });
        let is_first = !node
            .prev_siblings()
            .skip(1)
            .any(|other| other.has_tag_name((SIGNATURE, "Signature")));
        if !is_placed || !is_first {
            return Err(Problem::untrusted(
                "its message has a signature where none belongs",
            ));
        }
    }
    Ok(())
}

/// The children of this name.
pub(super) fn children<'a, 'i>(
    of: Node<'a, 'i>,
    space: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    of.children()
        .filter(move |node| node.has_tag_name((space, name)))
}

/// The only child of this name; `None` if there is none.
///
/// # Errors
/// If there are several.
pub(super) fn child<'a, 'i>(
    of: Node<'a, 'i>,
    space: &'static str,
    name: &'static str,
) -> Result<Option<Node<'a, 'i>>> {
    let mut all = children(of, space, name);
    match (all.next(), all.next()) {
        (found, None) => Ok(found),
        (_, Some(_)) => Err(Problem::untrusted(format!("its message has {name} twice"))),
    }
}

/// The only child of this name, which has to be there.
///
/// # Errors
/// If there is none, or several.
pub(super) fn wanted<'a, 'i>(
    of: Node<'a, 'i>,
    space: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>> {
    child(of, space, name)?.ok_or_else(|| Problem::untrusted(format!("its message has no {name}")))
}

/// The whole text of an element, on both sides of comments; an element inside is no text.
///
/// # Errors
/// If it has elements.
pub(super) fn text(node: Node<'_, '_>) -> Result<String> {
    if node.children().any(|child| child.is_element()) {
        let name = node.tag_name().name().to_owned();
        return Err(Problem::untrusted(format!("its {name} is no text")));
    }
    let parts = node.children().filter(Node::is_text);
    let text: String = parts.filter_map(|part| part.text()).collect();
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_message_has_is_refused_before_it_is_parsed() {
        let deep = "<a>".repeat(100_000);
        let wide = format!("<a {}/>", "b='' ".repeat(1_000));
        let long = format!("<a>{}</a>", "x".repeat(LONGEST));
        let namespaces = format!(
            "<a {}/>",
            (0..1_000)
                .map(|at| format!("xmlns:n{at}='urn:{at}' "))
                .collect::<String>()
        );
        let many = format!("<a>{}</a>", "<b/>".repeat(60_000));
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>"#;
        let rows = [
            "",
            "no xml",
            "<a>",
            "<a/><b/>",
            "<a b='1' b='2'/>",
            "<a xmlns:x='urn:1' xmlns:y='urn:1' x:b='1' y:b='2'/>",
            "<x:a/>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
            bomb,
            "<a>&undefined;</a>",
            "<a><?target data?></a>",
            "<?xml-stylesheet href='x'?><a/>",
            "<a ID='1'><b Id='1'/></a>",
            "<a><!-- never ends</a>",
            &deep,
            &wide,
            &long,
            &namespaces,
            &many,
        ];
        for row in rows {
            let shown: String = row.chars().take(60).collect();
            assert!(parse(row).is_err(), "{shown}");
        }
    }

    #[test]
    fn a_text_is_whole_around_comments() {
        let document = parse("<?xml version='1.0'?><a>admin<!-- x -->.evil</a>").unwrap();
        assert_eq!(text(document.root_element()).unwrap(), "admin.evil");

        let document = parse("<a>admin<b/></a>").unwrap();
        assert!(text(document.root_element()).is_err());
    }
}
