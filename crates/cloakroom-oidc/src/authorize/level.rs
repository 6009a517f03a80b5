//! Levels of authentication: which one a request asks for, and under which name (`acr`) the level
//! that was reached is told.
//!
//! A level is a number, and `acr.loa.map` of the client or else of the realm gives it names.

use std::collections::BTreeMap;

use cloakroom_model::client::Client;
use cloakroom_model::session::Session;
use cloakroom_model::{Realm, realm};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims::ClaimsRequest;

/// The setting that gives levels their names.
const MAP: &str = "acr.loa.map";

/// What a request asks of how well the user is proved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LevelWish {
    /// The names that were asked for, the best first.
    names: Vec<String>,
    /// The lowest level that would do.
    level: Option<i64>,
    /// Less is a failed sign-in.
    essential: bool,
}

/// An essential `acr` that is no number and has no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownLevel;

impl LevelWish {
    /// Reads the wish from the claim `acr`, from `acr_values`, or from the client's settings.
    pub(super) fn read(
        realm: &Realm,
        client: &Client,
        claims: Option<&ClaimsRequest>,
        acr_values: Option<&str>,
    ) -> Result<Self, UnknownLevel> {
        let (essential, mut names) = claims.map(ClaimsRequest::acr).unwrap_or_default();
        let essential = essential && !names.is_empty();
        if !essential {
            let words = acr_values.unwrap_or_default().split(' ');
            names.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
            if names.is_empty() {
                names = listed(client, "default.acr.values");
            }
        }
        let map = level_map(&realm.settings, client);
        let mut levels = Vec::new();
        for name in &names {
            match level_named(&map, name) {
                Some(level) => levels.push(level),
                None if essential => return Err(UnknownLevel),
                None => {}
            }
        }
        let least = client.settings.attribute("minimum.acr.value");
        let least = least.and_then(|name| level_named(&map, name));
        Ok(Self {
            level: levels.into_iter().min().max(least),
            names,
            essential,
        })
    }

    /// The lowest level that would do; `None` if any does.
    pub fn least(&self) -> Option<i64> {
        self.level
    }

    /// The request demands a higher level than this one.
    pub fn is_missed_at(&self, reached: i64) -> bool {
        self.essential && self.level.is_some_and(|level| level > reached)
    }

    /// The `acr` of an answer. `reached` is what was reached for this very request, or has lasted until it; `before` is what the
    /// session reached at all.
    ///
    /// As in Keycloak, a session that was enough by itself is level 0, unless a level was asked for.
    pub(super) fn acr(
        &self,
        realm: &Realm,
        client: &Client,
        before: i64,
        reached: Option<i64>,
    ) -> String {
        // What a session reached beyond the usual level may have run out since, and where nothing was reached for this request nobody looked.
        let alone = if self.level.is_some() {
            before.min(1)
        } else {
            0
        };
        let level = reached.unwrap_or(alone);
        let map = level_map(&realm.settings, client);
        if map.is_empty() {
            return level.to_string();
        }
        best(&map, self.names.iter(), level)
            .or_else(|| best(&map, map.keys(), level))
            .unwrap_or_else(|| level.to_string())
    }
}

/// The level of a session.
pub fn level_of(session: &Session) -> i64 {
    session.acr.parse().unwrap_or(1)
}

/// The names of the realm's levels, for discovery.
pub(crate) fn names(realm: &Realm) -> Vec<String> {
    let map = parse(realm.settings.attribute(MAP));
    map.into_keys()
        .chain(["0".to_owned(), "1".to_owned()])
        .collect()
}

fn level_map(realm: &realm::Settings, client: &Client) -> BTreeMap<String, i64> {
    let own = parse(client.settings.attribute(MAP));
    match own.is_empty() {
        true => parse(realm.attribute(MAP)),
        false => own,
    }
}

/// The map as Keycloak stores it: an object whose values are numbers, or their digits.
fn parse(text: Option<&str>) -> BTreeMap<String, i64> {
    let parsed: Option<BTreeMap<String, Value>> =
        text.and_then(|text| serde_json::from_str(text).ok());
    let level = |value: Value| match value {
        Value::String(digits) => digits.parse().ok(),
        number => number.as_i64(),
    };
    parsed
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, value)| Some((name, level(value)?)))
        .collect()
}

fn level_named(map: &BTreeMap<String, i64>, name: &str) -> Option<i64> {
    map.get(name).copied().or_else(|| name.parse().ok())
}

/// The name of the highest level that is not above the one reached.
fn best<'n>(
    map: &BTreeMap<String, i64>,
    names: impl Iterator<Item = &'n String>,
    reached: i64,
) -> Option<String> {
    let mut best: Option<(&String, i64)> = None;
    for name in names {
        let Some(level) = level_named(map, name).filter(|level| *level <= reached) else {
            continue;
        };
        // Level 0 has no name of its own: it is what a bare session has.
        if level > best.map_or(0, |(_, level)| level) {
            best = Some((name, level));
        }
    }
    best.map(|(name, _)| name.clone())
}

/// A list as Keycloak keeps it in an attribute.
fn listed(client: &Client, attribute: &str) -> Vec<String> {
    let text = client.settings.attribute(attribute).unwrap_or_default();
    text.split("##")
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
