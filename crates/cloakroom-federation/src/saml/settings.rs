//! A provider's settings, under Keycloak's names, and what they mean.

use cloakroom_model::Ttl;

use super::{Crypto, algorithm};
use crate::{Problem, Result, Upstream};

/// The settings of a SAML provider.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    upstream: &'a Upstream,
}

/// What names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    /// The subject.
    Subject,
    /// The attribute of this name.
    Attribute(&'a str),
    /// The attribute with this friendly name.
    Friendly(&'a str),
}

impl<'a> Settings<'a> {
    /// Reads the settings of a provider.
    pub fn of(upstream: &'a Upstream) -> Self {
        Self { upstream }
    }

    /// The keys that its messages are verified with: those of `signingCertificate`, and no others.
    ///
    /// Messages without a signature are never believed, whatever `validateSignature` says, so a provider
    /// without keys signs nobody in.
    ///
    /// # Errors
    /// If there is none, or one that cannot be read.
    pub fn keys(&self, crypto: &dyn Crypto) -> Result<Vec<&'a str>> {
        let written = self.upstream.text("signingCertificate");
        let written = written.ok_or_else(|| {
            Problem::settings("signingCertificate is not set: the provider's metadata has it")
        })?;
        let each = written.split(',').map(str::trim);
        let keys: Vec<&str> = each.filter(|key| !key.is_empty()).take(16).collect();
        match !keys.is_empty() && keys.iter().all(|key| crypto.is_key(key)) {
            true => Ok(keys),
            false => Err(Problem::settings("signingCertificate cannot be read")),
        }
    }

    /// Where the provider publishes its keys, if those count in place of the setting (`useMetadataDescriptorUrl`).
    pub fn metadata(&self) -> Option<&'a str> {
        let address = self.upstream.text("metadataDescriptorUrl");
        address.filter(|_| self.has("useMetadataDescriptorUrl"))
    }

    /// Where people are sent to sign in.
    ///
    /// # Errors
    /// If it is not set.
    pub fn sign_on(&self) -> Result<&'a str> {
        let set = self.upstream.text("singleSignOnServiceUrl");
        set.ok_or_else(|| Problem::settings("singleSignOnServiceUrl is not set"))
    }

    /// Where sessions are ended; `None` if they are not.
    pub fn logout(&self) -> Option<&'a str> {
        self.upstream.text("singleLogoutServiceUrl")
    }

    /// Our name there; the realm's address unless the settings have another.
    pub fn entity<'b>(&self, realm: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.upstream.text("entityId").unwrap_or(realm)
    }

    /// The provider's name, if the settings have it.
    pub(super) fn provider(&self) -> Option<&'a str> {
        self.upstream.text("idpEntityId")
    }

    /// The algorithm that we sign with, by its name in JOSE; `None` if we sign nothing.
    pub fn signs(&self) -> Option<&'static str> {
        let alg = self.upstream.text("signatureAlgorithm").unwrap_or_default();
        self.has("wantAuthnRequestsSigned")
            .then(|| algorithm::of_setting(alg))
    }

    /// Requests go in a form, not in the address.
    pub fn posts_requests(&self) -> bool {
        self.has("postBindingAuthnRequest")
    }

    /// Logout goes in a form, not in the address.
    pub fn posts_logout(&self) -> bool {
        self.has("postBindingLogout")
    }

    /// Logout has to be signed on its way there as well as on its way here (SAML Profiles §4.4.3.1).
    pub fn signs_logout(&self) -> &'static str {
        let alg = self.upstream.text("signatureAlgorithm").unwrap_or_default();
        algorithm::of_setting(alg)
    }

    /// How far its clock may be off; a minute unless the settings say otherwise.
    pub(super) fn skew(&self) -> Ttl {
        let set = self.upstream.text("allowedClockSkew");
        let seconds = set.and_then(|text| text.parse::<i64>().ok());
        // Ten minutes are more than any clock is off by.
        Ttl::seconds(seconds.filter(|own| *own > 0).unwrap_or(60).min(600))
    }

    pub(super) fn principal(&self) -> Result<Principal<'a>> {
        let named = || {
            let named = self.upstream.text("principalAttribute");
            named.ok_or_else(|| Problem::settings("principalAttribute is not set"))
        };
        match self.upstream.text("principalType") {
            None | Some("SUBJECT") => Ok(Principal::Subject),
            Some("ATTRIBUTE") => Ok(Principal::Attribute(named()?)),
            Some("FRIENDLY_ATTRIBUTE") => Ok(Principal::Friendly(named()?)),
            Some(_) => Err(Problem::settings("principalType is unknown")),
        }
    }

    /// A switch that is on.
    pub(super) fn has(&self, name: &str) -> bool {
        self.upstream.has(name)
    }

    /// A setting with something in it.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.upstream.text(name)
    }

    /// A setting that is a list in JSON.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let text = self.upstream.text(name).unwrap_or("[]");
        serde_json::from_str(text).unwrap_or_default()
    }
}
