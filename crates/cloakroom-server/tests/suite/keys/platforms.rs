//! What platforms say of the keys they keep (`tpm`, `android-key`, `apple`): taken where it is right, and refused a row each where it is not.

use ciborium::Value as Cbor;
use rcgen::{BasicConstraints, CustomExtension, IsCa};
use serde_json::{Value, json};

use super::authenticator::Key;
use super::maker::{model, octets};
use super::makers::{NO_MAKER, OTHER_KIND, OTHER_USE, PATH, STATEMENT, UNSIGNED, is_refused};
use super::platform::{
    Platform, WINDOWS, all_applications, android, apple, der, origin, purposes, set, tpm, unset,
};
use super::register::{asked, send};
use super::{answer, beside};
use crate::further::{Scene, Story};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-realm-takes-the-keys-that-platforms-vouch-for", taken),
    ("WEBAUTHN-06-what-no-keystore-says-of-a-key", no_keystore),
    ("WEBAUTHN-06-what-apple-does-not-say-of-a-key", no_apple),
    (
        "a-realm-that-asks-nobody-takes-what-a-tpm-signs-over-sha-1",
        unasked,
    ),
];

/// A realm that lists the platforms' own models and another one.
pub(super) fn models() -> Value {
    json!({
        "webAuthnPolicyAcceptableAaguids": [
            "08987058-cadc-4b81-b6e1-30de50dcbe96", "b93fd961-f2e6-462f-b122-82002247de78",
            "f24a8e70-d0d3-f82c-2937-32523cc4de5a", "abababab-abab-abab-abab-abababababab",
        ],
        "webAuthnPolicyAttestationConveyancePreference": "direct",
    })
}

pub(super) type Row = (
    &'static str,
    &'static str,
    fn() -> Platform,
    fn(&mut Platform),
);

fn altered(platform: fn() -> Platform, alter: fn(&mut Platform)) -> Platform {
    let mut platform = platform();
    alter(&mut platform);
    platform
}

/// With the algorithm of the key.
const TAKEN: &[Row] = &[
    ("tpm", "ES256", tpm, |_| ()),
    ("tpm-rsa", "RS256", tpm, |_| ()),
    ("tpm-plant", "ES256", tpm, |it| it.between = Some(|_| ())),
    ("tpm-model", "ES256", tpm, |it| {
        it.model = [0xab; 16];
        let named = model(&octets([0xab; 16]));
        it.certificate.custom_extensions.push(named);
    }),
    // Policies need be understood, and narrow nothing where none are asked for.
    ("tpm-policy", "ES256", tpm, |it| {
        let policy = der(&[0x30], &der(&[0x30], &[6, 3, 0x2a, 3, 4]));
        let mut policy = CustomExtension::from_oid_content(&[2, 5, 29, 32], policy);
        policy.set_criticality(true);
        it.certificate.custom_extensions.push(policy);
    }),
    // A key that signs over one digest alone.
    ("tpm-scheme", "ES256", tpm, |it| {
        it.area = |area| drop(area.splice(12..14, [0, 0x18, 0, 0x0b]));
    }),
    ("android", "ES256", android, |_| ()),
    ("android-plant", "ES256", android, |it| {
        it.between = Some(|_| ());
    }),
    ("apple", "ES256", apple, |_| ()),
    ("apple-plant", "ES256", apple, |it| {
        it.between = Some(|_| ());
    }),
];

fn taken(scene: &Scene, name: &str) {
    let scene = &beside(scene, "platforms", models());
    for (case, algorithm, platform, alter) in TAKEN {
        let platform = altered(*platform, *alter);
        let name = format!("{case}-{}", name.len());
        let (person, mut browser, page) = asked(scene, &name);
        let mut key = Key::new(algorithm, &name);
        let place = send(&mut browser, &page, &platform.fields(&key, &page));
        assert_eq!(scene.subject(place), person.id, "{case}");
        let shown = super::stored(scene, &person);
        assert_eq!(shown["attestationStatementFormat"], json!(platform.format));
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let place = answer(&mut browser, &page, &mut key);
        assert_eq!(scene.subject(place), person.id, "{case}");
    }
}

const CEREMONY: &str = "the certificate of the authenticator is for another ceremony";
const OTHER_KEY: &str = "the certificate of the authenticator is for another key";
const ELSEWHERE: &str = "the key was not made where the device keeps it";
const PURPOSE: &str = "the key is for something else than to sign";
const DESCRIPTION: &str = "what the keystore says of the key cannot be read";
pub(super) const NO_MODEL: &str = "the certificate of the authenticator names no model";

const KEYSTORE: &[Row] = &[
    ("no algorithm", STATEMENT, android, |it| {
        it.statement = |it| unset(it, "alg");
    }),
    ("no signature", STATEMENT, android, |it| {
        it.statement = |it| unset(it, "sig");
    }),
    ("something beside", PATH, android, |it| {
        it.statement = |it| set(it, "ver", "2.0".into());
    }),
    ("another algorithm", OTHER_KIND, android, |it| {
        it.statement = |it| set(it, "alg", (-257).into());
    }),
    ("no certificate", PATH, android, |it| {
        it.statement = |it| unset(it, "x5c");
    }),
    ("signed over more", UNSIGNED, android, |it| it.behind = &[0]),
    ("the key of another", UNSIGNED, android, |it| {
        it.is_for_other = true;
    }),
    ("an authority", OTHER_USE, android, |it| {
        it.certificate.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }),
    (
        "a key of the keystore that signs",
        OTHER_USE,
        android,
        |it| {
            it.between = Some(|it| {
                let name = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
                let said = CustomExtension::from_oid_content(name, vec![0x30, 0]);
                it.custom_extensions.push(said);
            });
        },
    ),
    ("another ceremony", CEREMONY, android, |it| {
        // Behind the version and level of keystore and statement, and the head of the digest.
        it.said = |it| it[16] ^= 1;
    }),
    ("nothing said", DESCRIPTION, android, |it| {
        it.said = Vec::clear;
    }),
    ("half of it said", DESCRIPTION, android, |it| {
        it.said = |it| it.truncate(50);
    }),
    ("more said", DESCRIPTION, android, |it| {
        it.said = |it| it.extend([5, 0]);
    }),
    ("a number for a level", DESCRIPTION, android, |it| {
        it.said = |it| it[4] = 2;
    }),
    ("a length that is none", DESCRIPTION, android, |it| {
        it.said = |it| it[1] = 0x84;
    }),
    ("a right without a number", DESCRIPTION, android, |it| {
        it.hardware.push(vec![0x30, 0]);
    }),
    ("a right twice", DESCRIPTION, android, |it| {
        it.hardware.push(origin(0));
    }),
    ("two origins in one", DESCRIPTION, android, |it| {
        it.hardware[1] = der(&[0xbf, 0x85, 0x3e], &[2, 1, 0, 2, 1, 2]);
    }),
    (
        "all applications",
        "the key is for all applications of the device",
        android,
        |it| it.hardware.push(all_applications()),
    ),
    (
        "all applications, as Android says",
        "the key is for all applications of the device",
        android,
        |it| it.software.push(all_applications()),
    ),
    ("an imported key", ELSEWHERE, android, |it| {
        it.hardware[1] = origin(2);
    }),
    ("a key from nowhere", ELSEWHERE, android, |it| {
        it.hardware.remove(1);
    }),
    ("a key of Android alone", ELSEWHERE, android, |it| {
        it.software = std::mem::take(&mut it.hardware);
    }),
    ("no purpose", PURPOSE, android, |it| {
        it.hardware.remove(0);
    }),
    ("an empty purpose", PURPOSE, android, |it| {
        it.hardware[0] = purposes(&[]);
    }),
    ("another purpose", PURPOSE, android, |it| {
        it.hardware[0] = purposes(&[1]);
    }),
    ("another purpose beside", PURPOSE, android, |it| {
        it.hardware[0] = purposes(&[2, 7]);
    }),
    ("no maker that counts", NO_MAKER, android, |it| {
        it.is_listed = false;
    }),
    ("a model of another maker", NO_MODEL, android, |it| {
        it.model = WINDOWS;
    }),
];

const APPLES: &[Row] = &[
    ("something beside", PATH, apple, |it| {
        it.statement = |it| set(it, "alg", (-7).into());
    }),
    ("no certificate", PATH, apple, |it| {
        it.statement = |it| set(it, "x5c", Cbor::Array(Vec::new()));
    }),
    ("another ceremony", CEREMONY, apple, |it| {
        it.said = |it| it[10] ^= 1;
    }),
    ("no ceremony", CEREMONY, apple, |it| it.said = Vec::clear),
    ("a bare ceremony", CEREMONY, apple, |it| {
        it.said = |it| drop(it.drain(..6));
    }),
    ("more than a ceremony", CEREMONY, apple, |it| {
        it.said = |it| it.push(0);
    }),
    ("the key of another", OTHER_KEY, apple, |it| {
        it.is_for_other = true;
    }),
    ("an authority", OTHER_USE, apple, |it| {
        it.certificate.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }),
    ("no maker that counts", NO_MAKER, apple, |it| {
        it.is_listed = false;
    }),
    ("a model of another maker", NO_MODEL, apple, |it| {
        it.model = [0xab; 16];
    }),
];

/// Each of them is refused, and then what is honest is taken.
pub(super) fn refused(scene: &Scene, name: &str, rows: impl Iterator<Item = &'static Row>) {
    let (person, mut browser, mut page) = asked(scene, name);
    let key = Key::new("ES256", name);
    let mut honest = None;
    for (row, why, platform, alter) in rows {
        let fields = altered(*platform, *alter).fields(&key, &page);
        let there = (&person, &mut browser, &page);
        page = is_refused(scene, there, &fields, (row, why));
        honest = Some(*platform);
    }
    let fields = honest.unwrap()().fields(&key, &page);
    assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
}

fn no_keystore(scene: &Scene, name: &str) {
    let scene = &beside(scene, "no-keystore", models());
    refused(scene, name, KEYSTORE.iter());
}

fn no_apple(scene: &Scene, name: &str) {
    let scene = &beside(scene, "no-apple", models());
    refused(scene, name, APPLES.iter());
}

fn unasked(scene: &Scene, name: &str) {
    let (person, mut browser, page) = asked(scene, name);
    let key = Key::new("ES256", name);
    let platform = altered(tpm, |it| {
        it.statement = |it| set(it, "alg", (-65535).into());
    });
    let place = send(&mut browser, &page, &platform.fields(&key, &page));
    assert_eq!(scene.subject(place), person.id);
    // What is signed in a way that counts is checked whether it is asked for or not.
    let (person, mut browser, page) = asked(scene, &format!("other-{name}"));
    let platform = altered(tpm, |it| it.behind = &[0]);
    let fields = platform.fields(&key, &page);
    let there = (&person, &mut browser, &page);
    is_refused(scene, there, &fields, (name, UNSIGNED));
}
