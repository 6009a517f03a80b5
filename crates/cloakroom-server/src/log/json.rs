//! Lines for programs: one JSON object each, with the names of docs/LOGGING.md.

use std::fmt;

use cloakroom_web::request_id;
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// One object a line.
#[derive(Debug)]
pub(super) struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut ts = String::new();
        SystemTime.format_time(&mut Writer::new(&mut ts))?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        let about = event.metadata();
        write!(writer, "{{\"ts\":{}", json!(ts))?;
        write!(writer, ",\"level\":{}", json!(about.level().as_str()))?;
        write!(writer, ",\"target\":{}", json!(about.target()))?;
        write!(writer, ",\"msg\":{}", json!(fields.message))?;
        request_id::with(|current| fields.of_request(current));
        for (name, value) in &fields.others {
            write!(writer, ",{}:{value}", json!(name))?;
        }
        writeln!(writer, "}}")
    }
}

/// The fields of a line, in the order they were given.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, Value)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: Value) {
        self.others.push((field.name(), value));
    }

    /// What the line itself says about its realm is not said twice.
    fn of_request(&mut self, current: &request_id::Current) {
        self.others.push(("request_id", json!(current.id())));
        if let Some(trace) = &current.trace {
            self.others.push(("trace_id", json!(trace)));
        }
        let says_realm = self.others.iter().any(|(name, _)| *name == "realm");
        if let Some(realm) = current.realm().filter(|_| !says_realm) {
            self.others.push(("realm", json!(realm)));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.add(field, json!(text));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.add(field, json!(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, json!(value));
    }
}
