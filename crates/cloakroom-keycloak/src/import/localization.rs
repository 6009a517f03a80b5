//! Texts of the realm that stand in place of the built-in messages.

use cloakroom_model::{Cx, localization};

use super::Import;
use super::error::Result;
use super::lenient::Part;

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let Some(locales) = import.sent.object("localizationTexts")? else {
        return Ok(());
    };
    for locale in locales.keys() {
        let part = Part::new(locales, "localizationTexts", locale);
        part.check_length(locale, locale)?;
        localization::store_locale(cx, locale)?;
        for (name, text) in part.text_map(locale)? {
            part.check_length(locale, &name)?;
            localization::store(cx, locale, &name, &text)?;
            import.report.map("texts");
        }
    }
    Ok(())
}
