//! Tokens that are honest but for one thing. The encryption is a stand-in whose every byte matters as well; that of AES
//! has its own tests, and is played with a real centre of keys over HTTP.

use zeroize::Zeroizing;

use super::*;
use crate::kerberos::keytab::tests::{file, line};
use crate::kerberos::message::write as w;
use crate::kerberos::token;

/// Puts a digest of key, usage and text before the text.
#[derive(Debug)]
pub(in super::super) struct StandIn;

fn sum(key: &[u8], usage: u32, text: &[u8]) -> [u8; 8] {
    let all = [key, &usage.to_be_bytes(), text].concat();
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    all.iter().fold(0xcbf2_9ce4_8422_2325, step).to_be_bytes()
}

impl Crypto for StandIn {
    fn open(&self, key: Key<'_>, usage: u32, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (tag, text) = sealed.split_at_checked(8)?;
        (tag == sum(key.bytes, usage, text)).then(|| Zeroizing::new(text.to_vec()))
    }

    fn seal(&self, key: Key<'_>, usage: u32, _: [u8; 16], text: &[u8]) -> Option<Vec<u8>> {
        Some([&sum(key.bytes, usage, text)[..], text].concat())
    }
}

const KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02];
const OF_WINDOWS: &[u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02];
const NTLM: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a];

pub(in super::super) const KEY: &[u8] = &[1; 32];
const SESSION: &[u8] = &[2; 32];
/// 2026-11-26 12:00:00.
pub(in super::super) const NOW: i64 = 1_795_694_400;

/// What a token is made of; each test changes one thing.
#[derive(Clone)]
struct Recipe {
    service: (&'static [&'static str], &'static str),
    ticket_kind: i64,
    version: Option<i64>,
    key: Vec<u8>,
    flags: u32,
    options: u32,
    session: (i64, Vec<u8>),
    client: (&'static [&'static str], &'static str),
    starts: &'static str,
    ends: &'static str,
    speaker: (&'static [&'static str], &'static str),
    speaks_with: Vec<u8>,
    at: &'static str,
    checksum: Option<(i64, Vec<u8>)>,
    mechanisms: Vec<&'static [u8]>,
}

fn checksum(flags: u8) -> Option<(i64, Vec<u8>)> {
    Some((
        0x8003,
        [&[16, 0, 0, 0][..], &[0; 16], &[flags, 0, 0, 0]].concat(),
    ))
}

fn honest() -> Recipe {
    Recipe {
        service: (&["HTTP", "id.example.org"], "EXAMPLE.ORG"),
        ticket_kind: 18,
        version: Some(2),
        key: KEY.to_vec(),
        flags: 0x4080_0000,
        options: 0,
        session: (18, SESSION.to_vec()),
        client: (&["ada"], "EXAMPLE.ORG"),
        starts: "20261126110000Z",
        ends: "20261126200000Z",
        speaker: (&["ada"], "EXAMPLE.ORG"),
        speaks_with: SESSION.to_vec(),
        at: "20261126120000Z",
        checksum: checksum(MUTUAL),
        mechanisms: vec![KERBEROS, NTLM],
    }
}

fn seal(key: &[u8], usage: u32, text: &[u8]) -> Vec<u8> {
    let key = Key {
        kind: 18,
        bytes: key,
    };
    StandIn.seal(key, usage, [0; 16], text).unwrap()
}

fn bake(recipe: &Recipe) -> Vec<u8> {
    let key = w::sequence(&[
        (0, w::integer(recipe.session.0)),
        (1, w::octets(&recipe.session.1)),
    ]);
    let inside = w::ticket_inside(&w::sequence(&[
        (0, w::flags(recipe.flags)),
        (1, key),
        (2, w::text(recipe.client.1)),
        (3, w::name(recipe.client.0)),
        (4, w::sequence(&[(0, w::integer(1)), (1, w::octets(b""))])),
        (5, w::time("20261126100000Z")),
        (6, w::time(recipe.starts)),
        (7, w::time(recipe.ends)),
    ]));
    let sealed = seal(&recipe.key, 2, &inside);
    let ticket = w::sequence(&[
        (0, w::integer(5)),
        (1, w::text(recipe.service.1)),
        (2, w::name(recipe.service.0)),
        (3, w::sealed(recipe.ticket_kind, recipe.version, &sealed)),
    ]);
    let mut fields = vec![
        (0, w::integer(5)),
        (1, w::text(recipe.speaker.1)),
        (2, w::name(recipe.speaker.0)),
    ];
    fields.extend(recipe.checksum.as_ref().map(|(kind, sum)| {
        (
            3,
            w::sequence(&[(0, w::integer(*kind)), (1, w::octets(sum))]),
        )
    }));
    fields.extend([(4, w::integer(123_456)), (5, w::time(recipe.at))]);
    let said = seal(
        &recipe.speaks_with,
        11,
        &w::authenticator(&w::sequence(&fields)),
    );
    let said = w::sealed(recipe.session.0, None, &said);
    token::offer(
        &recipe.mechanisms,
        &w::request(recipe.options, &ticket, &said),
    )
}

fn keytab() -> Keytab {
    let lines = [
        line("HTTP/id.example.org@EXAMPLE.ORG", 2, 18, KEY),
        line("HTTP/id.example.org@EXAMPLE.ORG", 2, 23, &[1; 16]),
        line("HTTP/other.example.org@EXAMPLE.ORG", 2, 18, &[3; 32]),
    ];
    Keytab::read(&file(&lines)).unwrap()
}

fn judge(token: &[u8], now: i64) -> Result<Accepted, Refused> {
    let service = Principal::parse("HTTP/id.example.org", "EXAMPLE.ORG").unwrap();
    let judge = Judge {
        service: &service,
        keytab: &keytab(),
        crypto: &StandIn,
        now: Timestamp::from_seconds(now),
        random: [0xff; 16],
    };
    accept(token, &judge)
}

#[test]
fn an_honest_token_says_who_it_is_and_is_answered_for_sure() {
    let accepted = judge(&bake(&honest()), NOW).unwrap();

    assert_eq!(accepted.client.to_string(), "ada@EXAMPLE.ORG");
    assert_eq!(accepted.until.seconds(), NOW + 301);
    let answer = accepted.answer.unwrap();
    assert!(answer.starts_with(&[0xa1]), "SPNEGO is answered in SPNEGO");
    let said = b"20261126120000Z";
    assert!(
        answer.windows(said.len()).any(|part| part == said),
        "the client's own time"
    );
}

#[test]
fn whoever_wants_no_proof_gets_none_and_windows_may_misspell() {
    let plain = Recipe {
        checksum: checksum(0),
        mechanisms: vec![OF_WINDOWS, KERBEROS],
        ..honest()
    };
    let answer = judge(&bake(&plain), NOW).unwrap().answer.unwrap();
    assert!(answer.len() < 30, "{}", answer.len());
}

/// What differs from an honest token, how, and why it is refused.
type Row = (&'static str, fn(&mut Recipe), Refused);

/// Tickets that open nothing.
const TICKETS: [Row; 11] = [
    (
        "for another service",
        |it| {
            it.service = (&["HTTP", "other.example.org"], "EXAMPLE.ORG");
            it.key = vec![3; 32];
        },
        Refused::OtherService,
    ),
    (
        "for the service in another realm",
        |it| it.service = (&["HTTP", "id.example.org"], "OTHER.ORG"),
        Refused::OtherService,
    ),
    (
        "with another key",
        |it| it.key = vec![9; 32],
        Refused::Ticket,
    ),
    (
        "with the key of another service",
        |it| it.key = vec![3; 32],
        Refused::Ticket,
    ),
    (
        "with RC4, of which the keytab has a key",
        |it| {
            it.ticket_kind = 23;
            it.key = vec![1; 16];
        },
        Refused::Kind,
    ),
    ("with DES", |it| it.ticket_kind = 3, Refused::Kind),
    (
        "with a number that the keytab does not have",
        |it| it.version = Some(1),
        Refused::NoKey,
    ),
    (
        "with AES of which the keytab has no key",
        |it| it.ticket_kind = 17,
        Refused::NoKey,
    ),
    (
        "with a session's key of RC4",
        |it| {
            it.session = (23, vec![2; 16]);
            it.speaks_with = vec![2; 16];
        },
        Refused::Kind,
    ),
    (
        "with a session's key that is too short",
        |it| {
            it.session = (18, vec![2; 16]);
            it.speaks_with = vec![2; 16];
        },
        Refused::Kind,
    ),
    (
        "to be opened with another ticket",
        |it| it.options = USE_SESSION_KEY,
        Refused::Kind,
    ),
];

/// Tickets that are used wrongly.
const USES: [Row; 12] = [
    (
        "of a realm that is trusted",
        |it| {
            it.client = (&["ada"], "OTHER.ORG");
            it.speaker = (&["ada"], "OTHER.ORG");
        },
        Refused::OtherRealm,
    ),
    (
        "before its time",
        |it| it.starts = "20261126120501Z",
        Refused::NotYet,
    ),
    (
        "after its time",
        |it| it.ends = "20261126115459Z",
        Refused::Expired,
    ),
    (
        "that was not validated",
        |it| it.flags = INVALID,
        Refused::Invalid,
    ),
    ("of nobody", |it| it.flags = ANONYMOUS, Refused::Invalid),
    (
        "said by somebody else",
        |it| it.speaker = (&["eve"], "EXAMPLE.ORG"),
        Refused::OtherClient,
    ),
    (
        "said without the session's key",
        |it| it.speaks_with = vec![9; 32],
        Refused::Authenticator,
    ),
    (
        "said too early",
        |it| it.at = "20261126115459Z",
        Refused::Skew,
    ),
    (
        "said too late",
        |it| it.at = "20261126120501Z",
        Refused::Skew,
    ),
    (
        "said for another protocol",
        |it| it.checksum = Some((7, vec![0; 24])),
        Refused::Purpose,
    ),
    (
        "said for nothing",
        |it| it.checksum = None,
        Refused::Purpose,
    ),
    (
        "of a service",
        |it| {
            it.client = (&["HTTP", "x"], "EXAMPLE.ORG");
            it.speaker = (&["HTTP", "x"], "EXAMPLE.ORG");
        },
        Refused::NoPerson,
    ),
];

#[test]
fn a_token_that_differs_in_one_thing_proves_nothing() {
    for (what, change, wanted) in TICKETS.iter().chain(&USES) {
        let mut recipe = honest();
        change(&mut recipe);
        assert_eq!(judge(&bake(&recipe), NOW), Err(*wanted), "{what}");
    }
}

#[test]
fn a_name_that_could_be_two_is_none() {
    for name in ["ada@EXAMPLE.ORG", "ada/admin", "ada\\admin", "ada\0", ""] {
        let name: &'static [&'static str] = vec![&*name.to_owned().leak()].leak();
        let recipe = Recipe {
            client: (name, "EXAMPLE.ORG"),
            speaker: (name, "EXAMPLE.ORG"),
            ..honest()
        };
        assert_eq!(
            judge(&bake(&recipe), NOW),
            Err(Refused::Malformed),
            "{name:?}"
        );
    }
}

#[test]
fn what_is_not_kerberos_is_not_taken() {
    let ntlm = b"NTLMSSP\0\x01\0\0\0\x97\x82\x08\xe2";
    assert_eq!(judge(ntlm, NOW), Err(Refused::Mechanism));
    let first = Recipe {
        mechanisms: vec![NTLM, KERBEROS],
        ..honest()
    };
    assert_eq!(judge(&bake(&first), NOW), Err(Refused::Mechanism));
    let none = Recipe {
        mechanisms: vec![],
        ..honest()
    };
    assert_eq!(judge(&bake(&none), NOW), Err(Refused::Mechanism));
    assert_eq!(judge(&vec![0x60; 70_000], NOW), Err(Refused::Malformed));
}

#[test]
fn no_token_breaks_the_reading_and_none_that_was_cut_or_changed_counts() {
    let token = bake(&honest());
    for at in 0..token.len() {
        assert!(judge(&token[..at], NOW).is_err(), "cut at {at}");
        for bit in [1, 0x20, 0x80] {
            let mut bad = token.clone();
            bad[at] ^= bit;
            if let Ok(accepted) = judge(&bad, NOW) {
                // What SPNEGO says around the message is not signed, nor is the wish for a proof in the clear.
                assert_eq!(
                    accepted.client.to_string(),
                    "ada@EXAMPLE.ORG",
                    "changed at {at}"
                );
                assert_eq!(accepted.mark, judge(&token, NOW).unwrap().mark);
            }
        }
    }
}
