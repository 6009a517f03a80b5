//! A client that holds an access token, where that is proof enough: it was issued to it (UMA 2.0 Grant §3.3.1).

use cloakroom_model::Cx;

use super::ProvenClient;
use crate::dpop::Presented;
use crate::error::Result;
use crate::live::{self, Live};
use crate::own_token::OwnToken;
use crate::provider::Provider;
use crate::userinfo;

/// An access token that counts, with the client that it was issued to.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The client.
    pub client: ProvenClient,
    /// What the token says.
    pub token: OwnToken,
    /// What it stands for.
    pub live: Live,
}

/// What an access token proves; `None` if it counts no more, or never did. Its proof is still to be spent, where it has one.
pub fn prove(provider: &Provider, cx: &mut Cx<'_>, shown: &Presented) -> Result<Option<Bearer>> {
    let known = named(provider, cx, shown.token())?;
    if let Some(known) = &known {
        shown.check(&known.token)?;
    }
    Ok(known)
}

/// The same, whoever shows it and however.
pub(crate) fn named(provider: &Provider, cx: &mut Cx<'_>, token: &str) -> Result<Option<Bearer>> {
    let Some(token) = userinfo::read_access(provider, cx, token)? else {
        return Ok(None);
    };
    let live = live::check_access(cx, &token)?;
    Ok(live.map(|live| Bearer {
        client: ProvenClient(std::sync::Arc::clone(&live.client)),
        token,
        live,
    }))
}
