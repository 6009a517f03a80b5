//! Platforms in software that vouch for the keys they keep: a TPM, a keystore of Android, and Apple; honest until they are altered.

use aws_lc_rs::digest::{SHA256, digest};
use ciborium::Value as Cbor;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose, IsCa,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm,
};

use super::authenticator::{Ceremony, Key};
use super::maker::{Maker, listed};
use crate::browser::Page;

/// The model of Windows Hello where a TPM has the key.
pub(super) const WINDOWS: [u8; 16] = [
    0x08, 0x98, 0x70, 0x58, 0xca, 0xdc, 0x4b, 0x81, 0xb6, 0xe1, 0x30, 0xde, 0x50, 0xdc, 0xbe, 0x96,
];
/// The model of Android.
const ANDROID: [u8; 16] = [
    0xb9, 0x3f, 0xd9, 0x61, 0xf2, 0xe6, 0x46, 0x2f, 0xb1, 0x22, 0x82, 0x00, 0x22, 0x47, 0xde, 0x78,
];
/// The model of Apple's devices.
const APPLE: [u8; 16] = [
    0xf2, 0x4a, 0x8e, 0x70, 0xd0, 0xd3, 0xf8, 0x2c, 0x29, 0x37, 0x32, 0x52, 0x3c, 0xc4, 0xde, 0x5a,
];

/// What a TPM may do with the keys of Windows Hello: among others to sign, and never to give them away.
const STAYS: [u8; 4] = [0, 6, 4, 0x72];

/// The members of a statement.
pub(super) type Statement = Vec<(Cbor, Cbor)>;

/// What a platform says of a key.
pub(super) struct Platform {
    pub(super) format: &'static str,
    /// The model that the authenticator names.
    pub(super) model: [u8; 16],
    /// What the certificate says, beside what is said of the key.
    pub(super) certificate: CertificateParams,
    /// The maker is the one that is listed.
    pub(super) is_listed: bool,
    /// An authority of the maker's is between.
    pub(super) between: Option<fn(&mut CertificateParams)>,
    /// The certificate is for a key of somebody else.
    pub(super) is_for_other: bool,
    /// What is signed behind everything else.
    pub(super) behind: &'static [u8],
    /// What a TPM says of the key.
    pub(super) area: fn(&mut Vec<u8>),
    /// What a TPM signs.
    pub(super) info: fn(&mut Vec<u8>),
    /// What Android sees to.
    pub(super) software: Vec<Vec<u8>>,
    /// What the device sees to.
    pub(super) hardware: Vec<Vec<u8>>,
    /// What a keystore says of the key, or what Apple says of the ceremony.
    pub(super) said: fn(&mut Vec<u8>),
    /// What is sent.
    pub(super) statement: fn(&mut Statement),
}

/// A value of DER.
pub(super) fn der(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match length {
        [0, short @ 0..=127] => vec![short],
        [0, short] => vec![0x81, short],
        long => [&[0x82], &long[..]].concat(),
    };
    [tag, &length, content].concat()
}

/// A right of a keystore: for what the key is.
pub(super) fn purposes(all: &[u8]) -> Vec<u8> {
    let all = all.iter().flat_map(|one| [2, 1, *one]);
    der(&[0xa1], &der(&[0x31], &all.collect::<Vec<u8>>()))
}

/// A right of a keystore: where the key is from.
pub(super) fn origin(number: u8) -> Vec<u8> {
    der(&[0xbf, 0x85, 0x3e], &[2, 1, number])
}

/// A right of a keystore: all applications may use the key.
pub(super) fn all_applications() -> Vec<u8> {
    der(&[0xbf, 0x84, 0x58], &[5, 0])
}

/// The other name of a certificate of a TPM; each of its parts with the last number of its kind.
pub(super) fn tpm_name(parts: &[(u8, &str)]) -> CustomExtension {
    let part = |(kind, text): &(u8, &str)| {
        let kind = der(&[6], &[0x67, 0x81, 0x05, 2, *kind]);
        let pair = [kind, der(&[0x0c], text.as_bytes())].concat();
        der(&[0x31], &der(&[0x30], &pair))
    };
    let all: Vec<u8> = parts.iter().flat_map(part).collect();
    let name = der(&[0x30], &der(&[0xa4], &der(&[0x30], &all)));
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 17], name);
    extension.set_criticality(true);
    extension
}

/// The parts of an honest name.
const NAMED: &[(u8, &str)] = &[(1, "id:41434D45"), (2, "Acme 9"), (3, "id:13")];

fn usual(format: &'static str, model: [u8; 16]) -> Platform {
    let mut certificate = CertificateParams::new(Vec::new()).unwrap();
    certificate.is_ca = IsCa::ExplicitNoCa;
    Platform {
        format,
        model,
        certificate,
        is_listed: true,
        between: None,
        is_for_other: false,
        behind: &[],
        area: |_| (),
        info: |_| (),
        software: vec![der(&[0xbf, 0x85, 0x3d], &[2, 1, 9])],
        hardware: vec![
            purposes(&[2]),
            origin(0),
            der(&[0xbf, 0x85, 0x3f], &[2, 1, 9]),
        ],
        said: |_| (),
        statement: |_| (),
    }
}

/// The TPM of a computer with Windows.
pub(super) fn tpm() -> Platform {
    let mut platform = usual("tpm", WINDOWS);
    let certificate = &mut platform.certificate;
    certificate.distinguished_name = DistinguishedName::new();
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![2, 23, 133, 8, 3])];
    certificate.custom_extensions = vec![tpm_name(NAMED)];
    platform
}

/// The keystore of a device with Android.
pub(super) fn android() -> Platform {
    let mut platform = usual("android-key", ANDROID);
    platform.certificate.is_ca = IsCa::NoCa;
    platform
}

/// A device of Apple's.
pub(super) fn apple() -> Platform {
    usual("apple", APPLE)
}

/// Puts another value in the place of a member, or of none.
pub(super) fn set(statement: &mut Statement, name: &str, value: Cbor) {
    statement.retain(|(known, _)| known.as_text() != Some(name));
    statement.push((name.into(), value));
}

/// Takes a member away.
pub(super) fn unset(statement: &mut Statement, name: &str) {
    statement.retain(|(known, _)| known.as_text() != Some(name));
}

/// A public key on P-256.
struct Public(Vec<u8>);

impl PublicKeyData for Public {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl Platform {
    /// What the browser sends for the new key.
    pub(super) fn fields(&self, key: &Key, page: &Page) -> Vec<(&'static str, String)> {
        let ceremony = Ceremony::create(page);
        key.make_with(&ceremony, (self.format, self.model), &|data, hash| {
            let message = [data, hash].concat();
            let mut statement = match self.format {
                "tpm" => self.of_tpm(key, &message),
                "android-key" => self.of_keystore(key, &message, hash),
                _ => self.of_apple(key, &message),
            };
            (self.statement)(&mut statement);
            statement
        })
    }

    /// What a maker certifies, and the certificates that stand behind it.
    fn certified<T>(&self, certify: impl Fn(&Maker) -> T) -> (T, Vec<Cbor>) {
        let other;
        let maker = match self.is_listed {
            true => listed(),
            false => {
                other = Maker::create();
                &other
            }
        };
        match self.between {
            None => (certify(maker), Vec::new()),
            Some(alter) => {
                let below = maker.below_with(alter);
                (certify(&below), vec![Cbor::Bytes(below.der.clone())])
            }
        }
    }

    fn of_tpm(&self, key: &Key, message: &[u8]) -> Statement {
        let mut area = area(key);
        (self.area)(&mut area);
        let name = [&[0, 0x0b][..], digest(&SHA256, &area).as_ref()].concat();
        let mut info = [0xff, 0x54, 0x43, 0x47, 0x80, 0x17, 0, 0, 0, 0x20].to_vec();
        info.extend_from_slice(digest(&SHA256, message).as_ref());
        info.extend([7; 25]);
        info.extend([0, 0x22]);
        info.extend(name);
        info.extend([0, 0]);
        (self.info)(&mut info);
        let (leaf, above) = self.certified(|maker| maker.certify_as(&self.certificate));
        let path = [vec![Cbor::Bytes(leaf.der.clone())], above].concat();
        let signature = leaf.sign(&[info.as_slice(), self.behind].concat());
        vec![
            ("ver".into(), "2.0".into()),
            ("alg".into(), (-7).into()),
            ("x5c".into(), Cbor::Array(path)),
            ("sig".into(), Cbor::Bytes(signature)),
            ("certInfo".into(), Cbor::Bytes(info)),
            ("pubArea".into(), Cbor::Bytes(area)),
        ]
    }

    /// The certificates of the new key, with an extension of this name.
    fn path(&self, key: &Key, (name, content): (&[u64], Vec<u8>)) -> Cbor {
        let mut params = self.certificate.clone();
        let extension = CustomExtension::from_oid_content(name, content);
        params.custom_extensions.push(extension);
        let point = match self.is_for_other {
            true => Key::new("ES256", "somebody else").point(),
            false => key.point(),
        };
        let public = Public(point);
        let (first, above) = self.certified(|maker| maker.certify_key(&params, &public));
        Cbor::Array([vec![Cbor::Bytes(first)], above].concat())
    }

    fn of_keystore(&self, key: &Key, message: &[u8], hash: &[u8]) -> Statement {
        const NAME: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
        let list = |rights: &[Vec<u8>]| der(&[0x30], &rights.concat());
        let mut said = [
            der(&[2], &[1, 0x2c]),
            der(&[0x0a], &[1]),
            der(&[2], &[1, 0x2c]),
            der(&[0x0a], &[1]),
            der(&[4], hash),
            der(&[4], &[]),
            list(&self.software),
            list(&self.hardware),
        ]
        .concat();
        (self.said)(&mut said);
        vec![
            ("alg".into(), (-7).into()),
            (
                "sig".into(),
                Cbor::Bytes(key.sign(&[message, self.behind].concat())),
            ),
            ("x5c".into(), self.path(key, (NAME, der(&[0x30], &said)))),
        ]
    }

    fn of_apple(&self, key: &Key, message: &[u8]) -> Statement {
        const NAME: &[u64] = &[1, 2, 840, 113_635, 100, 8, 2];
        let nonce = der(&[4], digest(&SHA256, message).as_ref());
        let mut said = der(&[0x30], &der(&[0xa1], &nonce));
        (self.said)(&mut said);
        vec![("x5c".into(), self.path(key, (NAME, said)))]
    }
}

/// The public half of a key, as a TPM writes it.
fn area(key: &Key) -> Vec<u8> {
    let cose: Cbor = ciborium::from_reader(key.cose().as_slice()).unwrap();
    let members = cose.into_map().unwrap();
    let bytes = |label: i64| {
        let found = members
            .iter()
            .find(|(known, _)| *known == Cbor::from(label));
        found.and_then(|(_, value)| value.as_bytes()).cloned()
    };
    let sized = |bytes: Vec<u8>| {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        [length.to_vec(), bytes].concat()
    };
    let head = |kind: u8| [&[0, kind, 0, 0x0b], &STAYS[..], &[0, 0, 0, 0x10]].concat();
    match bytes(-3) {
        Some(y) => [
            head(0x23),
            vec![0, 0x10, 0, 3, 0, 0x10],
            sized(bytes(-2).unwrap()),
            sized(y),
        ]
        .concat(),
        None => [
            head(1),
            vec![0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0],
            sized(bytes(-1).unwrap()),
        ]
        .concat(),
    }
}
