//! A small form: what it asks, and the button that sends it. What was refused stands in it again as it was typed.

use std::rc::Rc;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::desk::{Desk, FORM, PAGE, Refused};

/// One field of a small form.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    label: String,
    kind: &'static str,
    value: String,
    options: Vec<(String, String, bool)>,
    /// What to know of it, below it; empty for nothing.
    hint: String,
}

impl Input {
    fn new(kind: &'static str, name: &str, label: String, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            label,
            kind,
            value: value.to_owned(),
            options: Vec::new(),
            hint: String::new(),
        }
    }

    /// Says something below it.
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = hint;
        self
    }

    /// Somebody types something in it.
    fn is_asked(&self) -> bool {
        !matches!(self.kind, "hidden" | "check")
    }

    /// What was typed before. A file and a password are asked for again: a browser fills in no file, and no page holds a
    /// password.
    fn refill(&mut self, refused: &Refused) {
        let typed = refused.typed.raw(&self.name);
        match self.kind {
            "hidden" | "file" | "password" => {}
            "check" => typed.unwrap_or_default().clone_into(&mut self.value),
            "select" => {
                for (own, _, is_chosen) in &mut self.options {
                    *is_chosen = Some(own.as_str()) == typed;
                }
            }
            _ => {
                if let Some(typed) = typed {
                    typed.clone_into(&mut self.value);
                }
            }
        }
    }

    /// A line of text.
    pub(crate) fn text(name: &str, label: String, value: &str) -> Self {
        Self::new("text", name, label, value)
    }

    /// Several lines.
    pub(crate) fn long(name: &str, label: String, value: &str) -> Self {
        Self::new("long", name, label, value)
    }

    /// A password that nobody has yet.
    pub(crate) fn password(name: &str, label: String) -> Self {
        Self::new("password", name, label, "")
    }

    /// A file of these kinds.
    pub(crate) fn file(name: &str, label: String, kinds: &str) -> Self {
        Self::new("file", name, label, kinds)
    }

    /// On or off.
    pub(crate) fn check(name: &str, label: String, is_on: bool) -> Self {
        Self::new("check", name, label, if is_on { "true" } else { "" })
    }

    /// One of several: value and words.
    pub(crate) fn select(name: &str, label: String, options: Vec<(String, String)>) -> Self {
        let options = options
            .into_iter()
            .map(|(value, text)| (value, text, false));
        Self {
            options: options.collect(),
            ..Self::new("select", name, label, "")
        }
    }

    /// What is chosen at first.
    pub(crate) fn chosen(mut self, value: &str) -> Self {
        for (own, _, is_chosen) in &mut self.options {
            *is_chosen = own == value;
        }
        self
    }

    /// Sent along, not shown.
    pub(crate) fn hidden(name: &str, value: &str) -> Self {
        Self::new("hidden", name, String::new(), value)
    }
}

/// A small form: what it asks, and the button that sends it.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/ask.html")]
pub(crate) struct Ask {
    id: &'static str,
    csrf: String,
    url: String,
    is_get: bool,
    inputs: Vec<Input>,
    button: String,
    class: &'static str,
    /// The page that it stands on.
    page: String,
    /// What was sent before and refused.
    refused: Option<Rc<Refused>>,
}

impl HtmlSafe for Ask {}

impl Ask {
    /// The names of the fields that say which form it is, and on which page.
    const NAMES: [&'static str; 2] = [FORM, PAGE];

    /// A form that changes something; `id` is unique on its page.
    pub(crate) fn new(desk: &Desk, id: &'static str, url: String, button: String) -> Self {
        Self {
            id,
            csrf: desk.csrf().to_owned(),
            url,
            is_get: false,
            inputs: Vec::new(),
            button,
            class: "",
            page: desk.here(&desk.query),
            refused: desk.refused(id),
        }
    }

    /// It chooses what the card shows, so it stands before that.
    pub(super) fn is_view(&self) -> bool {
        self.is_get
    }

    /// Browsers send files in a form of its own kind alone.
    fn has_file(&self) -> bool {
        self.inputs.iter().any(|input| input.kind == "file")
    }

    /// The form only asks for another view of the page.
    pub(crate) fn view(mut self) -> Self {
        self.is_get = true;
        self
    }

    /// What most come for.
    pub(crate) fn primary(mut self) -> Self {
        self.class = "primary";
        self
    }

    /// What takes something away.
    pub(crate) fn danger(mut self) -> Self {
        self.class = "danger";
        self
    }

    /// Adds a field.
    pub(crate) fn input(mut self, mut input: Input) -> Self {
        if let Some(refused) = &self.refused {
            input.refill(refused);
        }
        self.inputs.push(input);
        self
    }

    /// What is wrong with what was typed in a field; empty where nothing is. Where a form asks one thing, it is about that.
    fn error(&self, input: &Input) -> &str {
        let Some(refused) = &self.refused else {
            return "";
        };
        let named = refused.fields.iter().find(|(name, _)| *name == input.name);
        let mut asked = self.inputs.iter().filter(|input| input.is_asked());
        let is_only = input.is_asked() && asked.next().is_some() && asked.next().is_none();
        match named {
            Some((_, text)) => text,
            None if is_only => &refused.text,
            None => "",
        }
    }

    /// The ids of what stands below a field and says something of it.
    fn described(&self, input: &Input) -> String {
        let id = |end: &str| format!("{}-{}-{end}", self.id, input.name);
        let error = (!self.error(input).is_empty()).then(|| id("error"));
        let hint = (!input.hint.is_empty()).then(|| id("hint"));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        ids.join(" ")
    }

    /// The fields with which something is wrong.
    fn wrong(&self) -> Vec<&Input> {
        let inputs = self.inputs.iter();
        inputs
            .filter(|input| !self.error(input).is_empty())
            .collect()
    }
}
