//! Registration access tokens (RFC 7592 §3): by which a client may read and change its own registration.
//!
//! The token names its client, and the client's row names the one token that counts, so a newer token
//! makes the one before worthless.

use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Fault, Realm, client};
use serde_json::{Map, Value, json};

use crate::issue::{SignError, Unsigned, sign};
use crate::keyring::{INTERNAL_ALG, Keyring};
use crate::provider::Provider;

/// Keycloak's `typ` of these tokens.
pub const KIND: &str = "RegistrationAccessToken";

/// The claim that says how its client came to be, and so which policies hold for its changes.
pub const AUTH: &str = "registration_auth";
/// The client was registered by somebody who was known.
pub const AUTHENTICATED: &str = "authenticated";
/// The client was registered by a stranger.
pub const ANONYMOUS: &str = "anonymous";

/// A token that is not signed yet.
#[derive(Clone, Debug)]
pub struct RegistrationToken {
    members: Map<String, Value>,
}

impl RegistrationToken {
    /// Signs the token with the realm's key for its own tokens.
    pub fn sign(&self, realm: &Realm) -> Result<String, SignError> {
        let keys = Keyring::of(realm)?;
        let unsigned = Unsigned::new(INTERNAL_ALG, "JWT", self.members.clone());
        sign(&keys, &unsigned)
    }
}

/// Makes a new token for a client, in place of the one before. `auth` is [`AUTHENTICATED`] or
/// [`ANONYMOUS`].
pub fn renew(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    auth: &str,
) -> Result<RegistrationToken, Fault> {
    let jti = cx.new_id();
    client::set_registration_token(cx, client, &jti)?;
    let issuer = provider.issuer(cx.realm);
    let claims = json!({
        "exp": 0,
        "iat": cx.now.seconds(),
        "jti": jti,
        "iss": issuer,
        "aud": issuer,
        "typ": KIND,
        AUTH: auth,
    });
    let Value::Object(members) = claims else {
        return Err(Fault::corrupt("claims are an object"));
    };
    Ok(RegistrationToken { members })
}
