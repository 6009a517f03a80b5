//! A page of cards under each other: facts, tables, small forms, code.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Ask, Choices, Example, Facts, Pager, Preview, Progress, Sheet, Table, Timeline};
use crate::desk::Desk;
use crate::frame::{Frame, Step};
use crate::routes::Shown;

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
    /// What the button says that copies the text, before and after; nothing without such a button.
    copy: Option<[String; 2]>,
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
            copy: None,
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

    /// The same with a button that copies it.
    pub(crate) fn copied(self, desk: &Desk, code: String) -> Self {
        Self {
            copy: Some(["copy", "copied"].map(|key| desk.text(key))),
            ..self.code(code)
        }
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
    Example(Example),
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
        let is_frame = |piece: &Piece| matches!(piece, Piece::Example(_));
        match self.pieces.iter().any(is_frame) {
            true => desk.show_framing(&self),
            false => desk.show(&self),
        }
    }
}
