//! A realm to measure: made over the admin API, like any operator would.
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::CONNECTIONS;
use super::load::{Load, Seed, Tokens};
use crate::api::{Api, password_grant};
use crate::browser::{Browser, Visit};

const REALM: &str = "bench";
/// The path of the discovery document.
pub(super) const DISCOVERY: &str = "/realms/bench/.well-known/openid-configuration";
const SECRET: &str = "bench-secret-0123456789abcdef0123456789";
const USER: (&str, &str) = ("ada", "ada-password");

/// `bench-` and the algorithm its tokens are signed with; the two words are client id and algorithm.
const CLIENTS: [(&str, &str); 3] = [
    ("bench-es256", "ES256"),
    ("bench-rs256", "RS256"),
    ("bench-eddsa", "EdDSA"),
];

/// A client with opaque access tokens: each is a row.
const OPAQUE: &str = "bench-opaque";

/// Browsers with a session that ask for codes in turn, as those of an installation with people in it do.
const SESSIONS: usize = 64;

const VISIT: Visit = Visit {
    realm: REALM,
    client: "bench-es256",
    redirect_uri: "http://127.0.0.1/callback",
    user: USER,
};

/// A server that is ready to be measured.
#[derive(Debug)]
pub(super) struct Bench {
    api: Api,
}

impl Bench {
    /// Makes the realm, a client for each algorithm, and a user.
    pub(super) fn prepare(base: &str) -> Result<Self> {
        let api = Api::new(base);
        let admin = api.admin_token()?;
        // The administrator's token is made once, and asked with minutes later.
        let home = json!({ "accessTokenLifespan": 3600 });
        api.put(&admin, "/admin/realms/master", &home)?;
        let realm = json!({
            "realm": REALM, "enabled": true, "accessTokenLifespan": 3600, "revokeRefreshToken": true,
        });
        api.create(&admin, "/admin/realms", &realm)?;
        // Rights to a new realm are in tokens that are issued after it.
        let admin = api.admin_token()?;
        let all = CLIENTS.iter().copied().chain([(OPAQUE, "ES256")]);
        for (client, algorithm) in all {
            let is_opaque = client == OPAQUE;
            let client = json!({
                "clientId": client, "secret": SECRET, "redirectUris": [VISIT.redirect_uri],
                "serviceAccountsEnabled": true, "directAccessGrantsEnabled": true,
                "attributes": {
                    "access.token.signed.response.alg": algorithm,
                    "id.token.signed.response.alg": algorithm,
                    "cloakroom.access.token.opaque": is_opaque.to_string(),
                },
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

    /// Lets what is issued from now on, and the sessions behind it, end after this time.
    pub(super) fn end_after(&self, lifetime: Duration) -> Result<()> {
        let admin = self.api.admin_token()?;
        let seconds = lifetime.as_secs();
        let realm = json!({
            "accessTokenLifespan": seconds, "ssoSessionIdleTimeout": seconds, "ssoSessionMaxLifespan": seconds,
        });
        self.api
            .put(&admin, &format!("/admin/realms/{REALM}"), &realm)
    }

    /// How long the discovery document is, in bytes.
    pub(super) fn size_of_discovery(&self) -> Result<usize> {
        let url = format!("{}{DISCOVERY}", self.api.base);
        let mut answer = self.api.agent.get(&url).call()?;
        Ok(answer.body_mut().read_to_string()?.len())
    }

    /// Makes people who can all sign in with one password: their names.
    pub(super) fn people(&self, many: usize) -> Result<Vec<String>> {
        let admin = self.api.admin_token()?;
        let path = format!("/admin/realms/{REALM}/users");
        let make = |number: usize| {
            let name = format!("one-of-many-{number}");
            let user = json!({
                "username": name, "enabled": true, "email": format!("{name}@example.com"), "emailVerified": true,
                "firstName": "One", "lastName": "Of Many",
                "credentials": [{ "type": "password", "value": USER.1, "temporary": false }],
            });
            self.api.create(&admin, &path, &user)?;
            Ok(name)
        };
        (0..many).map(make).collect()
    }

    /// Signs somebody in with a password: the status, and whether it says when to come back.
    pub(super) fn sign_in(&self, name: &str) -> Result<(u16, bool)> {
        let url = format!(
            "{}/realms/{REALM}/protocol/openid-connect/token",
            self.api.base
        );
        let [(client, _), ..] = CLIENTS;
        let form = format!("{}&{}", credentials(client), password_grant((name, USER.1)));
        let request = self.api.agent.post(&url);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let mut answer = request.send(form.as_str())?;
        let says_when = answer.headers().contains_key("retry-after");
        answer.body_mut().read_to_string()?;
        Ok((answer.status().as_u16(), says_when))
    }

    /// Those with this in their name.
    pub(super) fn loads_like(&self, part: &str) -> Result<Vec<Load>> {
        let mut loads = self.loads()?;
        loads.retain(|load| load.name.contains(part));
        Ok(loads)
    }

    /// Everything that is measured, in the order it is printed.
    pub(super) fn loads(&self) -> Result<Vec<Load>> {
        let endpoint = |name: &str| format!("/realms/{REALM}/protocol/openid-connect/{name}");
        let [es256, rs256, eddsa] = CLIENTS.map(|(client, _)| credentials(client));
        let opaque = credentials(OPAQUE);
        let itself = |name, client: &str| {
            Load::post(
                name,
                endpoint("token"),
                format!("{client}&grant_type=client_credentials"),
            )
        };

        let signed_in = self.api.token(
            REALM,
            &format!("{es256}&scope=openid&{}", password_grant(USER)),
        )?;
        let stored = self.api.token(
            REALM,
            &format!("{opaque}&scope=openid&{}", password_grant(USER)),
        )?;
        let (api, client) = (self.api.clone(), es256.clone());
        let seed: Seed = Box::new(move |count| {
            let form = format!("{client}&{}", password_grant(USER));
            (0..count)
                .map(|_| api.token(REALM, &form)?.refresh.context("no refresh token"))
                .collect()
        });
        let cookies = (0..SESSIONS)
            .map(|_| Ok(Browser::sign_in(&self.api, VISIT)?.cookies()))
            .collect::<Result<Vec<_>>>()?;
        let trade = format!(
            "{es256}&grant_type=authorization_code&redirect_uri={}",
            VISIT.redirect_uri
        );

        Ok(vec![
            Load::get("discovery", DISCOVERY),
            Load::get("JWKS", endpoint("certs")),
            itself("client_credentials, ES256", &es256),
            itself("client_credentials, RS256", &rs256),
            itself("client_credentials, EdDSA", &eddsa),
            itself("client_credentials, opaque", &opaque),
            Load::post(
                "refresh with rotation, ES256",
                endpoint("token"),
                format!("{es256}&grant_type=refresh_token"),
            )
            .with_tokens(Tokens::Made(seed)),
            Load::get("userinfo", endpoint("userinfo")).bearer(&signed_in.access),
            Load::get("userinfo, opaque", endpoint("userinfo")).bearer(&stored.access),
            Load::post(
                "introspection",
                endpoint("token/introspect"),
                format!("{es256}&token={}", signed_in.access),
            ),
            Load::post(
                "introspection, opaque",
                endpoint("token/introspect"),
                format!("{opaque}&token={}", stored.access),
            ),
            Load::post(
                "code flow with a session (requests)",
                endpoint("token"),
                trade,
            )
            .with_session(VISIT.authorize(), cookies),
            Load::post(
                "sign-in with a password",
                endpoint("token"),
                format!("{es256}&{}", password_grant(USER)),
            )
            .by_at_most(CONNECTIONS),
            Load::get(
                "administrator's list of users",
                format!("/admin/realms/{REALM}/users?max=20"),
            )
            .bearer(&self.api.admin_token()?),
        ])
    }
}

fn credentials(client: &str) -> String {
    format!("client_id={client}&client_secret={SECRET}")
}
