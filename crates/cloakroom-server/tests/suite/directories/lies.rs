//! Answers that no honest directory gives: each ends in a page, and nobody and nothing is stored.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::liar::{Liar, done, entry, message, wrap};
use super::scene::Scene;
use crate::server::pause;

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
            let to = wrap(4, Trap::get().url.as_bytes());
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
        name: "BI-R06-references-elsewhere-without-end",
        answer: |number, stream| {
            let to = wrap(4, Trap::get().url.as_bytes());
            let many = message(number, &wrap(0x73, &to)).repeat(1_000);
            while stream.write_all(&many).is_ok() {}
        },
    },
    Lie {
        name: "BI-R06-answers-to-questions-that-nobody-asked",
        answer: |number, stream| {
            let one = entry("uid=x,dc=x", &[("uid", b"x"), ("entryUUID", b"x")]);
            let many: Vec<u8> = (1..120)
                .filter(|other| *other != number)
                .flat_map(|other| [message(other, &one), message(other, &done())].concat())
                .collect();
            let _ = stream.write_all(&many);
        },
    },
    Lie {
        name: "BI-R06-an-entry-in-answer-to-nothing",
        answer: |_, stream| {
            let one = entry("uid=x,dc=x", &[("uid", b"x"), ("entryUUID", b"x")]);
            let _ = stream.write_all(&message(0, &one));
            let _ = stream.write_all(&message(0, &done()));
        },
    },
    Lie {
        name: "BI-R06-a-notice-that-it-disconnects",
        answer: |_, stream| {
            let name = wrap(0x8a, b"1.3.6.1.4.1.1466.20036");
            let notice = wrap(0x78, &[&[10, 1, 52, 4, 0, 4, 0][..], &name].concat());
            let _ = stream.write_all(&message(0, &notice));
            let _ = stream.shutdown(std::net::Shutdown::Both);
        },
    },
    Lie {
        name: "BI-R06-a-name-of-a-megabyte",
        answer: |number, stream| {
            let name = vec![b'x'; 1024 * 1024];
            let one = entry("uid=x,dc=x", &[("uid", &name), ("entryUUID", b"x")]);
            let _ = stream.write_all(&message(number, &one));
            let _ = stream.write_all(&message(number, &done()));
        },
    },
    Lie {
        name: "BI-R06-a-hundred-entries-of-half-a-megabyte",
        answer: |number, stream| {
            let photo = vec![b'x'; 512 * 1024];
            let one = entry("uid=y,dc=x", &[("uid", b"y"), ("mail", &photo)]);
            for _ in 0..100 {
                if stream.write_all(&message(number, &one)).is_err() {
                    return;
                }
            }
            let _ = stream.write_all(&message(number, &done()));
        },
    },
    Lie {
        name: "BI-R06-references-that-trickle",
        answer: |number, stream| {
            let one = message(number, &wrap(0x73, &wrap(4, b"ldap://192.0.2.1/dc=x")));
            while stream.write_all(&one).is_ok() {
                pause(Duration::from_millis(150));
            }
        },
    },
    Lie {
        name: "BI-R06-a-message-that-trickles",
        answer: |_, stream| {
            let whole = [&[0x30, 0x83, 0x01, 0x00, 0x00][..], &[2; 65_536]].concat();
            for byte in whole {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                pause(Duration::from_millis(150));
            }
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

/// Where referrals lead: it hears of everybody who follows one.
struct Trap {
    url: String,
    visits: AtomicUsize,
    /// The visits of the tests themselves.
    checks: Mutex<usize>,
}

impl Trap {
    fn get() -> &'static Self {
        static TRAP: OnceLock<Trap> = OnceLock::new();
        TRAP.get_or_init(|| {
            // The server may reach it, so that nothing but its own will keeps it away.
            let address = super::authority::address(1);
            let listener = TcpListener::bind((address.as_str(), 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            std::thread::spawn(move || {
                for _ in listener.incoming().flatten() {
                    Self::get().visits.fetch_add(1, Ordering::SeqCst);
                }
            });
            Self {
                url: format!("ldap://{address}:{port}/dc=evil"),
                visits: AtomicUsize::new(0),
                checks: Mutex::new(0),
            }
        })
    }

    /// Nobody was here but these checks, and another one is counted.
    fn check(&self) {
        let mut own = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let visits = self.visits.load(Ordering::SeqCst);
        assert_eq!(visits, *own, "a referral was followed");
        let place = self.url.trim_start_matches("ldap://");
        let place = place.trim_end_matches("/dc=evil");
        drop(TcpStream::connect(place).unwrap());
        *own += 1;
        let until = Instant::now() + Duration::from_secs(10);
        while self.visits.load(Ordering::SeqCst) < *own {
            assert!(Instant::now() < until, "the trap does not see who comes");
            pause(Duration::from_millis(10));
        }
    }
}

/// The longest that anybody waits: each of a few waits ends after the directory's own two seconds, three times at most.
const LONGEST: Duration = Duration::from_secs(25);

/// What answers at once may cost beside all that other tests do meanwhile, in kilobytes.
const HEAVIEST: usize = 400_000;

pub(super) fn play(row: &Lie, scene: &Scene) {
    let liar = Liar::start(row.answer);
    let house = scene.house(&format!(
        "lie-{}",
        LIES.iter().position(|one| one.name == row.name).unwrap()
    ));
    house.add("Liar", scene.settings(json!({"connectionUrl": liar.url})));
    let own = house.realm.create_person("own", json!({}));
    let (begun, weight) = (Instant::now(), scene.server.kilobytes());

    let page = house.refuse("x", "a password");

    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    let heavier = scene.server.kilobytes().saturating_sub(weight);
    assert!(heavier < HEAVIEST, "{heavier} kB");
    match page.answer.status {
        200 => {}
        503 => assert!(page.answer.body.contains("Liar"), "the provider is named"),
        other => panic!("{other}"),
    }
    assert!(liar.visits.load(Ordering::SeqCst) > 0, "it was asked");
    Trap::get().check();
    assert_eq!(house.count(), 1, "nobody was stored");
    let events = house.done("GET", "/events", &Value::Null);
    let errors = events.as_array().unwrap().iter();
    assert!(
        errors.clone().all(|event| event["type"] != "LOGIN"),
        "{events}"
    );
    assert!(scene.server.is_alive());
    house.sign_in(&own.username, &own.password);
}
