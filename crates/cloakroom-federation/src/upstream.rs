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
                "clientAuthMethod asks for a certificate, and the server shows none: private_key_jwt proves it by a key",
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

    /// An address of the kind's row, with what the settings fill into it: `{name}` is a setting that has to be there,
    /// `{name|usual}` one that may be missing, and `{name?text}` the text where the switch is on.
    pub(crate) fn address_of_row(&self, row: &str) -> Option<String> {
        if row.is_empty() {
            return None;
        }
        let (mut address, mut rest) = (String::new(), row);
        while let Some((before, after)) = rest.split_once('{') {
            let (place, behind) = after.split_once('}')?;
            address.push_str(before);
            if let Some((name, text)) = place.split_once('?') {
                address.push_str(if self.has(name) { text } else { "" });
            } else {
                let (name, usual) = match place.split_once('|') {
                    Some((name, usual)) => (name, Some(usual)),
                    None => (place, None),
                };
                let set = self.text(name).or(usual)?;
                address.push_str(set.trim_end_matches('/'));
            }
            rest = behind;
        }
        Some(address + rest)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use cloakroom_model::id::IdentityProviderId;
    use cloakroom_model::identity_provider::Settings;

    use super::*;

    /// A provider of a kind with these settings.
    pub(crate) fn upstream(kind: &str, config: &[(&str, &str)]) -> Upstream {
        let config = config.iter().copied();
        let config = config.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let provider = IdentityProvider {
            id: IdentityProviderId::new("id"),
            alias: "company".to_owned(),
            provider_id: kind.to_owned(),
            enabled: true,
            settings: Settings::default(),
            config: config.collect(),
            secrets: BTreeMap::new(),
        };
        Upstream::of(provider).unwrap()
    }

    /// The kind, its settings, and the address that its row comes to.
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        Option<&'static str>,
    );

    #[test]
    fn what_settings_say_goes_into_the_addresses_of_a_row() {
        let rows: [Row; 9] = [
            ("github", &[], Some("https://api.github.com/user")),
            (
                "github",
                &[("apiUrl", "https://git.example.org/api/v3/")],
                Some("https://git.example.org/api/v3/user"),
            ),
            (
                "paypal",
                &[("sandbox", "true")],
                Some(
                    "https://api-m.sandbox.paypal.com/v1/identity/oauth2/userinfo?schema=paypalv1.1",
                ),
            ),
            (
                "paypal",
                &[("sandbox", "false")],
                Some("https://api-m.paypal.com/v1/identity/oauth2/userinfo?schema=paypalv1.1"),
            ),
            ("openshift-v4", &[], None),
            (
                "openshift-v4",
                &[("baseUrl", "https://c.example.org")],
                Some("https://c.example.org/apis/user.openshift.io/v1/users/~"),
            ),
            ("oidc", &[], None),
            (
                "microsoft",
                &[],
                Some("https://graph.microsoft.com/v1.0/me"),
            ),
            (
                "microsoft",
                &[("tenantId", "t")],
                Some("https://graph.microsoft.com/v1.0/me"),
            ),
        ];
        for (kind, config, expected) in rows {
            let upstream = upstream(kind, config);

            let found = upstream.address_of_row(upstream.preset.userinfo);

            assert_eq!(found.as_deref(), expected, "{kind} {config:?}");
        }
        let tenant = |config| {
            let upstream = upstream("microsoft", config);
            upstream.address_of_row(upstream.preset.token).unwrap()
        };
        let token =
            |tenant| format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
        assert_eq!(tenant(&[]), token("common"));
        assert_eq!(tenant(&[("tenantId", "t")]), token("t"));
    }
}
