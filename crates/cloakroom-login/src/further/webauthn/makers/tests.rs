//! Paths of certificates: which of them end at a maker who is listed.

use rcgen::{
    BasicConstraints, Certificate as Made, CertificateParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::*;

/// 2027, when all certificates here are good.
const NOW: i64 = 1_800_000_000;
/// The year 5000, when none is.
const OVER: i64 = 95_617_584_000;

type Authority = (Made, Issuer<'static, KeyPair>);

fn params(name: &str, is_ca: IsCa) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = is_ca;
    params
}

fn authority(params: CertificateParams, by: Option<&Authority>) -> Authority {
    let key = KeyPair::generate().unwrap();
    let made = match by {
        Some((_, issuer)) => params.signed_by(&key, issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    (made, Issuer::new(params, key))
}

fn root() -> Authority {
    let free = IsCa::Ca(BasicConstraints::Unconstrained);
    authority(params("Root", free), None)
}

fn listed(made: &Made) -> Makers {
    Makers::default().with(&made.pem()).unwrap()
}

fn is_vouched(makers: &Makers, path: &[&Made], now: i64) -> bool {
    let read = |made: &&Made| Certificate::read(made.der()).is_some();
    assert!(path.iter().all(read));
    let path = path.iter().filter_map(|made| Certificate::read(made.der()));
    let path: Vec<_> = path.collect();
    makers.vouch_for(&path, Timestamp::from_seconds(now))
}

#[test]
fn a_path_ends_at_somebody_who_is_listed() {
    let root = root();
    let free = IsCa::Ca(BasicConstraints::Unconstrained);
    let middle = authority(params("Middle", free), Some(&root));
    let (leaf, _) = authority(params("Leaf", IsCa::ExplicitNoCa), Some(&middle));
    let (other, _) = self::root();
    let (root, middle) = (root.0, middle.0);
    for (makers, path, expected) in [
        (&root, &[&leaf, &middle][..], true),
        (&root, &[&leaf, &middle, &root], true),
        (&root, &[&leaf, &middle, &other], true),
        (&middle, &[&leaf], true),
        (&leaf, &[&leaf], true),
        (&root, &[&leaf], false),
        (&root, &[&leaf, &root], false),
        (&root, &[&middle, &leaf], true),
        (&leaf, &[&middle, &leaf], false),
        (&root, &[], false),
        (&other, &[&leaf, &middle, &root], false),
    ] {
        let makers = listed(makers);
        assert_eq!(is_vouched(&makers, path, NOW), expected, "{path:?}");
        assert!(!is_vouched(&makers, path, OVER) && !is_vouched(&makers, path, 0));
    }
    assert!(!is_vouched(&Makers::default(), &[&root], NOW));
}

#[test]
fn whoever_may_not_issue_certificates_vouches_for_nobody() {
    let free = || IsCa::Ca(BasicConstraints::Unconstrained);
    let mut silent = params("Root", free());
    silent.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mut signing = params("Root", free());
    signing.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let short = || IsCa::Ca(BasicConstraints::Constrained(0));
    for (root, middle, expected) in [
        (params("Root", free()), free(), true),
        (signing, free(), true),
        (params("Root", short()), free(), false),
        (params("Root", free()), short(), true),
        (params("Root", free()), IsCa::ExplicitNoCa, false),
        (params("Root", free()), IsCa::NoCa, false),
        (params("Root", IsCa::NoCa), free(), false),
        (silent, free(), false),
    ] {
        let said = format!("{root:?} {middle:?}");
        let root = authority(root, None);
        let middle = authority(params("Middle", middle), Some(&root));
        let (leaf, _) = authority(params("Leaf", IsCa::ExplicitNoCa), Some(&middle));
        let path = [&leaf, &middle.0];
        assert_eq!(is_vouched(&listed(&root.0), &path, NOW), expected, "{said}");
    }
}

#[test]
fn what_is_listed_are_certificates() {
    let (one, two) = (root().0.pem(), root().0.pem());
    let both = Makers::default().with(&format!("a remark\n{one}\n{two}"));
    assert_eq!(both.unwrap().roots.len(), 2);
    let key = KeyPair::generate().unwrap().serialize_pem();
    for (text, why) in [
        ("", "there is no certificate in it"),
        ("-----BEGIN CERTIFICATE-----\n", "it is no PEM"),
        (&key, "there is something in it that is no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "a certificate in it cannot be read",
        ),
    ] {
        assert_eq!(Makers::default().with(text), Err(why), "{text}");
    }
    assert!(Makers::default().is_empty());
}
