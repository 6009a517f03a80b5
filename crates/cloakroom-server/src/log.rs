//! The log: text on a terminal, JSON elsewhere; each line of a request has its id and its realm.

mod json;
mod text;

use std::io::{IsTerminal as _, stderr, stdout};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::config::{Config, LogFormat};

/// Starts it. A server logs to standard output; a command has its answer there, and logs to
/// standard error.
pub(crate) fn start(config: &Config, serves: bool) {
    let (writer, is_terminal) = match serves {
        true => (BoxMakeWriter::new(stdout), stdout().is_terminal()),
        false => (BoxMakeWriter::new(stderr), stderr().is_terminal()),
    };
    let is_text = match config.log_format {
        LogFormat::Auto => is_terminal || !serves,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    // The configuration has proved that the filter can be read.
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    if is_text {
        log.with_ansi(is_terminal)
            .fmt_fields(text::WithRequest::default())
            .init();
    } else {
        log.event_format(json::Lines).init();
    }
}
