//! The query language of the list of people, and the API's address for a query.

use cloakroom_web::app::now;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::desk::{Desk, encode, text_of};
use crate::part::Pager;
use crate::problem::Problem;
use crate::words::{self, Word};

/// Words that narrow by a name and a value: what one types, and the API's parameter.
const TEXTS: &[(&str, &str)] = &[
    ("username", "username"),
    ("email", "email"),
    ("first", "firstName"),
    ("last", "lastName"),
    ("idp", "idpAlias"),
];

/// Words that are on or off.
const SWITCHES: &[(&str, &str)] = &[
    ("enabled", "enabled"),
    ("verified", "emailVerified"),
    ("factor", "factor"),
];

/// Which people of those that a query finds.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Only those whose username comes after this one.
    after: String,
    /// Only those whose username comes before this one.
    before: String,
    max: usize,
}

impl Part {
    /// The first so many.
    pub(super) fn first(max: usize) -> Self {
        Self {
            max,
            ..Self::default()
        }
    }

    /// So many more, after those up to this name.
    pub(super) fn next(after: String, max: usize) -> Self {
        Self {
            after,
            ..Self::first(max)
        }
    }
}

/// The people that a query finds for the page that is shown, and one more.
pub(super) async fn shown(desk: &Desk, asked: &str) -> Result<Value, Problem> {
    let named = |name: &str| desk.query.get(name).unwrap_or_default().to_owned();
    let shown = Part {
        after: named("after"),
        before: named("before"),
        ..Part::first(Pager::ROWS + 1)
    };
    desk.get(&part(desk, asked, &shown).await?).await
}

/// The address that answers a query: `ada`, `enabled:false`, `group:eng`, `created<30d`, `last_login>90d`,
/// `department:sales`, all of them together. What means nothing is a problem: a list that left it out would hold more people than
/// were asked for.
pub(super) async fn part(desk: &Desk, asked: &str, part: &Part) -> Result<String, Problem> {
    let mut params = Serializer::new(String::new());
    let (mut search, mut attributes, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for word in words::split(asked) {
        if is_span(word.typed) {
            let found = span(word.typed).ok_or_else(|| word.wrong(desk, "users-query-span"))?;
            params.append_pair(found.0, &found.1.to_string());
            continue;
        }
        let Some(name) = word.name.filter(|name| *name != "id") else {
            search.push(word.typed);
            continue;
        };
        let of = |all: &[(&str, &'static str)]| {
            let known = all.iter().find(|(typed, _)| *typed == name);
            known.map(|(_, parameter)| *parameter)
        };
        if word.value.is_empty() {
            return Err(word.wrong(desk, "search-no-value"));
        }
        if let Some(parameter) = of(SWITCHES) {
            if !["true", "false"].contains(&word.value) {
                return Err(word.wrong(desk, "search-no-switch"));
            }
            params.append_pair(parameter, word.value);
        } else if let Some(parameter) = of(TEXTS) {
            params.append_pair(parameter, word.value);
        } else if name == "group" {
            groups.push(group(desk, &word).await?);
        } else {
            attributes.push(word.typed);
        }
    }
    for (name, all) in [
        ("search", search.join(" ")),
        ("q", attributes.join(" ")),
        ("groups", groups.join(",")),
        ("after", part.after.clone()),
        ("before", part.before.clone()),
    ] {
        if !all.is_empty() {
            params.append_pair(name, &all);
        }
    }
    params.append_pair("max", &part.max.to_string());
    Ok(format!("users?{}", params.finish()))
}

/// What is narrowed by an instant: what one types, and the API's parameters for "since then" and "before that".
const SPANS: &[(&str, &str, &str)] = &[
    ("created", "createdAfter", "createdBefore"),
    ("last_login", "lastSignInAfter", "lastSignInBefore"),
];

/// The word is meant to be narrowed by an instant, whether or not it says one.
fn is_span(word: &str) -> bool {
    let mut rests = SPANS.iter().filter_map(|span| word.strip_prefix(span.0));
    rests.any(|rest| rest.starts_with(['<', '>', '=']))
}

/// `created<30d` came within the last thirty days, `created>30d` before that; so with `last_login`, where who never
/// signed in is among the latter.
fn span(word: &str) -> Option<(&'static str, i64)> {
    let named = SPANS
        .iter()
        .find_map(|span| Some((span, word.strip_prefix(span.0)?)));
    let ((_, after, before), rest) = named?;
    let (name, span) = match (rest.strip_prefix('<'), rest.strip_prefix('>')) {
        (Some(span), _) => (*after, span),
        (_, Some(span)) => (*before, span),
        _ => return None,
    };
    let (number, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let hours = match unit {
        "h" => 1,
        "d" => 24,
        "w" => 24 * 7,
        _ => return None,
    };
    let millis = number.parse::<i64>().ok()?.checked_mul(hours * 3_600_000)?;
    Some((name, now().millis().saturating_sub(millis)))
}

/// The id of the group with this name or path.
async fn group(desk: &Desk, word: &Word<'_>) -> Result<String, Problem> {
    let named = word.value;
    let found = match named.starts_with('/') {
        true => {
            desk.get_if_allowed(&format!("group-by-path{}", path_of(named)))
                .await?
        }
        false => {
            let path = format!("groups?exact=true&search={}", encode(named));
            let all = desk.get_if_allowed(&path).await?.unwrap_or_default();
            all.as_array().and_then(|all| find(all, named)).cloned()
        }
    };
    let found = found.ok_or_else(|| word.wrong(desk, "users-query-group"))?;
    Ok(text_of(&found, "id"))
}

fn path_of(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// The group of this name, however deep it is: a search shows what it found with its parents.
fn find<'a>(groups: &'a [Value], name: &str) -> Option<&'a Value> {
    groups.iter().find_map(|group| {
        if text_of(group, "name").eq_ignore_ascii_case(name) {
            return Some(group);
        }
        let inner = group.get("subGroups").and_then(Value::as_array)?;
        find(inner, name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_span_is_meant_as_one() {
        for (word, expected) in [
            ("created<30d", true),
            ("created<soon", true),
            ("last_login=today", true),
            ("created", false),
            ("createdness", false),
        ] {
            assert_eq!(is_span(word), expected, "{word}");
        }
    }

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        let day = 24 * 3_600_000;
        for (word, expected) in [
            ("created<30d", Some(("createdAfter", 30 * day))),
            ("created>2w", Some(("createdBefore", 14 * day))),
            ("last_login>90d", Some(("lastSignInBefore", 90 * day))),
            ("last_login<1d", Some(("lastSignInAfter", day))),
            ("created<", None),
            ("created<d", None),
            ("created<3é", None),
            ("created=3d", None),
            ("createdness", None),
        ] {
            let found = span(word).map(|(name, at)| (name, now().millis() - at));

            assert_eq!(
                found.map(|(name, _)| name),
                expected.map(|(name, _)| name),
                "{word}"
            );
            let off = found.map_or(0, |(_, span)| span) - expected.map_or(0, |(_, span)| span);
            assert!(off.abs() < 5_000, "{word}: {off}");
        }
    }
}
