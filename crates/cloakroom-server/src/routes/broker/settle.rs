//! What a sign-in through a provider leaves behind: a link, tokens, and where the session came from.

use cloakroom_federation::mapper::Occasion;
use cloakroom_federation::post_login::Verdict;
use cloakroom_federation::{Pending, arrival};
use cloakroom_login::flow::{self, note};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::session::{Session, upstream};
use cloakroom_model::user::{self, User, identity};
use cloakroom_model::{Cx, Fault, Sealed, Secret};
use cloakroom_web::i18n::Notice;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{About, arrive, report};
use crate::routes::sign_in;

/// What is known of the session at the provider.
#[derive(Serialize, Deserialize)]
struct There {
    provider: String,
    id: String,
    session: Option<String>,
    id_token: Option<String>,
}

/// Forgets what another arrival left in an attempt.
pub(crate) fn forget(attempt: &mut Attempt) {
    for name in [note::UPSTREAM, note::LINK_TO, note::SESSION, note::ORIGIN] {
        attempt.notes.remove(name);
    }
}

/// Remembers in the attempt where its session will have come from; the names of its notes are Keycloak's.
pub(super) fn mark(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    pending: &Pending,
    mut notes: Map<String, Value>,
) -> Result<(), Fault> {
    let there = There {
        provider: pending.identity.alias.clone(),
        id: pending.identity.id.clone(),
        session: pending.identity.session.clone(),
        id_token: pending.id_token.clone(),
    };
    let text = serde_json::to_vec(&there)?;
    let sealed = cx.vault.seal(cx.rng, &place(attempt), &text)?;
    let sealed = Value::String(sealed.to_base64url());
    attempt.notes.insert(note::ORIGIN.to_owned(), sealed);
    let [provider, name] = flow::PROVIDER_NOTES;
    let text = |text: &str| Value::String(text.to_owned());
    notes.insert(provider.to_owned(), text(&pending.identity.alias));
    notes.insert(name.to_owned(), text(&pending.identity.name_there));
    attempt
        .notes
        .insert(note::SESSION.to_owned(), Value::Object(notes));
    Ok(())
}

fn place(attempt: &Attempt) -> String {
    format!("attempts/{}/{}", attempt.id, note::ORIGIN)
}

/// Remembers where a session came from, once it is opened; or that it did not come from anywhere.
pub(crate) fn keep_upstream(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    session: &Session,
) -> Result<(), Fault> {
    let Some(text) = attempt.notes.get(note::ORIGIN).and_then(Value::as_str) else {
        return match session.notes.contains_key("identity_provider") {
            // A session that is used again keeps its origin.
            true => Ok(()),
            false => upstream::forget(cx, &session.id),
        };
    };
    let opened = cx
        .vault
        .open(&place(attempt), &Sealed::from_base64url(text)?)?;
    let there: There = serde_json::from_slice(&opened)?;
    let upstream = upstream::Upstream {
        provider: there.provider,
        external_id: there.id,
        external_session: there.session,
        id_token: there.id_token.map(Secret::new),
    };
    upstream::store(cx, &session.id, &upstream)
}

/// Keeps what the provider issued, where its settings ask for that.
pub(super) fn keep_tokens(cx: &mut Cx<'_>, user: &User, pending: &Pending) -> Result<(), Fault> {
    let alias = &pending.identity.alias;
    match &pending.tokens {
        Some(tokens) => identity::keep_tokens(cx, &user.id, alias, &tokens.to_string())?,
        // What was kept before the settings changed is not kept on.
        None => identity::drop_tokens(cx, &user.id, alias)?,
    };
    Ok(())
}

/// Links the account of an attempt, as soon as its owner is proved here: by nothing else than a
/// proof of this attempt, and to no other account. The error is what the provider's post login flow says against the person.
pub(crate) fn settle(
    cx: &mut Cx<'_>,
    mut attempt: Attempt,
    origin: &Origin,
) -> Result<Result<Attempt, (Notice, String)>, Fault> {
    let wanted = flow::text(&attempt, note::LINK_TO).to_owned();
    let is_proved = matches!(attempt.stage, Stage::Act { .. });
    if wanted.is_empty() || !is_proved || flow::has(&attempt, note::RECOGNIZED) {
        return Ok(Ok(attempt));
    }
    let pending = Pending::read(cx, &attempt, note::UPSTREAM)?;
    let is_the_one = attempt
        .user
        .as_ref()
        .is_some_and(|user| user.as_str() == wanted);
    forget(&mut attempt);
    let stopped = match pending.filter(|_| is_the_one) {
        Some(pending) => link(cx, &mut attempt, &pending, origin)?,
        None => None,
    };
    if let Some(told) = stopped {
        // The account is linked, and the next sign-in through the provider meets the flow again.
        attempt::finish(cx, &attempt.id)?;
        return Ok(Err(told));
    }
    attempt::advance(cx, &attempt)?;
    Ok(Ok(attempt))
}

fn link(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    pending: &Pending,
    origin: &Origin,
) -> Result<Option<(Notice, String)>, Fault> {
    let Some(upstream) = arrive::provider_of(cx, pending)? else {
        return Ok(None);
    };
    let user = match &attempt.user {
        Some(id) => user::find(cx, id)?,
        None => None,
    };
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(None);
    };
    if !arrival::link(cx, &user, &pending.identity)? {
        return Ok(None);
    }
    let configured = arrival::mappers(cx, &upstream)?;
    let came = (&upstream, configured.as_slice(), Occasion::Again);
    let taken = arrive::take_in(cx, came, (pending, &user), attempt)?;
    let client_id = sign_in::request_of(attempt).map(|request| request.client_id);
    let about = About {
        client_id: client_id.unwrap_or_default(),
        user: Some(user.id),
        ip: origin.ip.clone(),
        provider: pending.identity.alias.clone(),
        identity: Some(pending.identity.name_there.clone()),
        ..About::default()
    };
    report(cx, "FEDERATED_IDENTITY_LINK", &about)?;
    match taken {
        Ok((notes, verdict)) => {
            match verdict {
                Verdict::Asks(alias) => flow::ask_more(attempt, alias),
                Verdict::SetsUp(kinds, limits) => {
                    flow::demand(attempt, &kinds);
                    flow::limit(attempt, &limits);
                }
                Verdict::Pass(limits) => flow::limit(attempt, &limits),
                Verdict::Denied | Verdict::CannotRun(_) => {}
            }
            mark(cx, attempt, pending, notes).map(|()| None)
        }
        Err(stopped) => stopped.report(cx, &about).map(Some),
    }
}
