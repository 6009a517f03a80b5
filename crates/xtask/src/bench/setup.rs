//! A realm to measure: made over the admin API, like any operator would.
use std::fmt;

use anyhow::{Context, Result};
use serde_json::json;

use crate::api::{Api, password_grant};

const REALM: &str = "bench";
const SECRET: &str = "bench-secret-0123456789abcdef0123456789";
const USER: (&str, &str) = ("ada", "ada-password");

/// `bench-` and the algorithm its tokens are signed with; the two words are client id and algorithm.
const CLIENTS: [(&str, &str); 2] = [("bench-es256", "ES256"), ("bench-rs256", "RS256")];

/// A server that is ready to be measured.
#[derive(Debug)]
pub(super) struct Bench {
    api: Api,
}

/// Makes that many fresh refresh tokens.
type Seed = Box<dyn Fn(u32) -> Result<Vec<String>>>;

/// One request, to be sent as often as possible.
pub(super) struct Load {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Option<String>,
    pub(super) authorization: Option<String>,
    pub(super) refresh_tokens: Option<Seed>,
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load")
            .field("name", &self.name)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Bench {
    /// Makes the realm, a client for each algorithm, and a user.
    pub(super) fn prepare(base: &str) -> Result<Self> {
        let api = Api::new(base);
        let admin = api.admin_token()?;
        let realm = json!({
            "realm": REALM, "enabled": true, "accessTokenLifespan": 3600, "revokeRefreshToken": true,
        });
        api.create(&admin, "/admin/realms", &realm)?;
        // Rights to a new realm are in tokens that are issued after it.
        let admin = api.admin_token()?;
        for (client, algorithm) in CLIENTS {
            let client = json!({
                "clientId": client, "secret": SECRET, "redirectUris": [], "standardFlowEnabled": false,
                "serviceAccountsEnabled": true, "directAccessGrantsEnabled": true,
                "attributes": { "access.token.signed.response.alg": algorithm },
                // Who is not among a token's audiences is told by introspection that it is not active.
                "protocolMappers": [{
                    "name": "self", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
                    "config": { "included.client.audience": client, "access.token.claim": "true" },
                }],
            });
            api.create(&admin, &format!("/admin/realms/{REALM}/clients"), &client)?;
        }
        let user = json!({
            "username": USER.0, "enabled": true, "email": "ada@example.com", "emailVerified": true,
            "firstName": "Ada", "lastName": "King",
            "credentials": [{ "type": "password", "value": USER.1, "temporary": false }],
        });
        api.create(&admin, &format!("/admin/realms/{REALM}/users"), &user)?;
        Ok(Self { api })
    }

    /// Everything that is measured, in the order it is printed.
    pub(super) fn loads(&self) -> Result<Vec<Load>> {
        let endpoint = |name: &str| format!("/realms/{REALM}/protocol/openid-connect/{name}");
        let get = |name, path| Load {
            name,
            method: "GET",
            path,
            body: None,
            authorization: None,
            refresh_tokens: None,
        };
        let post = |name, path, body: String| Load {
            method: "POST",
            body: Some(body),
            ..get(name, path)
        };
        let [es256, rs256] = CLIENTS.map(|(client, _)| credentials(client));

        let signed_in = self.api.token(
            REALM,
            &format!("{es256}&scope=openid&{}", password_grant(USER)),
        )?;
        let (api, client) = (self.api.clone(), es256.clone());
        let seed: Seed = Box::new(move |count| {
            let form = format!("{client}&{}", password_grant(USER));
            (0..count)
                .map(|_| api.token(REALM, &form)?.refresh.context("no refresh token"))
                .collect()
        });

        Ok(vec![
            get(
                "discovery",
                format!("/realms/{REALM}/.well-known/openid-configuration"),
            ),
            get("JWKS", endpoint("certs")),
            post(
                "client_credentials, ES256",
                endpoint("token"),
                format!("{es256}&grant_type=client_credentials"),
            ),
            post(
                "client_credentials, RS256",
                endpoint("token"),
                format!("{rs256}&grant_type=client_credentials"),
            ),
            Load {
                refresh_tokens: Some(seed),
                ..post(
                    "refresh with rotation, ES256",
                    endpoint("token"),
                    format!("{es256}&grant_type=refresh_token"),
                )
            },
            Load {
                authorization: Some(format!("Bearer {}", signed_in.access)),
                ..get("userinfo", endpoint("userinfo"))
            },
            post(
                "introspection",
                endpoint("token/introspect"),
                format!("{es256}&token={}", signed_in.access),
            ),
        ])
    }
}

fn credentials(client: &str) -> String {
    format!("client_id={client}&client_secret={SECRET}")
}
