//! What pages are made of: each a struct with its texts filled in and a small template of its own.
//!
//! A page's template writes `{{ table }}` and gets markup; every text inside has been escaped by the part's own template.

mod ask;
mod chart;
mod choices;
mod example;
mod facts;
mod list;
mod preview;
mod progress;
pub(crate) mod sheet;
mod small;
mod stack;
mod table;
mod timeline;

pub(crate) use ask::{Ask, Input};
pub(crate) use chart::{Bar, Bars};
pub(crate) use choices::{Choice, Choices};
pub(crate) use example::Example;
pub(crate) use facts::Facts;
pub(crate) use list::{Empty, ListPage, Pager};
pub(crate) use preview::Preview;
pub(crate) use progress::Progress;
pub(crate) use sheet::{Field, Kept, Origins, Section, Shape, Sheet, SheetPage};
pub(crate) use small::{Pill, When};
pub(crate) use stack::{Card, Piece, Stack};
pub(crate) use table::{Cell, Row, Table};
pub(crate) use timeline::{Lane, Span, Timeline};
