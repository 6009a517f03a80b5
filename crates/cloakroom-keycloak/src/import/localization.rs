//! Texts of the realm that stand in place of the built-in messages.

use cloakroom_model::{Cx, localization};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;

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
