//! Entries of a directory, and the forms in which their ids are written.

use std::collections::BTreeMap;

use ldap3::asn1::StructureTag;

/// An entry, with the attributes that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    attributes: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// Reads an entry; `None` if it has not the form of one.
    pub(super) fn read(tag: StructureTag) -> Option<Self> {
        let mut parts = tag.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let mut attributes = BTreeMap::new();
        for part in parts.next()?.expect_constructed()? {
            let mut part = part.expect_constructed()?.into_iter();
            let name = String::from_utf8(part.next()?.expect_primitive()?).ok()?;
            let values = part.next()?.expect_constructed()?.into_iter();
            let values: Option<Vec<Vec<u8>>> = values.map(StructureTag::expect_primitive).collect();
            attributes.insert(name.to_ascii_lowercase(), values?);
        }
        Some(Self { dn, attributes })
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
    pub fn id(&self, attribute: &str) -> Option<String> {
        if is_guid(attribute) {
            return guid(self.values(attribute).first()?);
        }
        self.text(attribute)
    }
}

/// The attribute holds sixteen bytes and no text.
pub fn is_guid(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("objectGUID")
}

/// Active Directory's id as it is written: the first three groups have their bytes in reverse.
fn guid(bytes: &[u8]) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let hex = ORDER.iter().filter_map(|at| bytes.get(*at));
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

/// Which byte stands where in the written form.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/// The bytes of an id of Active Directory; `None` if the text is not one.
pub fn guid_bytes(text: &str) -> Option<Vec<u8>> {
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    if hex.len() != 32 || !hex.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok();
    // Putting the bytes in order is its own reverse.
    ORDER.iter().map(|at| byte(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_active_directory_is_written_as_windows_writes_it() {
        let bytes: Vec<u8> = (0..16).collect();
        let text = guid(&bytes).unwrap();

        assert_eq!(text, "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(guid_bytes(&text), Some(bytes));
        for bad in ["", "03020100", "zz020100-0504-0706-0809-0a0b0c0d0e0f"] {
            assert_eq!(guid_bytes(bad), None);
        }
    }

    #[test]
    fn the_case_of_a_name_does_not_matter() {
        let entry = Entry::made("uid=a", &[("mAiL", &["", "a@example.com"])]);

        assert_eq!(entry.text("Mail").as_deref(), Some("a@example.com"));
        assert_eq!(entry.texts("none"), Vec::<String>::new());
    }
}
