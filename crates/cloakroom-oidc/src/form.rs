//! `Form`: the parameters of a request, each at most once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::error::{OAuthError, Result};

/// No endpoint of the protocol has as many parameters.
const PARAMETERS_MOST: usize = 100;

/// Long enough for a client assertion with a certificate chain in its header.
const VALUE_LONGEST: usize = 32 * 1024;

/// Parameters that may be there several times, and how often (RFC 8693 §2.1, RFC 8707 §2, Keycloak's permissions).
const REPEATABLE: [(&str, usize); 3] = [("audience", 8), ("resource", 8), ("permission", 1000)];

/// Parameters of a request.
#[derive(Clone, Default)]
pub struct Form {
    once: HashMap<String, String>,
    repeated: Vec<(String, String)>,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are passwords, codes and tokens.
        f.debug_set().entries(self.once.keys()).finish()
    }
}

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body or a query string.
    pub fn parse(text: &[u8]) -> Result<Self> {
        Self::from_pairs(pairs(text))
    }

    /// Takes pairs of names and values. RFC 6749 §3.1 and §3.2: none may be there twice.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let mut form = HashMap::new();
        let mut repeated = Vec::new();
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            if value.len() > VALUE_LONGEST {
                return Err(OAuthError::invalid_request("Request is too large").into());
            }
            // RFC 6749 Appendix A: no parameter may have a NUL, and one of the databases cannot hold it.
            if value.contains('\0') {
                return Err(OAuthError::invalid_request("Invalid character in parameter").into());
            }
            let mut known = REPEATABLE.iter();
            if let Some((_, most)) = known.find(|(repeatable, _)| *repeatable == name) {
                let own = |(one, _): &&(String, String)| *one == name;
                if repeated.iter().filter(own).count() >= *most {
                    return Err(OAuthError::invalid_request("duplicated parameter").into());
                }
                repeated.push((name, value));
                continue;
            }
            // Those that may be there twice have a bound of their own, in whichever order they come.
            if form.len() >= PARAMETERS_MOST {
                return Err(OAuthError::invalid_request("Request is too large").into());
            }
            if form.insert(name, value).is_some() {
                return Err(OAuthError::invalid_request("duplicated parameter").into());
            }
        }
        let once = form;
        Ok(Self { once, repeated })
    }

    /// A parameter's value. RFC 6749 §3.1: without a value it counts as not sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.once
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A parameter that has to be there, or the refusal that names it.
    pub fn require(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| OAuthError::invalid_request(format!("Missing parameter: {name}")).into())
    }

    /// Every value of a parameter that may be repeated, in the order of the request.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let mine = move |(own, value): &'a (String, String)| {
            (own == name && !value.is_empty()).then_some(value.as_str())
        };
        self.repeated.iter().filter_map(mine)
    }

    /// The same, and those that have no value.
    pub fn given<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let mine =
            move |(own, value): &'a (String, String)| (own == name).then_some(value.as_str());
        self.repeated.iter().filter_map(mine)
    }

    /// The parameter was sent, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.once.contains_key(name)
    }

    /// The same parameters without these.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let mut rest = self.clone();
        rest.once.retain(|name, _| !names.contains(&name.as_str()));
        rest
    }

    /// The same parameters, and this one.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.once.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The parameters as a body that [`Form::parse`] reads.
    pub fn encode(&self) -> String {
        let repeated = self.repeated.iter();
        let repeated = repeated.map(|(name, value)| (name.as_str(), value.as_str()));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter().chain(repeated))
            .finish()
    }

    /// Names and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.once
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The names and values of a form (URL Standard, "application/x-www-form-urlencoded parsing").
fn pairs(text: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            let (one, following) = match memchr::memchr(b'&', text).map(|end| text.split_at(end)) {
                Some((one, following)) => (one, following.get(1..)),
                None => (text, None),
            };
            rest = following;
            if !one.is_empty() {
                return Some(pair(one));
            }
        }
    })
}

/// Tokens are long, and have nothing that would have to be decoded.
fn pair(text: &[u8]) -> (Cow<'_, str>, Cow<'_, str>) {
    if memchr::memchr2(b'%', b'+', text).is_none()
        && let Ok(text) = std::str::from_utf8(text)
    {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        return (Cow::Borrowed(name), Cow::Borrowed(value));
    }
    let mut decoded = url::form_urlencoded::parse(text);
    decoded.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_the_standard_says_decoded_or_not() {
        for text in [
            "",
            "&",
            "a",
            "a=",
            "=b",
            "=",
            "a=b",
            "a=b=c",
            "a=b&c=d&&e",
            "a=b+c&d=%C3%A4",
            "a%3Db=c%26d&e=f",
            "a=%&b=%zz",
            "grant_type=refresh_token&refresh_token=eyJ0.eyJh-_.c2ln",
            "\u{e4}=\u{fc}&a+b=c",
        ] {
            let read: Vec<_> = pairs(text.as_bytes()).collect();
            let expected: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).collect();
            assert_eq!(read, expected, "{text}");
        }
        let broken = b"a=\xff&b=c";
        let read: Vec<_> = pairs(broken).collect();
        let expected: Vec<_> = url::form_urlencoded::parse(broken).collect();
        assert_eq!(read, expected);
    }
}
