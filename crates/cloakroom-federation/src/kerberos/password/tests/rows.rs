//! Centres that are honest but for one thing.

use super::{HERE, NO_KIND, NO_SERVICE, OTHER_REALM, REALM, Recipe, SKEWED, WANTS_PROOF};

/// What differs from an honest centre, how, and what is written down.
pub(super) type Row = (&'static str, fn(&mut Recipe), &'static str);

/// Answers whose every word is for somebody else.
pub(super) const LIES: &[Row] = &[
    (
        "an answer to another question",
        |it| it.nonce = 1,
        "another question",
    ),
    (
        "another realm",
        |it| it.client = (&["ada"], "OTHER.ORG"),
        "another name or realm",
    ),
    (
        "another name",
        |it| it.client = (&["eve"], REALM),
        "another name or realm",
    ),
    (
        "a ticket for another service",
        |it| it.service = (&["HTTP", "other.example.org"], REALM),
        "a ticket for another service",
    ),
    (
        "a ticket that gets tickets",
        |it| it.service = (&["krbtgt", REALM], REALM),
        "a ticket for another service",
    ),
    (
        "another service inside",
        |it| it.inside_service = (&["HTTP", "other.example.org"], REALM),
        "another service inside",
    ),
    (
        "another realm's service inside",
        |it| it.inside_service = (HERE.0, "OTHER.ORG"),
        "another service inside",
    ),
    ("a key of another kind", |it| it.kind = 17, "another kind"),
    ("a key of RC4", |it| it.kind = 23, "another kind"),
    (
        "a key for another usage",
        |it| it.usage = 8,
        "does not open with the password",
    ),
    (
        "a reply with another key",
        |it| it.key = Some(vec![9; 32]),
        "does not open with the password",
    ),
    (
        "a ticket with a key of its own: whoever typed the password is the centre",
        |it| it.ticket_key = vec![9; 32],
        "does not open with the service's key",
    ),
    (
        "somebody else's ticket, whose key the centre knows",
        |it| it.ticket_client = (&["eve"], REALM),
        "another client",
    ),
    (
        "a ticket of hers that was heard, whose key the centre does not know",
        |it| it.ticket_session = vec![7; 32],
        "made for somebody else",
    ),
    (
        "a ticket that a service got for her",
        |it| it.ticket_flags = 0x0020_0000,
        "not got by a password now",
    ),
    (
        "an old ticket",
        |it| it.authenticated = "20261126115459Z",
        "not got by a password now",
    ),
    (
        "a ticket that is over",
        |it| it.ends = "20261126115459Z",
        "expired",
    ),
    (
        "a ticket that is not valid",
        |it| it.ticket_flags = 0x0140_0000,
        "not valid",
    ),
    (
        "a ticket of nobody",
        |it| it.ticket_flags = 0x0040_8000,
        "not valid",
    ),
    (
        "a ticket of a realm that is trusted",
        |it| it.ticket_client = (&["ada"], "OTHER.ORG"),
        "another realm",
    ),
    (
        "a key's number that is not in the keytab",
        |it| it.version = Some(9),
        "no key",
    ),
    (
        "a session's key that is none",
        |it| {
            it.session = (18, vec![2; 16]);
            it.ticket_session = vec![2; 16];
        },
        "made for somebody else",
    ),
];

/// Answers that are none, or that lead nowhere.
pub(super) const ODD: &[Row] = &[
    (
        "one error for ever",
        |it| it.second = Some(WANTS_PROOF),
        "refuses the proof",
    ),
    (
        "an error that nobody knows",
        |it| it.first = 4_711,
        "refuses (4711)",
    ),
    (
        "another realm to ask",
        |it| it.first = OTHER_REALM,
        "another realm, which is not asked",
    ),
    (
        "another realm to ask, after the proof",
        |it| it.second = Some(OTHER_REALM),
        "another realm, which is not asked",
    ),
    (
        "a service that it does not know",
        |it| it.second = Some(NO_SERVICE),
        "serverPrincipal",
    ),
    (
        "no kind of key in common",
        |it| it.first = NO_KIND,
        "no key of AES",
    ),
    (
        "clocks that differ",
        |it| it.second = Some(SKEWED),
        "clocks",
    ),
    (
        "a key of RC4 alone",
        |it| it.kinds = vec![(23, None, None)],
        "is not taken",
    ),
    (
        "one round of hashing",
        |it| it.kinds[0].2 = Some(1),
        "is not taken",
    ),
    (
        "rounds of hashing for days",
        |it| it.kinds[0].2 = Some(u32::MAX),
        "is not taken",
    ),
    (
        "no rounds, which are four billions",
        |it| it.kinds[0].2 = Some(0),
        "is not taken",
    ),
    (
        "a length of four billions",
        |it| it.bytes = |_| vec![0xff; 4],
        "too long",
    ),
    (
        "a length of a bit too much",
        |it| it.bytes = |_| vec![0, 1, 0, 1],
        "too long",
    ),
    ("no bytes", |it| it.bytes = |_| vec![0; 4], "is none"),
    (
        "less than it said",
        |it| it.bytes = |all| all[..all.len() - 1].to_vec(),
        "broke",
    ),
    ("nothing at all", |it| it.bytes = |_| Vec::new(), "broke"),
    (
        "another protocol",
        |it| it.bytes = |_| b"\0\0\0\x0cHTTP/1.1 400".to_vec(),
        "is none",
    ),
    (
        "one byte more",
        |it| {
            it.bytes = |mut all| {
                all[3] = all[3].wrapping_add(1);
                all[2] += u8::from(all[3] == 0);
                all.push(0);
                all
            }
        },
        "is none",
    ),
];
