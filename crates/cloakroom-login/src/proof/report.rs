//! What is written down of a sign-in that failed.

use cloakroom_model::event::{self, Event};
use cloakroom_model::{Cx, Result};

use super::Denied;
use crate::code::ErrorCode;

/// Writes a failed sign-in down, and answers with the code that the person is shown.
pub fn report(cx: &mut Cx<'_>, denied: &Denied, client_id: &str, ip: &str) -> Result<ErrorCode> {
    report_with(cx, denied, (client_id, ip), Vec::new())
}

/// The same, with more details for those who read events.
pub(crate) fn report_with(
    cx: &mut Cx<'_>,
    denied: &Denied,
    (client_id, ip): (&str, &str),
    mut details: Vec<(String, String)>,
) -> Result<ErrorCode> {
    details.extend(denied.why.map(detail));
    let mut bytes = [0u8; 6];
    cx.rng.fill_bytes(&mut bytes);
    let code = ErrorCode::from_random(bytes);
    let event = Event {
        kind: "LOGIN_ERROR".to_owned(),
        client_id: Some(client_id.to_owned()),
        user: denied.user.clone(),
        ip: ip.to_owned(),
        error: Some(denied.reason.to_owned()),
        code: Some(code.to_string()),
        details: details.into_iter().collect(),
        ..Event::default()
    };
    event::report(cx, event, true)?;
    Ok(code)
}

fn detail(why: &str) -> (String, String) {
    ("reason".to_owned(), why.to_owned())
}
