//! Texts of a realm that stand in place of the built-in messages, by language.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::dsl::{count_star, sum};
use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::localization_locales as locales;
use crate::schema::localization_texts as texts;
use crate::sql::{Unless, length};

/// The texts of one language by name.
pub type Texts = BTreeMap<String, String>;

/// In how many languages a realm may have texts: about twice as many as any software is translated into.
pub const MOST_LOCALES: i64 = 500;
/// How many texts a realm may have: all of Keycloak's messages, some 1,500, in sixty languages.
pub const MOST_TEXTS: i64 = 100_000;
/// How many characters the texts and their names may have together, because every node holds them in memory: a hundred for each.
pub const MOST_CHARACTERS: i64 = 10_000_000;

/// What there is no room for in a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// Another language.
    #[error("A realm cannot have texts in more than {} languages", MOST_LOCALES)]
    Locales,
    /// Another text.
    #[error("A realm cannot have more than {} texts of its own", MOST_TEXTS)]
    Texts,
    /// Longer texts.
    #[error(
        "The texts of a realm cannot have more than {} characters together",
        MOST_CHARACTERS
    )]
    Characters,
}

/// All texts of the realm, by language; a language without any is left out.
pub fn load(cx: &mut Cx<'_>) -> Result<BTreeMap<String, Arc<Texts>>> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .select((texts::locale, texts::name, texts::text));
    let rows: Vec<(String, String, String)> = mine.load(cx.db.conn()?)?;
    let mut all: BTreeMap<String, Texts> = BTreeMap::new();
    for (locale, name, text) in rows {
        all.entry(locale).or_default().insert(name, text);
    }
    Ok(all
        .into_iter()
        .map(|(locale, texts)| (locale, Arc::new(texts)))
        .collect())
}

/// The languages that have texts, or had some.
pub fn list_locales(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let mine = locales::table
        .filter(locales::realm_id.eq(&cx.realm.id))
        .select(locales::locale)
        .order(locales::locale.asc());
    Ok(mine.load(cx.db.conn()?)?)
}

/// The texts of a language by name.
pub fn list(cx: &mut Cx<'_>, locale: &str) -> Result<Texts> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale))
        .select((texts::name, texts::text));
    let rows: Vec<(String, String)> = mine.load(cx.db.conn()?)?;
    Ok(rows.into_iter().collect())
}

/// One text of a language.
pub fn find(cx: &mut Cx<'_>, locale: &str, name: &str) -> Result<Option<String>> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale))
        .filter(texts::name.eq(name))
        .select(texts::text);
    Ok(mine.get_result(cx.db.conn()?).optional()?)
}

/// Stores texts of a language, each in place of the one that is there; the language stands afterwards even without any.
///
/// Nothing is stored if there is no room for all of them: what is missing is returned.
pub fn store(cx: &mut Cx<'_>, locale: &str, sent: &Texts) -> Result<Option<Full>> {
    let there = list(cx, locale)?;
    if let Some(full) = excess(cx, locale, (&there, sent))? {
        return Ok(Some(full));
    }
    store_locale(cx, locale)?;
    for (name, text) in sent {
        match there.get(name) {
            None => insert(cx, locale, name, text)?,
            Some(old) if old != text => update(cx, locale, name, text)?,
            Some(_) => {}
        }
    }
    cx.settings_changed();
    Ok(None)
}

/// What there would be too much of with these texts in the place of those that are there. What makes nothing more is never too much.
fn excess(cx: &mut Cx<'_>, locale: &str, (there, sent): (&Texts, &Texts)) -> Result<Option<Full>> {
    let all = locales::table.filter(locales::realm_id.eq(&cx.realm.id));
    let mine = all.filter(locales::locale.eq(locale)).select(count_star());
    let mine: i64 = mine.get_result(cx.db.conn()?)?;
    let languages: i64 = all.select(count_star()).get_result(cx.db.conn()?)?;
    if mine == 0 && languages >= MOST_LOCALES {
        return Ok(Some(Full::Locales));
    }
    let (mut texts, mut characters) = (0, 0);
    for (name, text) in sent {
        match there.get(name) {
            None => {
                texts += 1;
                characters += count(name) + count(text);
            }
            Some(old) => characters += count(text) - count(old),
        }
    }
    // To count everything takes long in a large realm, and this is the one writer.
    if texts == 0 && characters <= 0 {
        return Ok(None);
    }
    let (all, long) = held(cx)?;
    if texts > 0 && all + texts > MOST_TEXTS {
        return Ok(Some(Full::Texts));
    }
    let is_too_long = characters > 0 && long + characters > MOST_CHARACTERS;
    Ok(is_too_long.then_some(Full::Characters))
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// How many texts the realm has, and how many characters they and their names have.
fn held(cx: &mut Cx<'_>) -> Result<(i64, i64)> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .select((
            count_star(),
            sum(length(texts::name)),
            sum(length(texts::text)),
        ));
    let (all, names, long): (i64, Option<i64>, Option<i64>) = mine.get_result(cx.db.conn()?)?;
    Ok((all, names.unwrap_or(0) + long.unwrap_or(0)))
}

fn store_locale(cx: &mut Cx<'_>, locale: &str) -> Result<()> {
    let insert = diesel::insert_into(locales::table).values((
        locales::realm_id.eq(&cx.realm.id),
        locales::locale.eq(locale),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

fn update(cx: &mut Cx<'_>, locale: &str, name: &str, text: &str) -> Result<()> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale))
        .filter(texts::name.eq(name));
    diesel::update(mine)
        .set(texts::text.eq(text))
        .execute(cx.db.conn()?)?;
    Ok(())
}

fn insert(cx: &mut Cx<'_>, locale: &str, name: &str, text: &str) -> Result<()> {
    let insert = diesel::insert_into(texts::table).values((
        texts::realm_id.eq(&cx.realm.id),
        texts::locale.eq(locale),
        texts::name.eq(name),
        texts::text.eq(text),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

/// Removes a text; false if there is none. Its language stays.
pub fn remove(cx: &mut Cx<'_>, locale: &str, name: &str) -> Result<bool> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale))
        .filter(texts::name.eq(name));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// Removes a language with all its texts; false if there is none.
pub fn remove_locale(cx: &mut Cx<'_>, locale: &str) -> Result<bool> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale));
    let texts = diesel::delete(mine).execute(cx.db.conn()?)?;
    let mine = locales::table
        .filter(locales::realm_id.eq(&cx.realm.id))
        .filter(locales::locale.eq(locale));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed > 0 || texts > 0)
}
