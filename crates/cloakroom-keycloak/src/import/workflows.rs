//! Workflows, which a file has among its components. Whoever imports a realm has every right over it, and so have they.

use cloakroom_model::workflow::{self as stored, Workflow};
use cloakroom_model::{Cx, Timestamp};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use crate::read::Object;
use crate::workflow as shape;

pub(super) use crate::workflow::component::FAMILY;

/// Stores a workflow. One that would not be taken over the API is left out, and named in the report.
pub(super) fn insert(cx: &mut Cx<'_>, import: &mut Import<'_>, object: &Object) -> Result<()> {
    let sent = shape::component::sent(object);
    let named = sent.get("name").and_then(serde_json::Value::as_str);
    let who = named.unwrap_or_default().to_owned();
    let part = Part::new(object, "components[]", &who);
    let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
    let (name, definition) = match shape::read(&sent, || cx.new_id()) {
        Ok(read) => read,
        Err(unfit) => {
            let why = format!("it is not a workflow that could be stored: {unfit}");
            import.report.drop("components[]", &who, why);
            return Ok(());
        }
    };
    let made = Workflow {
        id,
        name,
        definition,
        trusted: true,
    };
    let due_at = shape::schedule(&made)
        .map(|plan| Timestamp::from_millis(cx.now.millis().saturating_add(plan.after)));
    if !stored::insert(cx, &made, due_at)? {
        return Err(ImportError::taken(format!(
            "the id or the name of workflow {who} is in use"
        )));
    }
    import.report.map("workflows");
    Ok(())
}
