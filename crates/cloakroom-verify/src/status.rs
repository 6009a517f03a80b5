//! Status lists of the issuer: whether a token was taken back before its end.
use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};

use cloakroom_jose::Alg;
use cloakroom_jose::jwt::Claims;
use cloakroom_jose::status_list::{Reference, Status, StatusList};
use tokio::sync::Mutex;

use crate::error::VerifyError;
use crate::issuer::Issuer;

/// After so many seconds a list is fetched anew: a token that is taken back lives on so long.
const FRESH: i64 = 60;

/// So long a list counts while it cannot be fetched.
const USABLE: i64 = 600;

/// After a list could not be fetched it is left alone for so many seconds.
const PAUSE: i64 = 5;

/// The most lists of one issuer. Their addresses come from tokens that it signed.
const LISTS: usize = 16;

/// The lists that tokens have named.
#[derive(Debug, Default)]
pub(crate) struct Statuses {
    kept: Lock<HashMap<String, Arc<Mutex<Kept>>>>,
}

/// One list. Whoever holds its lock is the one who fetches.
#[derive(Debug, Default)]
struct Kept {
    list: Option<StatusList>,
    fetched_at: i64,
    /// When it could not be fetched; `None` if the last time went well.
    failed_at: Option<i64>,
}

impl Statuses {
    /// Checks that the token counts, if it names a list at all.
    pub(crate) async fn check(
        &self,
        issuer: &Issuer,
        algs: &[Alg],
        claims: &Claims,
        now: i64,
    ) -> Result<(), VerifyError> {
        let reference = Reference::of(claims).map_err(VerifyError::InvalidToken)?;
        let Some(reference) = reference else {
            return Ok(());
        };
        let kept = self.kept(reference.uri())?;
        let mut kept = kept.lock().await;
        let age = now.saturating_sub(kept.fetched_at);
        let is_fresh = kept.list.is_some() && (0..FRESH).contains(&age);
        let is_pause = kept
            .failed_at
            .is_some_and(|at| (0..PAUSE).contains(&now.saturating_sub(at)));
        if !is_fresh && !is_pause {
            kept.failed_at = Some(now);
            if let Ok(list) = fetch(issuer, algs, reference.uri(), now).await {
                *kept = Kept {
                    list: Some(list),
                    fetched_at: now,
                    failed_at: None,
                };
            }
        }
        let age = now.saturating_sub(kept.fetched_at);
        let list = kept.list.as_ref().filter(|_| (0..USABLE).contains(&age));
        let list = list.ok_or(VerifyError::Unavailable("there is no status list"))?;
        match list.get(reference.index()) {
            Ok(Status::Valid) => Ok(()),
            Ok(status) => Err(VerifyError::Revoked(status)),
            Err(error) => Err(VerifyError::InvalidToken(error)),
        }
    }

    fn kept(&self, uri: &str) -> Result<Arc<Mutex<Kept>>, VerifyError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= LISTS && !kept.contains_key(uri) {
            return Err(VerifyError::Unavailable("it has too many status lists"));
        }
        Ok(Arc::clone(kept.entry(uri.to_owned()).or_default()))
    }
}

async fn fetch(
    issuer: &Issuer,
    algs: &[Alg],
    uri: &str,
    now: i64,
) -> Result<StatusList, VerifyError> {
    let token = issuer.status_list(uri).await;
    let token = token.map_err(VerifyError::Unavailable)?;
    let token = String::from_utf8(token)
        .map_err(|_| VerifyError::Unavailable("its status list is no token"))?;
    let check = |keys: &cloakroom_jose::KeySet| StatusList::verify(&token, keys, algs, uri, now);
    issuer.check(&token, check).await
}
