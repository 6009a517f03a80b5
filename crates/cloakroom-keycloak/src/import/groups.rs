//! Groups with those inside them and their roles, and the groups that new users join.

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::GroupId;
use cloakroom_model::{Cx, default_group};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::roles;
use super::silent;
use crate::group as shape;
use crate::read::Object;

/// The group that another is inside, with its path and how deep it stands: 1 at the top.
pub(super) type Above<'a> = Option<(&'a GroupId, &'a str, usize)>;

/// How deep a group stands inside another, unless that is too deep.
pub(super) fn depth(above: Above<'_>, who: &str) -> Result<usize> {
    let depth = above.map_or(0, |(_, _, depth)| depth) + 1;
    if depth > group::DEEPEST {
        let most = group::DEEPEST;
        let why = format!("group {who}: groups cannot be nested deeper than {most} levels");
        return Err(ImportError::invalid(why));
    }
    Ok(depth)
}

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    for object in sent.objects("groups")? {
        insert(cx, import, object, None)?;
    }
    let has_groups = !sent.objects("groups")?.is_empty();
    for path in sent.texts("defaultGroups")? {
        if !has_groups {
            let why = "the file has no groups; as in Keycloak nobody joins any by default";
            import.report.drop("defaultGroups", &path, why);
            continue;
        }
        let Some(id) = import.known.group(&path).cloned() else {
            let why = format!("defaultGroups refers to group {path}, which is not there");
            return Err(ImportError::invalid(why));
        };
        default_group::insert(cx, &id)?;
    }
    Ok(())
}

/// Stores a group and those inside it.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
    above: Above<'_>,
) -> Result<GroupId> {
    let name = Part::new(object, "groups[]", "").name("name")?;
    let path = format!("{}/{name}", above.map_or("", |(_, path, _)| path));
    let depth = depth(above, &path)?;
    let part = Part::new(object, "groups[]", &path);
    part.report_unknown(shape::FIELDS, import.report);
    silent::report(&part, import.report);
    if let Some(parent) = part.text("parentId")?
        && above.map(|(id, _, _)| id.as_str()) != Some(parent.as_str())
    {
        let how = format!("it names {parent}, and is inside the group that it stands in");
        let place = part.place_of("parentId");
        import.report.approximate(&place, &path, how);
    }
    let group = Group {
        id: GroupId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        parent: above.map(|(id, _, _)| id.clone()),
        name,
        description: part.text("description")?,
        attributes: part.list_map("attributes")?,
    };
    if !group::insert(cx, &group)? {
        return Err(ImportError::taken(format!(
            "group {path} or its id is in use"
        )));
    }
    import.report.map("groups");
    remember(import, &path, &group.id);
    // A server may be told to write a slash inside of a name as `~/`.
    let said = part
        .text("path")?
        .filter(|said| *said != path && !said.is_empty());
    if let Some(said) = said {
        if said.contains("~/") {
            let groups = &mut import.known.groups;
            groups.entry(said).or_insert_with(|| group.id.clone());
        } else {
            let how = format!("{said} became {path}: a path follows from the names");
            import.report.approximate("groups[].path", &path, how);
        }
    }
    for role in part.texts("realmRoles")? {
        let id = roles::find_or_insert(cx, import, (None, &role), "groups[].realmRoles")?;
        (import.ready.may_grant)(cx, &id)?;
        group::grant_role(cx, &group.id, &id)?;
    }
    for (client, names) in part.list_map("clientRoles")? {
        for role in names {
            let named = (Some(client.as_str()), role.as_str());
            let id = roles::find_or_insert(cx, import, named, "groups[].clientRoles")?;
            (import.ready.may_grant)(cx, &id)?;
            group::grant_role(cx, &group.id, &id)?;
        }
    }
    for inside in part.objects("subGroups")? {
        insert(cx, import, inside, Some((&group.id, &path, depth)))?;
    }
    Ok(group.id)
}

/// A slash in a name makes two groups look alike from the outside; the first one has the path.
fn remember(import: &mut Import<'_>, path: &str, id: &GroupId) {
    if import.known.groups.contains_key(path) {
        let how = "another group has the same path because of a slash in a name; \
                   who refers to the path means that one";
        import.report.approximate("groups[].path", path, how);
        return;
    }
    import.known.groups.insert(path.to_owned(), id.clone());
}
