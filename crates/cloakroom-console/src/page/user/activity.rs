//! What happened to a person's account: their own events, and what administrators did.

use std::rc::Rc;

use super::person;
use crate::desk::{Desk, encode};
use crate::page::{events, history};
use crate::part::{Pager, Stack};
use crate::routes::Shown;

const TAB: &str = "/activity";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = person(&desk, TAB).await?;
    let mut page = Stack::new(desk.frame(heading));
    let asked = format!("events?user={}", encode(&desk.part("id")));
    let (found, more) = Pager::list(&desk, &asked, "events").await?;
    if !found.is_null() {
        page = page.card(events::card(&desk, &found).await?.pager(&desk, &more));
    }
    if let Some(card) = history::card(&desk, &history::USER, &desk.part("id")).await? {
        page = page.card(card);
    }
    page.show(&desk)
}
