//! What the messages of a provider are held against: its keys first, those of the settings or those that it publishes.

use cloakroom_federation::saml::request::Here;
use cloakroom_federation::saml::response::Expected;
use cloakroom_federation::saml::{Crypto as _, Settings};
use cloakroom_federation::{Problem, Result, Upstream};
use cloakroom_web::app::now;

use super::keys::Own;
use super::realm_address;
use crate::routes::broker::depart;
use crate::routes::visit::Visit;

/// The keys of a provider, but for those that were tried and are not enough, as far as there are others.
///
/// # Errors
/// If there is none, or one that cannot be read.
pub(super) async fn keys(
    visit: &Visit,
    upstream: &Upstream,
    own: &Own,
    tried: &[String],
) -> Result<Vec<String>> {
    let (app, settings) = (&visit.app, Settings::of(upstream));
    let published = app
        .federation
        .published_keys(upstream, tried, &*app.outbound);
    let Some(keys) = published.await? else {
        let keys = settings.keys(own)?.into_iter();
        return Ok(keys.map(str::to_owned).collect());
    };
    match keys.iter().all(|key| own.is_key(key)) {
        true => Ok(keys),
        false => Err(Problem::untrusted("a key in its metadata cannot be read")),
    }
}

/// Reads a message, and once more if the provider publishes other keys by now.
///
/// # Errors
/// What is wrong with the message, or with the provider's settings.
pub(super) async fn held<T>(
    visit: &Visit,
    upstream: &Upstream,
    request: &str,
    read: impl Fn(&Expected<'_>) -> Result<T>,
) -> Result<T> {
    let own = Own::of(visit);
    let own = own.map_err(|_| Problem::settings("the realm's keys cannot be read"))?;
    let (realm, back) = (realm_address(visit), depart::back(visit, upstream));
    let read_with = |keys: &[String]| {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        read(&Expected {
            settings: Settings::of(upstream),
            here: Here {
                realm: &realm,
                endpoint: &back,
            },
            keys: &keys,
            crypto: &own,
            request,
            now: now(),
        })
    };
    let known = keys(visit, upstream, &own, &[]).await?;
    let done = read_with(&known);
    if done.is_ok() || Settings::of(upstream).metadata().is_none() {
        return done;
    }
    let fresh = keys(visit, upstream, &own, &known).await?;
    match fresh == known {
        true => done,
        false => read_with(&fresh),
    }
}
