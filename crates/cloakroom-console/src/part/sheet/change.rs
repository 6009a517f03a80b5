//! Saving a form: what was changed is put into the object as it is now, and what somebody else changed meanwhile is
//! shown instead of overwritten.

use actix_web::http::StatusCode;
use askama::Template;
use serde_json::{Map, Value, json};

use super::{Field, Section, Shape, Sheet, SheetPage};
use crate::desk::{Desk, Pairs};
use crate::flash::Flash;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::routes::Shown;

/// The values of the fields, by their places.
pub(super) fn taken(sections: &[Section], object: &Value) -> Value {
    let fields = sections.iter().flat_map(|section| &section.fields);
    let values = fields.map(|field| (field.at.clone(), json!(field.text(object))));
    Value::Object(values.collect())
}

/// An object with what was typed and nothing else.
pub(super) fn typed(sections: &[Section], form: &Pairs) -> Value {
    let mut object = json!({});
    for field in sections.iter().flat_map(|section| &section.fields) {
        if let Some(value) = field.read(form) {
            place(&mut object, &field.at, value);
        }
    }
    object
}

/// Refuses a form in which something is no number where one belongs; what else is wrong the API says.
pub(super) fn check(desk: &Desk, sections: &[Section]) -> Result<(), Problem> {
    let fields = sections.iter().flat_map(|section| &section.fields);
    let wrong = fields.filter_map(|field| {
        let key = field.wrong(&desk.form)?;
        Some((field.at.clone(), desk.text(key)))
    });
    let wrong: Vec<_> = wrong.collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Problem::at_fields(wrong)),
    }
}

fn place(object: &mut Value, at: &str, value: Value) {
    let mut here = object;
    for name in at.split('/') {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Some(members) = here.as_object_mut() else {
            return;
        };
        here = members.entry(name).or_insert(Value::Null);
    }
    *here = value;
}

/// One field that was changed, in all its versions.
#[derive(Clone, Debug)]
struct Difference {
    label: String,
    was: String,
    theirs: String,
    mine: String,
}

/// What becomes of a form that was sent.
#[derive(Debug)]
enum Sent {
    /// The object with the changes in it, and whether there are any.
    Object(Value, Vec<Difference>),
    /// Somebody else changed the same fields since the form was shown.
    Conflict(Vec<Difference>),
}

/// Puts the changes of a form into the object as it is now.
fn merge(desk: &Desk, sections: &[Section], now: &Value) -> Sent {
    let was: Value =
        serde_json::from_str(desk.form.raw("was").unwrap_or_default()).unwrap_or_default();
    let mine = typed(sections, &desk.form);
    let mut object = now.clone();
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    for field in sections.iter().flat_map(|section| &section.fields) {
        let Some(value) = field.find(&mine).cloned() else {
            continue;
        };
        let before = was
            .get(&field.at)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let (typed, theirs) = (field.text(&mine), field.text(now));
        let is_secret = matches!(field.shape, Shape::Secret);
        let is_same = |a: &str, b: &str| a.replace("\r\n", "\n").trim() == b.trim();
        let is_off = |text: &str| text.is_empty() || text == "false" || text == "0";
        let is_unchanged = is_same(&typed, &before) || (is_off(&typed) && is_off(&before));
        if !is_secret && is_unchanged {
            continue;
        }
        let difference = Difference {
            label: label(desk, field),
            was: before.clone(),
            theirs: theirs.clone(),
            mine: if is_secret {
                "••••".to_owned()
            } else {
                typed.clone()
            },
        };
        if !is_secret && !is_same(&theirs, &before) && !is_same(&theirs, &typed) {
            conflicts.push(difference);
        } else {
            place(&mut object, &field.at, value);
            changes.push(difference);
        }
    }
    match conflicts.is_empty() {
        true => Sent::Object(object, changes),
        false => Sent::Conflict(conflicts),
    }
}

fn label(desk: &Desk, field: &Field) -> String {
    match &field.words {
        Some((label, _)) => label.clone(),
        None => desk.text(&field.key),
    }
}

/// Two administrators changed the same thing: what it was, what it is now, and what the second one wants.
#[derive(Debug, Template)]
#[template(path = "console/conflict.html")]
struct Conflict {
    layout: Frame,
    differences: Vec<Difference>,
    csrf: String,
    action: String,
    kept: Vec<(String, String)>,
    is_review: bool,
}

impl Conflict {
    /// The comparison after somebody else was faster, which `was` says the new state of; without it, the differences
    /// before they are saved. Sent again, the form wins over what is there now.
    fn new(desk: &Desk, layout: Frame, differences: Vec<Difference>, was: Option<String>) -> Self {
        let ours = ["csrf", "was", "act"];
        let kept = desk.form.iter().filter(|(name, _)| !ours.contains(name));
        let mut kept: Vec<_> = kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let is_review = was.is_none();
        let was = was.unwrap_or_else(|| desk.form.raw("was").unwrap_or_default().to_owned());
        kept.push(("was".to_owned(), was));
        Self {
            layout,
            differences,
            csrf: desk.csrf().to_owned(),
            action: desk.here(&desk.query),
            kept,
            is_review,
        }
    }
}

/// Where a form is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'a> {
    /// The object's path at the API, below the realm.
    pub(crate) api: &'a str,
    /// The page that is shown after a save.
    pub(crate) page: &'a str,
}

/// What a form shows of an object of the API, where that is a part of it or says it in other words.
pub(crate) struct Lens<'a> {
    /// What the form is over.
    pub(crate) show: &'a dyn Fn(&Value) -> Result<Value, Problem>,
    /// The object with what the form made of it.
    pub(crate) put: &'a dyn Fn(&Value, &Value) -> Result<Value, Problem>,
}

/// Saves a form over the whole of an object.
pub(crate) async fn save(
    desk: &Desk,
    kept: Kept<'_>,
    sections: &[Section],
    layout: Frame,
) -> Shown {
    let whole = Lens {
        show: &|object| Ok(object.clone()),
        put: &|_, changed| Ok(changed.clone()),
    };
    save_through(desk, (kept, &whole), sections, layout).await
}

/// Saves a form. What was not changed in it is left as it is now; the API holds the change against the state that it
/// was made from.
pub(crate) async fn save_through(
    desk: &Desk,
    (kept, lens): (Kept<'_>, &Lens<'_>),
    sections: &[Section],
    layout: Frame,
) -> Shown {
    if let Err(problem) = check(desk, sections) {
        let sheet = Sheet::sent(desk, sections, &problem);
        return desk.show_again(&SheetPage::new(layout, sheet));
    }
    // The second round is for a change of somebody else between reading and writing.
    for _ in 0..2 {
        let now = desk.get_tagged(kept.api).await?;
        let shown = (lens.show)(&now.json)?;
        let (object, changes) = match merge(desk, sections, &shown) {
            Sent::Object(object, changes) => (object, changes),
            Sent::Conflict(found) => {
                let was = taken(sections, &shown).to_string();
                let page = Conflict::new(desk, layout, found, Some(was));
                return Ok(desk.answer(StatusCode::CONFLICT, &page));
            }
        };
        if changes.is_empty() {
            return desk.go(kept.page, &Flash::done("done-nothing-changed"));
        }
        if desk.form.get("act") == Some("review") {
            return desk.show(&Conflict::new(desk, layout, changes, None));
        }
        let changed = match (lens.put)(&now.json, &object) {
            Ok(whole) => desk.put_if(kept.api, &whole, now.etag.as_deref()).await,
            Err(problem) => Err(problem),
        };
        match changed {
            Ok(_) => return desk.go(kept.page, &Flash::done("done-saved")),
            Err(problem) if problem.status == 412 => {}
            Err(problem) if problem.is_about_what_was_sent() => {
                let sheet = Sheet::sent(desk, sections, &problem);
                return desk.show_again(&SheetPage::new(layout, sheet));
            }
            Err(problem) => return Err(problem),
        }
    }
    Err(Problem::invalid(desk.text("conflict-again")))
}
