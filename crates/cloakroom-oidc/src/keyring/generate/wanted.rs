//! Which key a component wants made, by the settings that an administrator gave it.

use cloakroom_jose::Alg;
use cloakroom_jose::alg::Curve;
use cloakroom_model::component::Component;

use super::Purpose;

/// What a component of a key wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A key that is made here.
    Made(Purpose),
    /// None: it brings its own.
    Own,
    /// A key that cannot be made, with the words for it.
    Unknown(String),
}

/// The curves of Keycloak's keys, by the names that its settings have for them.
const CURVES: [(&str, Curve); 3] = [
    ("P-256", Curve::P256),
    ("P-384", Curve::P384),
    ("P-521", Curve::P521),
];

/// The name of a curve in settings.
pub(super) fn curve_name(curve: Curve) -> &'static str {
    let known = CURVES.iter().find(|(_, known)| *known == curve);
    known.map_or("P-256", |(name, _)| name)
}

/// How long a shared secret has to be, in octets; `None` if the component does not say.
pub fn length(component: &Component) -> Option<usize> {
    let shared = ["hmac-generated", "aes-generated"];
    let text = component.text("secretSize")?;
    let is_shared = shared.contains(&component.provider_id.as_str());
    text.parse().ok().filter(|_| is_shared)
}

/// The least length of a secret for an algorithm, in octets (RFC 7518 §3.2).
pub fn least_length(component: &Component) -> usize {
    match component.text("algorithm").unwrap_or("HS512") {
        _ if component.provider_id != "hmac-generated" => 16,
        "HS256" => 32,
        "HS384" => 48,
        _ => 64,
    }
}

impl Wanted {
    /// What this component wants.
    pub fn by(component: &Component) -> Self {
        let text = |name: &str, usual| component.text(name).unwrap_or(usual);
        let unknown = |what: &str| Self::Unknown(what.to_owned());
        let signing = |name: &str| match Alg::from_name(name) {
            Some(alg) => Self::Made(Purpose::Sign(alg)),
            None => unknown(name),
        };
        match component.provider_id.as_str() {
            "rsa-generated" | "rsa-enc-generated" if text("keySize", "2048") != "2048" => {
                Self::Unknown(format!("RSA {}", text("keySize", "2048")))
            }
            "rsa-generated" => signing(text("algorithm", "RS256")),
            "hmac-generated" => signing(text("algorithm", "HS512")),
            "eddsa-generated" => match text("eddsaEllipticCurveKey", "Ed25519") {
                "Ed25519" => Self::Made(Purpose::Sign(Alg::EdDSA)),
                other => unknown(other),
            },
            "ecdsa-generated" => match text("ecdsaEllipticCurveKey", "P-256") {
                "P-256" => Self::Made(Purpose::Sign(Alg::ES256)),
                "P-384" => Self::Made(Purpose::Sign(Alg::ES384)),
                "P-521" => Self::Made(Purpose::Sign(Alg::ES512)),
                other => unknown(other),
            },
            "rsa-enc-generated" => match text("algorithm", "RSA-OAEP") {
                "RSA-OAEP" => Self::Made(Purpose::Encrypt),
                other => unknown(other),
            },
            "aes-generated" => Self::Made(Purpose::Internal),
            "ecdh-generated" => {
                let name = text("ecdhEllipticCurveKey", "P-256");
                let curve = CURVES.iter().find(|(known, _)| *known == name);
                curve.map_or_else(
                    || unknown(name),
                    |(_, curve)| Self::Made(Purpose::Agree(*curve)),
                )
            }
            _ => Self::Own,
        }
    }
}
