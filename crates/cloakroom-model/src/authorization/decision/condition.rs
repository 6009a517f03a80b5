//! The policies that look at who asks, and when.

use super::super::Policy;
use crate::id::{GroupId, RoleId};
use crate::{Cx, Result, group};
use regex::RegexBuilder;
use serde_json::Value;
use time::OffsetDateTime;

use super::Identity;

/// Tells whether the condition of a policy holds; `None` if it cannot be understood.
pub(super) fn holds(cx: &mut Cx<'_>, policy: &Policy, identity: &Identity) -> Result<Option<bool>> {
    Ok(match policy.kind.as_str() {
        "user" => list(policy, "users").map(|all| all.iter().any(|one| is(one, &identity.user))),
        "client" => {
            list(policy, "clients").map(|all| all.iter().any(|one| is(one, &identity.client)))
        }
        "role" => list(policy, "roles").map(|all| {
            let mine = match text(policy, "fetchRoles") {
                Some("true") => &identity.all_roles,
                _ => &identity.roles,
            };
            some_and_required(&all, |id| mine.contains(&RoleId::new(id)))
        }),
        "client-scope" => list(policy, "clientScopes")
            .map(|all| some_and_required(&all, |id| identity.scopes.contains(id))),
        "group" => match list(policy, "groups") {
            Some(all) => Some(is_member(cx, &all, &identity.groups)?),
            None => None,
        },
        "time" => in_time(policy, identity.now.seconds()),
        "regex" => matches(policy, identity),
        _ => None,
    })
}

fn text<'a>(policy: &'a Policy, key: &str) -> Option<&'a str> {
    let text = policy.details.config.get(key).map(String::as_str);
    text.filter(|text| !text.is_empty())
}

fn list(policy: &Policy, key: &str) -> Option<Vec<Value>> {
    serde_json::from_str(text(policy, key)?).ok()
}

/// A member of a list that is an id, or has one.
fn id(one: &Value) -> Option<&str> {
    one.as_str().or_else(|| one.get("id")?.as_str())
}

fn is(one: &Value, wanted: &str) -> bool {
    id(one) == Some(wanted)
}

/// One of them is enough, and those that are required must all be there.
fn some_and_required(all: &[Value], has: impl Fn(&str) -> bool) -> bool {
    let held = |one: &Value| id(one).is_some_and(&has);
    let is_required = |one: &&Value| one.get("required") == Some(&Value::Bool(true));
    all.iter().filter(is_required).all(held) && all.iter().any(held)
}

/// Whether the owner of a resource has asked in whoever asks: each list that is not empty has a say.
pub(super) fn invites(cx: &mut Cx<'_>, policy: &Policy, identity: &Identity) -> Result<bool> {
    let (mut yes, mut all) = (0, 0);
    for key in ["users", "roles", "groups", "clients"] {
        let Some(named) = list(policy, key).filter(|named| !named.is_empty()) else {
            continue;
        };
        let says = match key {
            "users" => named.iter().any(|one| is(one, &identity.user)),
            "clients" => named.iter().any(|one| is(one, &identity.client)),
            "roles" => some_and_required(&named, |id| identity.roles.contains(&RoleId::new(id))),
            _ => is_member(cx, &named, &identity.groups)?,
        };
        all += 1;
        yes += usize::from(says);
    }
    Ok(super::agree(&policy.details.decision_strategy, yes, all))
}

/// One of the groups is one of the user's, or above it where its children count as well.
fn is_member(cx: &mut Cx<'_>, all: &[Value], mine: &[GroupId]) -> Result<bool> {
    for one in all {
        let Some(wanted) = id(one).map(GroupId::new) else {
            continue;
        };
        let with_children = one.get("extendChildren") == Some(&Value::Bool(true));
        for group in mine {
            if *group == wanted || (with_children && group::is_inside(cx, group, &wanted)?) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The parts of an instant that a policy may name, each with its end.
const PARTS: [(&str, &str); 5] = [
    ("year", "yearEnd"),
    ("month", "monthEnd"),
    ("dayMonth", "dayMonthEnd"),
    ("hour", "hourEnd"),
    ("minute", "minuteEnd"),
];

/// Whether now is within all that the policy names, in UTC.
fn in_time(policy: &Policy, now: i64) -> Option<bool> {
    let now = OffsetDateTime::from_unix_timestamp(now).ok()?;
    let parts = [
        i64::from(now.year()),
        i64::from(u8::from(now.month())),
        i64::from(now.day()),
        i64::from(now.hour()),
        i64::from(now.minute()),
    ];
    let [year, month, day, hour, minute] = parts;
    // Both ends have this form, so that their order is the order of their characters.
    let shown = format!(
        "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}",
        now.second()
    );
    let is_early = text(policy, "nbf").is_some_and(|start| shown.as_str() < start);
    let is_late = text(policy, "noa").is_some_and(|end| shown.as_str() > end);
    if is_early || is_late {
        return Some(false);
    }
    for ((start, end), current) in PARTS.into_iter().zip(parts) {
        let Some(first) = text(policy, start) else {
            continue;
        };
        let first: i64 = first.parse().ok()?;
        let last: i64 = match text(policy, end) {
            Some(last) => last.parse().ok()?,
            None => first,
        };
        if !(first..=last).contains(&current) {
            return Some(false);
        }
    }
    Some(true)
}

/// The largest automaton that an expression may become, in bytes.
const LARGEST: usize = 1 << 20;

/// Whether a claim, or something of the circumstances, is as a whole what the expression says.
fn matches(policy: &Policy, identity: &Identity) -> Option<bool> {
    let name = text(policy, "targetClaim")?;
    let pattern = format!("^(?:{})$", text(policy, "pattern")?);
    let expression = RegexBuilder::new(&pattern)
        .size_limit(LARGEST)
        .build()
        .ok()?;
    if text(policy, "targetContextAttributes") == Some("true") {
        let values = identity.context.get(name);
        return Some(values.is_some_and(|all| all.iter().any(|one| expression.is_match(one))));
    }
    let mut value = identity.claims.get(name);
    if value.is_none() {
        let mut names = name.split('.');
        value = names.next().and_then(|first| identity.claims.get(first));
        for inner in names {
            value = value.and_then(|value| value.get(inner));
        }
    }
    let is_match = |one: &Value| match one {
        Value::String(text) => expression.is_match(text),
        Value::Array(_) | Value::Object(_) | Value::Null => false,
        other => expression.is_match(&other.to_string()),
    };
    Some(match value {
        Some(Value::Array(all)) => all.iter().any(is_match),
        Some(one) => is_match(one),
        None => false,
    })
}
