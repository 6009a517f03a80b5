//! Texts of the realm that stand in place of the built-in messages.

use cloakroom_model::{Cx, localization};

use super::Import;
use super::Ready;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::report::Report;

/// Names the languages that the realm offers and no page is written in, unless the realm brings texts of its own.
pub(super) fn report(sent: &Part<'_>, ready: &Ready<'_>, report: &mut Report) -> Result<()> {
    if !sent.switch("internationalizationEnabled")?.unwrap_or(false) {
        return Ok(());
    }
    let own = sent.object("localizationTexts")?;
    let default = sent
        .text("defaultLocale")?
        .map(|tag| ("defaultLocale", tag));
    let offered = sent.texts("supportedLocales")?.into_iter();
    let offered = offered.map(|tag| ("supportedLocales", tag));
    for (member, tag) in offered.chain(default) {
        let brings = own.is_some_and(|texts| texts.contains_key(&tag));
        if !tag.is_empty() && !brings && !ready.rules.has_language(&tag) {
            let how =
                "kept, but no page is written in this language here, and nobody can choose it";
            report.approximate(member, &tag, how);
        }
    }
    Ok(())
}

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let Some(locales) = import.sent.object("localizationTexts")? else {
        return Ok(());
    };
    for locale in locales.keys() {
        let part = Part::new(locales, "localizationTexts", locale);
        part.check_length(locale, locale)?;
        let texts = part.text_map(locale)?;
        for name in texts.keys() {
            part.check_length(locale, name)?;
            import.report.map("texts");
        }
        if let Some(full) = localization::store(cx, locale, &texts)? {
            let why = format!("localizationTexts.{locale} has too much in it: {full}");
            return Err(ImportError::invalid(why));
        }
    }
    Ok(())
}
