//! The header of a JWE: protected, shared and per recipient, taken as one (RFC 7516 §4).
use serde_json::{Map, Value};

use super::alg::KeyAlg;
use super::enc::Enc;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::{
    check_crit, check_disjoint, check_kid, check_names, is_media_type, text_member,
};
use crate::jwk::{Material, ec, okp};

/// Longer values of `apu` and `apv` are no names of parties.
const PARTY_LIMIT: usize = 512;

/// What the headers say to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    alg: KeyAlg,
    enc: Enc,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    is_compressed: bool,
    pub(super) parameters: Parameters,
}

/// The parameters of the key algorithm (RFC 7518 §4.6.1, §4.7.1, §4.8.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parameters {
    None,
    Agreement {
        epk: Material,
        apu: Vec<u8>,
        apv: Vec<u8>,
    },
    Gcm {
        iv: Vec<u8>,
        tag: Vec<u8>,
    },
    Password {
        p2s: Vec<u8>,
        p2c: u32,
    },
}

type Members = Map<String, Value>;

impl Header {
    /// Reads the three headers; each parameter may be in one of them.
    pub(super) fn read(protected: &Members, shared: &Members, own: &Members) -> Result<Self> {
        for members in [protected, shared, own] {
            check_names(members)?;
        }
        check_crit(protected, &[])?;
        check_disjoint(protected, shared)?;
        check_disjoint(protected, own)?;
        check_disjoint(shared, own)?;
        for name in ["crit", "b64", "zip", "enc"] {
            // RFC 7516 §4.1.3 and §4.1.13 for `zip` and `crit`. RFC 8725 §3.1 for `enc`: what
            // anybody can change decides nothing.
            if shared.contains_key(name) || own.contains_key(name) {
                return Err(JoseError::malformed("header parameter is not protected"));
            }
        }
        if protected.contains_key("b64") {
            return Err(JoseError::unsupported("b64"));
        }
        let mut all = protected.clone();
        all.extend(shared.clone());
        all.extend(own.clone());
        Self::from_members(&all, protected)
    }

    fn from_members(all: &Members, protected: &Members) -> Result<Self> {
        let alg = text_member(all, "alg")?.ok_or(JoseError::malformed("header has no alg"))?;
        let alg = KeyAlg::from_name(alg).ok_or(JoseError::unsupported("alg"))?;
        let enc = text_member(all, "enc")?.ok_or(JoseError::malformed("header has no enc"))?;
        let kid = text_member(all, "kid")?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        let is_compressed = match text_member(all, "zip")? {
            None => false,
            Some("DEF") => true,
            Some(_) => return Err(JoseError::unsupported("zip")),
        };
        Ok(Self {
            alg,
            enc: Enc::from_name(enc).ok_or(JoseError::unsupported("enc"))?,
            kid: kid.map(str::to_owned),
            typ: text_member(protected, "typ")?.map(str::to_owned),
            cty: text_member(protected, "cty")?.map(str::to_owned),
            is_compressed,
            parameters: Parameters::read(alg, all)?,
        })
    }

    /// How the key for the content was encrypted.
    pub fn alg(&self) -> KeyAlg {
        self.alg
    }

    /// How the content was encrypted.
    pub fn enc(&self) -> Enc {
        self.enc
    }

    /// The name of the recipient's key, if the message names one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type of the message, from the protected header.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The media type of the content, from the protected header.
    pub fn cty(&self) -> Option<&str> {
        self.cty.as_deref()
    }

    /// Whether the content is a JWT (RFC 7519 §5.2).
    pub fn is_nested(&self) -> bool {
        self.cty().is_some_and(|cty| is_media_type(cty, "JWT"))
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.is_compressed
    }
}

impl Parameters {
    fn read(alg: KeyAlg, all: &Members) -> Result<Self> {
        use super::alg::Way;
        Ok(match alg.way() {
            Way::Rsa(_) | Way::Wrap(_) | Way::Direct => Self::None,
            Way::Agree(_) => Self::Agreement {
                epk: read_epk(all)?,
                apu: party(all, "apu")?,
                apv: party(all, "apv")?,
            },
            Way::GcmWrap(_) => Self::Gcm {
                iv: bytes(all, "iv")?,
                tag: bytes(all, "tag")?,
            },
            Way::Password(..) => {
                let p2s = bytes(all, "p2s")?;
                // RFC 7518 §4.8.1.1: eight bytes at least.
                if !(8..=PARTY_LIMIT).contains(&p2s.len()) {
                    return Err(JoseError::malformed("p2s"));
                }
                let p2c = all.get("p2c").and_then(Value::as_u64);
                let p2c = p2c.and_then(|count| u32::try_from(count).ok());
                let p2c = p2c.ok_or(JoseError::malformed("p2c"))?;
                Self::Password { p2s, p2c }
            }
        })
    }
}

/// RFC 7518 §4.6.1.1: a public key, and nothing private with it.
fn read_epk(all: &Members) -> Result<Material> {
    const BAD: JoseError = JoseError::malformed("epk");
    let epk = all.get("epk").and_then(Value::as_object).ok_or(BAD)?;
    if epk.contains_key("d") {
        return Err(BAD);
    }
    let material = match text_member(epk, "kty")? {
        Some("EC") => ec::read(epk)?,
        Some("OKP") => okp::read(epk)?,
        _ => return Err(BAD),
    };
    material.check()?;
    Ok(material)
}

fn party(all: &Members, name: &str) -> Result<Vec<u8>> {
    if !all.contains_key(name) {
        return Ok(Vec::new());
    }
    let bytes = bytes(all, name)?;
    if bytes.len() > PARTY_LIMIT {
        return Err(JoseError::malformed("apu or apv too long"));
    }
    Ok(bytes)
}

fn bytes(all: &Members, name: &str) -> Result<Vec<u8>> {
    let text = text_member(all, name)?;
    base64url::decode(text.ok_or(JoseError::malformed("header parameter is missing"))?)
}
