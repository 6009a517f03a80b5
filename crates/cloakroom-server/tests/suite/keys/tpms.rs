//! What no TPM says of a key, a row each: the structures that it writes, the statement around them, and the certificate.

use ciborium::Value as Cbor;
use rcgen::{BasicConstraints, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa};

use super::beside;
use super::maker::{model, octets};
use super::makers::{NO_MAKER, OTHER_KIND, OTHER_MODEL, OTHER_USE, PATH, STATEMENT, UNSIGNED};
use super::platform::{set, tpm, tpm_name, unset};
use super::platforms::{NO_MODEL, Row, models, refused};
use crate::further::{Scene, Story};

pub(super) const STORIES: &[(&str, Story)] = &[("WEBAUTHN-06-what-no-tpm-says-of-a-key", no_tpm)];

const AREA: &str = "what the TPM says of the key cannot be read";
const INFO: &str = "what the TPM has signed is not that it has a key";
const SPEAKS: &str = "the TPM speaks of another key";
const TPM_CEREMONY: &str = "the TPM has signed for another ceremony";
const GIVEN: &str = "the authenticator may give the key away, or was given it";
const SHA1: &str =
    "the TPM has signed over SHA-1, which is broken, and the realm asks for its word";

/// Of `TPMT_PUBLIC`, `TPMS_ATTEST` and what stands around them.
const TPM: &[Row] = &[
    ("another version", STATEMENT, tpm, |it| {
        it.statement = |it| set(it, "ver", "1.2".into());
    }),
    ("no version", STATEMENT, tpm, |it| {
        it.statement = |it| unset(it, "ver");
    }),
    ("no algorithm", STATEMENT, tpm, |it| {
        it.statement = |it| unset(it, "alg");
    }),
    ("no signature", STATEMENT, tpm, |it| {
        it.statement = |it| unset(it, "sig");
    }),
    ("something beside", STATEMENT, tpm, |it| {
        it.statement = |it| set(it, "ecdaaKeyId", Cbor::Bytes(vec![1]));
    }),
    ("a text for a structure", STATEMENT, tpm, |it| {
        it.statement = |it| set(it, "certInfo", "certInfo".into());
    }),
    ("the broken algorithm", SHA1, tpm, |it| {
        it.statement = |it| set(it, "alg", (-65535).into());
    }),
    ("an algorithm without a digest", OTHER_KIND, tpm, |it| {
        it.statement = |it| set(it, "alg", (-8).into());
    }),
    ("a longer digest", TPM_CEREMONY, tpm, |it| {
        it.statement = |it| set(it, "alg", (-35).into());
    }),
    ("the algorithm of another key", OTHER_KIND, tpm, |it| {
        it.statement = |it| set(it, "alg", (-257).into());
    }),
    ("no public half", AREA, tpm, |it| it.area = Vec::clear),
    ("half a public half", AREA, tpm, |it| {
        it.area = |it| it.truncate(60);
    }),
    ("more than a public half", AREA, tpm, |it| {
        it.area = |it| it.push(0);
    }),
    ("a key of another kind", AREA, tpm, |it| {
        it.area = |it| it[1] = 0x25;
    }),
    ("a name by SHA-1", AREA, tpm, |it| it.area = |it| it[3] = 4),
    ("a key that does not sign", AREA, tpm, |it| {
        it.area = |it| it[5] = 2;
    }),
    ("an endless policy", AREA, tpm, |it| {
        it.area = |it| it[8] = 0xff;
    }),
    ("a cipher", AREA, tpm, |it| it.area = |it| it[11] = 6),
    ("another scheme", AREA, tpm, |it| {
        it.area = |it| it[13] = 0x1a;
    }),
    ("another curve", AREA, tpm, |it| {
        it.area = |it| it[15] = 0x10;
    }),
    ("a longer curve", SPEAKS, tpm, |it| {
        it.area = |it| it[15] = 4;
    }),
    ("something derived", AREA, tpm, |it| {
        it.area = |it| it[17] = 0x20;
    }),
    ("a longer number", AREA, tpm, |it| {
        it.area = |it| it[19] = 33;
    }),
    ("another number", SPEAKS, tpm, |it| {
        it.area = |it| it[40] ^= 1;
    }),
    ("a scheme over another digest", SPEAKS, tpm, |it| {
        it.area = |it| drop(it.splice(12..14, [0, 0x18, 0, 0x0c]));
    }),
    ("another public half than was named", SPEAKS, tpm, |it| {
        it.statement = |it| {
            let found = it
                .iter_mut()
                .find(|(name, _)| name.as_text() == Some("pubArea"));
            // The key is the same, but for a right.
            if let Some((_, Cbor::Bytes(area))) = found {
                area[7] ^= 0x40;
            }
        };
    }),
    ("a key that may leave", GIVEN, tpm, |it| {
        it.area = |it| it[7] = 0x70;
    }),
    ("a key whose parent may leave", GIVEN, tpm, |it| {
        it.area = |it| it[7] = 0x62;
    }),
    ("a key from elsewhere", GIVEN, tpm, |it| {
        it.area = |it| it[7] = 0x52;
    }),
    ("another magic", INFO, tpm, |it| it.info = |it| it[0] = 0),
    ("a quote", INFO, tpm, |it| it.info = |it| it[5] = 0x18),
    ("half of what is signed", INFO, tpm, |it| {
        it.info = |it| it.truncate(80);
    }),
    ("something behind what is signed", INFO, tpm, |it| {
        it.info = |it| it.push(0);
    }),
    ("an endless signer", INFO, tpm, |it| {
        it.info = |it| it[6] = 0xff;
    }),
    ("another ceremony", TPM_CEREMONY, tpm, |it| {
        it.info = |it| it[20] ^= 1;
    }),
    ("no ceremony", TPM_CEREMONY, tpm, |it| {
        it.info = |it| {
            it.drain(10..42);
            it[9] = 0;
        };
    }),
    ("another name", SPEAKS, tpm, |it| {
        it.info = |it| it[80] ^= 1;
    }),
    ("a name by another digest", SPEAKS, tpm, |it| {
        it.info = |it| it[70] = 0x0c;
    }),
    ("signed over more", UNSIGNED, tpm, |it| it.behind = &[0]),
];

/// Of the certificate of a TPM.
const TPM_CERTIFICATES: &[Row] = &[
    ("no certificate", PATH, tpm, |it| {
        it.statement = |it| set(it, "x5c", Cbor::Array(Vec::new()));
    }),
    ("no maker that counts", NO_MAKER, tpm, |it| {
        it.is_listed = false;
    }),
    ("no authority between", NO_MAKER, tpm, |it| {
        it.between = Some(|it| it.is_ca = IsCa::ExplicitNoCa);
    }),
    ("a subject", OTHER_USE, tpm, |it| {
        let name = &mut it.certificate.distinguished_name;
        name.push(DnType::CommonName, "Acme");
    }),
    ("no other name", OTHER_USE, tpm, |it| {
        it.certificate.custom_extensions.clear();
    }),
    ("no manufacturer", OTHER_USE, tpm, |it| {
        it.certificate.custom_extensions = vec![tpm_name(&[(2, "Acme 9"), (3, "id:13")])];
    }),
    ("a manufacturer without an id", OTHER_USE, tpm, |it| {
        let parts = &[(1, "Acme"), (2, "Acme 9"), (3, "id:13")];
        it.certificate.custom_extensions = vec![tpm_name(parts)];
    }),
    ("two manufacturers", OTHER_USE, tpm, |it| {
        let parts = &[
            (1, "id:41434D45"),
            (1, "id:41434D46"),
            (2, "Acme 9"),
            (3, "id:13"),
        ];
        it.certificate.custom_extensions = vec![tpm_name(parts)];
    }),
    ("no model of the TPM", OTHER_USE, tpm, |it| {
        let parts = &[(1, "id:41434D45"), (3, "id:13")];
        it.certificate.custom_extensions = vec![tpm_name(parts)];
    }),
    ("no version of the TPM", OTHER_USE, tpm, |it| {
        let parts = &[(1, "id:41434D45"), (2, "Acme 9")];
        it.certificate.custom_extensions = vec![tpm_name(parts)];
    }),
    ("no use", OTHER_USE, tpm, |it| {
        it.certificate.extended_key_usages.clear();
    }),
    ("another use", OTHER_USE, tpm, |it| {
        it.certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    }),
    ("an authority", OTHER_USE, tpm, |it| {
        it.certificate.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }),
    ("no word of being an authority", OTHER_USE, tpm, |it| {
        it.certificate.is_ca = IsCa::NoCa;
    }),
    ("something that nobody understands", PATH, tpm, |it| {
        let mut other = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], vec![5, 0]);
        other.set_criticality(true);
        it.certificate.custom_extensions.push(other);
    }),
    ("another model in it", OTHER_MODEL, tpm, |it| {
        let other = model(&octets([0xab; 16]));
        it.certificate.custom_extensions.push(other);
    }),
    // Whoever owns a TPM lets it sign for any model.
    ("a model of another maker", NO_MODEL, tpm, |it| {
        it.model = [0xab; 16];
    }),
];

fn no_tpm(scene: &Scene, name: &str) {
    let scene = &beside(scene, "no-tpm", models());
    refused(scene, name, TPM.iter().chain(TPM_CERTIFICATES));
}
