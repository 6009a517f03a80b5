//! Lines for people: what is said, then its fields, then which request it is about.

use std::fmt;

use cloakroom_web::request_id;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

/// The usual form of fields, and those of the request behind them.
#[derive(Debug, Default)]
pub(super) struct WithRequest(DefaultFields);

impl<'writer> FormatFields<'writer> for WithRequest {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        self.0.format_fields(writer.by_ref(), fields)?;
        let written = request_id::with(|current| {
            write!(writer, " request_id={}", current.id())?;
            if let Some(trace) = &current.trace {
                write!(writer, " trace_id={trace}")?;
            }
            match current.realm() {
                Some(realm) => write!(writer, " realm={realm:?}"),
                None => Ok(()),
            }
        });
        written.unwrap_or(Ok(()))
    }
}
