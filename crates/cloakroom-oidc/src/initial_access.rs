//! Initial access tokens: who holds one may register clients, as often as it says.

use cloakroom_model::initial_access::InitialAccess;
use cloakroom_model::{Fault, Realm};
use serde_json::json;

use crate::issue::{SignError, Unsigned, sign};
use crate::keyring::{INTERNAL_ALG, Keyring};
use crate::provider::Provider;

/// Keycloak's name of this kind of token.
pub const KIND: &str = "InitialAccessToken";

/// The token of a right that is stored. It is signed after the commit.
pub fn token(
    provider: &Provider,
    realm: &Realm,
    access: &InitialAccess,
) -> Result<String, SignError> {
    let issuer = provider.issuer(realm);
    let end = access.expires_at().map_or(0, |end| end.seconds());
    let claims = json!({
        "exp": end,
        "iat": access.created_at.seconds(),
        "jti": access.id,
        "iss": issuer,
        "aud": issuer,
        "typ": KIND,
    });
    let Some(members) = claims.as_object().cloned() else {
        return Err(Fault::corrupt("claims are an object").into());
    };
    let unsigned = Unsigned::new(INTERNAL_ALG, "JWT", members);
    let keys = Keyring::of(realm)?;
    sign(&keys, &unsigned)
}
