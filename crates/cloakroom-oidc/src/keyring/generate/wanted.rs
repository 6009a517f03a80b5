//! Which key a component wants made, by the settings that an administrator gave it.

use cloakroom_jose::Alg;
use cloakroom_jose::alg::{Curve, RsaSize};
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

/// How long an RSA key has to be; `None` if nobody makes one of that size. A key of 1024 bits must not be used (RFC 7518
/// §3.3), so where one is asked for it has 2048.
pub fn rsa_size(component: &Component) -> Option<RsaSize> {
    match component.text("keySize").unwrap_or("2048") {
        "1024" | "2048" => Some(RsaSize::Bits2048),
        "3072" => Some(RsaSize::Bits3072),
        "4096" => Some(RsaSize::Bits4096),
        _ => None,
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
            "rsa-generated" | "rsa-enc-generated" if rsa_size(component).is_none() => {
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
                "RSA-OAEP" | "RSA-OAEP-256" => Self::Made(Purpose::Encrypt),
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

#[cfg(test)]
mod tests {
    use super::*;
    use cloakroom_model::component::Config;
    use cloakroom_model::id::ComponentId;

    fn asked(provider: &str, settings: &[(&str, &str)]) -> Component {
        let config = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
        Component {
            id: ComponentId::new("key"),
            parent_id: String::new(),
            name: None,
            provider_id: provider.to_owned(),
            provider_type: cloakroom_model::key::PROVIDER_TYPE.to_owned(),
            sub_type: None,
            config: config.collect(),
            secrets: Config::new(),
        }
    }

    #[test]
    fn an_rsa_key_is_as_long_as_asked_and_never_too_short() {
        for (asked_for, made) in [
            ("1024", Some(RsaSize::Bits2048)),
            ("2048", Some(RsaSize::Bits2048)),
            ("3072", Some(RsaSize::Bits3072)),
            ("4096", Some(RsaSize::Bits4096)),
            ("77", None),
        ] {
            for provider in ["rsa-generated", "rsa-enc-generated"] {
                let component = asked(provider, &[("keySize", asked_for)]);

                assert_eq!(rsa_size(&component), made, "{asked_for}");
                let is_known = !matches!(Wanted::by(&component), Wanted::Unknown(_));
                assert_eq!(is_known, made.is_some(), "{asked_for}");
            }
        }
    }

    #[test]
    fn a_key_to_encrypt_for_is_made_for_both_paddings() {
        for alg in ["RSA-OAEP", "RSA-OAEP-256"] {
            let component = asked("rsa-enc-generated", &[("algorithm", alg)]);

            assert_eq!(Wanted::by(&component), Wanted::Made(Purpose::Encrypt));
        }
        let broken = asked("rsa-enc-generated", &[("algorithm", "RSA1_5")]);
        assert!(matches!(Wanted::by(&broken), Wanted::Unknown(_)));
    }
}
