//! Certificates that a platform makes for one key of an application: what such a key signs for another is no word of the platform.

use rcgen::{CertificateParams, CustomExtension};

use super::maker::Told;
use super::makers::Row;

const WHY: &str = "the certificate of the authenticator is for one key of an application";

/// What a keystore of Android says of a key.
const KEYSTORE: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];

/// What a device of Apple's says of one.
const APPLE: &[u64] = &[1, 2, 840, 113_635, 100, 8, 2];

fn of_android(params: &mut CertificateParams) {
    let said = CustomExtension::from_oid_content(KEYSTORE, vec![0x30, 0]);
    params.custom_extensions.push(said);
}

fn of_apple(params: &mut CertificateParams) {
    let said = CustomExtension::from_oid_content(APPLE, vec![0x30, 0]);
    params.custom_extensions.push(said);
}

/// Each is by the maker that counts, and its key has signed for a key that is anywhere.
pub(super) const ROWS: &[Row] = &[
    (
        "an old authenticator that is an app of Android",
        WHY,
        |it| Told::u2f(it.certify(of_android)),
    ),
    (
        "an old authenticator that is an app of Apple's",
        WHY,
        |it| Told::u2f(it.certify(of_apple)),
    ),
    ("an app of Android", WHY, |it| {
        Told::packed(it.certify(of_android))
    }),
    ("an app of Apple's", WHY, |it| {
        Told::packed(it.certify(of_apple))
    }),
    ("an authority that is an app of Android", WHY, |it| {
        let below = it.below_with(of_android);
        Told::packed(below.certify(|_| ())).and(&below.der)
    }),
];
