//! The header of a JWE: protected, shared and per recipient, taken as one (RFC 7516 §4).
use serde_json::Value;

use super::alg::KeyAlg;
use super::enc::Enc;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header::{
    Members, check_crit, check_disjoint, check_kid, check_names, is_media_type, text_member,
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

/// The protected, the shared and the recipient's own header as one: no parameter is in two of them.
#[derive(Clone, Copy)]
struct Joined<'a>([&'a Members; 3]);

impl<'a> Joined<'a> {
    fn find(self, name: &str) -> Option<&'a Value> {
        self.0.into_iter().find_map(|members| members.find(name))
    }

    fn text(self, name: &str) -> Result<Option<&'a str>> {
        for members in self.0 {
            if let Some(text) = text_member(members, name)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}

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
            if shared.has(name) || own.has(name) {
                return Err(JoseError::malformed("header parameter is not protected"));
            }
        }
        if protected.has("b64") {
            return Err(JoseError::unsupported("b64"));
        }
        Self::from_members(Joined([protected, shared, own]), protected)
    }

    fn from_members(all: Joined<'_>, protected: &Members) -> Result<Self> {
        let alg = all
            .text("alg")?
            .ok_or(JoseError::malformed("header has no alg"))?;
        let alg = KeyAlg::from_name(alg).ok_or(JoseError::unsupported("alg"))?;
        let enc = all
            .text("enc")?
            .ok_or(JoseError::malformed("header has no enc"))?;
        let kid = all.text("kid")?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        let is_compressed = match all.text("zip")? {
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
    fn read(alg: KeyAlg, all: Joined<'_>) -> Result<Self> {
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
                let p2c = all.find("p2c").and_then(Value::as_u64);
                let p2c = p2c.and_then(|count| u32::try_from(count).ok());
                let p2c = p2c.ok_or(JoseError::malformed("p2c"))?;
                Self::Password { p2s, p2c }
            }
        })
    }
}

/// RFC 7518 §4.6.1.1: a public key, and nothing private with it.
fn read_epk(all: Joined<'_>) -> Result<Material> {
    const BAD: JoseError = JoseError::malformed("epk");
    let epk = all.find("epk").and_then(Value::as_object).ok_or(BAD)?;
    if epk.contains_key("d") {
        return Err(BAD);
    }
    let material = match epk.get("kty").and_then(Value::as_str) {
        Some("EC") => ec::read(epk)?,
        Some("OKP") => okp::read(epk)?,
        _ => return Err(BAD),
    };
    material.check()?;
    Ok(material)
}

fn party(all: Joined<'_>, name: &str) -> Result<Vec<u8>> {
    if all.find(name).is_none() {
        return Ok(Vec::new());
    }
    let bytes = bytes(all, name)?;
    if bytes.len() > PARTY_LIMIT {
        return Err(JoseError::malformed("apu or apv too long"));
    }
    Ok(bytes)
}

fn bytes(all: Joined<'_>, name: &str) -> Result<Vec<u8>> {
    let text = all.text(name)?;
    base64url::decode(text.ok_or(JoseError::malformed("header parameter is missing"))?)
}
