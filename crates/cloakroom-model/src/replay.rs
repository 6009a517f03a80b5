//! Replay marks: what may be used once, or is refused until it would have expired.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::replays;
use crate::secret::Digest;
use crate::sql::Unless;
use crate::swept::swept;
use crate::time::Timestamp;

/// What a mark is about. It is part of the key, so that one kind never spends another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The `jti` of a client assertion (RFC 7523 §3).
    ClientAssertion,
    /// The `jti` of a proof of possession, under the key that it proves (RFC 9449 §11.1).
    PossessionProof,
    /// The `jti` of an access token that was revoked (RFC 7009).
    RevokedToken,
    /// The handle of a logout confirmation.
    Logout,
    /// The `jti` of an identity provider's logout token (Back-Channel Logout 1.0 §2.6).
    UpstreamLogout,
    /// The id of an identity provider's assertion (SAML Profiles §4.1.4.5).
    UpstreamAssertion,
    /// The authenticator of a browser that came by Kerberos (RFC 4120 §3.2.3).
    Authenticator,
    /// A code of a clock, by its device and the step of its time (RFC 6238 §5.2).
    OneTimeCode,
    /// A challenge that a security key or a passkey has answered (WebAuthn Level 3 §13.4.3).
    KeyChallenge,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::ClientAssertion => "client_assertion",
            Self::PossessionProof => "possession_proof",
            Self::RevokedToken => "revoked_token",
            Self::Logout => "logout",
            Self::UpstreamLogout => "upstream_logout",
            Self::UpstreamAssertion => "upstream_assertion",
            Self::Authenticator => "authenticator",
            Self::OneTimeCode => "one_time_code",
            Self::KeyChallenge => "key_challenge",
        }
    }
}

/// Marks a value. Of two calls at once, exactly one gets true.
pub fn spend(
    cx: &mut Cx<'_>,
    kind: Kind,
    value: impl AsRef<[u8]>,
    until: Timestamp,
) -> Result<bool> {
    let insert = diesel::insert_into(replays::table).values((
        replays::realm_id.eq(&cx.realm.id),
        replays::kind.eq(kind.text()),
        replays::digest.eq(Digest::of(value.as_ref())),
        replays::expires_at.eq(until),
    ));
    if kind == Kind::RevokedToken {
        cx.people_changed();
    }
    Ok(Unless(insert, "").execute(cx.db.aside()?)? == 1)
}

/// The value is marked.
pub fn is_spent(cx: &mut Cx<'_>, kind: Kind, value: &str) -> Result<bool> {
    let mine = replays::table
        .filter(replays::realm_id.eq(&cx.realm.id))
        .filter(replays::kind.eq(kind.text()))
        .filter(replays::digest.eq(Digest::of(value.as_bytes())));
    Ok(mine.count().get_result::<i64>(cx.db.conn()?)? > 0)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, replays, digest: Digest, replays::expires_at.le(cx.now), most)
}
