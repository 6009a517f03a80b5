//! What is written down of a sign-in that failed.

use cloakroom_model::event::{self, Event};
use cloakroom_model::{Cx, Result, user};

use super::Denied;
use crate::code::ErrorCode;
use crate::profile;

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
    let typed = denied.typed.clone();
    details.extend(typed.map(|name| ("username".to_owned(), name)));
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

/// The longest name that is written down, in characters: a username may be so long.
const LONGEST: usize = 255;

/// What was typed as a name, as names are looked up, for those who read events.
///
/// What cannot be a username is not kept: it was perhaps a password, typed into the wrong field.
pub(super) fn name(typed: &str) -> Option<String> {
    let name = user::fold(typed);
    let is_one = !name.is_empty() && name.chars().count() <= LONGEST && profile::is_plain(&name);
    is_one.then_some(name)
}

fn detail(why: &str) -> (String, String) {
    ("reason".to_owned(), why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn what_cannot_be_a_username_is_not_kept() {
        let long = "a".repeat(256);
        for (typed, kept) in [
            (" Ada.Byron ", Some("ada.byron")),
            ("Ada@Example.org", Some("ada@example.org")),
            ("Šárka", Some("šárka")),
            ("", None),
            ("correct horse battery", None),
            ("hunter2!", None),
            ("p$ssword", None),
            ("ada\0", None),
            (long.as_str(), None),
        ] {
            assert_eq!(name(typed).as_deref(), kept, "{typed}");
        }
    }
}
