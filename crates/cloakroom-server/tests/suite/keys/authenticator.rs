//! An authenticator in software, apart from the server's own reading: it makes keys, signs, and lies where it is told to.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

use crate::browser::Page;
use crate::html::unescape;

/// The model that authenticators name, unless they are told to name another.
pub(super) const MODEL: [u8; 16] = [0xab; 16];
/// The person is there, and verified.
pub(super) const VERIFIED: u8 = 0b101;
/// The person is there.
pub(super) const PRESENT: u8 = 0b001;

enum Private {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

/// Makes a statement of what the authenticator says and of the digest of the client data.
type Statement<'a> = &'a dyn Fn(&[u8], &[u8]) -> Vec<(Cbor, Cbor)>;

/// A key as its authenticator keeps it.
pub(super) struct Key {
    private: Private,
    pub(super) id: Vec<u8>,
    pub(super) counter: u32,
}

/// What is signed, and where it claims to be.
#[derive(Clone)]
pub(super) struct Ceremony {
    pub(super) kind: &'static str,
    pub(super) challenge: String,
    pub(super) origin: String,
    pub(super) rp_id: String,
    pub(super) flags: u8,
    pub(super) cross_origin: bool,
    /// What stands behind the counter.
    pub(super) behind: Vec<u8>,
    pub(super) user_handle: String,
}

/// An attribute of a page.
pub(super) fn said(page: &Page, name: &str) -> String {
    let start = format!(" {name}=\"");
    let found = page.answer.body.split_once(&start);
    let (_, rest) = found.unwrap_or_else(|| panic!("no {name}: {}", page.answer.body));
    unescape(rest.split('"').next().unwrap())
}

impl Ceremony {
    /// What an honest browser makes of a page.
    pub(super) fn of(page: &Page, kind: &'static str) -> Self {
        let mut parts = page.address.splitn(4, '/');
        let origin: Vec<&str> = parts.by_ref().take(3).collect();
        Self {
            kind,
            challenge: said(page, "data-challenge"),
            origin: origin.join("/"),
            rp_id: said(page, "data-rp-id"),
            flags: VERIFIED,
            cross_origin: false,
            behind: Vec::new(),
            user_handle: String::new(),
        }
    }

    pub(super) fn get(page: &Page) -> Self {
        Self::of(page, "webauthn.get")
    }

    pub(super) fn create(page: &Page) -> Self {
        Self::of(page, "webauthn.create")
    }

    pub(super) fn client_data(&self) -> Vec<u8> {
        let said = json!({
            "type": self.kind, "challenge": self.challenge, "origin": self.origin, "crossOrigin": self.cross_origin,
        });
        said.to_string().into_bytes()
    }

    pub(super) fn authenticator_data(&self, counter: u32) -> Vec<u8> {
        let rp = digest(&SHA256, self.rp_id.as_bytes());
        [
            rp.as_ref(),
            &[self.flags],
            &counter.to_be_bytes(),
            &self.behind,
        ]
        .concat()
    }
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Key {
    /// `ES256`, `RS256` or `EdDSA`; the seed is its id.
    pub(super) fn new(algorithm: &str, seed: &str) -> Self {
        let private = match algorithm {
            "RS256" => Private::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
            "EdDSA" => Private::EdDsa(Ed25519KeyPair::generate().unwrap()),
            _ => {
                let signing = &ECDSA_P256_SHA256_ASN1_SIGNING;
                Private::Es256(EcdsaKeyPair::generate(signing).unwrap())
            }
        };
        Self {
            private,
            id: digest(&SHA256, seed.as_bytes()).as_ref().to_vec(),
            counter: 7,
        }
    }

    /// The public half (RFC 9052 §7).
    pub(super) fn cose(&self) -> Vec<u8> {
        let number = |number: i64| Cbor::from(number);
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        let members = match &self.private {
            Private::Es256(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    (1, number(2)),
                    (3, number(-7)),
                    (-1, number(1)),
                    (-2, bytes(&point[1..33])),
                    (-3, bytes(&point[33..])),
                ]
            }
            Private::Rs256(pair) => {
                // A sequence of two whole numbers, of which the first has 257 bytes with its sign.
                let der = pair.public_key().as_ref();
                vec![
                    (1, number(3)),
                    (3, number(-257)),
                    (-1, bytes(&der[9..265])),
                    (-2, bytes(&der[267..])),
                ]
            }
            Private::EdDsa(pair) => vec![
                (1, number(1)),
                (3, number(-8)),
                (-1, number(6)),
                (-2, bytes(pair.public_key().as_ref())),
            ],
        };
        let members = members
            .into_iter()
            .map(|(label, value)| (number(label), value));
        written(&Cbor::Map(members.collect()))
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.private {
            Private::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Private::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Private::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// The credential of an export of Keycloak.
    pub(super) fn credential(&self, kind: &str, label: &str) -> Value {
        let data = json!({
            "aaguid": "00000000-0000-0000-0000-000000000000", "credentialId": STANDARD.encode(&self.id),
            "counter": self.counter, "attestationStatement": null,
            "credentialPublicKey": base64url(&self.cose()), "attestationStatementFormat": "none", "transports": ["usb", "nfc"],
        });
        json!({"type": kind, "userLabel": label, "secretData": "{}", "credentialData": data.to_string()})
    }

    /// The new key behind the counter: the model, its id, and the public half.
    pub(super) fn attested(&self) -> Vec<u8> {
        self.attested_as(MODEL)
    }

    fn attested_as(&self, model: [u8; 16]) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        [&model[..], &length, &self.id, &self.cose()].concat()
    }

    /// The point of the public half, uncompressed.
    pub(super) fn point(&self) -> Vec<u8> {
        match &self.private {
            Private::Es256(pair) => pair.public_key().as_ref().to_vec(),
            _ => panic!("the key is no point of a curve"),
        }
    }

    /// Makes the key, and says so in this format: `none`, or `packed` with a signature of its own.
    pub(super) fn make(&self, ceremony: &Ceremony, format: &str) -> Vec<(&'static str, String)> {
        self.make_with(ceremony, (format, MODEL), &|data, hash| match format {
            "packed" => vec![
                (Cbor::from("alg"), Cbor::from(-7)),
                (
                    Cbor::from("sig"),
                    Cbor::Bytes(self.sign(&[data, hash].concat())),
                ),
            ],
            _ => Vec::new(),
        })
    }

    /// The same with the statement that is made of what the authenticator says, and of the digest of the client data.
    pub(super) fn make_with(
        &self,
        ceremony: &Ceremony,
        (format, model): (&str, [u8; 16]),
        statement: Statement<'_>,
    ) -> Vec<(&'static str, String)> {
        let client_data = ceremony.client_data();
        let mut ceremony = ceremony.clone();
        if ceremony.behind.is_empty() {
            ceremony.flags |= 0b0100_0000;
            ceremony.behind = self.attested_as(model);
        }
        let data = ceremony.authenticator_data(self.counter);
        let statement = statement(&data, digest(&SHA256, &client_data).as_ref());
        let object = Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from(format)),
            (Cbor::from("attStmt"), Cbor::Map(statement)),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]);
        vec![
            ("clientDataJSON", base64url(&client_data)),
            ("attestationObject", base64url(&written(&object))),
            ("publicKeyCredentialId", base64url(&self.id)),
            ("transports", "usb,nfc".to_owned()),
            ("authenticatorAttachment", "cross-platform".to_owned()),
            ("authenticatorLabel", "New key".to_owned()),
        ]
    }

    /// Signs, and counts.
    pub(super) fn assert(&mut self, ceremony: &Ceremony) -> Vec<(&'static str, String)> {
        self.counter += 1;
        self.assert_at(ceremony, self.counter)
    }

    pub(super) fn assert_at(
        &self,
        ceremony: &Ceremony,
        counter: u32,
    ) -> Vec<(&'static str, String)> {
        let client_data = ceremony.client_data();
        let data = ceremony.authenticator_data(counter);
        let message = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        vec![
            ("clientDataJSON", base64url(&client_data)),
            ("authenticatorData", base64url(&data)),
            ("signature", base64url(&self.sign(&message))),
            ("credentialId", base64url(&self.id)),
            ("userHandle", ceremony.user_handle.clone()),
        ]
    }
}

pub(super) fn written(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
