//! The kinds of application, and the safe settings that each begins with.

use serde_json::{Value, json};

use crate::desk::text_of;

/// A kind of application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::page) enum Kind {
    /// Pages made by a server, which keeps a secret.
    Web,
    /// Pages made in the browser.
    Spa,
    /// An app on a phone or a desktop, or a command line.
    Native,
    /// A program that acts for itself.
    Machine,
    /// A service that only checks tokens.
    Api,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::Web, Self::Spa, Self::Native, Self::Machine, Self::Api];

    /// Its name in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Machine => "machine",
            Self::Api => "api",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The key of its name; the sentence on it is the same with `-hint`.
    pub(in crate::page) fn key(self) -> &'static str {
        match self {
            Self::Web => "client-kind-web",
            Self::Spa => "client-kind-spa",
            Self::Native => "client-kind-native",
            Self::Machine => "client-kind-machine",
            Self::Api => "client-kind-api",
        }
    }

    /// People sign in to it.
    pub(in crate::page) fn has_browser(self) -> bool {
        matches!(self, Self::Web | Self::Spa | Self::Native)
    }

    /// The key of the field that asks where people come back to.
    pub(super) fn address_key(self) -> &'static str {
        match self {
            Self::Native => "client-callback",
            _ => "client-address",
        }
    }

    /// What a client's settings make of it.
    pub(in crate::page) fn of(client: &Value) -> Self {
        let is_on = |name: &str| client.get(name).and_then(Value::as_bool) == Some(true);
        let uris = client.get("redirectUris").and_then(Value::as_array);
        let mut uris = uris.into_iter().flatten().filter_map(Value::as_str);
        let is_native = |uri: &str| !uri.starts_with("http") && !uri.starts_with('/') && uri != "*";
        if is_on("bearerOnly")
            || (!is_on("standardFlowEnabled") && !is_on("serviceAccountsEnabled"))
        {
            Self::Api
        } else if !is_on("standardFlowEnabled") {
            Self::Machine
        } else if !is_on("publicClient") {
            Self::Web
        } else if uris.any(is_native) {
            Self::Native
        } else {
            Self::Spa
        }
    }

    /// The settings of a new client; the error is the key of what is wrong with what was typed.
    pub(super) fn settings(
        self,
        typed: &Value,
        preset: Option<&Preset>,
    ) -> Result<Value, &'static str> {
        let address = text_of(typed, "rootUrl");
        let address = address.trim_end_matches('/');
        let mut client = json!({
            "clientId": text_of(typed, "clientId"),
            "name": text_of(typed, "name"),
            "enabled": true,
            "protocol": "openid-connect",
            "publicClient": matches!(self, Self::Spa | Self::Native),
            "bearerOnly": false,
            "standardFlowEnabled": self.has_browser(),
            "implicitFlowEnabled": false,
            "directAccessGrantsEnabled": false,
            "serviceAccountsEnabled": self == Self::Machine,
            "fullScopeAllowed": false,
        });
        let Some(members) = client.as_object_mut() else {
            return Ok(client);
        };
        if !self.has_browser() {
            return Ok(client);
        }
        let is_address = address.starts_with("http://") || address.starts_with("https://");
        if !is_address && self != Self::Native {
            return Err("client-address-bad");
        }
        let callback = match (preset, self) {
            (Some(preset), _) => format!("{address}{}", preset.callback),
            (None, Self::Native) => address.to_owned(),
            (None, Self::Spa) => format!("{address}/"),
            (None, _) => format!("{address}/callback"),
        };
        if self != Self::Native {
            members.insert("rootUrl".to_owned(), json!(address));
            members.insert("baseUrl".to_owned(), json!(format!("{address}/")));
        }
        let origins = if self == Self::Spa {
            json!(["+"])
        } else {
            json!([])
        };
        members.insert("webOrigins".to_owned(), origins);
        members.insert("redirectUris".to_owned(), json!([callback]));
        let after_logout = match preset.map_or("", |preset| preset.after_logout) {
            "" => "+".to_owned(),
            path => format!("{address}{path}"),
        };
        let attributes = json!({
            // Known applications may lack PKCE, and have a secret instead.
            "pkce.code.challenge.method": if preset.is_some() { "" } else { "S256" },
            "post.logout.redirect.uris": after_logout,
        });
        members.insert("attributes".to_owned(), attributes);
        Ok(client)
    }
}

/// A known application.
#[derive(Debug)]
pub(super) struct Preset {
    /// What its client is called at first.
    pub(super) id: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// What kind it is.
    pub(super) kind: Kind,
    /// Where people come back to, below its address.
    pub(super) callback: &'static str,
    /// Where they come back to once they are signed out, below its address; empty for where they come back to else.
    after_logout: &'static str,
    /// The key of the field that asks for its address.
    pub(super) address_key: &'static str,
}

const fn preset_of(id: &'static str, name: &'static str, callback: &'static str) -> Preset {
    Preset {
        id,
        name,
        kind: Kind::Web,
        callback,
        after_logout: "",
        address_key: "client-address",
    }
}

/// A realm of another server that lets its people sign in here, under the alias that our documents use.
const fn realm_of(id: &'static str, name: &'static str) -> Preset {
    Preset {
        after_logout: "/broker/cloakroom/endpoint/logout_response",
        address_key: "client-realm-address",
        ..preset_of(id, name, "/broker/cloakroom/endpoint")
    }
}

/// Applications that many have.
pub(super) const PRESETS: &[Preset] = &[
    preset_of("grafana", "Grafana", "/login/generic_oauth"),
    preset_of("gitea", "Gitea", "/user/oauth2/cloakroom/callback"),
    preset_of("nextcloud", "Nextcloud", "/apps/user_oidc/code"),
    preset_of("argocd", "Argo CD", "/auth/callback"),
    preset_of("oauth2-proxy", "oauth2-proxy", "/oauth2/callback"),
    preset_of(
        "apache",
        "Apache mod_auth_openidc",
        "/protected/redirect_uri",
    ),
    realm_of("keycloak", "Keycloak"),
    realm_of("cloakroom", "Cloakroom"),
];

pub(super) fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_recognized_by_the_settings_it_begins_with() {
        for kind in Kind::ALL {
            let address = if kind == Kind::Native {
                "com.example.app:/cb"
            } else {
                "https://app.example"
            };
            let typed = json!({"clientId": "x", "rootUrl": address});

            let client = kind.settings(&typed, None).unwrap();

            assert_eq!(Kind::of(&client), kind, "{client}");
        }
    }

    #[test]
    fn a_realm_elsewhere_comes_back_to_its_broker() {
        for name in ["keycloak", "cloakroom"] {
            let typed = json!({"clientId": "x", "rootUrl": "https://sso.example/realms/acme"});

            let client = Kind::Web.settings(&typed, preset(name)).unwrap();

            let broker = "https://sso.example/realms/acme/broker/cloakroom/endpoint";
            assert_eq!(client["redirectUris"], json!([broker]));
            let after = &client["attributes"]["post.logout.redirect.uris"];
            assert_eq!(*after, json!(format!("{broker}/logout_response")));
        }
    }

    #[test]
    fn a_web_application_needs_an_address_of_the_web() {
        let typed = json!({"clientId": "x", "rootUrl": "app.example"});

        assert_eq!(Kind::Web.settings(&typed, None), Err("client-address-bad"));
    }
}
