//! What there is to say about a token that somebody pastes. It is looked at here, and neither stored nor logged.

use std::collections::BTreeSet;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_jose::inspect::{Finding, Form, Report, Signature, inspect};
use cloakroom_oidc::keyring::Keyring;
use cloakroom_web::app::now;
use serde_json::Value;

use crate::desk::{Desk, text_of};
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Facts, Input, Piece, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] =
    &[Route::show("/inspector", |desk| Box::pin(ask(desk)))
        .and_change(|desk| Box::pin(look(desk)))];

fn page(desk: &Desk, token: &str) -> Stack {
    let ask = Ask::new(
        desk,
        "inspect",
        desk.url("/inspector"),
        desk.text("inspect"),
    )
    .primary()
    .input(Input::long("token", desk.text("inspector-token"), token))
    .input(Input::long(
        "other",
        desk.text("inspector-other"),
        desk.form.trimmed("other"),
    ));
    let card = Card::new("form", desk.text("inspector-token")).lead(desk.text("inspector-lead"));
    let heading = Heading::new(&desk.text("nav-inspector"));
    Stack::new(desk.frame(heading)).card(card.ask(true, ask))
}

async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(&[])?;
    page(&desk, "").show(&desk)
}

async fn look(desk: Rc<Desk>) -> Shown {
    desk.check(&[])?;
    let token = desk.form.trimmed("token");
    let realm = desk.app.realm(&desk.realm).await.map_err(Problem::broken)?;
    let realm = realm.ok_or_else(Problem::not_found)?;
    let keys = Keyring::of(&realm).map_err(Problem::broken)?;
    let stack = page(&desk, token);
    let other = desk.form.trimmed("other");
    match inspect(token, Some(keys.verifying()), now().seconds()) {
        Ok(report) => {
            let mut stack = stack
                .with(Piece::Facts(facts(&desk, token, &report)))
                .card(findings(&desk, &report))
                .card(claims(&desk, token, &report));
            if !other.is_empty() {
                stack = stack.card(comparison(&desk, token, other));
            }
            stack.show(&desk)
        }
        Err(_) => {
            let none = Card::new("none", desk.text("inspector-none"));
            desk.show_again(&stack.card(none.lead(desk.text("inspector-none-hint"))))
        }
    }
}

/// A part of a token as JSON; `Null` where it cannot be read.
fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index);
    let part = part.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    part.and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

fn value_of(claims: &Value, name: &str) -> String {
    match claims.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The claims in which two tokens differ.
fn comparison(desk: &Desk, token: &str, other: &str) -> Card {
    let (mine, theirs) = (part(token, 1), part(other, 1));
    let names = |claims: &Value| -> Vec<String> {
        let members = claims.as_object().into_iter().flatten();
        members.map(|(name, _)| name.clone()).collect()
    };
    let all: BTreeSet<String> = names(&mine).into_iter().chain(names(&theirs)).collect();
    let different = all
        .iter()
        .filter(|name| mine.get(name.as_str()) != theirs.get(name.as_str()));
    let rows = different.map(|name| {
        Row::of(vec![
            Cell::mono(name),
            Cell::mono(value_of(&mine, name)),
            Cell::mono(value_of(&theirs, name)),
        ])
    });
    let columns = ["claim", "inspector-token", "inspector-other"].map(|key| desk.text(key));
    let table = Table::new(
        desk.text("inspector-comparison"),
        columns.to_vec(),
        rows.collect(),
    );
    Card::new("comparison", desk.text("inspector-comparison"))
        .table(table, desk.text("inspector-same"))
}

fn facts(desk: &Desk, token: &str, report: &Report) -> Facts {
    let signature = match report.signature() {
        Signature::Right => Pill::ok(desk.text("signature-right")),
        Signature::Wrong => Pill::danger(desk.text("signature-wrong")),
        Signature::Unchecked => Pill::warn(desk.text("signature-unchecked")),
    };
    let form = match report.form() {
        Form::Signed => "token-signed",
        Form::Encrypted => "token-encrypted",
    };
    Facts::new("facts", desk.text("inspector-facts"))
        .fact(desk.text("signature"), Cell::Pills(vec![signature]))
        .text(desk.text("token-form"), &desk.text(form))
        .fact(desk.text("keys-algorithm"), Cell::mono(report.alg()))
        .text(desk.text("keys-kid"), &text_of(&part(token, 0), "kid"))
        .fact(
            desk.text("token-typ"),
            Cell::mono(report.typ().unwrap_or("–")),
        )
        .fact(
            desk.text("claim-bytes"),
            Cell::Number(report.bytes().to_string()),
        )
}

/// What speaks against it: the key of the sentence, and what it is about.
fn words(finding: &Finding) -> (&'static str, String) {
    match finding {
        Finding::Large { bytes } => ("finding-large", bytes.to_string()),
        Finding::LongLived { seconds } => ("finding-long-lived", seconds.to_string()),
        Finding::NeverExpires => ("finding-never-expires", String::new()),
        Finding::Expired => ("finding-expired", String::new()),
        Finding::NoAudience => ("finding-no-audience", String::new()),
        Finding::NoIssuer => ("finding-no-issuer", String::new()),
        Finding::UnfitAlg { alg } => ("finding-alg", alg.clone()),
        Finding::UnfitTyp => ("finding-typ", String::new()),
        Finding::PersonalData { claims } => ("finding-personal", claims.join(", ")),
    }
}

fn findings(desk: &Desk, report: &Report) -> Card {
    let rows = report.findings().iter().map(|one| {
        let (key, value) = words(one);
        Row::of(vec![Cell::text(desk.text(key)), Cell::mono(value)])
    });
    let columns = ["findings", "claim-value"]
        .map(|key| desk.text(key))
        .to_vec();
    let table = Table::new(desk.text("findings"), columns, rows.collect());
    Card::new("findings", desk.text("findings")).table(table, desk.text("findings-none"))
}

fn claims(desk: &Desk, token: &str, report: &Report) -> Card {
    let payload = part(token, 1);
    let rows = report.claims().iter().map(|claim| {
        let value = value_of(&payload, claim.name());
        let pills = match claim.is_personal() {
            true => vec![Pill::warn(desk.text("token-personal"))],
            false => Vec::new(),
        };
        Row::of(vec![
            Cell::mono(claim.name()),
            Cell::mono(value),
            Cell::Number(claim.bytes().to_string()),
            Cell::Pills(pills),
        ])
    });
    let columns = ["claim", "claim-value", "claim-bytes", "claim-note"].map(|key| desk.text(key));
    let table = Table::new(desk.text("claims"), columns.to_vec(), rows.collect());
    Card::new("claims", desk.text("claims")).table(table, desk.text("inspector-no-claims"))
}
