//! Private keys into JWK, PEM and DER; nothing private is written elsewhere.
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Parts, PrivateKey};
use crate::base64url;
use crate::der::{self, Document};
use crate::jwk::Material;

impl PrivateKey {
    /// The JSON text of the key, **with its private members**.
    pub fn to_private_jwk(&self) -> Zeroizing<String> {
        let mut members = Map::new();
        let mut add = |name: &str, value: String| members.insert(name.to_owned(), value.into());
        if let Some(kid) = &self.kid {
            add("kid", kid.clone());
        }
        add("kty", self.key_kind().kty().to_owned());
        if let Some(alg) = &self.alg {
            add("alg", alg.clone());
        }
        if let Some(usage) = self.usage {
            add("use", usage.name().to_owned());
        }
        if let Parts::Pair(_, public) = &self.parts {
            for (name, value) in public.members() {
                add(name, value);
            }
        }
        for (name, number) in self.private_members() {
            add(name, base64url::encode(number));
        }
        if let Some(ops) = &self.key_ops {
            members.insert("key_ops".to_owned(), ops.clone().into());
        }
        Zeroizing::new(Value::Object(members).to_string())
    }

    fn private_members(&self) -> Vec<(&'static str, &[u8])> {
        let document = match &self.parts {
            Parts::Secret(secret) => return vec![("k", secret)],
            Parts::Pair(document, _) => document,
        };
        match &**document {
            Document::Rsa(parts) => vec![
                ("d", &parts.d),
                ("p", &parts.p),
                ("q", &parts.q),
                ("dp", &parts.dp),
                ("dq", &parts.dq),
                ("qi", &parts.qi),
            ],
            Document::Ec(_, d) | Document::Okp(_, d) => vec![("d", d)],
            #[cfg(feature = "ml-dsa")]
            Document::Akp(_, seed) => vec![("priv", seed)],
        }
    }

    /// The shared secret; `None` for other keys.
    pub fn to_secret(&self) -> Option<Zeroizing<Vec<u8>>> {
        match &self.parts {
            Parts::Secret(secret) => Some(secret.clone()),
            Parts::Pair(..) => None,
        }
    }

    /// The private key as PKCS #8 in its first version; `None` for a secret.
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let Parts::Pair(document, public) = &self.parts else {
            return None;
        };
        Some(match &**document {
            Document::Rsa(parts) => der::write_rsa_pkcs8(parts),
            Document::Ec(curve, d) => der::write_ec_pkcs8(*curve, d, &point(public)),
            Document::Okp(curve, d) => der::write_okp_pkcs8(*curve, d),
            #[cfg(feature = "ml-dsa")]
            Document::Akp(alg, seed) => der::write_akp_pkcs8(*alg, seed),
        })
    }

    /// The private RSA key as PKCS #1; `None` for other keys.
    pub fn to_pkcs1(&self) -> Option<Zeroizing<Vec<u8>>> {
        let Parts::Pair(document, _) = &self.parts else {
            return None;
        };
        match &**document {
            Document::Rsa(parts) => Some(der::write_pkcs1(parts)),
            _ => None,
        }
    }

    /// The private EC key as SEC 1, with its curve; `None` for other keys.
    pub fn to_sec1(&self) -> Option<Zeroizing<Vec<u8>>> {
        let Parts::Pair(document, public) = &self.parts else {
            return None;
        };
        match &**document {
            Document::Ec(curve, d) => Some(der::write_sec1(Some(*curve), d, &point(public))),
            _ => None,
        }
    }

    /// PKCS #8 as PEM; `None` for a secret.
    pub fn to_pem(&self) -> Option<Zeroizing<String>> {
        let der = self.to_pkcs8()?;
        Some(Zeroizing::new(crate::pem::encode("PRIVATE KEY", &der)))
    }
}

fn point(public: &Material) -> Vec<u8> {
    match public {
        Material::Ec { x, y, .. } => [&[4][..], x, y].concat(),
        _ => Vec::new(),
    }
}
