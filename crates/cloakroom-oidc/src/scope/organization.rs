//! The scope `organization`: alone it is for who is a member of one, `organization:acme` names one,
//! and `organization:*` stands for all.

use std::collections::BTreeSet;

use cloakroom_model::client::Client;
use cloakroom_model::id::UserId;
use cloakroom_model::organization::{self, Organization};
use cloakroom_model::scope::Scope;
use cloakroom_model::{Cx, Realm};

use super::Scopes;
use crate::error::Result;

/// Its name.
pub const NAME: &str = "organization";

/// The kind of mapper that makes it what it is.
pub(crate) const MAPPER: &str = "oidc-organization-membership-mapper";

/// What a scope asks for of organizations, as far as the client may ask; `None` if it asks for none.
pub fn wanted(cx: &Cx<'_>, client: &Client, scope: &str) -> Option<Asked> {
    super::resolve_again(cx, client, scope).organizations
}

/// The scope with the organization that its user has chosen in place of the question which one.
pub fn narrowed(scope: &str, alias: &str) -> String {
    let rest = scope
        .split(' ')
        .filter(|word| !word.is_empty() && *word != NAME);
    let chosen = format!("{NAME}:{alias}");
    rest.chain([chosen.as_str()])
        .collect::<Vec<&str>>()
        .join(" ")
}

/// Which organizations a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The only one that the user is a member of.
    Only,
    /// All that the user is a member of.
    All,
    /// Those with these aliases.
    Named(BTreeSet<String>),
}

impl Asked {
    /// The words of the request's scope.
    pub(super) fn words(&self) -> Vec<String> {
        match self {
            Self::Only => vec![NAME.to_owned()],
            Self::All => vec![format!("{NAME}:*")],
            Self::Named(aliases) => aliases
                .iter()
                .map(|alias| format!("{NAME}:{alias}"))
                .collect(),
        }
    }

    /// Those of a user's organizations that are meant.
    pub(crate) fn among(&self, mut all: Vec<Organization>) -> Vec<Organization> {
        match self {
            Self::All => {}
            // Nobody said which of several it should be.
            Self::Only if all.len() == 1 => {}
            Self::Only => all.clear(),
            Self::Named(aliases) => all.retain(|one| aliases.contains(&one.alias)),
        }
        all
    }
}

/// What the words of a request ask for; `None` if none of them is about organizations. What is not
/// there, and what contradicts itself, is an error.
pub(super) fn asked(realm: &Realm, words: &[&str]) -> std::result::Result<Option<Asked>, ()> {
    let is_plain = words.contains(&NAME);
    let named: BTreeSet<&str> = words.iter().filter_map(|word| alias(word)).collect();
    if named.is_empty() {
        return Ok(is_plain.then_some(Asked::Only));
    }
    let is_all = named.contains("*");
    if is_plain || (is_all && named.len() > 1) {
        return Err(());
    }
    if is_all {
        return Ok(Some(Asked::All));
    }
    if named
        .iter()
        .any(|alias| !realm.organizations.contains(*alias))
    {
        return Err(());
    }
    let named = named.into_iter().map(str::to_owned).collect();
    Ok(Some(Asked::Named(named)))
}

/// What follows the colon.
fn alias(word: &str) -> Option<&str> {
    word.strip_prefix(NAME)?.strip_prefix(':')
}

/// The word names organizations, and the client may ask for them.
pub(crate) fn is_allowed(cx: &Cx<'_>, client: &Client, words: &[&str], word: &str) -> bool {
    let mut linked = client.default_scopes.iter().chain(&client.optional_scopes);
    alias(word).is_some()
        && linked.any(|id| cx.realm.scope(id).is_some_and(is_it))
        && asked(cx.realm, words).is_ok()
}

/// The scope can say something of organizations.
pub(super) fn is_it(scope: &Scope) -> bool {
    scope.name == NAME && scope.mappers.iter().any(|mapper| mapper.mapper == MAPPER)
}

/// Leaves out organizations that the user is no member of, and the scope itself where none of those that were named is left, or
/// somebody who is a member of none asks for all.
pub(crate) fn of_member(cx: &mut Cx<'_>, mut scopes: Scopes, user: &UserId) -> Result<Scopes> {
    let asked = match &scopes.organizations {
        Some(asked @ (Asked::Named(_) | Asked::All)) => asked.clone(),
        _ => return Ok(scopes),
    };
    let all = organization::list_open_to(cx, user)?;
    let left = match asked {
        Asked::Named(aliases) => {
            let mine = all.into_iter().map(|one| one.alias);
            let left: BTreeSet<String> = mine.filter(|alias| aliases.contains(alias)).collect();
            (!left.is_empty()).then_some(Asked::Named(left))
        }
        other => (!all.is_empty()).then_some(other),
    };
    if left.is_none() {
        let realm = std::sync::Arc::clone(&scopes.realm);
        scopes
            .picked
            .retain(|index| !realm.scopes.get(*index).is_some_and(is_it));
    }
    scopes.organizations = left;
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_organizations_are_read_or_refused() {
        let mut realm = Realm::nobody();
        realm.organizations = BTreeSet::from(["acme".to_owned(), "beta".to_owned()]);
        let named = |aliases: &[&str]| {
            let aliases = aliases.iter().map(|alias| (*alias).to_owned());
            Ok(Some(Asked::Named(aliases.collect())))
        };
        for (scope, expected) in [
            ("openid", Ok(None)),
            ("openid organization", Ok(Some(Asked::Only))),
            ("organization:*", Ok(Some(Asked::All))),
            ("organization:acme", named(&["acme"])),
            ("organization:acme organization:acme", named(&["acme"])),
            (
                "organization:acme organization:beta",
                named(&["acme", "beta"]),
            ),
            ("organization:ACME", Err(())),
            ("organization:none", Err(())),
            ("organization:", Err(())),
            ("organization organization:acme", Err(())),
            ("organization:* organization:acme", Err(())),
        ] {
            let words: Vec<&str> = scope.split(' ').collect();
            assert_eq!(asked(&realm, &words), expected, "{scope}");
        }
    }
}
