//! The steps of a workflow: what each is for, when it is due, and where one begins anew.

use std::collections::BTreeMap;

use cloakroom_model::workflow::Workflow;
use serde_json::{Value, json};

use super::Unfit;
use crate::read::{self, Object, Unreadable};

/// What a step, and with it a workflow, is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Users,
    Clients,
    /// Either of them.
    Any,
}

/// What a step does, in Keycloak's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `add-required-action`.
    AddRequiredAction,
    /// `delete-client`.
    DeleteClient,
    /// `delete-user`.
    DeleteUser,
    /// `disable-client`.
    DisableClient,
    /// `disable-user`.
    DisableUser,
    /// `grant-role`.
    GrantRole,
    /// `join-group`.
    JoinGroup,
    /// `leave-group`.
    LeaveGroup,
    /// `notify-user`.
    NotifyUser,
    /// `remove-required-action`.
    RemoveRequiredAction,
    /// `remove-user-attribute`.
    RemoveUserAttribute,
    /// `restart`.
    Restart,
    /// `revoke-role`.
    RevokeRole,
    /// `set-user-attribute`.
    SetUserAttribute,
    /// `unlink-user`.
    UnlinkUser,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "add-required-action" => Self::AddRequiredAction,
            "delete-client" => Self::DeleteClient,
            "delete-user" => Self::DeleteUser,
            "disable-client" => Self::DisableClient,
            "disable-user" => Self::DisableUser,
            "grant-role" => Self::GrantRole,
            "join-group" => Self::JoinGroup,
            "leave-group" => Self::LeaveGroup,
            "notify-user" => Self::NotifyUser,
            "remove-required-action" => Self::RemoveRequiredAction,
            "remove-user-attribute" => Self::RemoveUserAttribute,
            RESTART => Self::Restart,
            "revoke-role" => Self::RevokeRole,
            "set-user-attribute" => Self::SetUserAttribute,
            "unlink-user" => Self::UnlinkUser,
            _ => return None,
        })
    }

    /// It is done to clients, and not to people.
    pub fn is_of_clients(self) -> bool {
        matches!(self, Self::DeleteClient | Self::DisableClient)
    }
}

impl About {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Restart => Self::Any,
            kind if kind.is_of_clients() => Self::Clients,
            _ => Self::Users,
        }
    }
}

/// A step of a workflow that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// Milliseconds that it waits for.
    pub after: i64,
    /// Its settings.
    pub with: BTreeMap<String, Vec<String>>,
}

impl Step {
    /// The texts of a setting; none if it has no such setting.
    pub fn texts(&self, name: &str) -> &[String] {
        self.with.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first text of a setting.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).first().map(String::as_str)
    }
}

/// The steps of a workflow. One that cannot be read is left out: none is stored that could not.
pub fn steps(workflow: &Workflow) -> Vec<Step> {
    let all = workflow.definition.get("steps").and_then(Value::as_array);
    let read = |step: &Value| {
        let text = |name: &str| step.get(name).and_then(Value::as_str);
        let with = step.get("with").and_then(Value::as_object);
        let with = with.into_iter().flatten();
        Some(Step {
            id: text("id")?.to_owned(),
            kind: Kind::of(text("uses")?)?,
            after: text("after").and_then(duration).unwrap_or(0),
            with: with
                .filter_map(|(name, value)| Some((name.clone(), texts(value)?)))
                .collect(),
        })
    };
    all.into_iter().flatten().filter_map(read).collect()
}

const RESTART: &str = "restart";

/// Members of a step. What else it has, and is a text, is one of its settings.
const MEMBERS: [&str; 6] = ["uses", "with", "after", "id", "scheduled-at", "status"];

/// Puts the ids that steps had in place of their new ones, if the same steps stand in the same order; false if they do not.
pub(super) fn keep_ids(old: &[Value], new: &mut [Value]) -> bool {
    let kinds = |all: &[Value]| -> Vec<Option<Value>> {
        all.iter().map(|step| step.get("uses").cloned()).collect()
    };
    if kinds(old) != kinds(new) {
        return false;
    }
    for (old, new) in old.iter().zip(new) {
        if let (Some(id), Some(step)) = (old.get("id"), new.as_object_mut()) {
            step.insert("id".to_owned(), id.clone());
        }
    }
    true
}

/// Completes the steps that were sent, and says what all of them are about.
pub(super) fn complete(
    steps: &mut [Object],
    new_id: &mut dyn FnMut() -> String,
) -> Result<About, Unfit> {
    let mut kinds = Vec::new();
    for step in steps.iter_mut() {
        let kind = read::text(step, "uses")?.unwrap_or_default().to_owned();
        if kind.trim().is_empty() {
            return Err(Unfit::text("Step 'uses' cannot be null or empty."));
        }
        let about = Kind::of(&kind).map(About::of);
        let about = about.ok_or_else(|| Unfit::Step(kind.clone()))?;
        settle(step)?;
        wait(step)?;
        let id = new_id();
        step.insert("id".to_owned(), json!(id));
        kinds.push(about);
    }
    restart(steps)?;
    let has = |about| kinds.contains(&about);
    match (has(About::Users), has(About::Clients)) {
        (true, true) => Err(Unfit::text(
            "Steps provided are not compatible with each other.",
        )),
        (false, false) => Err(Unfit::text(
            "Steps provided should support a single type, actual: USERS, CLIENTS",
        )),
        (true, false) => Ok(About::Users),
        (false, true) => Ok(About::Clients),
    }
}

/// Puts the settings of a step to where they belong, and takes out what only the server says.
fn settle(step: &mut Object) -> Result<(), Unfit> {
    let mut with: Object = read::member(step, "with")?.unwrap_or_default();
    let odd: Vec<String> = step
        .keys()
        .filter(|name| !MEMBERS.contains(&name.as_str()))
        .cloned()
        .collect();
    for name in odd {
        let text = match step.remove(&name) {
            Some(Value::String(text)) => text,
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            Some(Value::Null) | None => continue,
            Some(_) => return Err(Unreadable::Type.into()),
        };
        with.insert(name, json!(text));
    }
    with.retain(|_, value| !value.is_null());
    if with.values().any(|value| texts(value).is_none()) {
        return Err(Unreadable::Type.into());
    }
    for member in ["with", "scheduled-at", "status"] {
        step.remove(member);
    }
    if !with.is_empty() {
        step.insert("with".to_owned(), Value::Object(with));
    }
    Ok(())
}

/// The texts of a setting, which may be one or a list; `None` if it is something else.
fn texts(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(all) => all.iter().map(one).collect(),
        other => one(other).map(|text| vec![text]),
    }
}

/// Milliseconds that a step waits; none if it says nothing.
fn wait(step: &mut Object) -> Result<i64, Unfit> {
    let text = match step.get("after") {
        None | Some(Value::Null) => return Ok(0),
        Some(Value::Number(number)) => number.to_string(),
        _ => read::text(step, "after")?.unwrap_or_default().to_owned(),
    };
    let text = text.trim().to_owned();
    step.insert("after".to_owned(), json!(text));
    if text.is_empty() {
        return Ok(0);
    }
    let wait = duration(&text)
        .ok_or_else(|| Unfit::Text(format!("Step 'after' configuration is not valid: {text}")))?;
    if wait < 0 {
        return Err(Unfit::text(
            "Step 'after' configuration cannot be negative.",
        ));
    }
    Ok(wait)
}

/// Milliseconds of a number with its unit, or of a duration of ISO 8601 without years and months, as far as a number holds them.
pub(super) fn duration(text: &str) -> Option<i64> {
    let text = text.to_ascii_lowercase();
    let scale = |unit: &str| match unit {
        "ms" => Some(1),
        "" | "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let Some(rest) = text.strip_prefix('p') else {
        let end = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number: i64 = end.parse().ok()?;
        return Some(number.saturating_mul(scale(text.get(end.len()..)?)?));
    };
    let (days, time) = rest.split_once('t').unwrap_or((rest, ""));
    let mut sum = 0_i64;
    for (part, units) in [(days, "d"), (time, "hms")] {
        let mut part = part;
        let mut units = units;
        while !part.is_empty() {
            let end = part.find(|c: char| c.is_ascii_alphabetic())?;
            let number: i64 = part.get(..end)?.parse().ok()?;
            let unit = part.get(end..=end)?;
            // Each unit stands once, and behind the greater ones.
            units = units.split_once(unit)?.1;
            sum = sum.saturating_add(number.saturating_mul(scale(unit)?));
            part = part.get(end + 1..)?;
        }
    }
    (rest.chars().any(|c| c.is_ascii_digit()) && !text.ends_with('t')).then_some(sum)
}

/// A workflow that begins anew does so at its end, and waits somewhere: it would go round without an end otherwise.
fn restart(steps: &mut [Object]) -> Result<(), Unfit> {
    let is_restart = |step: &Object| step.get("uses") == Some(&json!(RESTART));
    let Some(found) = steps.iter().position(is_restart) else {
        return Ok(());
    };
    if found + 1 < steps.len() {
        return Err(Unfit::text("Workflow restart step must be the last step."));
    }
    let position = steps
        .get(found)
        .and_then(|step| step.get("with")?.get("position"));
    let position = position
        .and_then(texts)
        .and_then(|all| all.into_iter().next());
    let position = position.unwrap_or_else(|| "0".to_owned());
    let start: Option<usize> = position
        .trim()
        .parse()
        .ok()
        .filter(|start| *start < steps.len());
    let start = start.ok_or_else(|| {
        Unfit::Text(format!(
            "Workflow restart step has invalid position: {position}"
        ))
    })?;
    for step in steps.iter_mut().skip(start) {
        if wait(step)? > 0 {
            return Ok(());
        }
    }
    Err(Unfit::Text(format!(
        "No scheduled step found if restarting at position {start}"
    )))
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_read_as_keycloak_reads_them() {
        for (text, expected) in [
            ("5", Some(5_000)),
            ("5ms", Some(5)),
            ("7d", Some(604_800_000)),
            ("5D", Some(432_000_000)),
            ("-5d", Some(-432_000_000)),
            ("P7D", Some(604_800_000)),
            ("pt5m", Some(300_000)),
            ("P1DT2H3M4S", Some(93_784_000)),
            ("PT-5M", Some(-300_000)),
            ("99999999999999d", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("P", None),
            ("PT", None),
            ("P1M", None),
            ("PT5S5M", None),
            ("1w", None),
            ("5 d", None),
            ("1.5d", None),
            ("zz", None),
            ("d", None),
            ("", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
