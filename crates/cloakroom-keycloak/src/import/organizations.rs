//! Organizations with their domains, groups, members and identity providers.

mod groups;

use std::collections::BTreeMap;

use cloakroom_model::Cx;
use cloakroom_model::id::OrganizationId;
use cloakroom_model::organization::{self, Details, Member, Organization};
use cloakroom_model::{identity_provider, user};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::silent;
use crate::organization as shape;
use crate::read::Object;

/// Stores the organizations, now that their members stand.
pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    for object in sent.objects("organizations")? {
        insert(cx, import, object)?;
    }
    Ok(())
}

fn insert(cx: &mut Cx<'_>, import: &mut Import<'_>, object: &Object) -> Result<()> {
    let name = Part::new(object, "organizations[]", "").name("name")?;
    let part = Part::new(object, "organizations[]", &name);
    part.report_unknown(shape::FIELDS, import.report);
    let alias = part.text("alias")?.filter(|alias| !alias.is_empty());
    let mut made = Organization {
        id: OrganizationId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        alias: alias.unwrap_or_else(|| name.clone()),
        name: name.clone(),
        enabled: true,
        details: Details::default(),
        domains: BTreeMap::new(),
    };
    shape::apply(&mut made, object).map_err(ImportError::wrong(part.place, part.who))?;
    part.check_length("alias", &made.alias)?;
    for domain in made.domains.keys() {
        part.check_length("domains", domain)?;
        if let Some((_, other)) = organization::find_by_domain(cx, domain)? {
            let why = format!("domain {domain} of organization {name} is that of {other}, too");
            return Err(ImportError::taken(why));
        }
    }
    if !organization::insert(cx, &made)? {
        let why = format!("organization {name}, its alias or its id is in use");
        return Err(ImportError::taken(why));
    }
    import.report.map("organizations");
    let groups = groups::import(cx, import, &made, &part)?;
    members(cx, import, (&made, &groups), &part)?;
    identity_providers(cx, &made, &part)
}

fn members(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    (made, groups): (&Organization, &groups::Known),
    part: &Part<'_>,
) -> Result<()> {
    let name = &made.name;
    for object in part.objects("members")? {
        let member = Part::new(object, "organizations[].members[]", name);
        let username = member.name("username")?;
        check_member(import, &member, &username)?;
        let Some(user) = user::find_by_username(cx, &username)? else {
            // Exports without users name the members all the same.
            let who = format!("{name}/{username}");
            import
                .report
                .drop(member.place, &who, "the file has no such user");
            continue;
        };
        let one = Member {
            user: user.id,
            managed: member.text("membershipType")?.as_deref() == Some("MANAGED"),
        };
        organization::add_member(cx, &made.id, &one)?;
        import.report.map("members of organizations");
        for group in member.texts("groups")? {
            let Some(id) = groups.get(&group) else {
                let why = format!(
                    "member {username} of organization {name} is in group {group}, which is not there"
                );
                return Err(ImportError::invalid(why));
            };
            organization::group::join(cx, &made.id, id, &one.user)?;
        }
    }
    Ok(())
}

/// Members that an organization's member has besides those of a user, which the list of users has already.
const MEMBER: [&str; 2] = ["groups", "membershipType"];

/// Names what is said of a member and has no meaning here.
fn check_member(import: &mut Import<'_>, member: &Part<'_>, username: &str) -> Result<()> {
    let known = crate::user::FIELDS.iter().chain(&MEMBER).copied();
    member.report_unknown(&known.collect::<Vec<_>>(), import.report);
    silent::report(member, import.report);
    let kind = member.text("membershipType")?;
    if let Some(kind) = kind.filter(|kind| !["MANAGED", "UNMANAGED"].contains(&kind.as_str())) {
        let how = format!("{kind} is no kind of membership; it became UNMANAGED");
        let place = member.place_of("membershipType");
        import.report.approximate(&place, username, how);
    }
    Ok(())
}

fn identity_providers(cx: &mut Cx<'_>, made: &Organization, part: &Part<'_>) -> Result<()> {
    let name = &made.name;
    for object in part.objects("identityProviders")? {
        let linked = Part::new(object, "organizations[].identityProviders[]", name);
        let alias = linked.name("alias")?;
        let Some(mut provider) = identity_provider::find(cx, &alias)? else {
            let why =
                format!("organization {name} has identity provider {alias}, which is not there");
            return Err(ImportError::invalid(why));
        };
        provider.settings.organization_id = Some(made.id.as_str().to_owned());
        if let Some(link) = linked.objects("organizationLinks")?.into_iter().next() {
            crate::identity_provider::apply_link(&mut provider, link)
                .map_err(ImportError::wrong(linked.place, linked.who))?;
        }
        identity_provider::update(cx, &provider)?;
    }
    Ok(())
}
