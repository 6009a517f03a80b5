//! One key: what is known of it, and what can be made of it, with a warning where somebody would notice.

use std::rc::Rc;

use serde_json::Value;

use super::ring::{Key, Ring, Step};
use super::{MANAGE, alive, page, pill, words};
use crate::desk::Desk;
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Facts, Input, Piece, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let ring = Ring::read(&desk).await?;
    let key = ring.find(&desk.part("id"))?;
    let may_manage = desk.may(MANAGE);
    let since = key.steps.last().map(|(_, at)| *at);
    let facts = Facts::new("facts", desk.text("user-facts"))
        .fact(desk.text("keys-algorithm"), Cell::text(&key.algorithm))
        .fact(desk.text("keys-use"), Cell::text(&key.usage))
        .fact(desk.text("keys-since"), Cell::when(since, "–"))
        .fact(desk.text("keys-alive"), alive(&desk, &ring, key))
        .fact(desk.text("keys-until"), Cell::when(key.valid_to, "–"));
    let heading = Heading::new(&key.kid)
        .under(desk.text("nav-keys"), desk.url("/keys"))
        .id(&key.id)
        .pill(pill(&desk, key));
    let rank = Ask::new(
        &desk,
        "rank",
        desk.url(&page(&key.id, "/priority")),
        desk.text("save"),
    )
    .input(Input::text(
        "priority",
        desk.text("keys-priority"),
        &key.priority.to_string(),
    ));
    let rank = Card::new("rank-card", desk.text("keys-priority"))
        .lead(desk.text("keys-priority-lead"))
        .ask(may_manage, rank);
    let mut stack = Stack::new(desk.frame(heading)).with(Piece::Facts(facts));
    for (id, title, text) in [
        ("public", "keys-public", &key.public_key),
        ("certificate", "keys-certificate", &key.certificate),
    ] {
        if !text.is_empty() {
            stack = stack.card(Card::new(id, desk.text(title)).code(folded(text)));
        }
    }
    if may_manage {
        stack = stack
            .card(rank)
            .card(steps(&desk, &ring, key))
            .card(emergency(&desk, key).await?);
    }
    stack.show(&desk)
}

/// Base64 in lines that fit on a page.
fn folded(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let lines = letters.chunks(64).map(|line| line.iter().collect());
    lines.collect::<Vec<String>>().join("\n")
}

/// The steps that a key can take; one that somebody would notice wants its id typed.
fn steps(desk: &Desk, ring: &Ring, key: &Key) -> Card {
    let mut card = Card::new("steps", desk.text("keys-steps")).lead(desk.text("keys-steps-lead"));
    for (id, step) in [
        ("step-active", Step::Active),
        ("step-passive", Step::Passive),
        ("step-disabled", Step::Disabled),
        ("step-delete", Step::Delete),
    ] {
        let url = desk.url(&page(&key.id, "/step"));
        let mut ask = Ask::new(desk, id, url, desk.text(words(step)))
            .input(Input::hidden("step", step.name()));
        if ring.ready_at(key, step).is_some() {
            let sure = desk.text_with("keys-sure", "name", &key.kid);
            ask = ask.input(Input::text("sure", sure, "")).danger();
        }
        card = card.ask(key.may(step), ask);
    }
    card
}

/// A key that somebody else may hold: what its end breaks, with figures.
async fn emergency(desk: &Desk, key: &Key) -> Result<Card, Problem> {
    let mut lines = Vec::new();
    for (kind, words) in [
        ("REGULAR", "keys-breaks-online"),
        ("OFFLINE", "keys-breaks-offline"),
    ] {
        let path = format!("ui-ext/sessions/count?type={kind}");
        let found = desk.get(&path).await?;
        let count = found.get("count").and_then(Value::as_u64).unwrap_or(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        lines.push(desk.text_with(words, "count", count));
    }
    let url = desk.url(&page(&key.id, "/replace"));
    let sure = desk.text_with("keys-sure", "name", &key.kid);
    let ask = Ask::new(desk, "replace", url, desk.text("keys-replace"))
        .input(Input::text("sure", sure, ""))
        .danger();
    let lead = format!("{} {}", desk.text("keys-emergency-lead"), lines.join(" "));
    Ok(Card::new("emergency", desk.text("keys-emergency"))
        .lead(lead)
        .ask(true, ask))
}

impl Key {
    /// It is not what the step makes of it already.
    fn may(&self, step: Step) -> bool {
        use super::ring::Stage::{Behind, Off, Published, Signing, Verifying};
        !matches!(
            (self.stage(), step),
            (Signing | Behind, Step::Active | Step::Delete)
                | (Published | Verifying, Step::Passive)
                | (Off, Step::Disabled)
        )
    }
}
