//! Exclusive XML Canonicalization 1.0: the bytes that a signature is over.
//!
//! It knows whole elements, as a signature of SAML has one, with one element in it left out: the signature.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Attribute, Node};

use super::xml::LONGEST;
use crate::{Problem, Result};

/// How a signature wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// Comments count.
    pub(super) with_comments: bool,
    /// The prefixes that are written where they are in scope, used or not (§3); `""` is the default namespace.
    pub(super) inclusive: BTreeSet<String>,
}

/// The canonical form of an element, without one of its descendants.
///
/// # Errors
/// If it is longer than any message: a namespace is written anew wherever it is used.
pub(super) fn canonical<'a, 'i: 'a>(
    of: Node<'a, 'i>,
    without: Option<Node<'a, 'i>>,
    form: &'a Form,
) -> Result<String> {
    let mut writer = Writer {
        form,
        without,
        source: of.document().input_text(),
        text: String::new(),
    };
    writer.element(of, &BTreeMap::new())?;
    Ok(writer.text)
}

/// The namespaces that ancestors in the output have declared, by prefix.
type Declared<'a> = BTreeMap<&'a str, &'a str>;

struct Writer<'a, 'i: 'a> {
    form: &'a Form,
    without: Option<Node<'a, 'i>>,
    source: &'i str,
    text: String,
}

impl<'a, 'i: 'a> Writer<'a, 'i> {
    fn element(&mut self, node: Node<'a, 'i>, above: &Declared<'a>) -> Result<()> {
        let name = self.name(node);
        let own = prefix(name);
        let mut attributes: Vec<(Attribute<'a, 'i>, &str)> = node
            .attributes()
            .map(|attribute| (attribute, self.attribute_name(&attribute)))
            .collect();
        let mut declared = above.clone();
        let used = attributes.iter().map(|(_, name)| prefix(name));
        let mut used: BTreeSet<&str> = used.filter(|prefix| !prefix.is_empty()).collect();
        used.insert(own);
        used.extend(self.form.inclusive.iter().map(String::as_str));
        used.remove("xml");
        self.text.push('<');
        self.text.push_str(name);
        for prefix in used {
            self.declare(node, prefix, &mut declared);
        }
        attributes.sort_by(|(one, _), (other, _)| {
            let key = |attribute: &Attribute<'a, 'i>| {
                (attribute.namespace().unwrap_or_default(), attribute.name())
            };
            key(one).cmp(&key(other))
        });
        for (attribute, name) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(&mut self.text, attribute.value(), true);
            self.text.push('"');
        }
        self.text.push('>');
        let without = self.without;
        for child in node.children().filter(|child| Some(*child) != without) {
            self.child(child, &declared)?;
        }
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        match self.text.len() > 4 * LONGEST {
            true => Err(Problem::untrusted("its message is too large")),
            false => Ok(()),
        }
    }

    fn child(&mut self, child: Node<'a, 'i>, declared: &Declared<'a>) -> Result<()> {
        if child.is_element() {
            return self.element(child, declared);
        }
        if let Some(pi) = child.pi() {
            self.text.push_str("<?");
            self.text.push_str(pi.target);
            if let Some(value) = pi.value {
                self.text.push(' ');
                self.text.push_str(value);
            }
            self.text.push_str("?>");
            return Ok(());
        }
        let text = child.text().unwrap_or_default();
        if child.is_text() {
            escape(&mut self.text, text, false);
        } else if child.is_comment() && self.form.with_comments {
            self.text.push_str("<!--");
            self.text.push_str(text);
            self.text.push_str("-->");
        }
        Ok(())
    }

    /// Writes a namespace unless an ancestor in the output has it already.
    fn declare(&mut self, node: Node<'a, 'i>, prefix: &'a str, declared: &mut Declared<'a>) {
        let named = (!prefix.is_empty()).then_some(prefix);
        let uri = node.lookup_namespace_uri(named).unwrap_or_default();
        if declared.get(prefix).copied().unwrap_or_default() == uri {
            return;
        }
        match prefix {
            "" => self.text.push_str(" xmlns=\""),
            prefix => {
                // A prefix of the list that is not in scope here is none to write.
                if uri.is_empty() {
                    return;
                }
                self.text.push_str(" xmlns:");
                self.text.push_str(prefix);
                self.text.push_str("=\"");
            }
        }
        escape(&mut self.text, uri, true);
        self.text.push('"');
        declared.insert(prefix, uri);
    }

    /// The name as it is written, with its prefix, which the tree does not keep.
    fn name(&self, node: Node<'a, 'i>) -> &'i str {
        let written = self.source.get(node.range()).unwrap_or_default();
        let written = written.trim_start_matches('<');
        let is_end = |c: char| c.is_ascii_whitespace() || c == '/' || c == '>';
        written.split(is_end).next().unwrap_or_default()
    }

    fn attribute_name(&self, attribute: &Attribute<'a, 'i>) -> &'i str {
        self.source.get(attribute.range_qname()).unwrap_or_default()
    }
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// Canonical XML 1.0 §2.3: what is escaped in texts, and in values of attributes.
fn escape(to: &mut String, text: &str, is_value: bool) {
    for letter in text.chars() {
        match letter {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' if !is_value => to.push_str("&gt;"),
            '"' if is_value => to.push_str("&quot;"),
            '\t' if is_value => to.push_str("&#x9;"),
            '\n' if is_value => to.push_str("&#xA;"),
            '\r' => to.push_str("&#xD;"),
            letter => to.push(letter),
        }
    }
}

#[cfg(test)]
mod tests;
