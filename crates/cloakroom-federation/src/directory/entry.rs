//! Entries of a directory, and the forms in which their ids are written.

use std::collections::BTreeMap;

use ldap3::asn1::StructureTag;

use super::vendor::IdForm;

/// An entry, with the attributes that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    attributes: BTreeMap<String, Vec<Vec<u8>>>,
    /// Attributes of which only the first values came, and how many those are.
    cut: BTreeMap<String, usize>,
}

impl Entry {
    /// Reads an entry; `None` if it has not the form of one.
    pub(super) fn read(tag: StructureTag) -> Option<Self> {
        let mut parts = tag.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let (mut attributes, mut cut) = (BTreeMap::new(), BTreeMap::new());
        for part in parts.next()?.expect_constructed()? {
            let mut part = part.expect_constructed()?.into_iter();
            let name = String::from_utf8(part.next()?.expect_primitive()?).ok()?;
            let values = part.next()?.expect_constructed()?.into_iter();
            let values: Option<Vec<Vec<u8>>> = values.map(StructureTag::expect_primitive).collect();
            let name = name.to_ascii_lowercase();
            let (name, end) = match range(&name) {
                Some((attribute, end)) => (attribute.to_owned(), end),
                None => (name, None),
            };
            if let Some(last) = end {
                cut.insert(name.clone(), last.checked_add(1)?);
            }
            // A server that cuts a list may send the attribute as a whole too, without a value.
            let known: &mut Vec<Vec<u8>> = attributes.entry(name).or_default();
            known.extend(values?);
        }
        Some(Self {
            dn,
            attributes,
            cut,
        })
    }

    /// An attribute of which there is more, and the number of the first value that has not come.
    pub(super) fn missing(&self) -> Option<(&str, usize)> {
        let (name, next) = self.cut.first_key_value()?;
        Some((name, *next))
    }

    /// Takes what else there is of an attribute from another answer about the same entry. What sends no more has sent all.
    pub(super) fn take_more(&mut self, attribute: &str, more: Option<Self>) {
        let before = self.cut.remove(attribute);
        let Some(mut more) = more else { return };
        let values = more.attributes.remove(attribute).unwrap_or_default();
        let next = more.cut.remove(attribute);
        if let Some(next) = next.filter(|next| !values.is_empty() && before < Some(*next)) {
            self.cut.insert(attribute.to_owned(), next);
        }
        let known = self.attributes.entry(attribute.to_owned()).or_default();
        known.extend(values);
    }

    /// An entry made of texts, for tests of what is done with entries.
    #[cfg(test)]
    pub(super) fn made(dn: &str, attributes: &[(&str, &[&str])]) -> Self {
        let each = attributes.iter().map(|(name, values)| {
            let values = values.iter().map(|value| value.as_bytes().to_vec());
            (name.to_ascii_lowercase(), values.collect())
        });
        Self {
            dn: dn.to_owned(),
            attributes: each.collect(),
            cut: BTreeMap::new(),
        }
    }

    /// The values of an attribute, whatever the case of its name.
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        let found = self.attributes.get(&name.to_ascii_lowercase());
        found.map_or(&[], Vec::as_slice)
    }

    /// The values that are texts.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.values(name).iter().cloned().map(String::from_utf8);
        texts.flatten().collect()
    }

    /// The first value that is a text with something in it.
    pub fn text(&self, name: &str) -> Option<String> {
        let mut texts = self.texts(name).into_iter();
        texts.find(|text| !text.trim().is_empty())
    }

    /// The first value as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The id that an attribute holds, in the form in which Keycloak stores it.
    pub fn id(&self, attribute: &str, form: IdForm) -> Option<String> {
        match form {
            IdForm::Text => self.text(attribute),
            form => written(self.values(attribute).first()?, form),
        }
    }
}

/// The attribute of `member;range=0-1499`, and the number of its last value; none where the list ends with it (MS-ADTS
/// §3.1.1.3.1.3.3). `None` if the name has no range.
fn range(name: &str) -> Option<(&str, Option<usize>)> {
    let (attribute, range) = name.split_once(";range=")?;
    let (_, end) = range.split_once('-')?;
    match end {
        "*" => Some((attribute, None)),
        end => Some((attribute, Some(end.parse().ok()?))),
    }
}

/// Which byte stands where in the written form.
const fn order(form: IdForm) -> [usize; 16] {
    match form {
        IdForm::Windows => [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15],
        IdForm::Text | IdForm::Octets => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    }
}

/// An id of sixteen bytes as it is written.
fn written(bytes: &[u8], form: IdForm) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let order = order(form);
    let hex = order.iter().filter_map(|at| bytes.get(*at));
    let hex: String = hex.map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to);
    Some(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8)?,
        part(8, 12)?,
        part(12, 16)?,
        part(16, 20)?,
        part(20, 32)?
    ))
}

/// The bytes of an id that is written so; `None` if the text is not one.
pub fn bytes_of(text: &str, form: IdForm) -> Option<Vec<u8>> {
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    if hex.len() != 32 || !hex.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok();
    // Putting the bytes in order is its own reverse.
    order(form).iter().map(|at| byte(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_bytes_is_written_as_its_vendor_writes_it() {
        let bytes: Vec<u8> = (0..16).collect();
        for (form, text) in [
            (IdForm::Windows, "03020100-0504-0706-0809-0a0b0c0d0e0f"),
            (IdForm::Octets, "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        ] {
            assert_eq!(written(&bytes, form).as_deref(), Some(text));
            assert_eq!(bytes_of(text, form).as_ref(), Some(&bytes));
            assert_eq!(written(&bytes[1..], form), None);
            for bad in ["", "03020100", "zz020100-0504-0706-0809-0a0b0c0d0e0f"] {
                assert_eq!(bytes_of(bad, form), None);
            }
        }
    }

    #[test]
    fn a_list_that_comes_in_parts_is_asked_for_until_its_end() {
        assert_eq!(
            range("memberof;range=0-1499"),
            Some(("memberof", Some(1499)))
        );
        assert_eq!(range("memberof;range=1500-*"), Some(("memberof", None)));
        for other in [
            "memberof",
            "memberof;binary",
            "memberof;range=0",
            "a;range=0-x",
        ] {
            assert_eq!(range(other), None, "{other}");
        }
        let part = |value: &str, next: Option<usize>| {
            let mut part = Entry::made("cn=a", &[("memberOf", &[value])]);
            part.cut
                .extend(next.map(|next| ("memberof".to_owned(), next)));
            part
        };
        let mut entry = part("one", Some(1));
        assert_eq!(entry.missing(), Some(("memberof", 1)));
        entry.take_more("memberof", Some(part("two", Some(2))));
        assert_eq!(entry.missing(), Some(("memberof", 2)));
        entry.take_more("memberof", Some(part("three", None)));
        assert_eq!(entry.missing(), None);
        assert_eq!(entry.texts("memberOf"), ["one", "two", "three"]);

        // Who says the same range again and again is not asked for ever.
        let mut entry = part("one", Some(1));
        entry.take_more("memberof", Some(part("one", Some(1))));
        assert_eq!(entry.missing(), None);
        let mut entry = part("one", Some(1));
        entry.take_more("memberof", None);
        assert_eq!(entry.missing(), None);
    }

    #[test]
    fn the_case_of_a_name_does_not_matter() {
        let entry = Entry::made("uid=a", &[("mAiL", &["", "a@example.com"])]);

        assert_eq!(entry.text("Mail").as_deref(), Some("a@example.com"));
        assert_eq!(entry.texts("none"), Vec::<String>::new());
    }
}
