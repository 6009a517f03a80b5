//! The provider that a realm sends its people to without a question: `identity-provider-redirector` in its browser flow.

use cloakroom_model::{Cx, Fault};

use crate::steps::{self, Step, What};

/// The alias that the flow names; `None` if it leaves the choice to people.
///
/// # Errors
/// If the flows cannot be read.
pub fn default_provider(cx: &mut Cx<'_>) -> Result<Option<String>, Fault> {
    if cx.realm.providers.is_empty() {
        return Ok(None);
    }
    let flow = cx.realm.settings.rest.get("browserFlow");
    let flow = flow.and_then(|alias| alias.as_str()).unwrap_or("browser");
    let flow = flow.to_owned();
    let steps = steps::read(cx, &flow)?.unwrap_or_default();
    Ok(named(&steps))
}

fn named(steps: &[Step]) -> Option<String> {
    steps.iter().find_map(|step| match &step.what {
        What::Authenticator(name, config) if name == "identity-provider-redirector" => {
            let alias = config.get("defaultProvider")?.trim();
            (!alias.is_empty()).then(|| alias.to_owned())
        }
        What::Authenticator(..) => None,
        What::Flow(steps) => named(steps),
    })
}
