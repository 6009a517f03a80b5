//! One domain of an organization: the record that its owner publishes, what is found there, and the confirmation.

use std::rc::Rc;

use serde_json::Value;

use super::{MANAGE, organization, page, path, put_domain};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Facts, Piece, Pill, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// What the API says of the record; it asks the name servers only if told to.
async fn record(desk: &Desk, is_asked_for: bool) -> Result<Value, Problem> {
    desk.check(MANAGE)?;
    let (at, domain) = (path(desk), encode(&desk.part("domain")));
    desk.get(&format!("ui-ext/{at}/domains/{domain}?look={is_asked_for}"))
        .await
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let record = record(&desk, false).await?;
    stack(&desk, &record, None).await?.show(&desk)
}

async fn stack(desk: &Desk, record: &Value, found: Option<Cell>) -> Result<Stack, Problem> {
    let (one, heading) = organization(desk, "").await?;
    let name = desk.part("domain");
    let domains = one.get("domains").and_then(Value::as_array);
    let is_verified = domains.into_iter().flatten().any(|domain| {
        text_of(domain, "name") == name && domain.get("verified") == Some(&Value::Bool(true))
    });
    let state = match is_verified {
        true => Pill::ok(desk.text("domain-verified")),
        false => Pill::warn(desk.text("domain-unverified")),
    };
    let mut facts = Facts::new("domain", name)
        .fact(desk.text("column-state"), Cell::Pills(vec![state]))
        .fact(
            desk.text("domain-record-name"),
            Cell::copied(
                desk,
                &desk.text("domain-record-name"),
                text_of(record, "record"),
            ),
        )
        .fact(desk.text("domain-record-kind"), Cell::mono("TXT"))
        .fact(
            desk.text("domain-record-expected"),
            Cell::copied(
                desk,
                &desk.text("domain-record-expected"),
                text_of(record, "expected"),
            ),
        );
    let mut card = Card::new("record", desk.text("domain-record"));
    card = card.lead(desk.text("domain-record-lead"));
    if let Some(found) = found {
        facts = facts.fact(desk.text("domain-record-found"), found);
        card = card.problem(desk.text("domain-record-missing"));
    }
    let url = desk.url(&its_page(desk));
    let check = Ask::new(desk, "check", url, desk.text("domain-record-check")).primary();
    Ok(Stack::new(desk.frame(heading))
        .with(Piece::Facts(facts))
        .card(card.ask(true, check)))
}

fn its_page(desk: &Desk) -> String {
    page(desk, &format!("/domains/{}", encode(&desk.part("domain"))))
}

/// Asks the name servers, and takes the domain as theirs if the record is there; else it says what is.
pub(super) async fn confirm(desk: Rc<Desk>) -> Shown {
    let record = record(&desk, true).await?;
    let name = desk.part("domain");
    if record.get("isFound") == Some(&Value::Bool(true)) {
        put_domain(&desk, &name, "confirm").await?;
        let flash = Flash::done("done-domain-confirmed").about(&name);
        return desk.go(&page(&desk, ""), &flash);
    }
    let found = match record.get("found").and_then(Value::as_array) {
        None => Cell::muted(desk.text("domain-record-silent")),
        Some(all) if all.is_empty() => Cell::muted(desk.text("domain-record-none")),
        Some(all) => {
            let texts = all.iter().filter_map(Value::as_str);
            Cell::lines(texts.map(str::to_owned).collect())
        }
    };
    stack(&desk, &record, Some(found)).await?.show(&desk)
}
