//! What the admin API asks of the connectors of identity providers, which are the server's.

use cloakroom_federation::preset::{Preset, Protocol};
use cloakroom_federation::{Upstream, Written};
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_oidc::keyring::Keyring;

/// The part of a connector that is about settings and documents.
pub trait Administered: Sync {
    /// Why settings cannot be used, whatever else is right about them.
    fn refuses(&self, provider: &IdentityProvider) -> Option<&'static str>;

    /// The media types of the document that such a provider publishes of itself; `None` if there is none to read.
    fn accepts(&self) -> Option<&'static str>;

    /// The settings of a provider of a kind that such a document stands for; `None` if the text is none.
    fn read(&self, kind: &Preset, text: &str) -> Option<Written>;

    /// The document that such a provider wants of us, in XML, for the realm at this address; `None` if it wants none.
    fn describe(&self, upstream: &Upstream, realm: &str, keyring: &Keyring) -> Option<String>;
}

/// Finds the connector of a protocol.
pub type Find = fn(Protocol) -> Option<&'static dyn Administered>;
