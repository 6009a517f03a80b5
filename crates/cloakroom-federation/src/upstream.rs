//! A provider as a realm's settings have it, with what its kind says beside them.

use std::collections::BTreeMap;

use cloakroom_model::identity_provider::IdentityProvider;

use crate::client_auth::Method;
use crate::preset::{self, Preset, Proof, Protocol};
use crate::{Problem, Result};

/// Settings that a document of a provider stands for.
pub type Written = BTreeMap<&'static str, String>;

/// When what a provider says of a person is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncMode {
    /// When the person comes for the first time.
    Import,
    /// As mappers did before there was a choice: some each time, some once.
    Legacy,
    /// Each time.
    Force,
}

impl SyncMode {
    /// Reads the setting; `None` if it says nothing of its own.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "IMPORT" => Some(Self::Import),
            "LEGACY" => Some(Self::Legacy),
            "FORCE" => Some(Self::Force),
            _ => None,
        }
    }
}

/// A provider that this crate can speak to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Its settings.
    pub provider: IdentityProvider,
    /// Its kind.
    pub preset: &'static Preset,
}

impl Upstream {
    /// Takes a provider; `None` if it is of a kind that is spoken to in another way.
    pub fn of(provider: IdentityProvider) -> Option<Self> {
        let preset = preset::find(&provider.provider_id)?;
        Some(Self { provider, preset })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        let shown = self.provider.settings.display_name.as_deref();
        shown
            .filter(|name| !name.is_empty())
            .unwrap_or(&self.provider.alias)
    }

    /// It speaks OpenID Connect.
    pub fn is_openid(&self) -> bool {
        self.preset.protocol == Protocol::OPENID
    }

    /// A setting with something in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.provider.config.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// A switch that is on.
    pub fn has(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The client's name at the provider.
    ///
    /// # Errors
    /// If the settings have none.
    pub fn client_id(&self) -> Result<&str> {
        self.text("clientId")
            .ok_or_else(|| Problem::settings("clientId is not set"))
    }

    /// The client's secret; empty if it has none.
    pub fn client_secret(&self) -> &str {
        self.provider
            .secrets
            .get("clientSecret")
            .map_or("", String::as_str)
    }

    /// How the client proves itself. A way that nobody knows is none that was chosen, as in Keycloak.
    ///
    /// # Errors
    /// If the settings name a way that needs what there is not: a certificate of the client's own.
    pub fn method(&self) -> Result<Method> {
        let alg = |usual: &str| {
            let named = self.text("clientAssertionSigningAlg");
            named.unwrap_or(usual).to_owned()
        };
        match (self.text("clientAuthMethod"), self.preset.proof) {
            (_, Proof::Apple) => Ok(Method::Apple),
            (Some("client_secret_basic"), _) => Ok(Method::Basic),
            (Some("client_secret_basic_unencoded"), _) => Ok(Method::BasicUnencoded),
            (Some("client_secret_post"), _) => Ok(Method::Post),
            (Some("client_secret_jwt"), _) => Ok(Method::SecretJwt(alg("HS256"))),
            (Some("private_key_jwt"), _) => Ok(Method::PrivateKeyJwt(alg("RS256"))),
            // Whoever chose a certificate does not want a secret to be sent.
            (Some("tls_client_auth" | "self_signed_tls_client_auth"), _) => Err(Problem::settings(
                "clientAuthMethod asks for a certificate, which there is none of",
            )),
            (_, Proof::Basic) => Ok(Method::Basic),
            (_, Proof::Post) => Ok(Method::Post),
        }
    }

    /// The scopes to ask for.
    pub fn scope(&self) -> String {
        let asked = self.text("defaultScope").unwrap_or(self.preset.scope);
        let is_named = |name: &str| asked.split(' ').any(|word| word == name);
        match self.is_openid() && !is_named("openid") {
            true => format!("openid {asked}"),
            false => asked.to_owned(),
        }
    }

    /// The issuers whose ID tokens are its; empty if the settings do not say.
    pub fn issuers(&self) -> Vec<&str> {
        let named = self.text("issuer").unwrap_or(self.preset.issuer);
        let each = named.split(',').map(str::trim);
        each.filter(|issuer| !issuer.is_empty()).collect()
    }

    /// When what it says is taken over.
    pub fn sync_mode(&self) -> SyncMode {
        let text = self.text("syncMode").unwrap_or_default();
        SyncMode::parse(text).unwrap_or(SyncMode::Legacy)
    }

    /// An administrator lets its word count for an e-mail address.
    pub fn trusts_email(&self) -> bool {
        self.provider.settings.trust_email == Some(true)
    }

    /// An address of the kind's row, with what the settings fill into it.
    pub(crate) fn address_of_row(&self, row: &str) -> Option<String> {
        if row.is_empty() {
            return None;
        }
        let tenant = self.text("tenantId").unwrap_or("common");
        let row = row.replace("{tenant}", tenant);
        match row.strip_prefix("{base}") {
            None => Some(row),
            Some(rest) => {
                let base = self.text("baseUrl")?.trim_end_matches('/');
                Some(format!("{base}{rest}"))
            }
        }
    }
}
