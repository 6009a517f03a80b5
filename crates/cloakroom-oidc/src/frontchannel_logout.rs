//! Front-channel logout (OpenID Connect Front-Channel Logout 1.0): the addresses of clients that a browser opens in frames
//! when a session ends, so that each of them forgets it there.

use cloakroom_model::id::SessionId;
use cloakroom_model::{Cx, goodbye};
use url::Url;

use crate::error::Result;
use crate::provider::Provider;

/// The client's attribute that holds its address (§2, `frontchannel_logout_uri`).
const ADDRESS: &str = "frontchannel.logout.url";

/// Whether the address is told which session it is; it is, unless this says `false`.
const WITH_SESSION: &str = "frontchannel.logout.session.required";

/// A page opens so many frames at most: a session with more clients than that is a browser's burden, and each of them hears
/// of its end from its next token.
const MOST: usize = 50;

impl Provider {
    /// What a browser has to open when this session ends; asked before it does.
    pub fn logout_frames(&self, cx: &mut Cx<'_>, session: &SessionId) -> Result<Vec<Url>> {
        let mut frames = Vec::new();
        for (client, issuer) in goodbye::audience(cx, session)? {
            let settings = &client.settings;
            let address = settings.attribute(ADDRESS).unwrap_or_default();
            if !client.enabled || !settings.frontchannel_logout || frames.len() >= MOST {
                continue;
            }
            // Only addresses that were registered are framed, and none that would be a script of this page.
            let Ok(mut frame) = Url::parse(address) else {
                continue;
            };
            if !["http", "https"].contains(&frame.scheme()) {
                continue;
            }
            if settings.attribute(WITH_SESSION) != Some("false") {
                // §2: both or neither.
                let issuer = issuer.unwrap_or_else(|| self.issuer(cx.realm));
                let mut query = frame.query_pairs_mut();
                query.append_pair("iss", &issuer);
                query.append_pair("sid", session.as_str());
            }
            frames.push(frame);
        }
        Ok(frames)
    }
}
