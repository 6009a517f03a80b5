//! A form over a JSON object: its fields, what they say, and what came of saving it.

mod change;
mod command;
mod field;
mod instant;
mod origin;

pub(crate) use change::{Kept, Lens, save, save_through};
pub(crate) use field::{Field, Shape};
pub(crate) use origin::Origins;

use askama::Template;
use askama::filters::HtmlSafe;
use cloakroom_admin::inside::Reply;
use serde_json::Value;

use crate::desk::{Desk, Pairs};
use crate::frame::{Frame, Step};
use crate::problem::Problem;
use field::Drawn;

/// Fields under a title.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// The key of the title.
    pub(crate) key: &'static str,
    /// The fields.
    pub(crate) fields: Vec<Field>,
}

impl Section {
    /// A section.
    pub(crate) fn new(key: &'static str, fields: Vec<Field>) -> Self {
        Self { key, fields }
    }
}

/// A section as it is drawn.
#[derive(Clone, Debug)]
struct DrawnSection {
    id: String,
    title: String,
    fields: Vec<Drawn>,
}

/// A form over an object of the API.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/sheet.html")]
pub(crate) struct Sheet {
    csrf: String,
    action: String,
    /// What a save compares with: the values that the form began with.
    was: String,
    problem: String,
    sections: Vec<DrawnSection>,
    save: String,
    is_new: bool,
    is_read_only: bool,
    words: [String; 11],
    cancel: Option<Step>,
}

impl HtmlSafe for Sheet {}

impl Sheet {
    /// The form over what the API shows now.
    pub(crate) fn of(desk: &Desk, sections: &[Section], object: &Value) -> Self {
        Self::from(desk, sections, object, &Origins::default())
    }

    /// The same, and each value with where it comes from.
    pub(crate) fn from(
        desk: &Desk,
        sections: &[Section],
        object: &Value,
        origins: &Origins,
    ) -> Self {
        let target = command::target(desk);
        let draw = |field: &Field| Drawn {
            origin: origins.of(desk, field, object),
            ..field.draw((desk, &target), object)
        };
        Self::drawn(desk, sections, draw, change::taken(sections, object))
    }

    /// The form as it was sent, with what is wrong in it.
    pub(crate) fn sent(desk: &Desk, sections: &[Section], problem: &Problem) -> Self {
        let object = change::typed(sections, &desk.form);
        let target = command::target(desk);
        let origins = Origins::default();
        let draw = |field: &Field| {
            let wrong = problem.fields.iter().find(|(name, _)| *name == field.at);
            Drawn {
                error: wrong.map(|(_, text)| text.clone()).unwrap_or_default(),
                origin: origins.of(desk, field, &object),
                ..field.draw((desk, &target), &object)
            }
        };
        let was = desk.form.raw("was").unwrap_or_default();
        let was = serde_json::from_str(was).unwrap_or(Value::Null);
        let mut sheet = Self::drawn(desk, sections, draw, was);
        sheet.problem = match problem.text.is_empty() {
            true => desk.text("problem-refused"),
            false => problem.text.clone(),
        };
        sheet
    }

    fn drawn(
        desk: &Desk,
        sections: &[Section],
        draw: impl Fn(&Field) -> Drawn,
        was: Value,
    ) -> Self {
        let sections = sections.iter().map(|section| DrawnSection {
            id: section.key.to_owned(),
            title: desk.text(section.key),
            fields: section.fields.iter().map(&draw).collect(),
        });
        Self {
            csrf: desk.csrf().to_owned(),
            action: desk.here(&desk.query),
            was: was.to_string(),
            problem: String::new(),
            sections: sections.collect(),
            save: desk.text("save"),
            is_new: false,
            is_read_only: false,
            words: [
                "changes-unsaved",
                "review",
                "discard",
                "more",
                "problems-title",
                "origin-version",
                "unit",
                "unit-seconds",
                "unit-minutes",
                "unit-hours",
                "unit-days",
            ]
            .map(|key| desk.text(key)),
            cancel: None,
        }
    }

    /// The form makes something new: its button says so, and `back` is the way out.
    pub(crate) fn makes(mut self, save: String, back: Step) -> Self {
        self.save = save;
        self.is_new = true;
        self.cancel = Some(back);
        self
    }

    /// The administrator may look, and no more.
    pub(crate) fn read_only(mut self, is_read_only: bool) -> Self {
        self.is_read_only = is_read_only;
        self
    }

    fn problems(&self) -> Vec<&Drawn> {
        let all = self.sections.iter().flat_map(|section| &section.fields);
        all.filter(|field| !field.error.is_empty()).collect()
    }
}

/// A page with nothing but a form.
#[derive(Debug, Template)]
#[template(path = "console/sheet.html")]
pub(crate) struct SheetPage {
    layout: Frame,
    sheet: Sheet,
}

impl SheetPage {
    pub(crate) fn new(layout: Frame, sheet: Sheet) -> Self {
        Self { layout, sheet }
    }
}

/// The object that a form describes.
pub(crate) fn typed(sections: &[Section], form: &Pairs) -> Value {
    change::typed(sections, form)
}

/// Makes what a form describes, with what the form leaves out already in it, at this path of the API.
pub(crate) async fn make(
    desk: &Desk,
    path: &str,
    sections: &[Section],
    object: &Value,
) -> Result<Reply, Problem> {
    change::check(desk, sections)?;
    desk.post(path, object).await
}
