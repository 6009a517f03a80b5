//! The query language of the list of people, and the API's address for a query.

use cloakroom_web::app::now;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::desk::{Desk, encode, text_of};
use crate::part::Pager;
use crate::problem::Problem;

/// Words that narrow by a name and a value: what one types, and the API's parameter.
const TEXTS: &[(&str, &str)] = &[
    ("username", "username"),
    ("email", "email"),
    ("first", "firstName"),
    ("last", "lastName"),
    ("enabled", "enabled"),
    ("verified", "emailVerified"),
    ("idp", "idpAlias"),
];

/// Which people of those that a query finds.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Only those whose username comes after this one.
    after: String,
    /// Only those whose username comes before this one.
    before: String,
    /// How many to pass over, in lists that know no names.
    first: usize,
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
    pub(super) fn next(self, after: String, max: usize) -> Self {
        Self {
            after,
            first: self.first + self.max,
            max,
            ..Self::default()
        }
    }
}

/// The address that answers a query for the page that is shown, and one row more.
pub(super) async fn path(desk: &Desk, asked: &str) -> Result<String, Problem> {
    let named = |name: &str| desk.query.get(name).unwrap_or_default().to_owned();
    let shown = Part {
        after: named("after"),
        before: named("before"),
        ..Part::first(Pager::ROWS + 1)
    };
    part(desk, asked, &shown).await
}

/// The address that answers a query: `ada`, `enabled:false`, `group:eng`, `created<30d`, `last_login>90d`,
/// `department:sales`.
pub(super) async fn part(desk: &Desk, asked: &str, part: &Part) -> Result<String, Problem> {
    let mut params = Serializer::new(String::new());
    let (mut search, mut attributes) = (Vec::new(), Vec::new());
    for word in asked.split_whitespace() {
        if let Some(group) = word.strip_prefix("group:") {
            return members(desk, group, part).await;
        }
        if let Some((name, at)) = span(word) {
            params.append_pair(name, &at.to_string());
            continue;
        }
        let Some((name, value)) = word.split_once(':') else {
            search.push(word);
            continue;
        };
        match TEXTS.iter().find(|(typed, _)| *typed == name) {
            Some((_, parameter)) => {
                params.append_pair(parameter, value);
            }
            None if name == "id" => search.push(word),
            None => attributes.push(word),
        }
    }
    if !search.is_empty() {
        params.append_pair("search", &search.join(" "));
    }
    if !attributes.is_empty() {
        params.append_pair("q", &attributes.join(" "));
    }
    for (name, value) in [("after", &part.after), ("before", &part.before)] {
        if !value.is_empty() {
            params.append_pair(name, value);
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

/// The members of the group with this name or path.
async fn members(desk: &Desk, named: &str, part: &Part) -> Result<String, Problem> {
    let found = match named.starts_with('/') {
        true => {
            desk.get_if_allowed(&format!("group-by-path{}", path_of(named)))
                .await?
        }
        false => {
            let path = format!("groups?exact=true&search={}", encode(named));
            let all = desk.get(&path).await?;
            all.as_array().and_then(|all| find(all, named)).cloned()
        }
    };
    let id = found.map(|group| text_of(&group, "id")).unwrap_or_default();
    let (first, max) = (part.first, part.max);
    // A group that is not there has no members.
    match id.is_empty() {
        true => Ok("users?search=id:&max=1".to_owned()),
        false => Ok(format!(
            "groups/{}/members?first={first}&max={max}",
            encode(&id)
        )),
    }
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
