//! Texts of a realm that stand in place of the built-in messages, by language.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::localization_locales as locales;
use crate::schema::localization_texts as texts;
use crate::sql::Unless;

/// The texts of one language by name.
pub type Texts = BTreeMap<String, String>;

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

/// Stores a language, with or without texts.
pub fn store_locale(cx: &mut Cx<'_>, locale: &str) -> Result<()> {
    let insert = diesel::insert_into(locales::table).values((
        locales::realm_id.eq(&cx.realm.id),
        locales::locale.eq(locale),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(())
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

/// Stores a text, in place of the one that is there.
pub fn store(cx: &mut Cx<'_>, locale: &str, name: &str, text: &str) -> Result<()> {
    let mine = texts::table
        .filter(texts::realm_id.eq(&cx.realm.id))
        .filter(texts::locale.eq(locale))
        .filter(texts::name.eq(name));
    let changed = diesel::update(mine)
        .set(texts::text.eq(text))
        .execute(cx.db.conn()?)?;
    if changed == 0 {
        store_locale(cx, locale)?;
        let insert = diesel::insert_into(texts::table).values((
            texts::realm_id.eq(&cx.realm.id),
            texts::locale.eq(locale),
            texts::name.eq(name),
            texts::text.eq(text),
        ));
        Unless(insert, "").execute(cx.db.conn()?)?;
    }
    cx.settings_changed();
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
