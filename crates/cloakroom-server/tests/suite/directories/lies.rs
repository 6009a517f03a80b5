//! Answers that no honest directory gives: each ends in a page, and nobody and nothing is stored.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::liar::{Liar, done, entry, message, wrap};
use super::scene::Scene;

/// A lie of a directory.
pub(super) struct Lie {
    pub(super) name: &'static str,
    answer: fn(u8, &mut TcpStream),
}

/// Every lie.
pub(super) const LIES: &[Lie] = &[
    Lie {
        name: "BI-R06-a-hundred-thousand-levels",
        answer: |number, stream| {
            let mut deep = Vec::new();
            for _ in 0..100_000 {
                deep.extend([0x30, 0x84, 0, 6, 0, 0]);
            }
            let _ = stream.write_all(&message(number, &wrap(0x64, &deep)));
        },
    },
    Lie {
        name: "BI-R06-broken-elements",
        answer: |_, stream| {
            let _ = stream.write_all(&[0x30, 0x80, 0x02, 0x01, 0x00, 0xff, 0xff, 0xff]);
        },
    },
    Lie {
        name: "BI-R06-nothing-in-a-message",
        answer: |_, stream| {
            let _ = stream.write_all(&[0x30, 0x00]);
        },
    },
    Lie {
        name: "BI-R06-a-message-of-four-gigabytes",
        answer: |_, stream| {
            let _ = stream.write_all(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02]);
        },
    },
    Lie {
        name: "BI-R06-endless-entries",
        answer: |number, stream| {
            let one = message(
                number,
                &entry("uid=x,dc=x", &[("uid", b"x"), ("entryUUID", b"x")]),
            );
            let many = one.repeat(1_000);
            for _ in 0..1_000 {
                if stream.write_all(&many).is_err() {
                    return;
                }
            }
        },
    },
    Lie {
        name: "BI-R06-a-referral-elsewhere",
        answer: |number, stream| {
            let to = wrap(4, b"ldap://127.0.0.1:1/dc=evil");
            let _ = stream.write_all(&message(number, &wrap(0x73, &to)));
            let referral = wrap(0xa3, &to);
            let end = wrap(0x65, &[&[10, 1, 10, 4, 0, 4, 0][..], &referral].concat());
            let _ = stream.write_all(&message(number, &end));
        },
    },
    Lie {
        name: "BI-R06-an-entry-of-ten-megabytes",
        answer: |number, stream| {
            let photo = vec![b'x'; 10 * 1024 * 1024];
            let one = entry("uid=x,dc=x", &[("uid", b"x"), ("mail", &photo)]);
            let _ = stream.write_all(&message(number, &one));
            let _ = stream.write_all(&message(number, &done()));
        },
    },
    Lie {
        name: "BI-R06-a-control-cut-short",
        answer: |number, stream| {
            let control = wrap(
                0x30,
                &[
                    wrap(4, b"1.3.6.1.4.1.42.2.27.8.5.1"),
                    vec![4, 2, 0x30, 0x80],
                ]
                .concat(),
            );
            let end = [done(), wrap(0xa0, &control)].concat();
            let _ = stream.write_all(&message(number, &end));
        },
    },
    Lie {
        name: "an-entry-of-somebody-else",
        answer: |number, stream| {
            let one = entry(
                "uid=root,dc=x",
                &[
                    ("uid", b"root"),
                    ("entryUUID", b"1"),
                    ("mail", b"root@example.org"),
                ],
            );
            let _ = stream.write_all(&message(number, &one));
            let _ = stream.write_all(&message(number, &done()));
        },
    },
    Lie {
        name: "an-entry-without-an-id",
        answer: |number, stream| {
            let one = entry("uid=x,dc=x", &[("uid", b"x")]);
            let _ = stream.write_all(&message(number, &one));
            let _ = stream.write_all(&message(number, &done()));
        },
    },
];

pub(super) fn play(row: &Lie, scene: &Scene) {
    let liar = Liar::start(row.answer);
    let house = scene.house(&format!(
        "lie-{}",
        LIES.iter().position(|one| one.name == row.name).unwrap()
    ));
    house.add("Liar", scene.settings(json!({"connectionUrl": liar.url})));
    let own = house.realm.create_person("own", json!({}));

    let page = house.refuse("x", "a password");

    assert!(
        [200, 503].contains(&page.answer.status),
        "{}",
        page.answer.status
    );
    assert!(liar.visits.load(Ordering::SeqCst) > 0, "it was asked");
    assert_eq!(house.count(), 1, "nobody was stored");
    assert!(scene.server.is_alive());
    house.sign_in(&own.username, &own.password);
}
