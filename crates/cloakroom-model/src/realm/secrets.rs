//! The secret ones among a realm's settings: sealed in a column of their own, and a mask among the
//! others, so that whoever shows the settings shows no secret.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use super::Settings;
use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::realms;
use crate::secret::{Sealed, Secret};

/// What stands in place of a secret. Whoever sends it back means the secret that is there.
const MASK: &str = "**********";

/// A member of the settings, and the name of the secret in it.
const SECRET: [(&str, &str); 2] = [
    ("smtpServer", "password"),
    ("smtpServer", "authTokenClientSecret"),
];

/// The secrets of this request's realm, by the member of the settings and the name in it.
pub fn secrets(cx: &mut Cx<'_>) -> Result<BTreeMap<(String, String), Secret>> {
    let id = cx.realm.id.clone();
    let named = stored(cx, &id)?.into_iter().filter_map(|(place, secret)| {
        let (member, name) = place.split_once('/')?;
        Some(((member.to_owned(), name.to_owned()), Secret::new(secret)))
    });
    Ok(named.collect())
}

/// The secrets as they are sealed: by `member/name`.
type Texts = BTreeMap<String, String>;

fn stored(cx: &mut Cx<'_>, id: &RealmId) -> Result<Texts> {
    let sealed: Option<Option<Sealed>> = realms::table
        .filter(realms::id.eq(id))
        .select(realms::secrets)
        .get_result(cx.db.conn()?)
        .optional()?;
    match sealed.flatten() {
        Some(sealed) => Ok(serde_json::from_slice(
            &cx.vault.open(&place(id), &sealed)?,
        )?),
        None => Ok(Texts::new()),
    }
}

/// The settings with their secrets masked, and the secrets sealed.
pub(super) fn seal(
    cx: &mut Cx<'_>,
    id: &RealmId,
    settings: &Settings,
) -> Result<(Settings, Option<Sealed>)> {
    let (mut masked, mut texts) = (settings.clone(), Texts::new());
    let mut before = None;
    for (member, name) in SECRET {
        let Some(Value::Object(members)) = masked.rest.get_mut(member) else {
            continue;
        };
        let Some(Value::String(text)) = members.get_mut(name) else {
            continue;
        };
        let place = format!("{member}/{name}");
        if text == MASK {
            if before.is_none() {
                before = Some(stored(cx, id)?);
            }
            texts.extend(before.as_mut().and_then(|all| all.remove_entry(&place)));
        } else if !text.is_empty() {
            texts.insert(place, std::mem::replace(text, MASK.to_owned()));
        }
    }
    if texts.is_empty() {
        return Ok((masked, None));
    }
    let text = zeroize::Zeroizing::new(serde_json::to_string(&texts)?);
    let sealed = cx.vault.seal(cx.rng, &place(id), text.as_bytes())?;
    Ok((masked, Some(sealed)))
}

fn place(id: &RealmId) -> String {
    format!("realms/{id}/secrets")
}
