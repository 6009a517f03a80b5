//! A choice of one group of the realm, however deep it is: without a search the upper levels of the tree, with one what it finds.

use std::collections::VecDeque;

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::part::{Ask, Input};
use crate::problem::Problem;

/// The parameter that narrows the choice.
const NAME: &str = "group";

/// So many groups are offered at once.
const MOST: usize = 200;

/// So many groups are opened to offer what is inside of them.
const OPENED: usize = 40;

/// The groups that are offered.
pub(super) struct Choice {
    /// Id and path of each.
    options: Vec<(String, String)>,
    /// There are more than these.
    is_cut: bool,
    /// What was searched for.
    search: String,
    /// Nothing has that in its name.
    is_nothing: bool,
}

impl Choice {
    /// The groups that the administrator may choose from, but for the one at this path and all that is inside of it.
    pub(super) async fn of(desk: &Desk, but: Option<&str>) -> Result<Self, Problem> {
        let search = desk.query.trimmed(NAME).to_owned();
        let (mut options, mut is_cut) = match search.as_str() {
            "" => upper(desk, but).await?,
            search => found(desk, search).await?,
        };
        is_cut |= options.len() > MOST;
        if let Some(but) = but {
            let inside = format!("{but}/");
            options.retain(|(_, path)| path != but && !path.starts_with(&inside));
        }
        options.sort_by(|(_, one), (_, other)| one.cmp(other));
        options.truncate(MOST);
        Ok(Self {
            is_nothing: options.is_empty(),
            options,
            is_cut,
            search,
        })
    }

    /// Leaves these groups out, because they are chosen already.
    pub(super) fn without(mut self, chosen: &Value) -> Self {
        let chosen: Vec<(String, String)> = options(chosen).collect();
        self.options.retain(|one| !chosen.contains(one));
        self
    }

    /// Nothing is offered.
    pub(super) fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    /// The form that narrows the choice, where that is of use; the page begins at this card then.
    pub(super) fn find(&self, desk: &Desk, card: &str) -> Option<Ask> {
        if self.search.is_empty() && !self.is_cut {
            return None;
        }
        let shown = u32::try_from(self.options.len()).unwrap_or(u32::MAX);
        let hint = match (self.is_nothing, self.is_cut) {
            (true, _) => desk.text("groups-choice-none"),
            (_, true) => desk.text_with("groups-choice-cut", "count", shown),
            _ => String::new(),
        };
        let field = Input::text(NAME, desk.text("groups-choice-find"), &self.search).hint(hint);
        let url = format!("#{card}");
        let find = Ask::new(desk, "find-group", url, desk.text("search"));
        Some(find.view().input(field))
    }

    /// The field that chooses one, after these choices.
    pub(super) fn select(self, name: &str, label: String, first: Vec<(String, String)>) -> Input {
        let options = first.into_iter().chain(self.options);
        Input::select(name, label, options.collect())
    }
}

fn options(found: &Value) -> impl Iterator<Item = (String, String)> {
    let all = found.as_array().into_iter().flatten();
    all.map(|one| (text_of(one, "id"), text_of(one, "path")))
}

/// Groups with this in their names, and whether there are more.
async fn found(desk: &Desk, search: &str) -> Result<(Vec<(String, String)>, bool), Problem> {
    let asked = format!(
        "groups?populateHierarchy=false&subGroupsCount=false&search={}&first=0&max={}",
        encode(search),
        MOST + 1
    );
    let found = desk.get_if_allowed(&asked).await?.unwrap_or_default();
    Ok((options(&found).collect(), false))
}

/// The tree level by level from the top, and whether there is more of it. What is inside of one that is left out is left out too.
async fn upper(desk: &Desk, but: Option<&str>) -> Result<(Vec<(String, String)>, bool), Problem> {
    let page = format!("first=0&max={}", MOST + 1);
    let mut all = Vec::new();
    let mut open = VecDeque::from([format!("groups?{page}")]);
    let mut opened = 0;
    while let Some(next) = open.pop_front() {
        if all.len() > MOST || opened > OPENED {
            return Ok((all, true));
        }
        opened += 1;
        let found = desk.get_if_allowed(&next).await?.unwrap_or_default();
        for one in found.as_array().into_iter().flatten() {
            let has_more = one.get("subGroupCount").and_then(Value::as_u64) != Some(0);
            if has_more && but != Some(text_of(one, "path").as_str()) {
                let id = encode(&text_of(one, "id"));
                open.push_back(format!("groups/{id}/children?{page}"));
            }
        }
        all.extend(options(&found));
    }
    Ok((all, false))
}
