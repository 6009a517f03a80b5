//! The provider that a realm sends its people to without a question: `identity-provider-redirector` in its browser flow.

use cloakroom_model::Realm;
use cloakroom_model::client::Client;
use cloakroom_model::flow::Use;

/// The alias that the flow of this client's people names; `None` if it leaves the choice to people.
#[must_use]
pub fn default_provider(realm: &Realm, client: &Client) -> Option<String> {
    if realm.providers.is_empty() {
        return None;
    }
    let flow = realm.bound(Use::Browser, Some(client)).ok()?;
    let step = flow.step("identity-provider-redirector")?;
    let alias = step.setting("defaultProvider").trim();
    (!alias.is_empty()).then(|| alias.to_owned())
}
