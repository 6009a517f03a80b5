//! A centre of keys that is honest but for one thing. The encryption is a stand-in whose every byte matters as well; that of AES has
//! its own tests, and is played with a real centre of keys over HTTP.

use cloakroom_model::Timestamp;
use cloakroom_model::component::Component;
use cloakroom_model::id::ComponentId;

use self::stand_in::{Asked as Exchange, Way};
use super::*;
use crate::directory::Directory;
use crate::kerberos::accept::tests::KEY;
use crate::kerberos::der::element;
use crate::kerberos::message::write as w;
use crate::kerberos::provider;

mod rows;
mod stand_in;

const REALM: &str = "EXAMPLE.ORG";
const HERE: (&[&str], &str) = (&["HTTP", "id.example.org"], REALM);
const ADA: (&[&str], &str) = (&["ada"], REALM);
const PASSWORD: &str = "the password of ada";
const SALT: &str = "EXAMPLE.ORGada";
const SESSION: &[u8] = &[2; 32];

/// What a centre answers with; each row changes one thing.
struct Recipe {
    /// Kinds of keys, with their salts and rounds.
    kinds: Vec<(i64, Option<&'static str>, Option<u32>)>,
    /// The error that is answered first.
    first: i64,
    /// The error that is answered to a proof; `None` for a reply.
    second: Option<i64>,
    /// The proof has to be right, as any centre wants it that is told to.
    looks: bool,
    client: (&'static [&'static str], &'static str),
    service: (&'static [&'static str], &'static str),
    kind: i64,
    key: Option<Vec<u8>>,
    usage: u32,
    nonce: i64,
    inside_service: (&'static [&'static str], &'static str),
    session: (i64, Vec<u8>),
    ticket_session: Vec<u8>,
    ticket_client: (&'static [&'static str], &'static str),
    ticket_key: Vec<u8>,
    ticket_flags: u32,
    version: Option<i64>,
    authenticated: &'static str,
    ends: &'static str,
    /// What is changed in the bytes of an answer, its length before it.
    bytes: fn(Vec<u8>) -> Vec<u8>,
}

fn honest() -> Recipe {
    Recipe {
        kinds: vec![(18, Some(SALT), Some(4_096))],
        first: WANTS_PROOF,
        second: None,
        looks: true,
        client: ADA,
        service: HERE,
        kind: 18,
        key: None,
        usage: REPLY,
        nonce: 0,
        inside_service: HERE,
        session: (18, SESSION.to_vec()),
        ticket_session: SESSION.to_vec(),
        ticket_client: ADA,
        ticket_key: KEY.to_vec(),
        ticket_flags: 0x0060_0000,
        version: Some(2),
        authenticated: "20261126120000Z",
        ends: "20261126121500Z",
        bytes: |bytes| bytes,
    }
}

impl Recipe {
    fn method(&self) -> Method {
        let (kind, salt, rounds) = self.kinds[0];
        Method {
            kind,
            salt: salt.unwrap_or(SALT).as_bytes().to_vec(),
            rounds: rounds.unwrap_or(4_096),
        }
    }

    fn hints(&self) -> Vec<u8> {
        let each = self.kinds.iter().map(|(kind, salt, rounds)| {
            let mut fields = vec![(0, w::integer(*kind))];
            fields.extend(salt.map(|salt| (1, w::text(salt))));
            fields.extend(rounds.map(|rounds| (2, w::octets(&rounds.to_be_bytes()))));
            w::sequence(&fields)
        });
        let listed = element(0x30, &[&each.collect::<Vec<_>>().concat()]);
        let hint = w::sequence(&[(1, w::integer(19)), (2, w::octets(&listed))]);
        let other = w::sequence(&[(1, w::integer(2)), (2, w::octets(b""))]);
        element(0x30, &[&other, &hint])
    }

    fn complain(&self, code: i64) -> Vec<u8> {
        let inside = w::sequence(&[
            (0, w::integer(5)),
            (1, w::integer(30)),
            (4, w::time("20261126120000Z")),
            (5, w::integer(1)),
            (6, w::integer(code)),
            (9, w::text(REALM)),
            (10, w::name(HERE.0)),
            (12, w::octets(&self.hints())),
        ]);
        element(0x7e, &[&inside])
    }

    fn ticket(&self) -> Vec<u8> {
        let key = w::sequence(&[
            (0, w::integer(self.session.0)),
            (1, w::octets(&self.ticket_session)),
        ]);
        let inside = w::ticket_inside(&w::sequence(&[
            (0, w::flags(self.ticket_flags)),
            (1, key),
            (2, w::text(self.ticket_client.1)),
            (3, w::name(self.ticket_client.0)),
            (4, w::sequence(&[(0, w::integer(1)), (1, w::octets(b""))])),
            (5, w::time(self.authenticated)),
            (7, w::time(self.ends)),
        ]));
        let sealed = stand_in::seal(&self.ticket_key, 2, &inside);
        let ticket = w::sequence(&[
            (0, w::integer(5)),
            (1, w::text(self.service.1)),
            (2, w::name(self.service.0)),
            (3, w::sealed(18, self.version, &sealed)),
        ]);
        element(0x61, &[&ticket])
    }

    fn reply(&self, asked: &Exchange) -> Vec<u8> {
        let key = w::sequence(&[
            (0, w::integer(self.session.0)),
            (1, w::octets(&self.session.1)),
        ]);
        let inside = w::sequence(&[
            (0, key),
            (1, element(0x30, &[])),
            (2, w::integer(asked.nonce + self.nonce)),
            (4, w::flags(self.ticket_flags)),
            (5, w::time(self.authenticated)),
            (7, w::time(self.ends)),
            (9, w::text(self.inside_service.1)),
            (10, w::name(self.inside_service.0)),
        ]);
        let usual = stand_in::stretch(PASSWORD, &self.method());
        let with = self.key.as_deref().unwrap_or(&usual);
        let sealed = stand_in::seal(with, self.usage, &element(0x79, &[&inside]));
        let inside = w::sequence(&[
            (0, w::integer(5)),
            (1, w::integer(11)),
            (2, self.hints()),
            (3, w::text(self.client.1)),
            (4, w::name(self.client.0)),
            (5, self.ticket()),
            (6, w::sealed(self.kind, Some(1), &sealed)),
        ]);
        element(0x6b, &[&inside])
    }

    /// Answers, with the length before the answer.
    fn answer(&self, asked: &Exchange) -> Vec<u8> {
        let answer = match &asked.proof {
            None if self.first == 0 => self.reply(asked),
            None => self.complain(self.first),
            Some(proof) => {
                let key = stand_in::stretch(PASSWORD, &self.method());
                match self.second {
                    Some(code) => self.complain(code),
                    None if self.looks && stand_in::open(&key, MOMENT, proof).is_none() => {
                        self.complain(WRONG)
                    }
                    None => self.reply(asked),
                }
            }
        };
        let length = u32::try_from(answer.len()).unwrap().to_be_bytes();
        (self.bytes)([&length[..], &answer].concat())
    }
}

fn provider() -> Provider {
    let setting = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    let component = Component {
        id: ComponentId::new("centre"),
        parent_id: "realm".to_owned(),
        name: Some("centre".to_owned()),
        provider_id: provider::KIND.to_owned(),
        provider_type: crate::directory::FAMILY.to_owned(),
        sub_type: None,
        config: [
            setting("kerberosRealm", REALM),
            setting("serverPrincipal", "HTTP/id.example.org@EXAMPLE.ORG"),
            setting("keyTab", "the.keytab"),
            setting("allowPasswordAuthentication", "true"),
            setting("readTimeout", "100"),
        ]
        .into(),
        secrets: Default::default(),
    };
    provider::of_passwords(&Directory::of(component, &[])).unwrap()
}

/// What is said of a password, and how many questions that took.
async fn ask(recipe: Recipe, password: &str) -> (Result<Said>, usize) {
    let way = Way::new(move |asked| recipe.answer(asked));
    let ways = Ways {
        dial: &way,
        centre: &way,
    };
    let provider = provider();
    let client = Principal::parse("ada", REALM).unwrap();
    let said = async {
        let begun = begin(&provider, client, ways).await?;
        finish(&provider, begun, &Secret::new(password.to_owned()), ways).await
    };
    let said = said.await;
    (said, way.asked())
}

#[tokio::test]
async fn the_right_password_is_right_and_another_one_is_not() {
    assert_eq!(ask(honest(), PASSWORD).await, (Ok(Said::Right), 2));
    let wrong = Said::Wrong("the password is wrong");
    assert_eq!(ask(honest(), "another one").await, (Ok(wrong), 2));
}

#[tokio::test]
async fn a_centre_that_wants_no_proof_gets_one_all_the_same() {
    let lax = || Recipe {
        first: 0,
        looks: false,
        ..honest()
    };
    assert_eq!(ask(lax(), PASSWORD).await, (Ok(Said::Right), 2));
    let wrong = Said::Wrong("the answer does not open with the password");
    assert_eq!(ask(lax(), "another one").await, (Ok(wrong), 2));
}

#[tokio::test]
async fn whoever_is_let_in_by_no_password_costs_as_much_and_is_told_apart_in_words() {
    let rows = [
        (NOBODY, "the centre of keys does not know the name"),
        (NAME_EXPIRED, "the account has expired"),
        (REVOKED, "the account is disabled or locked"),
        (NOT_YET, "the account is not valid yet"),
        (KEY_EXPIRED, "the password has expired"),
        (POLICY, "a policy of the centre of keys refuses it"),
        (
            NO_KIND,
            "the centre of keys has no key of AES for the person",
        ),
    ];
    for (code, why) in rows {
        for first in [WANTS_PROOF, code] {
            let recipe = Recipe {
                first,
                // What begins with a refusal stays one, whatever is answered next.
                second: (first == WANTS_PROOF).then_some(code),
                ..honest()
            };
            let said = ask(recipe, PASSWORD).await;
            assert_eq!(said, (Ok(Said::Wrong(why)), 2), "{code} {first}");
        }
    }
}

#[tokio::test]
async fn a_centre_that_lies_signs_nobody_in() {
    for (what, change, wanted) in rows::LIES.iter().chain(rows::ODD) {
        let mut recipe = honest();
        change(&mut recipe);
        let (said, asked) = ask(recipe, PASSWORD).await;
        assert_ne!(said, Ok(Said::Right), "{what}");
        let told = match said {
            Ok(said) => format!("{said:?}"),
            Err(problem) => problem.to_string(),
        };
        assert!(told.contains(wanted), "{what}: {told}");
        assert!(asked <= 2, "{what}: asked {asked} times");
    }
}

#[tokio::test]
async fn a_centre_that_says_nothing_is_not_waited_for() {
    let way = Way::silent();
    let ways = Ways {
        dial: &way,
        centre: &way,
    };
    let client = Principal::parse("ada", REALM).unwrap();
    let said = begin(&provider(), client, ways).await;
    assert!(said.unwrap_err().is_unreachable());
}

#[tokio::test]
async fn all_centres_together_are_waited_for_no_longer_than_one() {
    let mut way = Way::silent();
    way.hosts = 4;
    let ways = Ways {
        dial: &way,
        centre: &way,
    };
    let client = Principal::parse("ada", REALM).unwrap();
    let start = Instant::now();
    let said = begin(&provider(), client, ways).await;
    assert!(said.unwrap_err().is_unreachable());
    // The settings say a tenth of a second, and four of them would be 400 milliseconds.
    let waited = start.elapsed().as_millis();
    assert!((90..250).contains(&waited), "{waited} ms");
}

#[tokio::test]
async fn nobody_costs_as_many_rounds_as_whom_the_centre_knew_last() {
    let way = Way::new(|asked| {
        let known = asked.client == "ada";
        let recipe = Recipe {
            kinds: vec![(18, Some(SALT), Some(30_000))],
            first: if known { WANTS_PROOF } else { NOBODY },
            second: (!known).then_some(NOBODY),
            ..honest()
        };
        recipe.answer(asked)
    });
    let ways = Ways {
        dial: &way,
        centre: &way,
    };
    for name in ["nobody", "ada", "nobody"] {
        let client = Principal::parse(name, REALM).unwrap();
        let begun = begin(&provider(), client, ways).await.unwrap();
        let password = Secret::new(PASSWORD.to_owned());
        finish(&provider(), begun, &password, ways).await.unwrap();
    }
    // Of a centre that nobody has asked yet, what is usual everywhere has to do.
    assert_eq!(way.stretched(), [(18, 4_096), (18, 30_000), (18, 30_000)]);
}

#[tokio::test]
async fn a_salt_is_bytes_in_whatever_letters() {
    let salt = element(0x1b, &[b"EXAMPLE.ORG\xe9l\xe8ve"]);
    let entry = w::sequence(&[(0, w::integer(18)), (1, salt)]);
    let listed = element(0x30, &[&entry]);
    let hint = w::sequence(&[(1, w::integer(19)), (2, w::octets(&listed))]);
    let complaint = w::sequence(&[
        (0, w::integer(5)),
        (1, w::integer(30)),
        (6, w::integer(WANTS_PROOF)),
        (12, w::octets(&element(0x30, &[&hint]))),
    ]);
    let client = Principal::parse("ada", REALM).unwrap();
    let salt = match Answer::read(&element(0x7e, &[&complaint]), &client) {
        Some(Answer::Complaint(about)) => about.method.unwrap().unwrap().salt,
        _ => Vec::new(),
    };
    assert_eq!(salt, b"EXAMPLE.ORG\xe9l\xe8ve");
}

#[tokio::test]
async fn no_bytes_of_an_answer_break_the_reading() {
    let asked = Exchange {
        client: "ada".to_owned(),
        nonce: 7,
        proof: Some(stand_in::seal(
            &stand_in::stretch(PASSWORD, &honest().method()),
            MOMENT,
            &moment(Timestamp::from_seconds(0)),
        )),
    };
    let client = Principal::parse("ada", REALM).unwrap();
    for bytes in [honest().answer(&asked), honest().complain(WANTS_PROOF)] {
        for at in 0..bytes.len() {
            let _ = Answer::read(&bytes[..at], &client);
            for byte in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = byte;
                let _ = Answer::read(&bad[4.min(bad.len())..], &client);
                let _ = Answer::read(&bad, &client);
            }
        }
    }
}
