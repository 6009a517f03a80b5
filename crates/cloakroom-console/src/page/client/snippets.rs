//! Code that connects an application, with the real values of its client in it. The texts are files in `snippets/`.

use crate::page::clients::Kind;

/// What stands in a snippet.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// The address of the server.
    pub(super) base: String,
    pub(super) realm: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// The address of the application.
    pub(super) root: String,
}

/// A snippet.
#[derive(Debug)]
pub(super) struct Snippet {
    /// Its name in addresses.
    pub(super) id: &'static str,
    /// What it is for.
    pub(super) name: &'static str,
    /// The kinds of client that it fits.
    pub(super) kinds: &'static [Kind],
    text: &'static str,
}

impl Snippet {
    /// The text with the values in it.
    pub(super) fn filled(&self, values: &Values) -> String {
        let pairs = [
            ("{issuer}", &values.issuer),
            ("{base}", &values.base),
            ("{realm}", &values.realm),
            ("{client_id}", &values.client_id),
            ("{redirect_uri}", &values.redirect_uri),
            ("https://YOUR-APP", &values.root),
        ];
        let mut text = with_http(self.text, values.issuer.starts_with("http://"));
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            text = text.replace(name, value);
        }
        text
    }
}

/// What stands between `⟨` and `⟩` is for servers without TLS, which some libraries want to be told of.
fn with_http(text: &str, is_http: bool) -> String {
    let mut parts = text.split(['⟨', '⟩']);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for (index, part) in parts.enumerate() {
        if is_http || index % 2 == 1 {
            kept.push_str(part);
        }
    }
    kept
}

macro_rules! snippets {
    ($( $id:literal, $name:literal, $file:literal, $kinds:expr; )+) => {
        &[ $( Snippet {
            id: $id,
            name: $name,
            kinds: $kinds,
            text: include_str!(concat!("../../../snippets/", $file)),
        }, )+ ]
    };
}

const WEB: &[Kind] = &[Kind::Web];
const SPA: &[Kind] = &[Kind::Spa, Kind::Native];
const API: &[Kind] = &[Kind::Api, Kind::Machine];

/// All snippets.
pub(super) const ALL: &[Snippet] = snippets! {
    "express", "Express (openid-client)", "express.mjs", WEB;
    "keycloak-js", "SPA (keycloak-js)", "keycloak-js.mjs", SPA;
    "oidc-client-ts", "SPA (oidc-client-ts)", "oidc-client-ts.mjs", SPA;
    "next", "Next.js (Auth.js)", "next.ts", WEB;
    "spring", "Spring Boot", "spring.yml", WEB;
    "quarkus", "Quarkus", "quarkus.properties", WEB;
    "aspnet", "ASP.NET Core", "aspnet.cs", WEB;
    "django", "Django", "django.py", WEB;
    "flask", "Flask (Authlib)", "flask.py", WEB;
    "go", "Go (go-oidc)", "go.go", WEB;
    "oauth2-proxy", "oauth2-proxy", "oauth2-proxy.cfg", WEB;
    "actix-web-app", "Rust (actix-web, web app)", "actix-web-app.sh", WEB;
    "nginx", "nginx (with oauth2-proxy)", "nginx.conf", WEB;
    "apache", "Apache mod_auth_openidc", "apache.conf", WEB;
    "grafana", "Grafana", "grafana.ini", WEB;
    "gitea", "Gitea", "gitea.sh", WEB;
    "nextcloud", "Nextcloud", "nextcloud.sh", WEB;
    "argocd", "Argo CD", "argocd.yml", WEB;
    "curl", "curl (client credentials)", "machine.sh", &[Kind::Machine];
    "fastapi", "FastAPI", "fastapi.py", API;
    "actix", "Rust (actix-web, API)", "actix.rs", API;
    "spring-api", "Spring Boot (resource server)", "spring-api.yml", API;
    "kubernetes", "Kubernetes", "kubernetes.yml", API;
    "device", "curl (device flow)", "native.sh", &[Kind::Native];
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_has_the_values_in_place_of_their_names() {
        let values = Values {
            base: "https://id.example".into(),
            realm: "acme".into(),
            issuer: "https://id.example/realms/acme".into(),
            client_id: "shop".into(),
            redirect_uri: "https://shop.example/callback".into(),
            root: "https://shop.example".into(),
        };
        for snippet in ALL {
            let text = snippet.filled(&values);

            for name in [
                "{issuer}",
                "{base}",
                "{realm}",
                "{client_id}",
                "{redirect_uri}",
                "YOUR-APP",
            ] {
                assert!(!text.contains(name), "{}: {name}", snippet.id);
            }
            assert!(!text.contains(['⟨', '⟩']), "{}", snippet.id);
            assert!(text.contains("id.example"), "{}", snippet.id);
        }
    }

    #[test]
    fn a_snippet_tells_a_library_of_a_server_without_tls() {
        for (text, is_http, expected) in [
            ("a⟨, b⟩ c", true, "a, b c"),
            ("a⟨, b⟩ c", false, "a c"),
            ("a⟨b⟩⟨c⟩d", false, "ad"),
            ("none", true, "none"),
        ] {
            assert_eq!(with_http(text, is_http), expected);
        }
    }
}
