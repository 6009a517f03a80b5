//! Workflows, which files have as components.

use cloakroom_model::workflow::{self, Workflow};
use cloakroom_model::{Cx, Timestamp};

use super::Import;
use super::error::Result;
use super::lenient::Part;
use crate::read::Object;
use crate::workflow::component::{self, STEPS, Step};
use crate::workflow::{read, schedule};

pub(super) use component::FAMILY;

/// Stores a workflow; false if it is none that could be carried out, and the report says why.
pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>, object: &Object) -> Result<bool> {
    let part = Part::new(object, "components[]", FAMILY);
    let config = part.list_map("config")?;
    let mut steps = Vec::new();
    if let Some(below) = part.object("subComponents")? {
        for object in Part::new(below, "components[].subComponents", FAMILY).objects(STEPS)? {
            let part = Part::new(object, "components[].subComponents[]", FAMILY);
            steps.push(Step {
                id: part.id("id")?,
                kind: part.name("providerId")?,
                config: part.list_map("config")?,
            });
        }
    }
    let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
    let (sent, ids) = component::sent(&config, steps);
    let mut ids = ids.into_iter();
    let (name, definition) = match read(&sent, || {
        ids.next().flatten().unwrap_or_else(|| cx.new_id())
    }) {
        Ok(read) => read,
        Err(why) => {
            let how = format!("kept as configuration, and no workflow here: {why}");
            import.report.approximate("components[]", &id, &how);
            return Ok(false);
        }
    };
    let made = Workflow {
        id,
        name,
        definition,
        // Whoever imports a realm has every right over it.
        trusted: true,
    };
    let due_at = schedule(&made)
        .map(|plan| Timestamp::from_millis(cx.now.millis().saturating_add(plan.after)));
    if !workflow::insert(cx, &made, due_at)? {
        let how = "kept as configuration: there is a workflow of this id or name";
        import.report.approximate("components[]", &made.name, how);
        return Ok(false);
    }
    import.report.map("workflows");
    Ok(true)
}
