//! Views of lists that an administrator keeps: chips beside those that every list has.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Step;
use crate::part::{Ask, Input, ListPage};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::change("/views", |desk| Box::pin(keep(desk))),
    Route::change("/views/forget", |desk| Box::pin(forget(desk))),
];

/// The lists that have views: the name of each, which is its path as well.
const PAGES: &[&str] = &["users", "clients", "events", "admin-events"];

/// Adds the administrator's own views to a list, whose query is the parameter `q`, and the way to keep this one.
pub(super) async fn of(desk: &Desk, page: &str, list: ListPage) -> Result<ListPage, Problem> {
    let all = desk.get("ui-ext/views").await?;
    let now = desk.query.trimmed("q");
    let plain = desk.query.with("first", "");
    let plain = plain.with("after", "").with("before", "");
    let mut chips = Vec::new();
    let mut current = None;
    let own = all.as_array().into_iter().flatten();
    for one in own.filter(|one| text_of(one, "page") == page) {
        let query = text_of(one, "query");
        let is_current = query == now;
        if is_current {
            current = Some(text_of(one, "id"));
        }
        let url = desk.here(&plain.with("q", &query));
        chips.push(Step::new(text_of(one, "name"), url).current(is_current));
    }
    let ask = match current {
        Some(id) => {
            let url = desk.url("/views/forget");
            let ask = Ask::new(desk, "forget-view", url, desk.text("view-forget"));
            Some(ask.input(Input::hidden("id", &id)))
        }
        None if now.is_empty() || list.is_on_a_view() => None,
        None => {
            let url = desk.url("/views");
            let ask = Ask::new(desk, "keep-view", url, desk.text("view-keep"));
            let name = Input::text("name", desk.text("view-name"), "");
            Some(ask.input(name).input(Input::hidden("query", now)))
        }
    };
    let ask = ask.map(|ask| ask.input(Input::hidden("page", page)));
    Ok(list.views(chips, ask))
}

/// The list that a form was sent from.
fn page(desk: &Desk) -> Result<&str, Problem> {
    let named = desk.form.get("page").unwrap_or_default();
    let known = PAGES.iter().find(|page| **page == named);
    known.copied().ok_or_else(Problem::not_found)
}

fn back(desk: &Desk, page: &str, query: &str, flash: &Flash) -> Shown {
    desk.go(&format!("/{page}?q={}", encode(query)), flash)
}

async fn keep(desk: Rc<Desk>) -> Shown {
    let page = page(&desk)?;
    let (name, query) = (desk.form.trimmed("name"), desk.form.trimmed("query"));
    let view = json!({"page": page, "name": name, "query": query});
    match desk.post("ui-ext/views", &view).await {
        Ok(_) => back(
            &desk,
            page,
            query,
            &Flash::done("done-view-kept").about(name),
        ),
        Err(problem) if problem.is_about_what_was_sent() => {
            back(&desk, page, query, &Flash::failed("done-view-not-kept"))
        }
        Err(problem) => Err(problem),
    }
}

async fn forget(desk: Rc<Desk>) -> Shown {
    let page = page(&desk)?;
    let id = desk.form.get("id").unwrap_or_default();
    let all = desk.get("ui-ext/views").await?;
    let mut own = all.as_array().into_iter().flatten();
    let view = own.find(|one| text_of(one, "id") == id);
    let query = view.map(|view: &Value| text_of(view, "query"));
    let query = query.ok_or_else(Problem::not_found)?;
    desk.delete(&format!("ui-ext/views/{}", encode(id))).await?;
    back(&desk, page, &query, &Flash::done("done-view-forgotten"))
}
