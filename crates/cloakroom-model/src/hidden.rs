//! Named texts of which some are secret: those are sealed together, apart from the others.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::Result;
use crate::cx::Cx;
use crate::secret::Sealed;

/// Texts by name.
type Texts = BTreeMap<String, String>;

/// The texts that are no secrets, and the others sealed for this place, if there are any.
pub(crate) fn hide(
    cx: &mut Cx<'_>,
    place: &str,
    texts: &Texts,
    is_secret: impl Fn(&str) -> bool,
) -> Result<(Texts, Option<Sealed>)> {
    let (mut shown, mut secret) = (Texts::new(), BTreeMap::new());
    for (name, text) in texts {
        if is_secret(name) {
            secret.insert(name, text);
        } else {
            shown.insert(name.clone(), text.clone());
        }
    }
    if secret.is_empty() {
        return Ok((shown, None));
    }
    let json = Zeroizing::new(serde_json::to_string(&secret)?);
    let sealed = cx.vault.seal(cx.rng, place, json.as_bytes())?;
    Ok((shown, Some(sealed)))
}

/// Puts the secret ones back among the others.
pub(crate) fn reveal(cx: &Cx<'_>, place: &str, sealed: &Sealed, texts: &mut Texts) -> Result<()> {
    let secret: Texts = serde_json::from_slice(&cx.vault.open(place, sealed)?)?;
    texts.extend(secret);
    Ok(())
}
