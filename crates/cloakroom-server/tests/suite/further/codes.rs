//! Devices that make one-time codes, apart from the server's own arithmetic, and lists of codes on paper.

use aws_lc_rs::digest::{SHA512, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A device as an app keeps it.
#[derive(Clone)]
pub(crate) struct Device {
    pub(super) secret: Vec<u8>,
    pub(super) kind: &'static str,
    pub(super) algorithm: &'static str,
    pub(super) digits: u32,
    pub(super) period: i64,
    pub(super) counter: i64,
    pub(super) encoding: Option<&'static str>,
}

impl Device {
    pub(crate) fn new(seed: &str) -> Self {
        let bytes = digest(&SHA512, seed.as_bytes());
        // As Keycloak makes them: letters that are the secret themselves.
        let secret = bytes.as_ref()[..20].iter().map(|byte| b'A' + byte % 26);
        Self {
            secret: secret.collect(),
            kind: "totp",
            algorithm: "HmacSHA1",
            digits: 6,
            period: 30,
            counter: 0,
            encoding: None,
        }
    }

    /// The credential of an export.
    pub(crate) fn credential(&self, label: &str) -> Value {
        let value = match self.encoding {
            None => String::from_utf8(self.secret.clone()).unwrap(),
            Some(_) => base32(&self.secret),
        };
        let mut shown = json!({
            "subType": self.kind, "digits": self.digits, "counter": self.counter,
            "period": self.period, "algorithm": self.algorithm,
        });
        if let Some(encoding) = self.encoding {
            shown["secretEncoding"] = json!(encoding);
        }
        json!({
            "type": "otp", "userLabel": label,
            "secretData": json!({"value": value}).to_string(), "credentialData": shown.to_string(),
        })
    }

    /// The code of a counter.
    pub(super) fn at(&self, counter: i64) -> String {
        let algorithm = match self.algorithm {
            "HmacSHA256" => hmac::HMAC_SHA256,
            "HmacSHA512" => hmac::HMAC_SHA512,
            _ => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        let key = hmac::Key::new(algorithm, &self.secret);
        let tag = hmac::sign(&key, &counter.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[tag.len() - 1] & 15);
        let word = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        let width = self.digits as usize;
        format!("{:0width$}", word % 10u32.pow(self.digits))
    }

    /// The code so many steps from now; not at the very end of a step, after which it would be another.
    pub(crate) fn code(&self, steps: i64) -> String {
        loop {
            let millis = cloakroom_web::app::now().millis();
            let left = self.period * 1000 - millis % (self.period * 1000);
            if left > 4000 {
                return self.at(millis / 1000 / self.period + steps);
            }
            crate::server::pause(std::time::Duration::from_millis(200));
        }
    }

    /// A code of as many digits that is none of those around now.
    pub(super) fn wrong(&self) -> String {
        let near: Vec<String> = (-3..=3).map(|steps| self.code(steps)).collect();
        let mut all = (0..).map(|number: u32| format!("{number:06}"));
        all.find(|code| !near.contains(code)).unwrap()
    }
}

pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let groups = bits.as_bytes().chunks(5);
    let letters = groups.map(|group| {
        let group = format!("{:0<5}", std::str::from_utf8(group).unwrap());
        char::from(LETTERS[usize::from_str_radix(&group, 2).unwrap()])
    });
    letters.collect()
}

/// Reads what a page shows in groups.
pub(super) fn from_base32(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = text.chars().filter(|c| !c.is_whitespace());
    let bits: String = letters
        .map(|letter| format!("{:05b}", LETTERS.find(letter).unwrap()))
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// A list of codes on paper, as an export has it, from the code with this number on.
pub(crate) fn paper(codes: &[&str], from: usize) -> Value {
    let kept: Vec<Value> = codes
        .iter()
        .enumerate()
        .map(|(index, code)| {
            let hashed = STANDARD.encode(digest(&SHA512, code.as_bytes()));
            json!({"number": index + from, "encodedHashedValue": hashed})
        })
        .collect();
    let shown = json!({"hashIterations": 1, "algorithm": "RS512", "totalCodes": 12, "remainingCodes": codes.len()});
    json!({
        "type": "recovery-authn-codes", "userLabel": "Paper",
        "secretData": json!({"codes": kept}).to_string(), "credentialData": shown.to_string(),
    })
}
