//! Which organization an e-mail address is of, and which identity provider its people come from.

use diesel::prelude::*;

use super::{Domain, Organization, domains, find, is_on};
use crate::Result;
use crate::cx::Cx;
use crate::flow::{Shelf, bound_alias};
use crate::id::OrganizationId;
use crate::identity_provider::{self, IdentityProvider};
use crate::user::fold;

/// The setting of a provider that says for which domain of its organization it is.
const DOMAIN: &str = "kc.org.domain";
/// The value that stands for every domain of the organization.
const ANY: &str = "ANY";
/// The setting of a provider that has people sent there by their address, without a question.
const REDIRECTS: &str = "kc.org.broker.redirect.mode.email-matches";

/// How people of organizations sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamesFirst {
    /// Whoever signs in for an organization that a request names has to be a member of it.
    pub wants_members: bool,
}

/// How the realm's people sign in where their name comes first: it has organizations, and its flow of the browser
/// has the step `organization`.
pub(crate) fn names_first(cx: &Cx<'_>, flows: &Shelf) -> Option<NamesFirst> {
    let alias = bound_alias(&cx.realm.settings, "browserFlow");
    let flow = is_on(cx).then(|| flows.named(alias)).flatten()?;
    let step = flow.step("organization")?;
    Some(NamesFirst {
        wants_members: step.setting("requiresUserMembership") == "true",
    })
}

/// What follows the last `@` of an address, in small letters; `None` if nothing does.
pub fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.trim().rsplit_once('@')?;
    let is_sound = !domain.is_empty() && domain.len() <= 253 && !domain.contains('\0');
    is_sound.then(|| fold(domain))
}

/// The organization that is switched on and that the domain belongs to, with the domain as it is written there:
/// itself, or the nearest `*.` above it.
pub fn find_by_address(cx: &mut Cx<'_>, address: &str) -> Result<Option<(Organization, String)>> {
    let Some(domain) = domain_of(address).filter(|_| is_on(cx)) else {
        return Ok(None);
    };
    let above = domain.match_indices('.').map(|(at, _)| at);
    let above = above.filter_map(|at| domain.get(at..).map(|rest| format!("*{rest}")));
    let mut names: Vec<String> = std::iter::once(domain.clone()).chain(above).collect();
    let mine = domains::table
        .filter(domains::realm_id.eq(&cx.realm.id))
        .filter(domains::name.eq_any(names.clone()))
        .select((domains::name, domains::organization_id));
    let rows: Vec<(String, OrganizationId)> = mine.load(cx.db.conn()?)?;
    // The longer name is the nearer one.
    names.retain(|name| rows.iter().any(|(known, _)| known == name));
    let Some(name) = names.into_iter().next() else {
        return Ok(None);
    };
    let of = rows.into_iter().find(|(known, _)| *known == name);
    let Some((_, id)) = of else { return Ok(None) };
    let found = find(cx, &id)?.filter(|one| one.enabled);
    Ok(found.map(|one| (one, name)))
}

/// The identity providers of an organization that are switched on, by alias.
pub fn providers(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<Vec<IdentityProvider>> {
    let mut all = identity_provider::list(cx)?;
    all.retain(|one| {
        let settings = &one.settings;
        one.enabled
            && settings.link_only != Some(true)
            && settings.organization_id.as_deref() == Some(id.as_str())
    });
    Ok(all)
}

/// The identity provider that people of this domain are sent to without a question.
pub fn home(cx: &mut Cx<'_>, of: &Organization, domain: &str) -> Result<Option<IdentityProvider>> {
    let all = providers(cx, &of.id)?;
    let said = of.domains.get(domain).cloned().unwrap_or_default();
    let is_home = |one: &IdentityProvider| {
        if said.auto_redirect == Some(true)
            && said.identity_provider_alias.as_ref() == Some(&one.alias)
        {
            return true;
        }
        let set = |name: &str| one.config.get(name).map(String::as_str);
        set(REDIRECTS) == Some("true")
            && set(DOMAIN).is_some_and(|of| of == ANY || fold(of) == domain)
    };
    Ok(all.into_iter().find(is_home))
}

impl Domain {
    /// People of this domain are of the organization if they come through this provider.
    pub(super) fn is_served_by(&self, alias: &str) -> bool {
        self.identity_provider_alias
            .as_deref()
            .is_none_or(|own| own == alias)
    }
}

impl Organization {
    /// The address is of a domain of the organization that this provider speaks for.
    pub fn has_address(&self, address: &str, provider: &IdentityProvider) -> bool {
        let Some(domain) = domain_of(address) else {
            return false;
        };
        let of = provider.config.get(DOMAIN).filter(|of| *of != ANY);
        self.domains.iter().any(|(name, said)| {
            let fits = match name.strip_prefix('*') {
                Some(end) => domain.ends_with(end),
                None => *name == domain,
            };
            let is_own = of.is_none_or(|of| of.is_empty() || fold(of) == *name);
            fits && is_own && said.is_served_by(&provider.alias)
        })
    }
}
