//! `Form`: the parameters of a request, each at most once.

use std::collections::HashMap;
use std::fmt;

use crate::error::{OAuthError, Result};

/// No endpoint of the protocol has as many parameters.
const PARAMETERS_MOST: usize = 100;

/// Long enough for a client assertion with a certificate chain in its header.
const VALUE_LONGEST: usize = 32 * 1024;

/// Parameters of a request.
#[derive(Clone, Default)]
pub struct Form(HashMap<String, String>);

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are passwords, codes and tokens.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body or a query string.
    pub fn parse(text: &[u8]) -> Result<Self> {
        Self::from_pairs(url::form_urlencoded::parse(text))
    }

    /// Takes pairs of names and values. RFC 6749 §3.1 and §3.2: none may be there twice.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let mut form = HashMap::new();
        for (name, value) in pairs {
            let value = value.into();
            if form.len() >= PARAMETERS_MOST || value.len() > VALUE_LONGEST {
                return Err(OAuthError::invalid_request("Request is too large").into());
            }
            if form.insert(name.into(), value).is_some() {
                return Err(OAuthError::invalid_request("duplicated parameter").into());
            }
        }
        Ok(Self(form))
    }

    /// A parameter's value. RFC 6749 §3.1: without a value it counts as not sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A parameter that has to be there, or the refusal that names it.
    pub fn require(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| OAuthError::invalid_request(format!("Missing parameter: {name}")).into())
    }

    /// The parameter was sent, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Names and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
