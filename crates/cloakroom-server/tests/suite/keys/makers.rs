//! What makers say of new keys: it is believed of those whom the operator lists, and needed where a realm lists models.

use ciborium::Value as Cbor;
use rcgen::{BasicConstraints, DnType, IsCa};
use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key};
use super::maker::{self, Leaf, Maker, Told, listed, model, octets};
use super::one_key;
use super::register::{REFUSED, asked, send};
use super::{answer, beside};
use crate::browser::{Browser, Page};
use crate::further::{Scene, Story};
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-realm-takes-the-models-for-which-makers-vouch", taken),
    ("WEBAUTHN-06-V089-what-no-maker-says-of-a-model", hostile),
    (
        "a-realm-that-asks-takes-what-is-said-by-makers-that-count",
        direct,
    ),
    ("a-realm-that-does-not-ask-believes-nobody", unasked),
    ("passkeys-have-models-of-their-own", passkeys),
];

/// Realms that list the usual model, the one of authenticators without a model, and another one in capitals.
fn models(prefix: &str) -> Value {
    let name = |end: &str| format!("{prefix}{end}");
    json!({
        name("AcceptableAaguids"): [
            "abababab-abab-abab-abab-abababababab", "00000000-0000-0000-0000-000000000000",
            "CDCDCDCD-CDCD-CDCD-CDCD-CDCDCDCDCDCD",
        ],
        name("AttestationConveyancePreference"): "direct",
    })
}

/// A key that is set up is taken, and somebody signs in with it.
fn is_taken(scene: &Scene, name: &str, told: &Told) {
    let (person, mut browser, page) = asked(scene, name);
    let mut key = Key::new("ES256", name);
    let fields = told.fields(&key, &page);
    let place = send(&mut browser, &page, &fields);
    assert_eq!(scene.subject(place), person.id, "{name}");
    let shown = super::stored(scene, &person);
    assert_eq!(shown["attestationStatementFormat"], json!(told.format));
    let path = format!("/events?type=UPDATE_CREDENTIAL&user={}", person.id);
    let events = scene.realm.call("GET", &path, &Value::Null).json();
    let known = &events[0]["details"]["public_key_credential_aaguid"];
    assert_eq!(known, &shown["aaguid"]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

/// A key that is set up is refused for this reason, and the page asks for another.
pub(super) fn is_refused(
    scene: &Scene,
    (person, browser, page): (&Person, &mut Browser, &Page),
    fields: &[(&'static str, String)],
    (row, why): (&str, &str),
) -> Page {
    let page = send(browser, page, fields).page();
    let body = &page.answer.body;
    assert!(body.contains(REFUSED), "{row}: {body}");
    assert!(scene.credentials(person).is_empty(), "{row}");
    let path = format!("/events?type=UPDATE_CREDENTIAL_ERROR&user={}", person.id);
    let events = scene.realm.call("GET", &path, &Value::Null).json();
    let said = &events[0]["details"]["web_authn_registration_error_detail"];
    assert_eq!(said, &json!(why), "{row}");
    page
}

fn taken(scene: &Scene, name: &str) {
    let scene = &beside(scene, "makers", models("webAuthnPolicy"));
    let maker = listed();
    let plant = maker.below(IsCa::Ca(BasicConstraints::Constrained(0)));
    let cases = [
        ("leaf", Told::packed(maker.certify(|_| ()))),
        ("rsa", Told::packed(maker.certify_rsa())),
        ("root", Told::packed(maker.certify(|_| ())).and(&maker.der)),
        ("plant", Told::packed(plant.certify(|_| ())).and(&plant.der)),
        ("u2f", Told::u2f(maker.certify(|_| ()))),
        ("capitals", {
            let signer =
                maker.certify(|it| it.custom_extensions = vec![model(&octets([0xcd; 16]))]);
            Told::packed(signer).altered(|it| it.model = [0xcd; 16])
        }),
    ];
    for (case, told) in cases {
        is_taken(scene, &format!("{case}-{}", name.len()), &told);
    }
}

const NOBODY: &str = "nobody vouches for the model of the authenticator";
pub(super) const NO_MAKER: &str = "no maker that counts vouches for the authenticator";
const ITSELF: &str = "the realm asks for the word of a maker, and the key vouches for itself";
const ENDED: &str = "statements of the format android-safetynet are of a service that is discontinued, and the realm asks for one";
pub(super) const PATH: &str = "the certificates of the authenticator cannot be read";
pub(super) const STATEMENT: &str = "the statement of the authenticator cannot be read";
pub(super) const OTHER_USE: &str = "the certificate of the authenticator is for something else";
pub(super) const OTHER_KIND: &str =
    "the certificate of the authenticator has a key of another kind";
pub(super) const OTHER_MODEL: &str = "the certificate of the authenticator is for another model";
pub(super) const UNSIGNED: &str = "the key of the certificate has not signed for the new one";

pub(super) type Row = (&'static str, &'static str, fn(&Maker) -> Told);

/// Certificates that are none of an authenticator, or whose maker does not count.
const CERTIFICATES: &[Row] = &[
    ("another root of that name", NO_MAKER, |_| {
        let other = Maker::create();
        Told::packed(other.certify(|_| ())).and(&other.der)
    }),
    (
        "another root of that name, and the one that counts",
        NO_MAKER,
        |it| Told::packed(Maker::create().certify(|_| ())).and(&it.der),
    ),
    ("no authority between", NO_MAKER, |it| {
        let below = it.below(IsCa::ExplicitNoCa);
        Told::packed(below.certify(|_| ())).and(&below.der)
    }),
    ("an authority that is left out", NO_MAKER, |it| {
        let below = it.below(IsCa::Ca(BasicConstraints::Unconstrained));
        Told::packed(below.certify(|_| ()))
    }),
    ("over", NO_MAKER, |it| {
        Told::packed(it.certify(|it| it.not_after = rcgen::date_time_ymd(2020, 1, 1)))
    }),
    ("not yet", NO_MAKER, |it| {
        Told::packed(it.certify(|it| it.not_before = rcgen::date_time_ymd(2999, 1, 1)))
    }),
    ("another unit", OTHER_USE, |it| {
        Told::packed(it.certify(|it| {
            let unit = (DnType::OrganizationalUnitName, "authenticator attestation");
            it.distinguished_name.push(unit.0, unit.1);
        }))
    }),
    ("no unit", OTHER_USE, |it| {
        Told::packed(it.certify(|it| {
            it.distinguished_name.remove(DnType::OrganizationalUnitName);
        }))
    }),
    ("no country", OTHER_USE, |it| {
        Told::packed(it.certify(|it| {
            it.distinguished_name.remove(DnType::CountryName);
        }))
    }),
    ("a long country", OTHER_USE, |it| {
        Told::packed(it.certify(|it| it.distinguished_name.push(DnType::CountryName, "SWE")))
    }),
    ("no organization", OTHER_USE, |it| {
        Told::packed(it.certify(|it| {
            it.distinguished_name.remove(DnType::OrganizationName);
        }))
    }),
    ("no name", OTHER_USE, |it| {
        Told::packed(it.certify(|it| {
            it.distinguished_name.remove(DnType::CommonName);
        }))
    }),
    ("nothing", OTHER_USE, |it| {
        Told::packed(it.certify(|it| it.distinguished_name = maker::name(&[])))
    }),
    ("an authority", OTHER_USE, |it| {
        Told::packed(it.certify(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)))
    }),
    ("no word of being an authority", OTHER_USE, |it| {
        Told::packed(it.certify(|it| it.is_ca = IsCa::NoCa))
    }),
    ("the first version", OTHER_USE, |_| {
        Told::packed(Leaf::of_first_version())
    }),
    ("another model in it", OTHER_MODEL, |it| {
        Told::packed(it.certify(|it| it.custom_extensions = vec![model(&octets([0xcd; 16]))]))
    }),
    (
        "an unlisted model that names itself as a listed one",
        OTHER_MODEL,
        |it| {
            let signer = it.certify(|it| it.custom_extensions = vec![model(&octets([0xef; 16]))]);
            Told::packed(signer)
        },
    ),
    (
        "no model in it",
        "the certificate of the authenticator names no model",
        |it| Told::packed(it.certify(|it| it.custom_extensions = Vec::new())),
    ),
    (
        "a short model in it",
        "the certificate of the authenticator names its model in no known way",
        |it| {
            Told::packed(
                it.certify(|it| it.custom_extensions = vec![model(&[0x04, 2, 0xab, 0xab])]),
            )
        },
    ),
    (
        "a bare model in it",
        "the certificate of the authenticator names its model in no known way",
        |it| Told::packed(it.certify(|it| it.custom_extensions = vec![model(&[0xab; 16])])),
    ),
    ("two models in it", PATH, |it| {
        Told::packed(it.certify(|it| {
            it.custom_extensions = vec![model(&octets([0xab; 16])), model(&octets([0xcd; 16]))];
        }))
    }),
    ("something that nobody understands", PATH, |it| {
        Told::packed(it.certify(|it| {
            for one in &mut it.custom_extensions {
                one.set_criticality(true);
            }
        }))
    }),
    (
        "an unlisted model",
        "the realm takes no authenticators of this model",
        |it| {
            let signer = it.certify(|it| it.custom_extensions = vec![model(&octets([0xef; 16]))]);
            Told::packed(signer).altered(|it| it.model = [0xef; 16])
        },
    ),
];

/// Statements that are none.
const STATEMENTS: &[Row] = &[
    ("signed over more", UNSIGNED, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.behind = vec![0])
    }),
    ("the certificate of another", UNSIGNED, |it| {
        let shown = it.certify(|_| ()).der;
        let mut told = Told::packed(it.certify(|_| ()));
        told.path = vec![Cbor::Bytes(shown)];
        told
    }),
    ("another algorithm", OTHER_KIND, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.algorithm = Some(-257))
    }),
    ("a longer algorithm", OTHER_KIND, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.algorithm = Some(-35))
    }),
    ("the broken algorithm", OTHER_KIND, |it| {
        Told::packed(it.certify_rsa()).altered(|it| it.algorithm = Some(-65535))
    }),
    ("no algorithm", STATEMENT, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.algorithm = None)
    }),
    ("no certificate", PATH, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.path = Vec::new())
    }),
    ("a text", PATH, |it| {
        Told::packed(it.certify(|_| ())).altered(|it| it.path = vec![Cbor::from("MII")])
    }),
    ("something behind a certificate", PATH, |it| {
        let mut told = Told::packed(it.certify(|_| ()));
        let longer = told.path[0].as_bytes().unwrap().iter().copied().chain([0]);
        told.path = vec![Cbor::Bytes(longer.collect())];
        told
    }),
    ("half a certificate", PATH, |it| {
        let mut told = Told::packed(it.certify(|_| ()));
        let half = told.path[0].as_bytes().unwrap()[..200].to_vec();
        told.path = vec![Cbor::Bytes(half)];
        told
    }),
    ("no certificate behind a good one", PATH, |it| {
        Told::packed(it.certify(|_| ())).and(&[0x30, 0])
    }),
    ("many certificates", PATH, |it| {
        let told = Told::packed(it.certify(|_| ()));
        (0..5).fold(told, |told, _| told.and(&it.der))
    }),
    ("something else beside", PATH, |it| {
        Told::packed(it.certify(|_| ()))
            .altered(|it| it.more = vec![(Cbor::from("ecdaaKeyId"), Cbor::Bytes(vec![1]))])
    }),
    (
        "an old authenticator with a model",
        "an authenticator of this format names no model",
        |it| Told::u2f(it.certify(|_| ())).altered(|it| it.model = [0xab; 16]),
    ),
    (
        "an old authenticator with two certificates",
        STATEMENT,
        |it| Told::u2f(it.certify(|_| ())).and(&it.der),
    ),
    ("an old authenticator with an algorithm", STATEMENT, |it| {
        Told::u2f(it.certify(|_| ())).altered(|it| it.algorithm = Some(-7))
    }),
    ("an old authenticator with an authority", OTHER_KIND, |it| {
        Told::u2f(it.certify(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)))
    }),
    ("an old authenticator with RSA", OTHER_KIND, |it| {
        Told::u2f(it.certify_rsa())
    }),
    ("an old authenticator that signs more", UNSIGNED, |it| {
        Told::u2f(it.certify(|_| ())).altered(|it| it.behind = vec![0])
    }),
    ("an old authenticator of nobody", NO_MAKER, |_| {
        Told::u2f(Maker::create().certify(|_| ()))
    }),
];

fn hostile(scene: &Scene, name: &str) {
    let scene = &beside(scene, "no-makers", models("webAuthnPolicy"));
    let (person, mut browser, mut page) = asked(scene, name);
    let key = Key::new("ES256", name);
    for (format, why) in [
        ("none", NOBODY),
        ("packed", NOBODY),
        ("android-safetynet", ENDED),
    ] {
        let fields = key.make(&Ceremony::create(&page), format);
        let there = (&person, &mut browser, &page);
        page = is_refused(scene, there, &fields, (format, why));
    }
    let rows = CERTIFICATES.iter().chain(STATEMENTS).chain(one_key::ROWS);
    for (row, why, told) in rows {
        let fields = told(listed()).fields(&key, &page);
        let there = (&person, &mut browser, &page);
        page = is_refused(scene, there, &fields, (row, why));
    }
    let fields = Told::packed(listed().certify(|_| ())).fields(&key, &page);
    assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
}

fn direct(scene: &Scene, name: &str) {
    for wish in ["direct", "indirect"] {
        let settings = json!({"webAuthnPolicyAttestationConveyancePreference": wish});
        let scene = &beside(scene, &format!("asks-{wish}"), settings);
        let (person, mut browser, mut page) = asked(scene, name);
        let key = Key::new("ES256", name);
        let asks = "the realm asks where keys come from";
        for (format, why) in [
            ("none", asks),
            ("packed", ITSELF),
            ("android-safetynet", ENDED),
        ] {
            let fields = key.make(&Ceremony::create(&page), format);
            let there = (&person, &mut browser, &page);
            page = is_refused(scene, there, &fields, (format, why));
        }
        let fields = Told::packed(Maker::create().certify(|_| ())).fields(&key, &page);
        let there = (&person, &mut browser, &page);
        page = is_refused(scene, there, &fields, (wish, NO_MAKER));
        // A certificate need not name a model where none is listed.
        let signer = listed().certify(|it| it.custom_extensions = Vec::new());
        let fields = Told::packed(signer).fields(&key, &page);
        assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
    }
}

fn unasked(scene: &Scene, name: &str) {
    let other = Maker::create();
    is_taken(
        scene,
        &format!("any-{name}"),
        &Told::packed(other.certify(|_| ())),
    );
    is_taken(
        scene,
        &format!("u2f-{name}"),
        &Told::u2f(other.certify(|_| ())),
    );
    // What is said is right all the same.
    let (person, mut browser, page) = asked(scene, name);
    let key = Key::new("ES256", name);
    let told = Told::packed(other.certify(|_| ())).altered(|it| it.behind = vec![0]);
    let there = (&person, &mut browser, &page);
    is_refused(scene, there, &told.fields(&key, &page), (name, UNSIGNED));
}

fn passkeys(scene: &Scene, name: &str) {
    let scene = &beside(scene, "made-passkeys", models("webAuthnPolicyPasswordless"));
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let target = scene.request("&kc_action=webauthn-register-passwordless");
    let page = browser.answer(&target, &person).page();
    let key = Key::new("ES256", name);
    let fields = key.make(&Ceremony::create(&page), "packed");
    let there = (&person, &mut browser, &page);
    let page = is_refused(scene, there, &fields, ("itself", NOBODY));
    let fields = Told::packed(listed().certify(|_| ())).fields(&key, &page);
    assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
    // The other policy has no list.
    let (person, mut browser, page) = asked(scene, &format!("plain-{name}"));
    let fields = Key::new("ES256", "plain").make(&Ceremony::create(&page), "none");
    assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
}
