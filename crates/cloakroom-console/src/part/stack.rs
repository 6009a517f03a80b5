//! A page of cards under each other: facts, tables, small forms, code.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Choices, Facts, Pager, Preview, Progress, Sheet, Table, Timeline};
use crate::desk::Desk;
use crate::frame::{Frame, Step};
use crate::routes::Shown;

/// One field of a small form.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    label: String,
    kind: &'static str,
    value: String,
    options: Vec<(String, String, bool)>,
}

impl Input {
    fn new(kind: &'static str, name: &str, label: String, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            label,
            kind,
            value: value.to_owned(),
            options: Vec::new(),
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
}

impl HtmlSafe for Ask {}

impl Ask {
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
        }
    }

    /// It chooses what the card shows, so it stands before that.
    fn is_view(&self) -> bool {
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
    pub(crate) fn input(mut self, input: Input) -> Self {
        self.inputs.push(input);
        self
    }
}

/// A card.
#[derive(Clone, Debug, Template)]
#[template(path = "console/part/card.html")]
pub(crate) struct Card {
    id: &'static str,
    title: String,
    lead: String,
    /// What is wrong with what was sent.
    problem: String,
    /// Shown in place of a table without rows.
    nothing: String,
    table: Option<Table>,
    pages: Option<Pages>,
    code: Option<String>,
    asks: Vec<Ask>,
}

/// The pages before and after in a card; an empty address is none.
#[derive(Clone, Debug)]
struct Pages {
    label: String,
    text: String,
    before: Step,
    after: Step,
}

impl HtmlSafe for Card {}

impl Card {
    /// A card with a title; `id` is unique on its page.
    pub(crate) fn new(id: &'static str, title: String) -> Self {
        Self {
            id,
            title,
            lead: String::new(),
            problem: String::new(),
            nothing: String::new(),
            table: None,
            pages: None,
            code: None,
            asks: Vec::new(),
        }
    }

    /// One sentence under the title.
    pub(crate) fn lead(mut self, lead: String) -> Self {
        self.lead = lead;
        self
    }

    /// What is wrong with what was sent.
    pub(crate) fn problem(mut self, problem: String) -> Self {
        self.problem = problem;
        self
    }

    /// A table, or these words while it has no row.
    pub(crate) fn table(mut self, table: Table, nothing: String) -> Self {
        if table.is_empty() {
            self.nothing = nothing;
        } else {
            self.table = Some(table);
        }
        self
    }

    /// The pages before and after, where the table is not all.
    pub(crate) fn pager(mut self, desk: &Desk, pager: &Pager) -> Self {
        // The page begins again at this card.
        let step = |url: &str, key: &str| {
            let url = match url {
                "" => String::new(),
                url => format!("{url}#{}", self.id),
            };
            Step::new(desk.text(key), url)
        };
        let is_needed = !pager.before.is_empty() || !pager.after.is_empty();
        self.pages = is_needed.then(|| Pages {
            label: format!("{}: {}", self.title, desk.text("pages")),
            text: pager.text.clone(),
            before: step(&pager.before, "page-before"),
            after: step(&pager.after, "page-after"),
        });
        self
    }

    /// A text in letters of one width, to be copied.
    pub(crate) fn code(mut self, code: String) -> Self {
        self.code = Some(code);
        self
    }

    /// A form under it, where the administrator may send it.
    pub(crate) fn ask(mut self, is_allowed: bool, ask: Ask) -> Self {
        if is_allowed {
            self.asks.push(ask);
        }
        self
    }
}

/// One piece of a page.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Facts(Facts),
    Choices(Choices),
    Card(Card),
    Sheet(Sheet),
    Timeline(Timeline),
    Progress(Progress),
    Preview(Preview),
}

/// A page of pieces under each other.
#[derive(Debug, Template)]
#[template(path = "console/stack.html")]
pub(crate) struct Stack {
    layout: Frame,
    pieces: Vec<Piece>,
}

impl Stack {
    /// A page without anything yet.
    pub(crate) fn new(layout: Frame) -> Self {
        Self {
            layout,
            pieces: Vec::new(),
        }
    }

    /// Something on it has news of its own.
    fn is_under_way(&self) -> bool {
        let has_news =
            |piece: &Piece| matches!(piece, Piece::Progress(progress) if !progress.url.is_empty());
        self.pieces.iter().any(has_news)
    }

    /// Something on it follows what is typed.
    fn has_preview(&self) -> bool {
        let is_it = |piece: &Piece| matches!(piece, Piece::Preview(_));
        self.pieces.iter().any(is_it)
    }

    /// Adds a piece.
    pub(crate) fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// Adds a card.
    pub(crate) fn card(self, card: Card) -> Self {
        self.with(Piece::Card(card))
    }

    /// Shows it.
    pub(crate) fn show(self, desk: &Desk) -> Shown {
        desk.show(&self)
    }
}
