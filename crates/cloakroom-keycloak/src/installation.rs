//! Installation documents: what an application has to be told about its client.

mod adapter;

use cloakroom_model::client::Client;
use cloakroom_model::{Realm, Secret};

/// What the documents are about.
#[derive(Debug)]
pub struct Installation<'a> {
    /// The address of the server, without a slash at its end.
    pub base_url: &'a str,
    /// The realm.
    pub realm: &'a Realm,
    /// The client.
    pub client: &'a Client,
    /// Its secret, as far as the reader may see it.
    pub secret: Option<Secret>,
    /// The client has roles of its own.
    pub has_roles: bool,
}

/// The document with this id; `None` if there is none of that name. As in Keycloak, each is made for clients of every
/// protocol.
pub fn document(provider: &str, about: &Installation<'_>) -> Option<String> {
    match provider {
        "keycloak-oidc-keycloak-json" => Some(about.json()),
        "keycloak-oidc-jboss-subsystem" => Some(about.xml()),
        "keycloak-oidc-jboss-subsystem-cli" => Some(about.cli()),
        "docker-v2-variable-override" => Some(about.docker_variables()),
        "docker-v2-registry-config-file" => Some(about.docker_file()),
        other => adapter::document(other, about),
    }
}

impl Installation<'_> {
    fn is_confidential(&self) -> bool {
        !self.client.settings.public_client && !self.client.settings.bearer_only
    }

    fn ssl_required(&self) -> String {
        self.realm.settings.ssl_required.to_lowercase()
    }

    /// The settings in their order, each as a line of the adapters' JSON.
    fn json(&self) -> String {
        let settings = &self.client.settings;
        let mut lines = vec![member("realm", &self.realm.name)];
        if settings.bearer_only {
            lines.push("\"bearer-only\" : true".to_owned());
        }
        lines.push(member("auth-server-url", &format!("{}/", self.base_url)));
        lines.push(member("ssl-required", &self.ssl_required()));
        lines.push(member("resource", &self.client.client_id));
        if settings.public_client && !settings.bearer_only {
            lines.push("\"public-client\" : true".to_owned());
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| self.is_confidential()) {
            let secret = member("secret", secret.expose());
            lines.push(format!("\"credentials\" : {{\n    {secret}\n  }}"));
        }
        if self.has_roles {
            lines.push("\"use-resource-role-mappings\" : true".to_owned());
        }
        lines.push("\"confidential-port\" : 0".to_owned());
        format!("{{\n  {}\n}}", lines.join(",\n  "))
    }

    /// Settings of an application in a `WildFly` server, by the names of its subsystem.
    fn subsystem(&self) -> Vec<(&'static str, String)> {
        let settings = &self.client.settings;
        let mut all = vec![
            ("realm", self.realm.name.clone()),
            ("auth-server-url", format!("{}/", self.base_url)),
        ];
        if settings.bearer_only {
            all.push(("bearer-only", "true".to_owned()));
        } else if settings.public_client {
            all.push(("public-client", "true".to_owned()));
        }
        all.push(("ssl-required", self.ssl_required().to_uppercase()));
        all.push(("resource", self.client.client_id.clone()));
        if self.has_roles {
            all.push(("use-resource-role-mappings", "true".to_owned()));
        }
        all
    }

    fn xml(&self) -> String {
        let mut text = "<secure-deployment name=\"WAR MODULE NAME.war\">\n".to_owned();
        for (name, value) in self.subsystem() {
            text.push_str(&format!("    <{name}>{}</{name}>\n", escaped(&value)));
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| self.is_confidential()) {
            let secret = escaped(secret.expose());
            let line = format!("    <credential name=\"secret\">{secret}</credential>\n");
            text.push_str(&line);
        }
        text.push_str("</secure-deployment>\n");
        text
    }

    fn cli(&self) -> String {
        let at = "/subsystem=keycloak/secure-deployment=\"WAR MODULE NAME.war\"";
        let settings = self.subsystem();
        let settings: Vec<String> = settings
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", value.replace('"', "\\\"")))
            .collect();
        let mut text = format!("{at}:add({})\n", settings.join(", "));
        if let Some(secret) = self.secret.as_ref().filter(|_| self.is_confidential()) {
            let secret = secret.expose().replace('"', "\\\"");
            text.push_str(&format!("{at}/credential=secret:add(value=\"{secret}\")\n"));
        }
        text
    }

    /// What a registry is told about whose tokens it takes.
    fn docker(&self) -> [(&'static str, String); 3] {
        let realm = format!("{}/realms/{}", self.base_url, self.realm.name);
        [
            ("realm", format!("{realm}/protocol/docker-v2/auth")),
            ("service", self.client.client_id.clone()),
            ("issuer", realm),
        ]
    }

    fn docker_variables(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.docker() {
            let name = name.to_uppercase();
            text.push_str(&format!("-e REGISTRY_AUTH_TOKEN_{name}={value} \\\n"));
        }
        text
    }

    fn docker_file(&self) -> String {
        let mut text = "auth:\n  token:\n".to_owned();
        for (name, value) in self.docker() {
            text.push_str(&format!("    {name}: {value}\n"));
        }
        text
    }
}

fn member(name: &str, value: &str) -> String {
    // A text of serde_json is a JSON string.
    format!("\"{name}\" : {}", serde_json::Value::from(value))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
