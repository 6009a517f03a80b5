//! Why a flow lets somebody not in: as an event, as a page, and as a note of an attempt.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_model::flow::Gone;
use cloakroom_model::flow::course::End;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_web::i18n::{Locale, Notice};
use serde_json::Value;

use crate::routes::refusal::{self, Refusal};
use crate::routes::sign_in::Onward;
use crate::routes::visit::Visit;

/// A flow that lets somebody not in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bar {
    /// This step refuses.
    Refused(String),
    /// Nothing in this flow refuses, and nothing in it succeeds.
    Nothing(String),
    /// This step has to be taken, and this server does not have it.
    Missing(String),
    /// There are as many sessions as the flow allows: what people are told of it, and how many in words.
    TooMany(String, String),
}

impl Bar {
    pub(super) fn of(end: End) -> Option<Self> {
        match end {
            End::In | End::Sent(_) => None,
            End::CannotRun(step) => Some(Self::Missing(step)),
            End::Refused(step) => Some(Self::Refused(step)),
            End::Nothing(flow) => Some(Self::Nothing(flow)),
            End::Nobody => Some(Self::Refused("nobody".to_owned())),
        }
    }

    pub(super) fn gone(Gone(flow): Gone) -> Self {
        Self::Missing(format!("flow {flow}"))
    }

    /// Nobody was refused; there was nothing that they could have been let in by.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing(_))
    }

    /// The event's error, and the same in words.
    pub(crate) fn reason(&self) -> (&'static str, String) {
        match self {
            Self::Refused(step) | Self::Nothing(step) => (
                "access_denied",
                format!("The step {step} of the flow refuses"),
            ),
            Self::Missing(step) => (
                "invalid_flow",
                format!("The flow asks for {step}, which this server does not have"),
            ),
            Self::TooMany(_, reason) => ("generic_authentication_error", reason.clone()),
        }
    }

    /// What the person is told.
    fn notice(&self, locale: &Locale) -> Notice {
        match self {
            Self::TooMany(message, _) => too_many(locale, message),
            Self::Refused(_) | Self::Nothing(_) => Notice::NotAllowed,
            Self::Missing(step) => Notice::FlowStepMissing(step.clone()),
        }
    }

    /// Writes it down; the code that leads there.
    pub(crate) fn report(
        &self,
        cx: &mut Cx<'_>,
        client_id: &str,
        ip: &str,
        user: Option<&User>,
    ) -> Result<Option<String>, Fault> {
        let (error, reason) = self.reason();
        let refused = Refusal {
            client_id,
            user: user.map(|user| user.id.clone()),
            ip,
            error,
            reason: &reason,
        };
        refusal::report(cx, &refused)
    }

    /// Writes it down, and ends the sign-in with it.
    pub(crate) fn end(
        self,
        cx: &mut Cx<'_>,
        (client_id, ip): (&str, &str),
        user: Option<&User>,
    ) -> Result<Onward, Fault> {
        let code = self.report(cx, client_id, ip, user)?;
        Ok(Onward::Barred(self, code))
    }

    /// The page that says so.
    pub(crate) fn page(&self, visit: &Visit, code: Option<&str>) -> HttpResponse {
        let notice = self.notice(visit.layout(None).locale());
        match code {
            Some(code) => visit.error_with_code(StatusCode::FORBIDDEN, notice, code),
            None => visit.error(StatusCode::FORBIDDEN, notice),
        }
    }

    pub(super) fn to_note(&self) -> Value {
        let (kind, step) = match self {
            // What is found out at the end of a sign-in is no note of one that goes on.
            Self::Refused(step) | Self::TooMany(step, _) => ("refused", step),
            Self::Nothing(flow) => ("nothing", flow),
            Self::Missing(step) => ("missing", step),
        };
        Value::String(format!("{kind} {step}"))
    }

    pub(super) fn of_note(text: &str) -> Option<Self> {
        let (kind, step) = text.split_once(' ')?;
        Some(match kind {
            "refused" => Self::Refused(step.to_owned()),
            "nothing" => Self::Nothing(step.to_owned()),
            _ => Self::Missing(step.to_owned()),
        })
    }
}

/// What a client is told of too many sessions, where the flow has no words of its own.
pub(crate) const TOO_MANY: &str = "There are too many sessions";

/// What the flow says of too many sessions: the key of a text, or the text itself.
fn too_many(locale: &Locale, message: &str) -> Notice {
    /// Keycloak's key of the usual words, under which a realm may have its own.
    const USUAL: &str = "sessionLimitExceeded";
    let is_usual = message.is_empty() || message == USUAL;
    match locale.named(if is_usual { USUAL } else { message }) {
        Some(text) => Notice::FlowSays(text),
        None if is_usual => Notice::TooManySessions,
        None => Notice::FlowSays(message.to_owned()),
    }
}
