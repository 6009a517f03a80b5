//! What an authorization code stands for: written by the authorization endpoint, read by the token
//! endpoint.

use serde::{Deserialize, Serialize};

use crate::authorize::ClaimsRequest;

/// The part of an authorization request that the tokens depend on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeGrant {
    /// The redirect URI as the request gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The scope that was asked for and, where consent was asked, allowed.
    pub scope: String,
    /// The request's nonce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The PKCE challenge; its method is S256, the only one there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// The thumbprint of the key that the client has to show for it (RFC 9449 §10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The `acr` of this sign-in, under the name that the client knows it by.
    pub acr: String,
    /// The request's `claims` (OIDC Core §5.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
}
