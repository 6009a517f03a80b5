//! The groups of one organization as a tree: what of it is listed, and how each is shown.

use std::collections::{HashMap, HashSet};

use cloakroom_keycloak::group as shape;
use cloakroom_keycloak::read::set;
use cloakroom_model::Cx;
use cloakroom_model::group::Group;
use cloakroom_model::id::{GroupId, OrganizationId};
use cloakroom_model::organization::group as of_organization;
use serde_json::{Value, json};

use crate::api::groups::show::add_roles;
use crate::error::Result;

/// What of a group is shown.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Shown {
    /// Without attributes and roles.
    pub(in crate::api) brief: bool,
    /// With the number of groups inside it.
    pub(in crate::api) count: bool,
}

/// What a list of groups is narrowed by.
#[derive(Clone, Debug)]
pub(in crate::api) struct Query {
    pub(in crate::api) search: Option<String>,
    /// The text above is the whole name, with its case.
    pub(in crate::api) exact: bool,
    /// Names of attributes with a value that each has.
    pub(in crate::api) attributes: Vec<(String, String)>,
    /// What is found is shown inside of what it is inside of.
    pub(in crate::api) with_parents: bool,
    pub(in crate::api) first: usize,
    pub(in crate::api) max: usize,
}

impl Query {
    fn is_narrow(&self) -> bool {
        self.search.is_some() || !self.attributes.is_empty()
    }

    fn fits(&self, group: &Group) -> bool {
        let named = self.search.as_ref().is_none_or(|text| {
            if self.exact {
                &group.name == text
            } else {
                group.name.to_lowercase().contains(&text.to_lowercase())
            }
        });
        let has = |(name, value): &(String, String)| {
            let values = group.attributes.get(name);
            values.is_some_and(|values| values.contains(value))
        };
        named && self.attributes.iter().all(has)
    }

    /// Those of the groups that are wanted.
    pub(in crate::api) fn narrow<'g>(&self, found: Vec<&'g Group>) -> Vec<&'g Group> {
        self.page(found.into_iter().filter(|group| self.fits(group)))
    }

    fn page<'g>(&self, found: impl Iterator<Item = &'g Group>) -> Vec<&'g Group> {
        found.skip(self.first).take(self.max).collect()
    }
}

/// All groups of an organization.
pub(in crate::api) struct Tree {
    of: OrganizationId,
    all: Vec<Group>,
    places: HashMap<GroupId, usize>,
}

impl Tree {
    pub(in crate::api) fn read(cx: &mut Cx<'_>, of: &OrganizationId) -> Result<Self> {
        let all = of_organization::list(cx, of)?;
        let ids = all.iter().map(|group| group.id.clone());
        Ok(Self {
            of: of.clone(),
            places: ids.zip(0..).collect(),
            all,
        })
    }

    fn group(&self, id: &GroupId) -> Option<&Group> {
        self.all.get(*self.places.get(id)?)
    }

    /// A group with those above it, from itself upwards.
    fn upwards<'t>(&'t self, group: &'t Group) -> impl Iterator<Item = &'t Group> {
        let above = |below: &&'t Group| self.group(below.parent.as_ref()?);
        // No tree is deeper than it has groups, so a damaged parent cannot loop.
        std::iter::successors(Some(group), above).take(self.all.len())
    }

    fn path(&self, group: &Group) -> String {
        let mut names: Vec<&str> = self.upwards(group).map(|one| one.name.as_str()).collect();
        names.reverse();
        format!("/{}", names.join("/"))
    }

    /// The group that has this path.
    pub(in crate::api) fn at(&self, path: &str) -> Option<&Group> {
        self.all.iter().find(|group| self.path(group) == path)
    }

    fn inside<'t>(&'t self, parent: Option<&GroupId>) -> impl Iterator<Item = &'t Group> {
        let parent = parent.cloned();
        self.all.iter().filter(move |group| group.parent == parent)
    }

    /// Those of these ids that are in the tree, by name.
    pub(in crate::api) fn of_ids(&self, ids: &[GroupId]) -> Vec<&Group> {
        let ids: HashSet<&GroupId> = ids.iter().collect();
        self.all
            .iter()
            .filter(|group| ids.contains(&group.id))
            .collect()
    }

    /// The groups at the top, or those that are searched for wherever they are.
    pub(in crate::api) fn list(
        &self,
        cx: &mut Cx<'_>,
        query: &Query,
        how: Shown,
    ) -> Result<Vec<Value>> {
        if !query.is_narrow() {
            return self.show_all(cx, &query.page(self.inside(None)), how);
        }
        let found = query.page(self.all.iter().filter(|group| query.fits(group)));
        if !query.with_parents {
            return self.show_all(cx, &found, how);
        }
        let around = found.iter().flat_map(|group| self.upwards(group));
        let visible: HashSet<&GroupId> = around.map(|group| &group.id).collect();
        self.level(cx, &visible, None, how)
    }

    /// The groups directly inside one.
    pub(in crate::api) fn list_inside(
        &self,
        cx: &mut Cx<'_>,
        parent: &GroupId,
        query: &Query,
        how: Shown,
    ) -> Result<Vec<Value>> {
        let inside = self.inside(Some(parent)).filter(|group| query.fits(group));
        self.show_all(cx, &query.page(inside), how)
    }

    /// What is visible inside a group, with what is inside of that.
    fn level(
        &self,
        cx: &mut Cx<'_>,
        visible: &HashSet<&GroupId>,
        parent: Option<&GroupId>,
        how: Shown,
    ) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for group in self.inside(parent) {
            if !visible.contains(&group.id) {
                continue;
            }
            let mut shown = self.show(cx, group, how)?;
            let below = self.level(cx, visible, Some(&group.id), how)?;
            set(&mut shown, "subGroups", json!(below));
            all.push(shown);
        }
        Ok(all)
    }

    pub(in crate::api) fn show_all(
        &self,
        cx: &mut Cx<'_>,
        groups: &[&Group],
        how: Shown,
    ) -> Result<Vec<Value>> {
        groups
            .iter()
            .map(|group| self.show(cx, group, how))
            .collect()
    }

    pub(in crate::api) fn show(&self, cx: &mut Cx<'_>, group: &Group, how: Shown) -> Result<Value> {
        let mut shown = shape::show_briefly(group, &self.path(group));
        // In Keycloak those at the top are inside a group that nobody sees.
        let parent = group.parent.as_ref().map(GroupId::as_str);
        let parent = parent.unwrap_or(self.of.as_str());
        set(&mut shown, "parentId", json!(parent));
        if how.count {
            let inside = self.inside(Some(&group.id)).count();
            set(&mut shown, "subGroupCount", json!(inside));
        }
        if !how.brief {
            set(&mut shown, "attributes", json!(group.attributes));
            let roles = of_organization::direct_roles(cx, &group.id)?;
            add_roles(cx, &roles, &mut shown)?;
        }
        Ok(shown)
    }
}
