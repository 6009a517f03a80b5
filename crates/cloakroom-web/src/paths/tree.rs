//! Patterns of paths as a tree of their segments, and the search in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// The patterns of all places; a place is known by its number, and the lowest that fits comes first.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Node,
}

/// What may follow a beginning that paths share.
#[derive(Debug, Default)]
struct Node {
    fixed: BTreeMap<Box<str>, Self>,
    any: Option<Box<Self>>,
    /// Patterns that end here.
    ends: Vec<End>,
    /// Patterns that take whatever is left.
    rests: Vec<End>,
}

/// The end of a pattern.
#[derive(Debug)]
pub(super) struct End {
    /// The place it leads to.
    pub(super) place: usize,
    /// The segments that have a name, by their position.
    parts: Vec<(usize, &'static str)>,
    /// The position and the name of all that is left.
    rest: Option<(usize, &'static str)>,
}

impl Tree {
    /// Adds a pattern of a place.
    pub(super) fn insert(&mut self, pattern: &str, place: usize) {
        let segments: Vec<&str> = inside(pattern).split('/').collect();
        let end = End {
            place,
            parts: Vec::new(),
            rest: None,
        };
        self.root.insert(&segments, 0, end);
    }

    /// The first place behind `after` whose pattern the path has; `None` for `after` is from the beginning.
    pub(super) fn find(&self, path: &str, after: Option<usize>) -> Option<&End> {
        let mut best = None;
        if path.starts_with('/') {
            let least = after.map_or(0, |place| place + 1);
            self.root.find(Some(inside(path)), least, &mut best);
        }
        best
    }
}

impl Node {
    fn insert(&mut self, segments: &[&str], position: usize, mut end: End) {
        let Some((segment, following)) = segments.split_first() else {
            self.ends.push(end);
            return;
        };
        let Some(named) = named(segment) else {
            let next = self.fixed.entry((*segment).into()).or_default();
            return next.insert(following, position + 1, end);
        };
        let (name, form) = named;
        if form == Some(".*") {
            end.rest = Some((position, known(name)));
            self.rests.push(end);
            return;
        }
        end.parts.push((position, known(name)));
        let Some(form) = form else {
            return self
                .any
                .get_or_insert_default()
                .insert(following, position + 1, end);
        };
        for word in form.split('|') {
            let next = self.fixed.entry(word.into()).or_default();
            next.insert(following, position + 1, end.again());
        }
    }

    fn find<'a>(&'a self, path: Option<&str>, least: usize, best: &mut Option<&'a End>) {
        let ends = match path {
            Some(_) => &self.rests,
            None => &self.ends,
        };
        for end in ends {
            let is_better = best.is_none_or(|best| end.place < best.place);
            if end.place >= least && is_better {
                *best = Some(end);
            }
        }
        let Some(path) = path else { return };
        let (segment, following) = match path.split_once('/') {
            Some((segment, following)) => (segment, Some(following)),
            None => (path, None),
        };
        if let Some(next) = self.fixed.get(segment) {
            next.find(following, least, best);
        }
        if let Some(next) = self.any.as_ref().filter(|_| !segment.is_empty()) {
            next.find(following, least, best);
        }
    }
}

impl End {
    fn again(&self) -> Self {
        Self {
            place: self.place,
            parts: self.parts.clone(),
            rest: self.rest,
        }
    }

    /// How many parts of a path have a name.
    pub(super) fn count(&self) -> usize {
        self.parts.len() + usize::from(self.rest.is_some())
    }

    /// One of the parts of a path that have a name.
    pub(super) fn part<'a>(&self, path: &'a str, number: usize) -> Option<(&'static str, &'a str)> {
        if let Some(&(position, name)) = self.parts.get(number) {
            return Some((name, inside(path).split('/').nth(position)?));
        }
        let (position, name) = self.rest?;
        Some((name, inside(path).splitn(position + 1, '/').last()?))
    }
}

fn inside(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// The name of a segment in braces, and the form that it has to have if that is not just any.
fn named(segment: &str) -> Option<(&str, Option<&str>)> {
    let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(match inner.split_once(':') {
        Some((name, form)) => (name, Some(form)),
        None => (inner, None),
    })
}

/// A name that lives as long as the program. There are only those that are written in it.
fn known(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = names.get(name) {
        return name;
    }
    let name: &'static str = Box::leak(Box::from(name));
    names.insert(name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERNS: [&str; 10] = [
        "/realms/{realm}/users/count",
        "/realms/{realm}/users/{id}",
        "/realms/{home}",
        "/realms/{realm}/",
        "/realms/{realm}/{owner:clients|client-scopes}/{id}/mappers",
        "/realms/{realm}/groups/{path:.*}",
        "/{any}/{realm}/users/count",
        "/",
        "/files/{rest:.*}",
        "/files/known",
    ];

    fn found(path: &str, after: Option<usize>) -> Option<(usize, Vec<(&'static str, String)>)> {
        let mut tree = Tree::default();
        for (place, pattern) in PATTERNS.iter().enumerate() {
            tree.insert(pattern, place);
        }
        let end = tree.find(path, after)?;
        let parts = (0..end.count()).map(|number| end.part(path, number).unwrap());
        let parts = parts.map(|(name, text)| (name, text.to_owned())).collect();
        Some((end.place, parts))
    }

    #[test]
    fn the_first_pattern_that_a_path_has_is_found_with_its_parts() {
        type Row = (&'static str, usize, &'static [(&'static str, &'static str)]);
        let table: [Row; 13] = [
            ("/realms/shop/users/count", 0, &[("realm", "shop")]),
            (
                "/realms/shop/users/42",
                1,
                &[("realm", "shop"), ("id", "42")],
            ),
            ("/realms/a%2Fb", 2, &[("home", "a%2Fb")]),
            ("/realms/shop/", 3, &[("realm", "shop")]),
            (
                "/realms/shop/clients/7/mappers",
                4,
                &[("realm", "shop"), ("owner", "clients"), ("id", "7")],
            ),
            (
                "/realms/shop/client-scopes/7/mappers",
                4,
                &[("realm", "shop"), ("owner", "client-scopes"), ("id", "7")],
            ),
            (
                "/realms/shop/groups/a/b//c/",
                5,
                &[("realm", "shop"), ("path", "a/b//c/")],
            ),
            (
                "/realms/shop/groups/",
                5,
                &[("realm", "shop"), ("path", "")],
            ),
            (
                "/other/shop/users/count",
                6,
                &[("any", "other"), ("realm", "shop")],
            ),
            ("/", 7, &[]),
            ("/files/", 8, &[("rest", "")]),
            ("/files/known", 8, &[("rest", "known")]),
            ("/files/known/more", 8, &[("rest", "known/more")]),
        ];
        for (path, place, parts) in table {
            let expected = parts.iter().map(|(name, text)| (*name, (*text).to_owned()));
            assert_eq!(
                found(path, None),
                Some((place, expected.collect())),
                "{path}"
            );
        }
    }

    #[test]
    fn a_path_that_nobody_has_is_not_found() {
        for path in [
            "",
            "*",
            "realms/shop",
            "/realms",
            "/realms/",
            "/realms//users/count",
            "/realms/shop/users",
            "/realms/shop/users/42/",
            "/realms/shop/users/42/more",
            "/realms/shop/groups",
            "/realms/shop/roles/7/mappers",
            "//",
            "/files",
        ] {
            assert_eq!(found(path, None), None, "{path}");
        }
    }

    #[test]
    fn what_one_place_refuses_goes_on_to_the_next_that_fits() {
        let path = "/realms/shop/users/count";
        let mut places = Vec::new();
        let mut after = None;
        while let Some((place, _)) = found(path, after) {
            places.push(place);
            after = Some(place);
        }
        assert_eq!(places, [0, 1, 6]);
    }
}
