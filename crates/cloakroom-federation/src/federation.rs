//! `Federation`: what lives as long as the server, and the two steps of a sign-in that use the network.

use serde_json::{Map, Value};
use url::Url;

use crate::cache::Cache;
use crate::client_auth::Occasion;
use crate::departure::{self, Marks, Wishes};
use crate::endpoints::{self, Endpoints, Metadata};
use crate::exchange::{self, Brought, Issued};
use crate::health::Health;
use crate::identity::{self, Identity, Said};
use crate::kerberos::Usual;
use crate::network::Network;
use crate::tokens::{Expected, Keys, Opened, Tokens};
use crate::userinfo::{self, Answer};
use crate::{Problem, Result, Upstream, access_token, entrance, keys};

/// What lives as long as the server.
#[derive(Debug, Default)]
pub struct Federation {
    metadata: Cache<Metadata>,
    keys: Cache<Vec<u8>>,
    saml_keys: Cache<Vec<String>>,
    /// How each provider was the last time.
    pub health: Health,
    /// How keys are made at each centre of keys.
    pub usual: Usual,
}

/// A browser that has come back, and what it was sent with.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    /// What it brought.
    pub brought: Brought<'a>,
    /// Who the redirect says that it comes from (RFC 9207).
    pub issuer: Option<&'a str>,
    /// The nonce that it was sent with.
    pub nonce: &'a str,
    /// What else it posted: Apple says a name once, in a form.
    pub user: Option<&'a str>,
    /// The name of an assertion that nobody has used before.
    pub assertion_id: &'a str,
}

/// What a provider said and issued.
#[derive(Debug)]
pub struct Arrived {
    /// Who somebody is.
    pub identity: Identity,
    /// The answer of the token endpoint, as it is kept where it is.
    pub tokens: Value,
    /// The ID token, signed and out of its envelope.
    pub id_token: Option<String>,
}

impl Federation {
    /// Where a provider is spoken to.
    ///
    /// # Errors
    /// If neither its settings nor the provider say it.
    pub async fn endpoints(
        &self,
        upstream: &Upstream,
        network: &impl Network,
    ) -> Result<Endpoints> {
        endpoints::find(upstream, &self.metadata, network).await
    }

    /// The address that a browser is sent to.
    ///
    /// # Errors
    /// If the provider cannot be spoken to.
    pub async fn depart(
        &self,
        upstream: &Upstream,
        marks: &Marks<'_>,
        wishes: &Wishes,
        network: &impl Network,
    ) -> Result<Url> {
        let endpoints = self.endpoints(upstream, network).await?;
        upstream.method()?;
        departure::address(upstream, &endpoints, marks, wishes)
    }

    /// Who comes back, as far as the provider can be believed.
    ///
    /// # Errors
    /// The first reason not to.
    pub async fn arrive(
        &self,
        upstream: &Upstream,
        back: &Return<'_>,
        tokens: &impl Tokens,
        network: &impl Network,
    ) -> Result<Arrived> {
        let endpoints = self.endpoints(upstream, network).await?;
        check_sender(&endpoints, back.issuer)?;
        let now = network.now().seconds();
        let occasion = Occasion {
            audience: &endpoints.token,
            id: back.assertion_id,
            now,
        };
        let issued = exchange::trade(
            upstream,
            &endpoints,
            &back.brought,
            &occasion,
            (tokens, network),
        );
        let issued = issued.await?;
        let mut said = Said::default();
        let mut id_token = None;
        if upstream.is_openid() {
            let token = issued.id_token();
            let token = token.ok_or_else(|| Problem::untrusted("it issues no ID token"))?;
            let opened = tokens.open(token)?;
            let keys = self.keys(upstream, &endpoints, &opened, (tokens, network));
            let keys = keys.await?;
            let expected = Expected {
                nonce: departure::uses_nonce(upstream).then_some(back.nonce),
                access_token: issued.access_token(),
                ..expected(upstream, &endpoints, network.now().seconds())?
            };
            let claims = tokens.verify_id_token(&opened, &keys, &expected)?;
            entrance::check(upstream, &claims)?;
            said.id_token = identity::members(&claims);
            said.access_token = self
                .read_access_token((upstream, &endpoints), &issued, &said, (tokens, network))
                .await?;
            id_token = Some(opened.0.expose().to_owned());
        }
        said.userinfo = self
            .describe((upstream, &endpoints), &issued, tokens, network)
            .await?;
        if let Some(subject) = said.id_token.get("sub").and_then(Value::as_str)
            && !said.userinfo.is_null()
        {
            userinfo::check_subject(&said.userinfo, subject)?;
        }
        let mut identity = Identity::of(upstream, said)?;
        if upstream.preset.id == "apple" {
            identity.add_posted_names(back.user);
        }
        self.add_address(upstream, &endpoints, (&issued, &mut identity), network)
            .await;
        Ok(Arrived {
            identity,
            tokens: issued.to_kept(now),
            id_token,
        })
    }

    /// Newer tokens for those that were kept, if they are over or soon are and the provider gave something to ask
    /// with; `None` where what is kept is as good as it gets.
    ///
    /// # Errors
    /// If the provider is not reached or refuses.
    pub async fn renew(
        &self,
        upstream: &Upstream,
        (kept, assertion_id): (&Value, &str),
        tokens: &impl Tokens,
        network: &impl Network,
    ) -> Result<Option<Value>> {
        let now = network.now().seconds();
        // Keycloak's `minValidityToken`: how long a token has to be good still.
        let least = upstream.text("minValidityToken");
        let least = least.and_then(|text| text.parse::<i64>().ok());
        let least = least.unwrap_or_default().clamp(0, 3600);
        let end = kept.get("accessTokenExpiration").and_then(Value::as_i64);
        let refresh_token = kept.get("refresh_token").and_then(Value::as_str);
        let is_good = end.is_none_or(|end| end > now.saturating_add(least));
        let Some(refresh_token) = refresh_token.filter(|_| !is_good) else {
            return Ok(None);
        };
        let endpoints = self.endpoints(upstream, network).await?;
        let occasion = Occasion {
            audience: &endpoints.token,
            id: assertion_id,
            now,
        };
        let asked = exchange::refresh(
            upstream,
            &endpoints,
            refresh_token,
            &occasion,
            (tokens, network),
        );
        let mut renewed = asked.await?.to_kept(now);
        if let (Some(renewed), Some(kept)) = (renewed.as_object_mut(), kept.as_object()) {
            // RFC 6749 §6: without a new refresh token the old one stays good.
            for name in ["refresh_token", "id_token", "scope"] {
                if let (Some(value), false) = (kept.get(name), renewed.contains_key(name)) {
                    renewed.insert(name.to_owned(), value.clone());
                }
            }
        }
        Ok(Some(renewed))
    }

    /// What a provider's logout token says, once it is believed.
    ///
    /// # Errors
    /// The first reason not to.
    pub async fn say_goodbye(
        &self,
        upstream: &Upstream,
        token: &str,
        tokens: &impl Tokens,
        network: &impl Network,
    ) -> Result<Map<String, Value>> {
        let endpoints = self.endpoints(upstream, network).await?;
        let opened = tokens.open(token)?;
        let keys = self.keys(upstream, &endpoints, &opened, (tokens, network));
        let keys = keys.await?;
        let expected = expected(upstream, &endpoints, network.now().seconds())?;
        tokens.verify_logout_token(&opened, &keys, &expected)
    }

    /// The keys that a SAML provider publishes, but for those that were tried and are not enough; `None` where its
    /// settings have the keys themselves.
    ///
    /// # Errors
    /// If there is nothing that can be read.
    pub async fn published_keys(
        &self,
        upstream: &Upstream,
        tried: &[String],
        network: &impl Network,
    ) -> Result<Option<Vec<String>>> {
        crate::saml::metadata::keys(upstream, &self.saml_keys, tried, network).await
    }

    async fn keys(
        &self,
        upstream: &Upstream,
        endpoints: &Endpoints,
        opened: &Opened,
        (tokens, network): (&impl Tokens, &impl Network),
    ) -> Result<Keys> {
        let known = (&self.keys, tokens, network);
        keys::find(upstream, endpoints, opened, known).await
    }

    /// What an access token says that is a JWT; nothing where none is read.
    async fn read_access_token(
        &self,
        (upstream, endpoints): (&Upstream, &Endpoints),
        issued: &Issued,
        said: &Said,
        (tokens, network): (&impl Tokens, &impl Network),
    ) -> Result<Value> {
        let token = issued.access_token();
        let is_wanted = access_token::is_signed(token) || access_token::is_surely_jwt(upstream);
        if !access_token::is_read(upstream) || !is_wanted {
            return Ok(Value::Null);
        }
        let subject = said.id_token.get("sub").and_then(Value::as_str);
        let about = (token, subject.unwrap_or_default());
        let verified = self
            .verify_access_token((upstream, endpoints), about, (tokens, network))
            .await;
        access_token::settle(upstream, verified)
    }

    async fn verify_access_token(
        &self,
        (upstream, endpoints): (&Upstream, &Endpoints),
        (token, subject): (&str, &str),
        (tokens, network): (&impl Tokens, &impl Network),
    ) -> Result<Map<String, Value>> {
        let opened = tokens.open(token)?;
        let keys = self.keys(upstream, endpoints, &opened, (tokens, network));
        let claims = tokens.verify_signature(&opened, &keys.await?)?;
        let expected = expected(upstream, endpoints, network.now().seconds())?;
        access_token::check(&claims, &expected, subject)?;
        Ok(claims)
    }

    /// What the userinfo endpoint says; nothing where it is not asked.
    async fn describe(
        &self,
        (upstream, endpoints): (&Upstream, &Endpoints),
        issued: &Issued,
        tokens: &impl Tokens,
        network: &impl Network,
    ) -> Result<Value> {
        let is_off = upstream.is_openid() && upstream.has("disableUserInfo");
        let Some(address) = endpoints.userinfo.as_deref().filter(|_| !is_off) else {
            return match upstream.is_openid() {
                true => Ok(Value::Null),
                false => Err(Problem::settings("userInfoUrl is not set")),
            };
        };
        match userinfo::ask(upstream, address, issued.access_token(), network).await? {
            Answer::Claims(claims) => Ok(claims),
            Answer::Token(token) => {
                let opened = tokens.open(&token)?;
                let keys = self.keys(upstream, endpoints, &opened, (tokens, network));
                let claims = tokens.verify_signature(&opened, &keys.await?)?;
                let claims = Value::Object(claims);
                userinfo::check_signed(upstream, endpoints, &claims)?;
                Ok(claims)
            }
        }
    }

    /// Asks for a person's addresses, where a kind of provider has them in a place of their own.
    ///
    /// Without them somebody can sign in all the same, so nothing is made of a failure.
    async fn add_address(
        &self,
        upstream: &Upstream,
        endpoints: &Endpoints,
        (issued, identity): (&Issued, &mut Identity),
        network: &impl Network,
    ) {
        let Some(how) = upstream.preset.addresses else {
            return;
        };
        let list = match (how.more, &endpoints.userinfo) {
            ("", _) => Ok(Answer::Claims(identity.said.userinfo.clone())),
            (more, Some(userinfo)) => {
                let address = format!("{}{more}", userinfo.trim_end_matches('/'));
                userinfo::ask(upstream, &address, issued.access_token(), network).await
            }
            (_, None) => return,
        };
        match list {
            Ok(Answer::Claims(list)) => {
                if let Some(found) = userinfo::choose_address(&list, &how) {
                    identity.set_address(found);
                }
            }
            Ok(Answer::Token(_)) => {}
            Err(problem) => {
                tracing::info!(%problem, "a provider did not tell a person's addresses");
            }
        }
    }
}

/// What a provider's tokens are held against, whatever they are for.
fn expected<'a>(
    upstream: &'a Upstream,
    endpoints: &'a Endpoints,
    now: i64,
) -> Result<Expected<'a>> {
    let skew = upstream.text("allowedClockSkew");
    Ok(Expected {
        issuers: &endpoints.issuers,
        client: upstream.client_id()?,
        nonce: None,
        access_token: "",
        // Ten minutes are more than any clock is off by, and an entry may be a mistake.
        skew: skew
            .and_then(|text| text.parse::<i64>().ok())
            .map(|seconds| seconds.clamp(0, 600)),
        now,
    })
}

/// RFC 9207 §2.4: a redirect that names another, or nobody where the provider always does, is a mix-up.
///
/// # Errors
/// If it is.
fn check_sender(endpoints: &Endpoints, named: Option<&str>) -> Result<()> {
    let is_known = |issuer: &str| endpoints.issuers.iter().any(|own| own == issuer);
    match named {
        Some(issuer) if !endpoints.issuers.is_empty() && !is_known(issuer) => Err(
            Problem::untrusted("the redirect came from another issuer than the settings name"),
        ),
        None if endpoints.names_itself => Err(Problem::untrusted(
            "the redirect does not say which issuer it came from",
        )),
        _ => Ok(()),
    }
}

impl Return<'_> {
    /// Checks who the redirect says that it comes from, without asking anybody.
    ///
    /// # Errors
    /// If it names another issuer than the settings do.
    pub fn check_sender(upstream: &Upstream, named: Option<&str>) -> Result<()> {
        let issuers = upstream.issuers();
        let endpoints = Endpoints {
            issuers: issuers.into_iter().map(str::to_owned).collect(),
            ..Endpoints::default()
        };
        check_sender(&endpoints, named)
    }
}
