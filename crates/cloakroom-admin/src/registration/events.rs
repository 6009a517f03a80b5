//! What is told of a call to client registration: an event, and the answer to a page that may read it.

use actix_web::{HttpResponse, ResponseError as _};
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Door, client, initial_access};
use cloakroom_oidc::origin;
use cloakroom_web::cors;
use serde_json::Value;

use super::caller::{Call, Caller};
use crate::api::{Answer, Names};
use crate::error::{AdminError, Result};

pub(super) const REGISTER: &str = "CLIENT_REGISTER";
pub(super) const INFO: &str = "CLIENT_INFO";
pub(super) const UPDATE: &str = "CLIENT_UPDATE";
pub(super) const DELETE: &str = "CLIENT_DELETE";

/// An event about a client.
pub(super) fn event(kind: &str, client_id: &str, ip: &str) -> Event {
    Event {
        kind: kind.to_owned(),
        client_id: Some(client_id.to_owned()).filter(|name| !name.is_empty()),
        ip: ip.to_owned(),
        ..Event::default()
    }
}

/// Writes that a call did what it was to do, where the realm keeps that.
pub(super) fn success(
    cx: &mut Cx<'_>,
    kind: &'static str,
    client_id: &str,
    ip: &str,
) -> cloakroom_model::Result<()> {
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, event(kind, client_id, ip), is_kept)
}

impl Call {
    /// Writes down a refusal, of which nothing else stays written, and lets the page that asks read
    /// the answer.
    pub(super) async fn answer(&self, kind: &'static str, path: &Names, done: Answer) -> Answer {
        if let Err(error) = &done
            && let Some(refusal) = self.refusal(kind, path, error)
        {
            self.tell(refusal).await?;
        }
        let mut answer: HttpResponse = match done {
            Ok(answer) => answer,
            Err(error) => error.error_response(),
        };
        if let Some(origin) = &self.origin
            && self.is_read_by(origin, path.part("client")).await?
        {
            cors::allow(answer.headers_mut(), origin, "Location, WWW-Authenticate");
        }
        Ok(answer)
    }

    fn refusal(&self, kind: &'static str, path: &Names, error: &AdminError) -> Option<Event> {
        let (AdminError::Refused { body, .. } | AdminError::Undone { body, .. }) = error else {
            return None;
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let why = text("error_description").or_else(|| text("errorMessage"));
        let why = why.map(|why| ("reason".to_owned(), why));
        Some(Event {
            error: text("error").or_else(|| Some("invalid_request".to_owned())),
            details: why.into_iter().collect(),
            ..event(&format!("{kind}_ERROR"), path.part("client"), &self.ip)
        })
    }

    /// Tells of an event, and writes it down where the realm keeps it.
    pub(super) async fn tell(&self, event: Event) -> Result<()> {
        let is_kept = event::is_kept(&self.realm.settings, &event.kind);
        let door = if is_kept { Door::Write } else { Door::Memory };
        let write = move |cx: &mut Cx<'_>| Ok(event::report(cx, event.clone(), is_kept)?);
        self.app.enter(&self.realm, door, write).await
    }

    /// Pages of this origin may use the caller's token.
    async fn is_read_by(&self, origin: &str, client_id: &str) -> Result<bool> {
        let (wanted, name) = (origin.to_owned(), client_id.to_owned());
        match &self.caller {
            Caller::Stranger => Ok(false),
            Caller::InitialAccess(id) => {
                let id = id.clone();
                let right = self.read(move |cx| Ok(initial_access::find(cx, &id)?));
                let right = right.await?;
                Ok(right.is_some_and(|right| right.web_origins.contains(&wanted)))
            }
            Caller::Registration { .. } => {
                let found = self.read(move |cx| Ok(client::find(cx, &name)?)).await?;
                Ok(found.is_some_and(|client| origin::is_allowed(&client, &wanted)))
            }
            Caller::Administrator { .. } => self.is_administrators(wanted).await,
        }
    }

    /// An administrator's token belongs to the client that it was issued to.
    async fn is_administrators(&self, origin: String) -> Result<bool> {
        let Some(admin) = self.admin() else {
            return Ok(false);
        };
        let id = ClientUuid::new(admin.actor.client.clone());
        let look = move |cx: &mut Cx<'_>| -> Result<bool> {
            let found = client::find_by_id(cx, &id)?;
            Ok(found.is_some_and(|client| origin::is_allowed(&client, &origin)))
        };
        self.app.enter(admin.home(), Door::Read, look).await
    }
}
