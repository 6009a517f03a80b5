//! A client's claim to be who it says: its proof, and how often it may fail from one address.

use std::sync::Arc;

use cloakroom_model::Realm;
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::{Error, Form, OAuthError};
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::limit::{Failed, ProofKey};

use super::protocol;

/// What a request says about its client.
pub(crate) struct Claim {
    /// The proof.
    pub(crate) credentials: Credentials,
    /// The client's name for itself.
    pub(crate) client_id: Option<String>,
    /// Under which its failures are counted, for [`counted`]; a public client has nothing to fail with.
    pub(crate) key: Option<ProofKey>,
}

impl Claim {
    /// Takes it from the header and the parameters of a request from `ip`.
    pub(crate) async fn of(
        app: &App,
        realm: &Arc<Realm>,
        (header, ip): (Option<&str>, &str),
        form: &Form,
    ) -> Result<Self, Error> {
        let credentials = Credentials::from_header(header);
        let client_id = credentials.claimed_client(form).map(str::to_owned);
        let key = credentials.has_proof(form).then(|| {
            let name = credentials.counted_client(form).unwrap_or_default();
            app.limits.proof_key(realm.id.as_str(), &name, ip)
        });
        if let Some(seconds) = key.and_then(|key| app.limits.proof_wait(key, now())) {
            // RFC 6585 §4: too many requests.
            return Err(OAuthError::try_again(429, seconds).into());
        }
        // An assertion may need keys from elsewhere, which are not fetched for whoever has to wait.
        let credentials = protocol::with_keys(app, realm, credentials, form).await;
        Ok(Self {
            credentials,
            client_id,
            key,
        })
    }
}

/// Counts whether a client has proved itself, and tells one that fails too often to come back.
pub(crate) fn counted<T>(
    app: &App,
    key: Option<ProofKey>,
    done: Result<T, Error>,
) -> Result<T, Error> {
    let Some(key) = key else {
        return done;
    };
    match &done {
        Err(Error::Denied(denied)) if denied.is_unproven => match app.limits.failed(key, now()) {
            Failed::Refused => done,
            Failed::TooOften(seconds) => Err(OAuthError::try_again(429, seconds).into()),
        },
        // A refusal for another reason may come before the proof was looked at.
        Err(_) => done,
        Ok(_) => {
            app.limits.proved(key, now());
            done
        }
    }
}
