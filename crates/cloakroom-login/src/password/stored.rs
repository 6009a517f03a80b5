//! The two JSON texts in which Keycloak stores a password hash, and what they say.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::PasswordError;

/// No hash of ours or Keycloak's comes near this; what is longer is not worth parsing.
const MAX_TEXT: usize = 16 * 1024;

/// A password hash as Keycloak stores, exports and imports it.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Algorithm, iterations and parameters, as a JSON text.
    pub credential_data: String,
    /// Hash and salt, as a JSON text.
    pub secret_data: String,
}

impl Stored {
    pub(super) fn write(
        algorithm: &str,
        iterations: u32,
        parameters: &[(&str, String)],
        value: &[u8],
        salt: &[u8],
    ) -> Self {
        let parameters: Map<String, Value> = parameters
            .iter()
            .map(|(name, text)| ((*name).to_owned(), json!([text])))
            .collect();
        let credential_data = json!({
            "hashIterations": iterations,
            "algorithm": algorithm,
            "additionalParameters": parameters,
        });
        let secret_data = json!({
            "value": STANDARD.encode(value),
            "salt": STANDARD.encode(salt),
            "additionalParameters": {},
        });
        Self {
            credential_data: credential_data.to_string(),
            secret_data: secret_data.to_string(),
        }
    }

    /// Takes the form of realm files from before Keycloak 8, where hash, salt, iterations and
    /// algorithm are fields of the credential itself.
    pub fn from_legacy(
        algorithm: Option<&str>,
        iterations: u32,
        hashed_salted_value: &str,
        salt: &str,
    ) -> Self {
        let credential_data = json!({
            "hashIterations": iterations,
            "algorithm": algorithm.unwrap_or("pbkdf2"),
            "additionalParameters": {},
        });
        let secret_data =
            json!({ "value": hashed_salted_value, "salt": salt, "additionalParameters": {} });
        Self {
            credential_data: credential_data.to_string(),
            secret_data: secret_data.to_string(),
        }
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stored(..)")
    }
}

/// What a stored hash says, before its provider has judged the parameters.
pub(super) struct Parsed {
    pub(super) algorithm: String,
    pub(super) iterations: u32,
    parameters: Map<String, Value>,
    value: String,
    salt: String,
}

impl Parsed {
    pub(super) fn read(stored: &Stored) -> Result<Self, PasswordError> {
        let mut data = object(&stored.credential_data)?;
        let mut secret = object(&stored.secret_data)?;
        let algorithm = text(&mut data, "algorithm")
            .ok_or(PasswordError::Malformed("credentialData has no algorithm"))?;
        let iterations =
            data.get("hashIterations")
                .and_then(number)
                .ok_or(PasswordError::Malformed(
                    "credentialData has no hashIterations",
                ))?;
        // Keycloak writes `additionalParameters`; some exporters use the constructor's name.
        let parameters = ["additionalParameters", "algorithmData"]
            .into_iter()
            .find_map(|name| match data.remove(name) {
                Some(Value::Object(map)) => Some(map),
                _ => None,
            })
            .unwrap_or_default();
        let value = text(&mut secret, "value")
            .ok_or(PasswordError::Malformed("secretData has no value"))?;
        let salt = text(&mut secret, "salt").unwrap_or_default();
        Ok(Self {
            algorithm,
            iterations,
            parameters,
            value,
            salt,
        })
    }

    /// Returns the hash as its own algorithm writes it.
    pub(super) fn value_text(&self) -> &str {
        &self.value
    }

    pub(super) fn value(&self) -> Result<Vec<u8>, PasswordError> {
        STANDARD
            .decode(&self.value)
            .map_err(|_| PasswordError::Malformed("value is not base64"))
    }

    pub(super) fn salt(&self) -> Result<Vec<u8>, PasswordError> {
        STANDARD
            .decode(&self.salt)
            .map_err(|_| PasswordError::Malformed("salt is not base64"))
    }

    /// Returns a parameter. Keycloak keeps each as a list of strings, of which the first counts.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        match self.parameters.get(name)? {
            Value::Array(list) => list.first()?.as_str(),
            single => single.as_str(),
        }
    }

    /// Returns a parameter that is a number, or `default` where it is not given.
    pub(super) fn number(&self, name: &str, default: u32) -> Result<u32, PasswordError> {
        let Some(text) = self.parameter(name) else {
            return Ok(default);
        };
        text.parse()
            .map_err(|_| PasswordError::Malformed("a parameter is not a number"))
    }
}

fn object(text: &str) -> Result<Map<String, Value>, PasswordError> {
    if text.len() > MAX_TEXT {
        return Err(PasswordError::OverLimits("the text is too long"));
    }
    serde_json::from_str(text).map_err(|_| PasswordError::Malformed("not a JSON object"))
}

fn text(map: &mut Map<String, Value>, name: &str) -> Option<String> {
    match map.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u32> {
    // Hashes without iterations of their own (bcrypt from add-ons) are stored with -1.
    match value.as_i64()? {
        -1 => Some(0),
        number => u32::try_from(number).ok(),
    }
}
