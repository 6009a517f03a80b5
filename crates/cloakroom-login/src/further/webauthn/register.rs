//! A new security key or passkey: what the browser is asked to make, and whether what it brings is what the realm takes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential, PASSKEY, SECURITY_KEY};
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::CredentialId;
use cloakroom_model::realm::Settings;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Secret, Timestamp};
use serde_json::Value;

use super::attestation::Attestation;
use super::authenticator_data::{AuthenticatorData, Made};
use super::stored::{Shown, Stored, decode};
use super::{Ceremony, Makers, Policy, Rejection, client_data};
use crate::flow::{self, note};

/// More keys of a kind than anybody carries: what somebody brings is compared with each.
const MOST: usize = 20;

/// The longest name of a key.
const LONGEST_LABEL: usize = 255;

/// What the browser brings, in base64url as the form has it.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// What the browser says.
    pub client_data: &'a str,
    /// What the authenticator says, and where it comes from.
    pub attestation: &'a str,
    /// The id of the key, as the browser says it.
    pub id: &'a str,
    /// `platform` or `cross-platform`, as the browser says it.
    pub attachment: &'a str,
    /// The ways on which the authenticator can be reached, with commas between them.
    pub transports: &'a str,
    /// What its owner will call it.
    pub label: &'a str,
}

/// A key that was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The id that its authenticator knows it by, in base64url.
    pub id: String,
    /// The model of the authenticator.
    pub aaguid: String,
    /// What its owner calls it.
    pub label: String,
}

/// What the browser is asked to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What has to be signed, in base64url.
    pub challenge: String,
    /// The realm's policy.
    pub policy: Policy,
    /// What the key calls its owner, in base64url; as in Keycloak, the user's id.
    pub user_handle: String,
    /// The keys whose authenticators may not make another.
    pub exclude: Vec<String>,
}

/// Makes the challenge that the page shows, unless there is one. The caller stores the attempt.
pub fn prepare(cx: &mut Cx<'_>, attempt: &mut Attempt, about: (&str, &str)) -> Result<()> {
    match challenge_of(attempt, about.0) {
        Some(_) => Ok(()),
        None => renew(cx, attempt, about),
    }
}

/// Makes a challenge in place of one that was answered.
pub fn renew(cx: &mut Cx<'_>, attempt: &mut Attempt, (kind, base_url): (&str, &str)) -> Result<()> {
    let Some(user) = attempt.user.clone() else {
        return Ok(());
    };
    super::challenge(cx, attempt, (Ceremony::Create, kind), Some(&user));
    let mut exclude = Vec::new();
    if Policy::of(&cx.realm.settings, kind, base_url).avoids_same {
        let mine = credential::list(cx, &user, Some(kind))?;
        exclude.extend(mine.iter().filter_map(super::shown).map(|key| key.id));
    }
    if let Some(Value::Object(kept)) = attempt.notes.get_mut(note::CHALLENGE) {
        kept.insert("exclude".to_owned(), exclude.into());
    }
    flow::note_lacking(cx, attempt)
}

/// The challenge that the page shows; `None` before there is one.
pub fn challenge_of(attempt: &Attempt, kind: &str) -> Option<String> {
    super::waiting(attempt, (Ceremony::Create, kind), attempt.user.as_ref())
}

/// What the page shows; `None` while there is no challenge.
pub fn wanted(
    settings: &Settings,
    attempt: &Attempt,
    user: &User,
    (kind, base_url): (&str, &str),
) -> Option<Wanted> {
    let challenge = challenge_of(attempt, kind)?;
    let kept = attempt.notes.get(note::CHALLENGE)?.get("exclude");
    let exclude = kept.and_then(Value::as_array).into_iter().flatten();
    let exclude = exclude.filter_map(Value::as_str).map(str::to_owned);
    Some(Wanted {
        challenge,
        policy: Policy::of(settings, kind, base_url),
        user_handle: URL_SAFE_NO_PAD.encode(user.id.as_str()),
        exclude: exclude.collect(),
    })
}

/// Stores the key, if it is one that the realm takes; the challenge is spent in any case. The caller stores the attempt.
pub fn finish(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    (kind, base_url, makers): (&str, &str, &Makers),
    brought: &Brought<'_>,
) -> Result<std::result::Result<Registered, Rejection>> {
    let about = (Ceremony::Create, kind);
    let Some(challenge) = super::take_challenge(attempt, about, Some(&user.id)) else {
        return Ok(Err(Rejection::registration("no key was asked for")));
    };
    if !super::spend(cx, &challenge)? {
        let why = "the challenge was answered before";
        return Ok(Err(Rejection::registration(why)));
    }
    let policy = Policy::of(&cx.realm.settings, kind, base_url);
    let (made, shown) = match check(&policy, &challenge, brought, (makers, cx.now)) {
        Ok(made) => made,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let before = credential::list(cx, &user.id, None)?;
    let mut keys = before
        .iter()
        .filter(|one| [SECURITY_KEY, PASSKEY].contains(&one.kind.as_str()));
    if keys.any(|key| Stored::read(key).is_some_and(|stored| stored.id == made.id)) {
        return Ok(Err(Rejection::registration(
            "the person has this key already",
        )));
    }
    if before.iter().filter(|one| one.kind == kind).count() >= MOST {
        let why = "the person has as many keys as anybody may have";
        return Ok(Err(Rejection::registration(why)));
    }
    let label: String = brought.label.trim().chars().take(LONGEST_LABEL).collect();
    let label = label.replace('\0', "");
    let key = Credential {
        id: CredentialId::new(cx.new_id()),
        kind: kind.to_owned(),
        label: (!label.is_empty()).then(|| label.clone()),
        created_at: cx.now,
        priority: credential::last_place(cx, &user.id)?,
        credential_data: serde_json::to_string(&shown)?,
        secret_data: Secret::new("{}"),
    };
    credential::insert(cx, &user.id, &key)?;
    flow::settle_second(attempt, kind);
    Ok(Ok(Registered {
        id: URL_SAFE_NO_PAD.encode(&made.id),
        aaguid: shown.aaguid.unwrap_or_default(),
        label,
    }))
}

/// The checks of §7.1.
fn check(
    policy: &Policy,
    challenge: &str,
    brought: &Brought<'_>,
    trust: (&Makers, Timestamp),
) -> std::result::Result<(Made, Shown), Rejection> {
    let read = |text: &str| {
        let bytes = decode(text).filter(|bytes| !bytes.is_empty());
        bytes.ok_or(Rejection::registration("the new key cannot be read"))
    };
    let (client_data, object) = (read(brought.client_data)?, read(brought.attestation)?);
    let again = |rejection: Rejection| Rejection::registration(rejection.why);
    client_data::check(&client_data, Ceremony::Create, challenge, &policy.origins)
        .map_err(again)?;
    let attestation =
        Attestation::read(&object).ok_or(Rejection::registration("the new key cannot be read"))?;
    let data = AuthenticatorData::check(&attestation.data, &policy.rp_id, policy.wants_verified())
        .map_err(again)?;
    let made = data
        .made
        .ok_or(Rejection::registration("there is no key in it"))?;
    if !policy.algorithms.contains(&made.key.algorithm()) {
        return Err(Rejection::registration(
            "the realm takes no keys of this algorithm",
        ));
    }
    if !made.key.is_usable() {
        return Err(Rejection::registration("the key can verify nothing"));
    }
    if !brought.id.is_empty() && decode(brought.id).as_ref() != Some(&made.id) {
        return Err(Rejection::registration("the key has another id"));
    }
    if let Some(attachment) = &policy.attachment
        && attachment != brought.attachment
    {
        let why = "the realm takes no keys of authenticators of this kind";
        return Err(Rejection::registration(why));
    }
    attestation.check(&made, policy, &client_data, trust)?;
    let mut shown = Shown::new(&made.id, &made.key_bytes, data.counter);
    shown.aaguid = Some(made.model());
    shown.attestation_statement_format = Some(attestation.format);
    shown.transports = transports(brought.transports);
    Ok((made, shown))
}

/// As a browser names them; what is none is dropped.
fn transports(said: &str) -> Option<Vec<String>> {
    const MOST: usize = 8;
    let is_plain = |one: &&str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        !one.is_empty() && one.len() <= 20 && one.bytes().all(is_letter)
    };
    let named = said.split(',').filter(is_plain).take(MOST);
    Some(named.map(str::to_owned).collect())
}

/// Writes down what came of it; what people are shown of it is on the page.
pub fn report(
    cx: &mut Cx<'_>,
    user: &User,
    kind: &str,
    done: std::result::Result<&Registered, (&Rejection, &str)>,
    (client_id, ip): (&str, &str),
) -> Result<()> {
    let mut details = vec![("credential_type", kind)];
    let mut event = Event {
        kind: "UPDATE_CREDENTIAL".to_owned(),
        client_id: Some(client_id.to_owned()),
        user: Some(user.id.clone()),
        ip: ip.to_owned(),
        ..Event::default()
    };
    match done {
        Ok(key) => details.extend([
            ("public_key_credential_id", key.id.as_str()),
            ("public_key_credential_label", key.label.as_str()),
            ("public_key_credential_aaguid", key.aaguid.as_str()),
        ]),
        Err((rejection, detail)) => {
            "UPDATE_CREDENTIAL_ERROR".clone_into(&mut event.kind);
            event.error = Some(rejection.error.to_owned());
            details.extend([
                ("web_authn_registration_error", rejection.case),
                ("web_authn_registration_error_detail", detail),
            ]);
        }
    }
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    event.details = details.into_iter().map(owned).collect();
    let is_kept = event::is_kept(&cx.realm.settings, &event.kind);
    event::report(cx, event, is_kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_says_of_an_authenticator_is_kept_where_it_is_plain() {
        let said = transports("usb,smart-card,<b>,,INTERNAL,ble");
        assert_eq!(said.unwrap(), ["usb", "smart-card", "ble"]);
    }
}
