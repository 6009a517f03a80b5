//! Conditions: to which clients and requests a policy applies.

use std::net::IpAddr;

use cloakroom_model::client::Client;
use cloakroom_model::client_policy::Part;
use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, Result, client, group, role, user};
use serde::Deserialize;

use super::{At, Source, Step};
use crate::form::Form;

/// What a condition says of a step; one that is about other steps has no say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vote {
    Yes,
    No,
    Abstain,
}

impl From<bool> for Vote {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// The kinds that have a say. `client-type` belongs to a feature that is switched off in Keycloak as well.
pub(super) const SPOKEN: [&str; 11] = [
    "acr-condition",
    "any-client",
    "client-access-type",
    "client-attributes",
    "client-roles",
    "client-scopes",
    "client-updater-context",
    "client-updater-source-groups",
    "client-updater-source-host",
    "client-updater-source-roles",
    "grant-type",
];

/// Tells whether none of the conditions says no, and one says yes.
pub(super) fn all_hold(cx: &mut Cx<'_>, conditions: &[Part], step: Step<'_>) -> Result<bool> {
    let mut holds = false;
    for part in conditions {
        let vote = match (vote(cx, part, step)?, part.has("is-negative-logic")) {
            (Vote::Yes, true) => Vote::No,
            (Vote::No, true) => Vote::Yes,
            (vote, _) => vote,
        };
        match vote {
            Vote::No => return Ok(false),
            Vote::Yes => holds = true,
            Vote::Abstain => {}
        }
    }
    Ok(holds)
}

fn vote(cx: &mut Cx<'_>, part: &Part, step: Step<'_>) -> Result<Vote> {
    Ok(match (part.kind.as_str(), step) {
        ("any-client", _) => Vote::Yes,
        ("client-access-type", _) => {
            let settings = step.settings();
            let kind = match (settings.bearer_only, settings.public_client) {
                (true, _) => "bearer-only",
                (_, true) => "public",
                _ => "confidential",
            };
            part.texts("type").contains(&kind).into()
        }
        ("client-attributes", _) => has_attributes(part, step).into(),
        ("client-roles", _) => has_role(cx, part, step)?.into(),
        ("client-scopes", Step::Request(client, form, _)) => {
            asks_for_scope(cx, part, client, form).into()
        }
        ("grant-type", Step::Request(_, form, at)) => {
            let grant = match at {
                At::Authorization { .. } => "authorization_code",
                At::Token { .. } => form.get("grant_type").unwrap_or_default(),
                At::Pushed { .. } => return Ok(Vote::Abstain),
            };
            part.texts("grant_types").contains(&grant).into()
        }
        ("acr-condition", Step::Request(_, form, At::Authorization { .. })) => {
            let wanted = part.text("acr-property").unwrap_or_default();
            let asked = form.get("acr_values").unwrap_or_default();
            asked.split(' ').any(|word| word == wanted).into()
        }
        ("client-updater-context", Step::Registration(by, ..)) => {
            let source = match by.source {
                Source::AuthenticatedUser => "ByAuthenticatedUser",
                Source::Anonymous => "ByAnonymous",
                Source::InitialAccessToken => "ByInitialAccessToken",
                Source::RegistrationAccessToken => "ByRegistrationAccessToken",
            };
            part.texts("update-client-source").contains(&source).into()
        }
        ("client-updater-source-host", Step::Registration(by, ..)) => {
            let hosts = part.texts("trusted-hosts");
            hosts.iter().any(|host| is_host(host, &by.ip)).into()
        }
        ("client-updater-source-groups", Step::Registration(by, ..)) => match &by.user {
            Some(user) => is_in_group(cx, part, user)?.into(),
            None => Vote::No,
        },
        ("client-updater-source-roles", Step::Registration(by, ..)) => match &by.user {
            Some(user) => is_in_role(cx, part, user)?.into(),
            None => Vote::No,
        },
        _ => Vote::Abstain,
    })
}

#[derive(Deserialize)]
struct Pair {
    key: String,
    value: String,
}

/// All of the attributes, which Keycloak's console writes as JSON inside a text.
fn has_attributes(part: &Part, step: Step<'_>) -> bool {
    let text = part.text("attributes").unwrap_or_default();
    let pairs: Vec<Pair> = serde_json::from_str(text).unwrap_or_default();
    let own = &step.settings().attributes;
    !pairs.is_empty()
        && pairs
            .iter()
            .all(|pair| own.get(&pair.key) == Some(&pair.value))
}

fn has_role(cx: &mut Cx<'_>, part: &Part, step: Step<'_>) -> Result<bool> {
    let Some(id) = step.id() else {
        return Ok(false);
    };
    for name in part.texts("roles") {
        if role::find_named(cx, id.as_str(), name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One of the scopes is a default one of the client, or is optional and asked for.
fn asks_for_scope(cx: &Cx<'_>, part: &Part, client: &Client, form: &Form) -> bool {
    let wanted = part.texts("scopes");
    let asked: Vec<&str> = form.get("scope").unwrap_or_default().split(' ').collect();
    let (default, optional) = match part.text("type") {
        Some("Default") => (true, false),
        Some("Optional") => (false, true),
        _ => (true, true),
    };
    let named = |ids: &[cloakroom_model::id::ScopeId], is_it: &dyn Fn(&str) -> bool| {
        let scopes = ids.iter().filter_map(|id| cx.realm.scope(id));
        scopes.map(|scope| scope.name.as_str()).any(is_it)
    };
    let is_wanted = |name: &str| wanted.contains(&name);
    (default && named(&client.default_scopes, &is_wanted))
        || (optional
            && named(&client.optional_scopes, &|name| {
                is_wanted(name) && asked.contains(&name)
            }))
}

/// Names other than that of one's own machine would have to be asked for, which a rule cannot.
fn is_host(host: &str, ip: &str) -> bool {
    let address = ip.parse::<IpAddr>().ok();
    let is_own = address.is_some_and(|address| address.is_loopback());
    host == ip || (is_own && host == "localhost")
}

fn is_in_group(cx: &mut Cx<'_>, part: &Part, user: &UserId) -> Result<bool> {
    let wanted = part.texts("groups");
    let mine = user::groups(cx, user)?;
    let all = group::list(cx)?;
    Ok(mine
        .iter()
        .map(|id| group::path(&all, id))
        .any(|path| wanted.contains(&path.as_str())))
}

/// A role of the realm by its name, or one of a client as `client.role`.
fn is_in_role(cx: &mut Cx<'_>, part: &Part, user: &UserId) -> Result<bool> {
    let mine = user::effective_roles(cx, user)?;
    for name in part.texts("roles") {
        let realm = cx.realm.id.as_str().to_owned();
        let mut found = role::find_named(cx, &realm, name)?;
        if let (None, Some((owner, name))) = (&found, name.split_once('.'))
            && let Some(id) = client::find_id(cx, owner)?
        {
            found = role::find_named(cx, id.as_str(), name)?;
        }
        if found.is_some_and(|role| mine.contains(&role.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}
