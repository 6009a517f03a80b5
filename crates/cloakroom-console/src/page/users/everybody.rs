//! One thing for everybody whom a query finds, as a job: how many they are is said before anything happens.

use std::rc::Rc;

use serde_json::Value;

use super::{MANAGE, query, say_on_the_list};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::page::jobs;
use crate::part::{Ask, Card, Input, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// The most people that one job is about.
const MOST: usize = 100_000;
/// People that are asked for at once.
const AT_ONCE: usize = 1000;

/// What can be done, and the key of its name.
const ACTS: [(&str, &str); 4] = [
    ("sign-out", "users-sign-out"),
    ("disable", "disable"),
    ("enable", "enable"),
    ("delete", "delete"),
];

/// Where it is asked for those whom a query finds.
pub(super) fn url(desk: &Desk, asked: &str) -> String {
    desk.url(&format!("/users/everybody?q={}", encode(asked)))
}

/// The ids of everybody whom the query finds, one more than a job takes if there are more.
async fn ids(desk: &Desk, asked: &str) -> Result<Vec<String>, Problem> {
    let mut ids = Vec::new();
    let mut from = query::Part::first(AT_ONCE);
    loop {
        let path = query::part(desk, asked, &from).await?;
        let found = desk
            .get(&format!("{path}&briefRepresentation=true"))
            .await?;
        let all = found.as_array().map_or(&[][..], Vec::as_slice);
        ids.extend(all.iter().map(|one| text_of(one, "id")));
        if all.len() < AT_ONCE || ids.len() > MOST {
            return Ok(ids);
        }
        let last = all.last().map(|one: &Value| text_of(one, "username"));
        from = query::Part::next(last.unwrap_or_default(), AT_ONCE);
    }
}

pub(super) async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let asked = desk.query.trimmed("q");
    let count = match ids(&desk, asked).await {
        Ok(ids) => ids.len(),
        Err(problem) if problem.is_about_what_was_sent() => return say_on_the_list(&desk, asked),
        Err(problem) => return Err(problem),
    };
    let heading = Heading::new(&desk.text("everybody"))
        .under(desk.text("nav-users"), desk.url("/users"))
        .lead(desk.text("everybody-lead"));
    let stack = Stack::new(desk.frame(heading));
    let shown = u32::try_from(count).unwrap_or(u32::MAX);
    let title = desk.text_with("everybody-count", "count", shown);
    if count == 0 || count > MOST {
        let card = Card::new("count", title).lead(desk.text("everybody-none"));
        return stack.card(card).show(&desk);
    }
    let acts = ACTS.map(|(act, key)| (act.to_owned(), desk.text(key)));
    let ask = Ask::new(&desk, "many", url(&desk, asked), desk.text("everybody-go"))
        .danger()
        .input(Input::select(
            "act",
            desk.text("everybody-act"),
            acts.to_vec(),
        ))
        .input(Input::text(
            "sure",
            desk.text_with("everybody-sure", "count", shown),
            "",
        ));
    let lead = match asked {
        "" => desk.text("everybody-all"),
        asked => asked.to_owned(),
    };
    stack
        .card(Card::new("count", title).lead(lead).ask(true, ask))
        .show(&desk)
}

/// Whoever knows how many they are has looked. If it is not so many any more, nothing happens.
pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let asked = desk.query.trimmed("q");
    let ids = match ids(&desk, asked).await {
        Ok(ids) => ids,
        Err(problem) if problem.is_about_what_was_sent() => return say_on_the_list(&desk, asked),
        Err(problem) => return Err(problem),
    };
    let back = format!("/users/everybody?q={}", encode(asked));
    if desk.form.trimmed("sure") != ids.len().to_string() {
        return desk.go(&back, &Flash::failed("done-count-differs"));
    }
    let act = desk.form.trimmed("act");
    let page = jobs::begin_many(&desk, act, &ids).await?;
    desk.go(&page, &Flash::done("done-job-many-begun"))
}
