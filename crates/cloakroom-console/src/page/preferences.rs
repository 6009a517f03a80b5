//! What a reader chose for their own browser: light or dark, and keys that do something by themselves.

use std::rc::Rc;

use crate::cookie::{self, Name};
use crate::desk::Desk;
use crate::flash::Flash;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[Route::change("/preferences", |desk| Box::pin(choose(desk)))];

const YEAR: i64 = 365 * 24 * 60 * 60;

async fn choose(desk: Rc<Desk>) -> Shown {
    let https = desk.app.is_https;
    let here = desk.url("");
    let back = desk.form.get("back").filter(|back| back.starts_with(&here));
    let back = back.map_or_else(|| desk.url("/dashboard"), str::to_owned);
    let mut answer = desk.go_to(&back, Some(&Flash::done("done-preferences")));
    match desk.form.get("theme") {
        Some(theme @ ("light" | "dark")) => {
            cookie::set(&mut answer, Name::Theme, theme, https, Some(YEAR));
        }
        Some(_) => cookie::unset(&mut answer, Name::Theme, https),
        None => {}
    }
    match desk.form.get("keys") {
        Some("off") => cookie::set(&mut answer, Name::Keys, "off", https, Some(YEAR)),
        Some(_) => cookie::unset(&mut answer, Name::Keys, https),
        None => {}
    }
    Ok(answer)
}
