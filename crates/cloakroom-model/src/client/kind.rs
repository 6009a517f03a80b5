//! What kind of application a client is, kept beside its settings so that lists are narrowed by it without reading them.

use super::Settings;

/// What kind of application a client is, by its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pages made by a server, which keeps a secret.
    Web,
    /// Pages made in the browser.
    Spa,
    /// An app on a phone or a desktop, which people come back to by an address of its own.
    Native,
    /// A program that acts for itself.
    Machine,
    /// A service that only checks tokens.
    Api,
}

impl Kind {
    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "web" => Self::Web,
            "spa" => Self::Spa,
            "native" => Self::Native,
            "machine" => Self::Machine,
            "api" => Self::Api,
            _ => return None,
        })
    }

    /// Its name, as the column of clients has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Machine => "machine",
            Self::Api => "api",
        }
    }

    /// What these settings make of a client.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let leads_to_an_app =
            |uri: &String| !uri.starts_with("http") && !uri.starts_with('/') && uri != "*";
        let (signs_in, acts) = (
            settings.standard_flow_enabled,
            settings.service_accounts_enabled,
        );
        if settings.bearer_only || (!signs_in && !acts) {
            Self::Api
        } else if !signs_in {
            Self::Machine
        } else if !settings.public_client {
            Self::Web
        } else if settings.redirect_uris.iter().any(leads_to_an_app) {
            Self::Native
        } else {
            Self::Spa
        }
    }
}
