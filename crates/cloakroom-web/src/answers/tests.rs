//! Answers that are given again, and those that are not.

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const END: Timestamp = NOW.plus(Ttl::seconds(300));

fn answer(text: &'static str) -> Answer {
    Answer {
        body: Bytes::from_static(text.as_bytes()),
        content_type: "application/json",
        client_id: "shop".to_owned(),
    }
}

fn found(answers: &Answers, realm: (&str, i64), parts: &[&str], now: Timestamp) -> Option<Bytes> {
    let question = answers.question_of(realm.0, realm.1, parts);
    answers.find(&question, now).map(|answer| answer.body)
}

#[test]
fn the_same_question_has_the_same_answer_for_a_moment() {
    let answers = Answers::new(false);
    let asked = answers.question_of("r1", 1, &["userinfo", "token"]);
    answers.keep(&asked, &answer("a"), NOW, END);

    let table = [
        (("r1", 1), vec!["userinfo", "token"], 0, true),
        (("r1", 1), vec!["userinfo", "token"], 4, true),
        (("r1", 1), vec!["userinfo", "token"], 5, false),
        (("r1", 2), vec!["userinfo", "token"], 0, false),
        (("r2", 1), vec!["userinfo", "token"], 0, false),
        (("r1", 1), vec!["userinfo", "token2"], 0, false),
        (("r1", 1), vec!["userinfotoken"], 0, false),
        (("r1", 1), vec!["userinfo", "", "token"], 0, false),
        (("r1", 1), vec!["introspect", "token"], 0, false),
    ];
    for (realm, parts, later, is_known) in table {
        let body = found(&answers, realm, &parts, NOW.plus(Ttl::seconds(later)));
        assert_eq!(body.is_some(), is_known, "{realm:?} {parts:?} {later}");
    }
}

#[test]
fn no_answer_outlives_its_token() {
    let answers = Answers::new(false);
    let asked = answers.question_of("r1", 1, &["token"]);
    answers.keep(&asked, &answer("a"), NOW, NOW.plus(Ttl::seconds(1)));

    let second = NOW.plus(Ttl::seconds(1));
    assert!(found(&answers, ("r1", 1), &["token"], NOW).is_some());
    assert!(found(&answers, ("r1", 1), &["token"], second).is_none());
}

#[test]
fn a_change_of_people_drops_the_answers_of_their_realm_and_no_other() {
    let answers = Answers::new(true);
    for realm in ["r1", "r2"] {
        let asked = answers.question_of(realm, 1, &["token"]);
        answers.keep(&asked, &answer("a"), NOW, END);
    }
    answers.drop_of(&["r1".to_owned()]);

    assert!(found(&answers, ("r1", 1), &["token"], NOW).is_none());
    assert!(found(&answers, ("r2", 1), &["token"], NOW).is_some());
}

#[test]
fn an_answer_that_was_read_before_a_change_is_not_kept_after_it() {
    let answers = Answers::new(false);
    let asked = answers.question_of("r1", 1, &["token"]);
    answers.drop_of(&["r1".to_owned()]);
    answers.keep(&asked, &answer("old"), NOW, END);

    assert!(found(&answers, ("r1", 1), &["token"], NOW).is_none());
}

#[test]
fn a_flood_of_tokens_does_not_fill_the_memory() {
    let answers = Answers::new(false);
    for number in 0..20_000 {
        let asked = answers.question_of("r1", 1, &[&number.to_string()]);
        answers.keep(&asked, &answer("a"), NOW, END);
    }
    let kept: usize = answers
        .parts
        .iter()
        .map(|part| part.lock().unwrap().len())
        .sum();

    assert!(kept <= PARTS * MOST, "{kept}");
}
