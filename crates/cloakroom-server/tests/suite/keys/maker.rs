//! Makers of authenticators in software: one whom the servers under test are told of, others, and certificates of every kind.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use ciborium::Value as Cbor;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData,
};

use super::authenticator::{Ceremony, Key, MODEL};
use crate::browser::Page;

/// The name of the extension with the model.
const EXTENSION: &[u64] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// A maker, or an authority of one.
pub(super) struct Maker {
    pub(super) pem: String,
    pub(super) der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(super) struct Leaf {
    pub(super) der: Vec<u8>,
    private: Private,
}

enum Private {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

/// The maker whom the servers under test are told of.
pub(super) fn listed() -> &'static Maker {
    static MAKER: OnceLock<Maker> = OnceLock::new();
    MAKER.get_or_init(Maker::create)
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// The extension with a model.
pub(super) fn model(content: &[u8]) -> CustomExtension {
    CustomExtension::from_oid_content(EXTENSION, content.to_vec())
}

/// A string of bytes of ASN.1.
pub(super) fn octets(model: [u8; 16]) -> Vec<u8> {
    [&[0x04, 0x10][..], &model].concat()
}

impl Maker {
    /// All of them have the same name.
    pub(super) fn create() -> Self {
        let params = authority("Acme Keys Root");
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Self {
            pem: own.pem(),
            der: own.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Another authority below this one.
    pub(super) fn below(&self, is_ca: IsCa) -> Self {
        self.below_with(|it| it.is_ca = is_ca)
    }

    /// The same, but for what is altered.
    pub(super) fn below_with(&self, alter: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = authority("Acme Keys Plant 2");
        alter(&mut params);
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            pem: made.pem(),
            der: made.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for authenticators of the usual model, but for what is altered.
    pub(super) fn certify(&self, alter: fn(&mut CertificateParams)) -> Leaf {
        let mut params = Self::usual();
        alter(&mut params);
        self.certify_as(&params)
    }

    /// A certificate that says this, with a key of its own.
    pub(super) fn certify_as(&self, params: &CertificateParams) -> Leaf {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.serialized_der());
        Leaf {
            der: self.certify_key(params, &key),
            private: Private::Es256(pair.unwrap()),
        }
    }

    /// A certificate that says this, for a key that is somewhere else.
    pub(super) fn certify_key(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> Vec<u8> {
        params.signed_by(key, &self.issuer).unwrap().der().to_vec()
    }

    /// The same with a key of RSA.
    pub(super) fn certify_rsa(&self) -> Leaf {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let pair = RsaKeyPair::from_pkcs8(key.serialized_der()).unwrap();
        let made = Self::usual().signed_by(&key, &self.issuer).unwrap();
        Leaf {
            der: made.der().to_vec(),
            private: Private::Rs256(pair),
        }
    }

    fn usual() -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = name(&[
            (DnType::CountryName, "SE"),
            (DnType::OrganizationName, "Acme Keys"),
            (DnType::OrganizationalUnitName, "Authenticator Attestation"),
            (DnType::CommonName, "Acme Key 7"),
        ]);
        params.is_ca = IsCa::ExplicitNoCa;
        params.custom_extensions = vec![model(&octets(MODEL))];
        params
    }
}

pub(super) fn name(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in parts {
        name.push(kind.clone(), *value);
    }
    name
}

impl Leaf {
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.private {
            Private::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Private::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// What the certificate says, in one of the first version: nothing beside the name. Nobody has signed it but itself.
    pub(super) fn of_first_version() -> Self {
        use openssl::hash::MessageDigest;
        use openssl::pkey::PKey;
        use openssl::x509::{X509Builder, X509NameBuilder};

        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let private = PKey::private_key_from_pkcs8(key.serialized_der()).unwrap();
        let mut name = X509NameBuilder::new().unwrap();
        for (kind, value) in [
            ("C", "SE"),
            ("O", "Acme Keys"),
            ("OU", "Authenticator Attestation"),
            ("CN", "Acme Key 7"),
        ] {
            name.append_entry_by_text(kind, value).unwrap();
        }
        let name = name.build();
        let mut made = X509Builder::new().unwrap();
        made.set_version(0).unwrap();
        made.set_subject_name(&name).unwrap();
        made.set_issuer_name(&name).unwrap();
        made.set_pubkey(&private).unwrap();
        let day = |days| openssl::asn1::Asn1Time::days_from_now(days).unwrap();
        made.set_not_before(&day(0)).unwrap();
        made.set_not_after(&day(9)).unwrap();
        made.sign(&private, MessageDigest::sha256()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.serialized_der());
        Self {
            der: made.build().to_der().unwrap(),
            private: Private::Es256(pair.unwrap()),
        }
    }
}

/// A statement with certificates, honest until it is altered.
pub(super) struct Told {
    pub(super) format: &'static str,
    pub(super) algorithm: Option<i64>,
    /// The model that the authenticator names.
    pub(super) model: [u8; 16],
    /// Certificates as they stand in it.
    pub(super) path: Vec<Cbor>,
    /// What stands in it beside that.
    pub(super) more: Vec<(Cbor, Cbor)>,
    /// What is signed behind everything else.
    pub(super) behind: Vec<u8>,
    signer: Leaf,
}

impl Told {
    /// A statement of the format `packed`.
    pub(super) fn packed(signer: Leaf) -> Self {
        Self {
            format: "packed",
            algorithm: Some(match signer.private {
                Private::Es256(_) => -7,
                Private::Rs256(_) => -257,
            }),
            model: MODEL,
            path: vec![Cbor::Bytes(signer.der.clone())],
            more: Vec::new(),
            behind: Vec::new(),
            signer,
        }
    }

    /// A statement of the format `fido-u2f`, which knows no models.
    pub(super) fn u2f(signer: Leaf) -> Self {
        Self {
            format: "fido-u2f",
            algorithm: None,
            model: [0; 16],
            ..Self::packed(signer)
        }
    }

    /// Another certificate behind those that stand there.
    pub(super) fn and(mut self, der: &[u8]) -> Self {
        self.path.push(Cbor::Bytes(der.to_vec()));
        self
    }

    pub(super) fn altered(mut self, alter: fn(&mut Self)) -> Self {
        alter(&mut self);
        self
    }

    /// What the browser sends for the new key.
    pub(super) fn fields(&self, key: &Key, page: &Page) -> Vec<(&'static str, String)> {
        let ceremony = Ceremony::create(page);
        let named = |name: &str, value| (Cbor::from(name), value);
        key.make_with(&ceremony, (self.format, self.model), &|data, hash| {
            let message = match self.format {
                "fido-u2f" => [&[0], &data[..32], hash, &key.id, &key.point()].concat(),
                _ => [data, hash].concat(),
            };
            let signature = self.signer.sign(&[message, self.behind.clone()].concat());
            let mut statement = vec![
                named("sig", Cbor::Bytes(signature)),
                named("x5c", Cbor::Array(self.path.clone())),
            ];
            let algorithm = self.algorithm.map(|number| named("alg", number.into()));
            statement.extend(algorithm);
            statement.extend(self.more.clone());
            statement
        })
    }
}
