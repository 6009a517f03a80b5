//! Somebody whom a provider vouches for and who is nobody here yet: what an attempt keeps until it is settled.

use std::collections::BTreeMap;

use cloakroom_model::attempt::Attempt;
use cloakroom_model::id::{AttemptId, UserId};
use cloakroom_model::user::{Attributes, User, fold};
use cloakroom_model::{Cx, Fault, Sealed};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::Identity;
use crate::mapper::{self, Configured, Effect, Occasion};
use crate::{Arrived, Upstream};

/// What is known of somebody between the pages.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pending {
    /// What the provider said.
    pub identity: Identity,
    /// What it issued, where that is kept.
    pub tokens: Option<Value>,
    /// Its ID token, which ends the session there.
    pub id_token: Option<String>,
    /// What mappers make of it for attributes.
    pub attributes: Attributes,
    /// What the person made of the profile.
    pub reviewed: Option<Profile>,
    /// The person has looked at the profile.
    pub is_reviewed: bool,
    /// The person has said that the account which is there is theirs.
    pub is_confirmed: bool,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending")
            .field("alias", &self.identity.alias)
            .finish_non_exhaustive()
    }
}

/// A profile before there is an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name to sign in with.
    pub username: String,
    /// The address.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The attributes.
    pub attributes: Attributes,
}

impl Pending {
    /// Takes what came back.
    pub fn new(upstream: &Upstream, configured: &[Configured], arrived: Arrived) -> Self {
        let Arrived {
            identity,
            tokens,
            id_token,
        } = arrived;
        let mut attributes = BTreeMap::new();
        for effect in mapper::effects(upstream, configured, &identity, Occasion::First) {
            if let Effect::Attribute(name, values) = effect
                && !["email", "firstName", "lastName", "username"].contains(&name.as_str())
                && !values.is_empty()
            {
                attributes.insert(name, values);
            }
        }
        let keeps = upstream.provider.settings.store_token == Some(true);
        Self {
            tokens: keeps.then_some(tokens),
            id_token,
            identity,
            attributes,
            reviewed: None,
            is_reviewed: false,
            is_confirmed: false,
        }
    }

    /// The profile as it stands: what the person made of it, else what the provider said.
    pub fn profile(&self, cx: &Cx<'_>) -> Profile {
        if let Some(reviewed) = &self.reviewed {
            return reviewed.clone();
        }
        let identity = &self.identity;
        let email = identity.email.as_deref().map(fold);
        let by_email = cx.realm.settings.registration_email_as_username;
        let username = match (&email, by_email) {
            (Some(email), true) => email.clone(),
            _ => fold(&identity.username),
        };
        Profile {
            username,
            email,
            first_name: identity.first_name.clone(),
            last_name: identity.last_name.clone(),
            attributes: self.attributes.clone(),
        }
    }

    /// The account that the profile would become. It has no id yet.
    pub fn draft(&self, cx: &Cx<'_>, upstream: &Upstream) -> User {
        let profile = self.profile(cx);
        // An address that the person typed is not the one that the provider vouches for.
        let said = self.identity.email.as_deref().map(fold);
        let is_said = profile.email.is_some() && profile.email == said;
        User {
            id: UserId::new(""),
            username: profile.username,
            email: profile.email,
            email_verified: is_said && self.identity.has_trusted_email(upstream),
            first_name: profile.first_name,
            last_name: profile.last_name,
            enabled: true,
            created_at: cx.now,
            not_before: 0,
            service_account_client: None,
            attributes: profile.attributes,
            required_actions: Vec::new(),
        }
    }

    /// Writes it into an attempt's note, sealed: claims are private, and tokens are secrets.
    ///
    /// # Errors
    /// If it cannot be sealed.
    pub fn write(&self, cx: &mut Cx<'_>, attempt: &mut Attempt, note: &str) -> Result<(), Fault> {
        let text = serde_json::to_vec(self)?;
        let sealed = cx.vault.seal(cx.rng, &place(&attempt.id), &text)?;
        let sealed = Value::String(sealed.to_base64url());
        attempt.notes.insert(note.to_owned(), sealed);
        Ok(())
    }

    /// Reads it from an attempt's note; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn read(cx: &Cx<'_>, attempt: &Attempt, note: &str) -> Result<Option<Self>, Fault> {
        let Some(text) = attempt.notes.get(note).and_then(Value::as_str) else {
            return Ok(None);
        };
        let opened = cx
            .vault
            .open(&place(&attempt.id), &Sealed::from_base64url(text)?)?;
        Ok(Some(serde_json::from_slice(&opened)?))
    }
}

fn place(attempt: &AttemptId) -> String {
    format!("attempts/{attempt}/upstream")
}
