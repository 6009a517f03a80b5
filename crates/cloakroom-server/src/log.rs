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
    let filter = filter(&config.log);
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

/// The library that speaks to directories writes down whole answers that come too late, with names and what a server
/// says of a password; what counts of them is in the log in words of our own.
const SILENT: [&str; 2] = ["ldap3=off", "lber=off"];

fn filter(wanted: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    let silent = SILENT.iter().filter_map(|text| text.parse().ok());
    silent.fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn what_a_directory_says_is_not_written_down_by_its_library() {
        for wanted in ["info", "trace", "ldap3=trace,info"] {
            let log = tracing_subscriber::fmt()
                .with_env_filter(filter(wanted))
                .finish();
            tracing::subscriber::with_default(log, || {
                assert!(tracing::enabled!(target: "cloakroom", Level::INFO));
                assert!(
                    !tracing::enabled!(target: "ldap3::conn", Level::WARN),
                    "{wanted}"
                );
                assert!(!tracing::enabled!(target: "lber", Level::ERROR), "{wanted}");
            });
        }
    }
}
