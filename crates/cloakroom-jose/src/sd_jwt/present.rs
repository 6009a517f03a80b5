//! What the holder sends: the token, some disclosures, and perhaps a key binding (RFC 9901 §4, §7.2).
use std::fmt;

use super::binding::{self, Binding};
use super::disclosure::Disclosure;
use super::{DISCLOSURES, LIMIT};
use crate::error::{JoseError, Result};
use crate::key::SigningKey;

/// A token with disclosures; nobody has verified it.
#[derive(Clone, Debug)]
pub struct Presentation {
    pub(super) token: String,
    pub(super) disclosures: Vec<Disclosure>,
    pub(super) binding: Option<String>,
}

impl Presentation {
    /// Takes a message apart at its tildes.
    ///
    /// # Errors
    /// If it is malformed, too long, has too many disclosures, or one of them twice (§7.1 step 4).
    pub fn parse(message: &str) -> Result<Self> {
        const BAD: JoseError = JoseError::malformed("SD-JWT");
        if message.len() > LIMIT {
            return Err(JoseError::malformed("SD-JWT too long"));
        }
        let (token, rest) = message.split_once('~').ok_or(BAD)?;
        // What follows the last tilde is the key binding; it is empty without one.
        let (disclosures, binding) = match rest.rsplit_once('~') {
            Some((disclosures, binding)) => (Some(disclosures), binding),
            None => (None, rest),
        };
        if !binding.is_empty() && binding.bytes().filter(|byte| *byte == b'.').count() != 2 {
            return Err(BAD);
        }
        // An empty text between two tildes is no disclosure, and no message has two forms.
        let texts = disclosures.into_iter().flat_map(|all| all.split('~'));
        let disclosures = texts.map(Disclosure::parse).collect::<Result<Vec<_>>>()?;
        if disclosures.len() > DISCLOSURES {
            return Err(JoseError::malformed("too many disclosures"));
        }
        for (index, disclosure) in disclosures.iter().enumerate() {
            let before = disclosures.iter().take(index);
            if before
                .into_iter()
                .any(|known| known.digest == disclosure.digest)
            {
                return Err(JoseError::malformed("disclosure twice"));
            }
        }
        Ok(Self {
            token: token.to_owned(),
            disclosures,
            binding: (!binding.is_empty()).then(|| binding.to_owned()),
        })
    }

    /// Keeps the disclosures that are chosen by the name of their claim; `None` is an array's element.
    ///
    /// A claim inside a hidden one is shown only together with that one.
    #[must_use]
    pub fn show(mut self, is_shown: impl Fn(Option<&str>) -> bool) -> Self {
        self.disclosures
            .retain(|disclosure| is_shown(disclosure.name.as_deref()));
        self.binding = None;
        self
    }

    /// Signs the key binding for a verifier (§4.3).
    ///
    /// # Errors
    /// If the cryptography library fails.
    pub fn bind(mut self, key: &SigningKey, binding: &Binding<'_>) -> Result<Self> {
        self.binding = None;
        let token = binding::sign(key, binding, &self.to_string())?;
        self.binding = Some(token);
        Ok(self)
    }
}

impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~", self.token)?;
        for disclosure in &self.disclosures {
            write!(f, "{}~", disclosure.text)?;
        }
        f.write_str(self.binding.as_deref().unwrap_or_default())
    }
}
