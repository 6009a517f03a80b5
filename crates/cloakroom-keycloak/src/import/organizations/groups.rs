//! Groups of an organization with those inside them and their roles.

use std::collections::HashMap;

use cloakroom_model::Cx;
use cloakroom_model::group::Group;
use cloakroom_model::id::GroupId;
use cloakroom_model::organization::{Organization, group as of_organization};

use super::super::Import;
use super::super::error::{ImportError, Result};
use super::super::groups::{Above, depth};
use super::super::lenient::Part;
use super::super::roles;
use crate::group as shape;
use crate::read::Object;

/// The groups of one organization by what members may call them: their ids and their paths.
pub(super) type Known = HashMap<String, GroupId>;

pub(super) fn import(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    of: &Organization,
    part: &Part<'_>,
) -> Result<Known> {
    let mut known = Known::new();
    for object in part.objects("groups")? {
        insert(cx, import, (of, &mut known), object, None)?;
    }
    Ok(known)
}

const PLACE: &str = "organizations[].groups[]";

fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    (of, known): (&Organization, &mut Known),
    object: &Object,
    above: Above<'_>,
) -> Result<()> {
    let name = Part::new(object, PLACE, &of.name).name("name")?;
    let path = format!("{}/{name}", above.map_or("", |(_, path, _)| path));
    let who = format!("{}{path}", of.name);
    let depth = depth(above, &who)?;
    let part = Part::new(object, PLACE, &who);
    part.report_unknown(shape::FIELDS, import.report);
    let id = part.id("id")?;
    let group = Group {
        id: GroupId::new(id.unwrap_or_else(|| cx.new_id())),
        parent: above.map(|(id, _, _)| id.clone()),
        name,
        description: part.text("description")?,
        attributes: part.list_map("attributes")?,
    };
    if !of_organization::insert(cx, &of.id, &group)? {
        let why = format!("group {who} or its id is in use");
        return Err(ImportError::taken(why));
    }
    import.report.map("groups of organizations");
    known.insert(group.id.as_str().to_owned(), group.id.clone());
    known.insert(path.clone(), group.id.clone());
    grant(cx, import, &group, &part)?;
    for inside in part.objects("subGroups")? {
        insert(
            cx,
            import,
            (of, known),
            inside,
            Some((&group.id, &path, depth)),
        )?;
    }
    Ok(())
}

fn grant(cx: &mut Cx<'_>, import: &mut Import<'_>, group: &Group, part: &Part<'_>) -> Result<()> {
    let of_realm = part.texts("realmRoles")?;
    let mut named: Vec<(Option<String>, String)> =
        of_realm.into_iter().map(|role| (None, role)).collect();
    for (client, roles) in part.list_map("clientRoles")? {
        named.extend(roles.into_iter().map(|role| (Some(client.clone()), role)));
    }
    for (client, role) in named {
        let named = (client.as_deref(), role.as_str());
        let id = roles::find_or_insert(cx, import, named, "organizations[].groups[].realmRoles")?;
        (import.ready.may_grant)(cx, &id)?;
        of_organization::grant_role(cx, &group.id, &id)?;
    }
    Ok(())
}
