//! Reads members as leniently as Keycloak's reader: numbers and switches may be texts and the other
//! way round. What is not read is named in the report.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::{ImportError, Result, at};
use super::report::Report;
use crate::read::Object;

/// Why a member that no representation has is left out.
const UNKNOWN: &str = "Keycloak 26.8 has no such member, so its meaning is not known";

/// An object of the file: where it is, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) object: &'a Object,
    /// `clients[]` for example.
    pub(crate) place: &'a str,
    /// The name of the one it is about.
    pub(crate) who: &'a str,
}

impl<'a> Part<'a> {
    pub(crate) fn new(object: &'a Object, place: &'a str, who: &'a str) -> Self {
        Self { object, place, who }
    }

    /// `clients[].secret` for example.
    pub(crate) fn place_of(&self, member: &str) -> String {
        if self.place.is_empty() {
            return member.to_owned();
        }
        format!("{}.{member}", self.place)
    }

    /// Why a member cannot be read.
    pub(crate) fn wrong(&self, member: &str, wanted: &str) -> ImportError {
        let place = at(&self.place_of(member), self.who);
        ImportError::invalid(format!("{place} must be {wanted}"))
    }

    fn get(&self, member: &str) -> Option<&'a Value> {
        self.object.get(member).filter(|value| !value.is_null())
    }

    /// A text; `None` if it is absent or null.
    pub(crate) fn text(&self, member: &str) -> Result<Option<String>> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let text = scalar(value).ok_or_else(|| self.wrong(member, "a text"))?;
        Ok(Some(text))
    }

    /// A text that has to be there, not be empty, and fit into an index.
    pub(crate) fn name(&self, member: &str) -> Result<String> {
        let name = self.text(member)?.filter(|text| !text.trim().is_empty());
        let name = name.ok_or_else(|| self.wrong(member, "given"))?;
        self.check_length(member, &name)?;
        Ok(name)
    }

    /// Refuses a text that no index has room for.
    pub(crate) fn check_length(&self, member: &str, text: &str) -> Result<()> {
        if text.chars().count() > 255 {
            return Err(self.wrong(member, "at most 255 characters long"));
        }
        Ok(())
    }

    /// The id that was given; a new one where there is none.
    pub(crate) fn id(&self, member: &str) -> Result<Option<String>> {
        let id = self.text(member)?.filter(|id| !id.is_empty());
        if id.as_ref().is_some_and(|id| !crate::read::is_id(id)) {
            let why = "at most 255 characters long, and none of them a control character";
            return Err(self.wrong(member, why));
        }
        Ok(id)
    }

    /// A switch; `None` if it is absent, null or an empty text. A number is off if it is 0, and on otherwise.
    pub(crate) fn switch(&self, member: &str) -> Result<Option<bool>> {
        match self.get(member) {
            None => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Some(number.as_i64() != Some(0)))
            }
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => {
                Ok(Some(false))
            }
            Some(_) => Err(self.wrong(member, "true or false")),
        }
    }

    /// A whole number; `None` if it is absent, null or an empty text. Of any other its fraction is left off.
    pub(crate) fn number(&self, member: &str) -> Result<Option<i64>> {
        match self.get(member) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => whole(value)
                .map(Some)
                .ok_or_else(|| self.wrong(member, "a whole number")),
        }
    }

    /// A list of texts; empty if it is absent or null.
    pub(crate) fn texts(&self, member: &str) -> Result<Vec<String>> {
        Ok(self.texts_if_given(member)?.unwrap_or_default())
    }

    /// A list of texts; `None` if it is absent or null. A null in it is none.
    pub(crate) fn texts_if_given(&self, member: &str) -> Result<Option<Vec<String>>> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let wrong = || self.wrong(member, "a list of texts");
        let list = value.as_array().ok_or_else(wrong)?;
        let given = list.iter().filter(|value| !value.is_null());
        let texts: Option<Vec<String>> = given.map(scalar).collect();
        texts.map(Some).ok_or_else(wrong)
    }

    /// A list of objects; empty if it is absent or null. A null in it is none.
    pub(crate) fn objects(&self, member: &str) -> Result<Vec<&'a Object>> {
        let Some(value) = self.get(member) else {
            return Ok(Vec::new());
        };
        let wrong = || self.wrong(member, "a list of objects");
        let list = value.as_array().ok_or_else(wrong)?;
        let given = list.iter().filter(|value| !value.is_null());
        let objects: Option<Vec<&Object>> = given.map(Value::as_object).collect();
        objects.ok_or_else(wrong)
    }

    /// An object; `None` if it is absent or null.
    pub(crate) fn object(&self, member: &str) -> Result<Option<&'a Object>> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let wrong = || self.wrong(member, "an object");
        value.as_object().map(Some).ok_or_else(wrong)
    }

    /// An object of texts; what is null in it is absent.
    pub(crate) fn text_map(&self, member: &str) -> Result<BTreeMap<String, String>> {
        let mut all = BTreeMap::new();
        for (name, value) in self.object(member)?.into_iter().flatten() {
            if value.is_null() {
                continue;
            }
            let text = scalar(value).ok_or_else(|| self.wrong(member, "an object of texts"))?;
            all.insert(name.clone(), text);
        }
        Ok(all)
    }

    /// Settings: an object of texts, of which one that is empty is not set.
    pub(crate) fn settings(&self, member: &str) -> Result<BTreeMap<String, String>> {
        let mut all = self.text_map(member)?;
        all.retain(|_, text| !text.is_empty());
        Ok(all)
    }

    /// An object of lists of texts; a text alone is a list of one, as in files of long ago.
    pub(crate) fn list_map(&self, member: &str) -> Result<BTreeMap<String, Vec<String>>> {
        let wrong = || self.wrong(member, "an object of lists of texts");
        let mut all = BTreeMap::new();
        for (name, value) in self.object(member)?.into_iter().flatten() {
            let values: Option<Vec<String>> = match value {
                Value::Null => continue,
                Value::Array(list) => list
                    .iter()
                    .filter(|value| !value.is_null())
                    .map(scalar)
                    .collect(),
                one => scalar(one).map(|text| vec![text]),
            };
            all.insert(name.clone(), values.ok_or_else(wrong)?);
        }
        Ok(all)
    }

    /// Names the members that are not among `known` in the report.
    pub(crate) fn report_unknown(&self, known: &[&str], report: &mut Report) {
        for (name, value) in self.object {
            if !known.contains(&name.as_str()) && !value.is_null() {
                report.drop(&self.place_of(name), self.who, UNKNOWN);
            }
        }
    }

    /// Names a member that is known and has no place here, if it says anything.
    pub(crate) fn report_dropped(&self, member: &str, why: &str, report: &mut Report) {
        let says = match self.get(member) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Array(list)) => !list.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
            Some(_) => true,
        };
        if says {
            report.drop(&self.place_of(member), self.who, why);
        }
    }
}

/// Refuses the character NUL, which one of the databases cannot hold, anywhere in what was sent.
pub(crate) fn check_texts(sent: &Object) -> Result<()> {
    let mut waiting: Vec<&Value> = Vec::new();
    for (name, value) in sent {
        waiting.push(value);
        while let Some(value) = waiting.pop() {
            let bad = match value {
                Value::String(text) => text.contains('\0'),
                Value::Array(list) => {
                    waiting.extend(list);
                    false
                }
                Value::Object(members) => {
                    waiting.extend(members.values());
                    members.keys().any(|name| name.contains('\0'))
                }
                _ => false,
            };
            if bad || name.contains('\0') {
                let why = format!("{} has the character NUL in it", name.replace('\0', ""));
                return Err(ImportError::invalid(why));
            }
        }
    }
    Ok(())
}

/// A text, or what Keycloak's reader takes for one.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let real = number.as_f64().filter(|real| real.is_finite())?;
            format!("{:.0}", real.trunc()).parse().ok()
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Members that are whole numbers of 64 bits in Keycloak; the others have 32.
const LONG: [&str; 2] = ["eventsExpiration", "quickLoginCheckMilliSeconds"];

/// Makes members fit the types that `like` has at the same names: what is a number or a switch
/// there may be sent as a text, and the other way round.
pub(crate) fn fit(sent: &Part<'_>, like: &Map<String, Value>) -> Result<Object> {
    let mut fitted = Object::new();
    for (name, value) in sent.object {
        let part = Part::new(sent.object, sent.place, sent.who);
        let value = match (like.get(name), value) {
            (_, Value::Null) => continue,
            (Some(Value::Number(_) | Value::Bool(_)), Value::String(text))
                if text.trim().is_empty() =>
            {
                continue;
            }
            (Some(Value::Number(_)), _) => {
                let number = part.number(name)?.unwrap_or_default();
                let fits = LONG.contains(&name.as_str()) || i32::try_from(number).is_ok();
                if !fits {
                    return Err(part.wrong(name, "a whole number of 32 bits"));
                }
                number.into()
            }
            (Some(Value::Bool(_)), _) => part.switch(name)?.unwrap_or_default().into(),
            (Some(Value::String(_)), _) => part.text(name)?.unwrap_or_default().into(),
            (Some(Value::Array(_)), _) => part.texts(name)?.into(),
            _ if name == "attributes" => {
                let texts = part.text_map(name)?.into_iter();
                Value::Object(texts.map(|(name, text)| (name, text.into())).collect())
            }
            (_, other) => other.clone(),
        };
        fitted.insert(name.clone(), value);
    }
    Ok(fitted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn numbers_and_switches_may_be_texts_as_in_keycloak() {
        let like = object(json!({"n": 0, "on": false, "text": "", "list": []}));
        let sent = object(json!({
            "n": "5", "on": "TRUE", "text": 7, "list": ["a", 1],
            "attributes": {"a": true, "b": null, "c": "x"},
        }));

        let fitted = fit(&Part::new(&sent, "x", ""), &like).unwrap();

        let expected = json!({
            "n": 5, "on": true, "text": "7", "list": ["a", "1"],
            "attributes": {"a": "true", "c": "x"},
        });
        assert_eq!(Value::Object(fitted), expected);
    }

    #[test]
    fn what_tools_write_for_numbers_and_switches_means_what_it_means_to_keycloak() {
        let like = object(json!({"n": 0, "on": false}));
        let table = [
            (
                json!({"n": 3600.0, "on": 1}),
                json!({"n": 3600, "on": true}),
            ),
            (json!({"n": 1.7, "on": 0}), json!({"n": 1, "on": false})),
            (json!({"n": "", "on": " "}), json!({})),
            (
                json!({"n": " 5 ", "on": "True"}),
                json!({"n": 5, "on": true}),
            ),
        ];
        for (sent, expected) in table {
            let sent = object(sent);
            let fitted = fit(&Part::new(&sent, "x", ""), &like).unwrap();

            assert_eq!(Value::Object(fitted), expected, "{sent:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let like = object(json!({"n": 0, "on": false, "text": "", "list": []}));
        let table = [
            (json!({"n": 1e30}), "clients[shop].n must be a whole number"),
            (
                json!({"n": "1.5"}),
                "clients[shop].n must be a whole number",
            ),
            (
                json!({"n": 3_000_000_000_i64}),
                "clients[shop].n must be a whole number of 32 bits",
            ),
            (json!({"on": 1.5}), "clients[shop].on must be true or false"),
            (json!({"text": {}}), "clients[shop].text must be a text"),
            (
                json!({"list": "a"}),
                "clients[shop].list must be a list of texts",
            ),
            (
                json!({"attributes": {"a": []}}),
                "clients[shop].attributes must be an object of texts",
            ),
        ];
        for (sent, why) in table {
            let sent = object(sent);
            let refused = fit(&Part::new(&sent, "clients[]", "shop"), &like);

            assert_eq!(refused.unwrap_err().to_string(), why);
        }
    }
}
