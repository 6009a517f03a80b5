//! A form that was refused, on its page again: which form it was, what was typed in it, and what is wrong with that.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::http::header::REFERER;
use actix_web::http::{StatusCode, Uri};

use super::{Desk, Pairs};
use crate::problem::Problem;
use crate::routes::{self, Parts, Work};

/// The hidden field with the name of the form on its page.
pub(crate) const FORM: &str = "form-id";
/// The hidden field with the address of the page that the form stands on.
pub(crate) const PAGE: &str = "form-page";
/// What a form over an object has, which is shown again by itself.
const SHEET: &str = "was";

/// A form that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Its name on its page; empty for a button that asks nothing.
    form: String,
    /// What was typed in it.
    pub(crate) typed: Pairs,
    /// What is wrong, in a sentence.
    pub(crate) text: String,
    /// What is wrong with single fields.
    pub(crate) fields: Vec<(String, String)>,
    page: Uri,
    parts: Parts,
    is_shown: Cell<bool>,
}

impl Refused {
    /// The path of the page that the form stands on.
    pub(super) fn path(&self) -> &str {
        self.page.path()
    }

    /// A part of the address of that page, below the realm.
    pub(super) fn part(&self, name: &str) -> &str {
        let found = self.parts.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, part)| part)
    }
}

impl Desk {
    /// What was wrong with the form of this name, which is on the page that is being made; an empty name stands for the
    /// buttons that ask nothing. Whoever asks says it.
    pub(crate) fn refused(&self, form: &str) -> Option<Rc<Refused>> {
        let refused = self.refused.as_ref().filter(|one| one.form == form)?;
        refused.is_shown.set(true);
        Some(Rc::clone(refused))
    }

    /// The page that the form stands on: the form names it, and of a button the browser does.
    fn page_of_form(&self) -> Option<Uri> {
        let named = self.form.get(PAGE).map(str::to_owned);
        let referer = || {
            let header = self.request.headers().get(REFERER)?.to_str().ok()?;
            header.strip_prefix(self.app.origin()).map(str::to_owned)
        };
        let page = named.or_else(referer)?;
        page.strip_prefix(self.app.base_path())?.parse().ok()
    }

    /// What shows the page at an address of this realm's console.
    fn page_at(&self, page: &Uri) -> Option<(Work, Parts)> {
        let url = self.url("");
        let below = page
            .path()
            .strip_prefix(url.strip_prefix(self.app.base_path())?)?;
        routes::page_at(below)
    }
}

/// The page that the form stands on, with what was typed still in it and what is wrong with it; where the form is on no
/// page of the realm, or has gone from it, the problem is a page of its own.
pub(crate) async fn again(desk: Rc<Desk>, problem: &Problem) -> HttpResponse {
    let is_sheet = desk.form.raw(SHEET).is_some();
    let page = desk
        .page_of_form()
        .filter(|_| problem.is_about_what_was_sent() && !is_sheet);
    let found = page.and_then(|page| Some((desk.page_at(&page)?, page)));
    let Some(((work, parts), page)) = found else {
        return problem.page(&desk);
    };
    // The work is over, so nobody else holds the desk.
    let mut desk = match Rc::try_unwrap(desk) {
        Ok(desk) => desk,
        Err(desk) => return problem.page(&desk),
    };
    desk.query = Pairs::parse(page.query().unwrap_or_default().as_bytes());
    let typed = std::mem::take(&mut desk.form);
    desk.refused = Some(Rc::new(Refused {
        form: typed.trimmed(FORM).to_owned(),
        typed,
        text: match problem.text.is_empty() {
            true => desk.text("problem-refused"),
            false => problem.text.clone(),
        },
        fields: problem.fields.clone(),
        page,
        parts,
        is_shown: Cell::new(false),
    }));
    let desk = Rc::new(desk);
    let shown = work(Rc::clone(&desk)).await;
    let is_shown = desk.refused.as_ref().is_some_and(|one| one.is_shown.get());
    match (shown, StatusCode::from_u16(problem.status)) {
        (Ok(mut answer), Ok(status)) if answer.status() == StatusCode::OK && is_shown => {
            *answer.status_mut() = status;
            answer
        }
        _ => problem.page(&desk),
    }
}
